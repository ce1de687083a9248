"""Keys that certificates are asked for: one key is one party's, in one role.

A request stands in the open (Regie trust 9.1): whoever copies one could have the key of another
certified as its own, and have it taken back for its owner.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from credential.plaintext import terminal_safe
from registrar import certificates, plans, renewal, standing
from registrar.errors import RegistrarError
from registrar.findings import Finding
from registrar.ledger import Ledger
from registrar.life import Standing
from registrar.register import Register


def check(
    register: Register,
    requests: Mapping[str, Mapping[str, bytes]],
    ledger: Ledger | None,
    *,
    now: int,
) -> Iterator[Finding]:
    """Every request that is missing or no request, or is for the key of another party or role.

    `requests` are those of each party by name. Who had the key first, by the ledger, is its owner.
    """
    if register.scheme is None:
        return
    # A clone may hold the files of parties alone; then nothing is missing.
    whole = ledger is not None or any(requests.values())
    asked: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for party in register.parties:
        given = requests.get(party.id, {})
        try:
            wanted = list(plans.wanted(party, register.scheme))
        except ValueError:
            # An address no certificate can carry: `addresses` tells it.
            continue
        for one in wanted:
            if one.name in given:
                try:
                    key = renewal.key_hash(certificates.requested_key(given[one.name]))
                except (RegistrarError, ValueError):
                    yield _finding("lint.request_unreadable", party.id, one.name)
                    continue
                asked[key].append((party.id, one.name))
            elif whole and standing.of_certificate(party, one, now) is Standing.IN_FORCE:
                yield _finding("lint.request_missing", party.id, one.name)
        for name in sorted(given.keys() - {one.name for one in wanted}):
            found = _finding("lint.request_unused", party.id, terminal_safe(name))
            yield replace(found, level="advice")
    yield from _shared(asked, _owners(register, ledger))


def _shared(
    asked: Mapping[str, list[tuple[str, str]]], owners: Mapping[str, str]
) -> Iterator[Finding]:
    """Every key that two parties ask for, or one in two roles, or somebody had before."""
    for key, places in asked.items():
        first = owners.get(key)
        for party, name in places:
            if first is None:
                others = [who for who, _ in places if who != party]
            else:
                others = [first] if first != party else []
            roles = [one for who, one in places if who == party and one != name]
            if others:
                yield _finding("lint.key_shared", party, name, others[0])
            elif roles:
                yield _finding("lint.key_twice", party, name, roles[0])


def _owners(register: Register, ledger: Ledger | None) -> dict[str, str]:
    """Whose each key has been since its first certificate, of the parties that are there."""
    here = {one.id for one in register.parties}
    found: dict[str, str] = {}
    for record in ledger.certificates if ledger is not None else ():
        if record.key and record.party in here:
            found.setdefault(record.key, record.party)
    return found


def _finding(code: str, party: str, name: str, other: str = "") -> Finding:
    what = f"{name} ({other})" if other else name
    return Finding(code, party, what, f"parties/{party}/{name}.csr", 1)
