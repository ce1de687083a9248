"""Whether the register says nothing that certificates, lists and the revoked set do not bear out.

Whoever reads the register alone must not find anybody registered whom a wallet would refuse
(Regie trust 5, 8).
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from credential import jose, strictjson
from credential.errors import CredentialError
from credential.names import TYP_REGISTRATION
from credential.registration import CredentialGrant, payload, verify_published
from credential.snapshot import Snapshot
from credential.strictjson import Object
from credential.trust import Trust
from registrar import registryreader
from registrar.findings import Finding
from registrar.ledger import Ledger
from registrar.publication import REGISTRY
from registrar.registry import INDEX, party_path, use_path
from registrar.registryreader import Reader
from registrar.renewal import registration_hash

Read: TypeAlias = Callable[[str], bytes]


@dataclass
class _Certified:
    """What the published certificates state: of whom, for what, under which register."""

    uses: dict[tuple[str, str], tuple[CredentialGrant, ...]] = field(default_factory=dict)
    registry_uri: str = ""


def check(
    read: Read,
    opened: Snapshot,
    trust: Trust,
    ledger: Ledger,
    *,
    now: int,
    same: Collection[str] = frozenset(),
) -> Iterator[Finding]:
    """Every published registration that does not count, every answer nothing stands behind.

    What is the `same` as when it was looked at before is only asked whether it still counts.
    """
    certified = _Certified()
    for path in opened.files:
        if path.startswith("registration/"):
            yield from _certificate(read, path, trust, ledger, certified, now, same)
    if REGISTRY not in opened.files or not certified.registry_uri:
        return
    reader = Reader(read, certified.registry_uri, registryreader.pins_of(opened.files, read))
    try:
        listed = reader.parties(now=now)
    except (CredentialError, OSError, KeyError) as error:
        yield Finding("audit.registry", INDEX, str(error))
        return
    for entry in listed:
        yield from _party(reader, entry, certified, trust, now, same)


def _certificate(
    read: Read,
    path: str,
    trust: Trust,
    ledger: Ledger,
    certified: _Certified,
    now: int,
    same: Collection[str],
) -> Iterator[Finding]:
    try:
        compact = read(path).decode("ascii").strip()
        if ledger.stopped_at(registration_hash(compact)) is not None:
            yield Finding("audit.registration_stopped", path)
        elif path in same and certified.registry_uri:
            return
        elif path.endswith("/issuing.jwt"):
            jws = jose.parse(compact, typ=TYP_REGISTRATION)
            signer = trust.registration_signer(jws.x5c(), now)
            body = jose.verify(jws, signer.key).payload
            certified.registry_uri = strictjson.text(body, "registry_uri")
        else:
            found = verify_published(compact, trust, now=now)
            certified.registry_uri = found.registry_uri
            name = (found.organization_identifier, found.intended_use_id)
            certified.uses[name] = found.credentials
    except (CredentialError, OSError, KeyError, UnicodeDecodeError) as error:
        yield Finding("audit.registration", path, str(error))


def _party(
    reader: Reader,
    entry: Object,
    certified: _Certified,
    trust: Trust,
    now: int,
    same: Collection[str],
) -> Iterator[Finding]:
    try:
        identifier = strictjson.text(_first(entry), "identifier")
        yield from _issuing(entry, identifier, trust, now)
        if party_path(identifier) in same and not _renewed(identifier, certified):
            return
        found = reader.party(identifier, now=now)
        uses = strictjson.array(found, "intendedUse") if "intendedUse" in found else []
        if {name: one for name, one in found.items() if name != "intendedUse"} != entry:
            yield Finding("audit.registry_differs", identifier)
        for use in uses:
            assert isinstance(use, dict)
            yield from _use(reader, identifier, use, certified, now, same)
    except (CredentialError, OSError, KeyError) as error:
        yield Finding("audit.registry", str(entry.get("tradeName", "")), str(error))


def _use(
    reader: Reader,
    identifier: str,
    use: Object,
    certified: _Certified,
    now: int,
    same: Collection[str],
) -> Iterator[Finding]:
    """Registered in one file is registered in the other, and in a certificate that counts."""
    name = strictjson.text(use, "intendedUseIdentifier")
    answer = reader.intended_use(identifier, name, now=now)
    counts = "revokedAt" not in use
    if counts != (answer is not None):
        yield Finding("audit.registry_differs", identifier, name)
    stated = certified.uses.get((identifier, name))
    if stated is None and use_path(identifier, name) in same:
        return
    for one in (use, answer) if answer is not None else ():
        if payload.credentials(one) != stated:
            yield Finding("audit.registry_too_lenient", identifier, name)
            return
    if counts and stated is None:
        yield Finding("audit.registry_too_lenient", identifier, name)


def _renewed(identifier: str, certified: _Certified) -> bool:
    return any(party == identifier for party, _ in certified.uses)


def _issuing(entry: Object, identifier: str, trust: Trust, now: int) -> Iterator[Finding]:
    """Nobody is named as issuing what the list of issuers does not let it issue today."""
    if "providesAttestations" not in entry:
        return
    issuer = next((one for one in trust.issuers if one.organization_identifier == identifier), None)
    allowed = issuer.issuable(now) if issuer is not None else frozenset()
    for one in payload.provides({"provides_attestations": entry["providesAttestations"]}):
        if not one.types <= allowed:
            yield Finding("audit.registry_too_lenient", identifier, ", ".join(sorted(one.types)))


def _first(entry: Object) -> Object:
    first = strictjson.array(entry, "identifier")[0]
    assert isinstance(first, dict)
    return first
