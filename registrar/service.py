"""What the registrar does: found a scheme, add parties, publish, take back, look around."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cryptography.hazmat.primitives import hashes

from credential.trust import Role
from credential.trust.leaf import seconds
from registrar import (
    audit,
    authority,
    certificates,
    config,
    handover,
    kinds,
    lint,
    parties,
    plans,
    publication,
    tls,
)
from registrar.authority import Authority
from registrar.certificates import Entropy
from registrar.errors import BadInput, NothingFound, NotReady
from registrar.home import Home, write_whole
from registrar.ledger import Ledger
from registrar.lint import Finding
from registrar.parties import Party

SOON: Final = 30 * certificates.DAY
Adds = Literal["issuer", "verifier", "wallet_provider"]
"""What a party is added as; its file must state that."""


@dataclass(frozen=True)
class Published:
    """What a publication made."""

    sequence: int
    next_update: int
    fingerprint: str
    files: int
    handed_over: Mapping[str, Path]


@dataclass(frozen=True)
class Health:
    """One line of `doctor`: what, until when, and how many where that matters."""

    code: str
    name: str
    until: int
    count: int
    soon: bool


def init(
    home: Home, scheme_toml: str, passphrase: bytes | None, *, now: int, entropy: Entropy
) -> str:
    """A new registrar with fresh keys; the fingerprint of its root."""
    scheme = config.parse(scheme_toml)
    if passphrase is None and not scheme.development:
        raise BadInput("home.passphrase_needed")
    with home.locked():
        if home.exists:
            raise NotReady("home.present", home=str(home.path))
        made = authority.create(scheme, now=now, entropy=entropy)
        home.create(scheme_toml, made, passphrase)
    return publication.fingerprint(made).hex()


def add_tls(home: Home, host: str, *, now: int, entropy: Entropy) -> None:
    """The https authority and certificate of a test town."""
    home.write_tls(tls.make(host, now=now, entropy=entropy))


def add_party(
    home: Home,
    text: str,
    source: str,
    values: dict[str, str],
    requests: Mapping[str, bytes],
    *,
    adds: Adds,
) -> Party:
    """A party with its certificate requests; nothing is signed before the next publication."""
    filled = parties.fill(text, values)
    party = parties.parse(filled, source)
    held = {
        "issuer": party.issuing is not None,
        "verifier": bool(party.services),
        "wallet_provider": party.wallet_provider is not None,
    }
    if not held[adds]:
        raise BadInput(f"party.role_{adds}", party=party.id)
    needed: dict[str, bytes] = {}
    for one in plans.wanted(party, home.scheme()):
        # A folder may hold the requests of several parties of one server.
        if one.name not in requests:
            raise BadInput("csr.missing", name=one.name)
        certificates.requested_key(requests[one.name])
        needed[one.name] = requests[one.name]
    with home.locked():
        home.add_party(party, filled, needed)
    return party


def publish(
    home: Home, target: Path, passphrase: bytes | None, *, now: int, entropy: Entropy
) -> Published:
    """Sign what is due, write the tree; refuses as long as `lint` finds anything."""
    with home.locked():
        operator = home.authority(passphrase)
        listed, types = home.parties(), kinds.documents()
        findings = lint.check(listed, types)
        if findings:
            raise BadInput("lint.failed", count=len(findings))
        ledger = home.ledger()
        registrations: dict[str, bytes] = {}
        for party in listed:
            files, ledger = _hand_over(home, operator, party, ledger, now, entropy)
            registrations |= {
                f"{party.oin}/{name.removeprefix('registration/')}": data
                for name, data in files.items()
                if name.startswith("registration/")
            }
        ledger = ledger.published()
        # Before the tree: a number that was given out is never given out again.
        home.save_ledger(ledger)
        tree = publication.tree(operator, listed, types, registrations, ledger, now=now)
        _write_tree(target, tree)
    return Published(
        sequence=ledger.sequence,
        next_update=now + publication.PERIOD,
        fingerprint=publication.fingerprint(operator).hex(),
        files=len(tree),
        handed_over={party.id: home.path / "certificates" / party.id for party in listed},
    )


def revoke(home: Home, name: str, *, now: int) -> tuple[str, ...]:
    """Take back everything of a party, or one certificate or registration by its hash."""
    with home.locked():
        ledger = home.ledger()
        found = ledger.revocable(name, now)
        if not found:
            raise NothingFound("revoke.nothing", name=name)
        home.save_ledger(ledger.with_revoked(found, now))
    return found


def review(home: Home, published: Path | None, *, now: int) -> list[Finding]:
    """What is wrong with the parties' files and, where one is given, with a published tree."""
    home.require()
    found = lint.check(home.parties(), kinds.documents())
    if published is not None:
        root = home.certificate(authority.ROOT)
        found += audit.check(
            lambda path: (published / path).read_bytes(),
            home.ledger(),
            fingerprint=root.fingerprint(hashes.SHA256()),
            now=now,
        )
    return found


def examine(home: Home, *, now: int) -> list[Health]:
    """How long everything still lasts."""
    home.require()
    ledger = home.ledger()
    found = [_own(home, authority.ROOT, "root", now)]
    found += [_own(home, role.value, "authority", now) for role in Role]
    found += [_own(home, name, "authority", now) for name in authority.SIGNERS]
    for party in home.parties():
        ends = [
            one.not_after
            for one in ledger.certificates
            if one.party == party.id and one.fingerprint not in ledger.revoked
        ]
        code = "party" if ends else "party_none"
        until = min(ends, default=0)
        found.append(Health(code, party.name, until, len(ends), bool(ends) and until - now < SOON))
    found.append(Health("sequence", str(ledger.sequence), 0, len(ledger.revoked), soon=False))
    return found


def _hand_over(
    home: Home, operator: Authority, party: Party, ledger: Ledger, now: int, entropy: Entropy
) -> tuple[dict[str, bytes], Ledger]:
    keys = {name: certificates.requested_key(pem) for name, pem in home.requests(party).items()}
    made, ledger = handover.make(
        operator, party, keys, home.handover(party.id), ledger, now=now, entropy=entropy
    )
    home.save_handover(party.id, dict(made.files))
    return dict(made.files), ledger


def _own(home: Home, name: str, code: str, now: int) -> Health:
    until = seconds(home.certificate(name).not_valid_after_utc)
    return Health(code, name, until, 1, until - now < SOON)


def _write_tree(target: Path, tree: Mapping[str, bytes]) -> None:
    """Every file, the snapshot last; registrations that are no longer in force go."""
    for path, data in tree.items():
        write_whole(target / path, data)
    for file in (target / "registration").rglob("*.jwt"):
        if str(file.relative_to(target)) not in tree:
            file.unlink()
