"""The register as everybody may read it: TS5 v1.3 answers as static signed files (Regie trust 5).

What was taken back or is suspended is never told as registered: an answer is not more permissive
than the snapshot it is published with (Regie trust 8).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import quote

from credential import jose, strictjson
from credential.strictjson import Json, Object
from registrar import lote, registrations, registryentry
from registrar.authority import LIST_SIGNER, Authority
from registrar.ledger import Ledger, RegistrationRecord
from registrar.party import Party, vct
from registrar.registrations import LIFE, Slot

TYP: Final = "JWT"
INDEX: Final = "wrp/index.jwt"

# Of every registration: the moment of its first certificate, and its last one.
_Records: TypeAlias = Mapping[Slot, tuple[int, RegistrationRecord]]


def party_path(identifier: str) -> str:
    """Where the answer about this party stands."""
    return f"wrp/{quote(identifier, safe='')}.jwt"


def use_path(identifier: str, use: str) -> str:
    """Where it says that this intended use is registered; without a file it is not."""
    return f"wrp/{quote(identifier, safe='')}/intended-use/{quote(use, safe='')}.jwt"


@dataclass(frozen=True)
class Answer:
    """One signed file, and the SHA-256 of what it says whenever it was signed."""

    data: bytes = field(repr=False)
    said: str


def answers(
    authority: Authority, parties: Iterable[Party], ledger: Ledger, *, now: int
) -> dict[str, Answer]:
    """Every answer by its path: the list, each party, each intended use that counts."""
    records = _records(ledger)
    found: dict[str, Json] = {}
    listed: list[Json] = []
    for party in parties:
        entry, uses = _entry(party, authority, ledger, records, now)
        if entry is None:
            continue
        # The list says who there is; what each may ask stands in its own file.
        listed.append({name: value for name, value in entry.items() if name != "intendedUse"})
        found[party_path(party.organization_identifier)] = entry
        for name, use in uses.items():
            if "revokedAt" not in use:
                path = use_path(party.organization_identifier, name)
                found[path] = {**use, "isRegistered": True}
    return {
        path: _signed(authority, path, data, now) for path, data in {INDEX: listed, **found}.items()
    }


def _entry(
    party: Party, authority: Authority, ledger: Ledger, records: _Records, now: int
) -> tuple[Object | None, dict[str, Object]]:
    """The party with its uses; nothing where nothing was registered for it yet."""
    contents = {
        slot: registrations.content(party, slot, authority.scheme, now=now)
        for slot in registrations.slots(party)
        if slot in records
    }
    if not contents:
        return None, {}
    uses: dict[str, Object] = {}
    allowed: list[str] = []
    for slot, body in contents.items():
        first, last = records[slot]
        stopped = ledger.stopped_at(last.sha256)
        if slot.use is not None:
            uses[slot.use] = registryentry.intended_use(body, created=first, revoked=stopped)
        elif stopped is None and party.issuing is not None:
            allowed = [vct(kind) for kind in party.issuing.allowed(now)]
    entry = registryentry.entry(
        party, authority.scheme, contents, [*uses.values()], allowed, now=now
    )
    return entry, uses


def _records(ledger: Ledger) -> _Records:
    found: dict[Slot, tuple[int, RegistrationRecord]] = {}
    for one in ledger.registrations:
        slot = Slot(one.party, one.service, one.use)
        found[slot] = (found[slot][0] if slot in found else one.exp - LIFE, one)
    return found


def _signed(authority: Authority, path: str, data: Json, now: int) -> Answer:
    signer = authority.pairs[LIST_SIGNER]
    registry = authority.scheme.registry_uri
    payload: Object = {
        "iss": registry,
        # The address it stands at: the answer about one can never stand for another.
        "sub": f"{registry}/{path}",
        "iat": now,
        "exp": now + lote.PERIOD,
        "data": data,
    }
    if path == INDEX:
        payload["pagination"] = {"has_next_page": False}
    compact = jose.sign(
        payload, typ=TYP, signer=signer.signer, header=jose.x5c_header([signer.der])
    )
    return Answer(compact.encode(), hashlib.sha256(strictjson.dumps({"data": data})).hexdigest())
