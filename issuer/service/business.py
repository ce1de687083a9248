"""Companies and buildings looked up: each register asked for its entry, each kind decided."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from credential.strictjson import Object
from issuer import registers
from issuer.box import Box
from issuer.errors import DeskFault
from issuer.registers import Entry
from issuer.sealing import keyed
from issuer.service import permission
from issuer.service.lookup import NotOffered
from issuer.service.office import Municipality, Office
from issuer.sources import Granted, LeftOut, Refused

ASK_AGAIN_SECONDS: Final = 7 * 86_400
"""No register of these tells us of changes: copies are never made of older answers."""


@dataclass(frozen=True, repr=False)
class FoundEntries:
    """What each card would say, and why some are not given."""

    box: Box
    refused: tuple[NotOffered, ...]
    left_out: tuple[tuple[str, LeftOut], ...]


def subject(municipality: Municipality, entry: Entry) -> str:
    """How a municipality names an entry in its own accounts."""
    purpose = f"subject/{municipality.code}/{entry.register}"
    return keyed(municipality.subject_key, purpose, entry.key)


def look_up_entries(
    office: Office,
    municipality: Municipality,
    entries: Sequence[Entry],
    now: int,
    *,
    held: bool = False,
) -> FoundEntries:
    """Asks each register for its entry; raises `DeskFault` for what cannot be asked for here.

    `held`: cards of them were given before. Cards of several entries are given together under the
    name of the first.
    """
    for entry in entries:
        if entry.register not in office.registers:
            raise DeskFault("desk.no_register", "Architecture, Issuer", register=entry.register)
        if registers.KIND[entry.register] not in municipality.settings.kinds:
            raise DeskFault("desk.unknown_kind", "Regie domain 2.6")
        # Before any register is asked.
        office.registers[entry.register].check(entry.key)
    kinds = [registers.KIND[entry.register] for entry in entries]
    stopped = {} if held else permission.require_any(office, municipality, kinds, now)
    granted: dict[str, Object] = {}
    refused: list[NotOffered] = []
    left_out: list[tuple[str, LeftOut]] = []
    for entry in entries:
        kind = registers.KIND[entry.register]
        if kind in stopped:
            refused.append(NotOffered(kind, stopped[kind], {"kind": kind}))
            continue
        match office.registers[entry.register].fetch(entry, now):
            case Granted() as decision:
                granted[kind] = {**decision.claims, "municipality_code": municipality.code}
                left_out += [(kind, one) for one in decision.left_out]
            case Refused(code, params):
                refused.append(NotOffered(kind, code, dict(params)))
    box = Box(
        bsn="",
        subject=subject(municipality, entries[0]),
        claims=granted,
        facts_at=now,
        ask_again_at=now + ASK_AGAIN_SECONDS,
        entries=tuple(entries),
    )
    return FoundEntries(box, tuple(refused), tuple(left_out))


def renewed(
    office: Office, municipality: Municipality, box: Box, kinds: Collection[str], now: int
) -> Box:
    """What the registers say now of the same entries, for the kinds that were granted."""
    entries = [one for one in box.entries if registers.KIND[one.register] in kinds]
    try:
        found = look_up_entries(office, municipality, entries, now, held=True).box
    except DeskFault:
        # No longer issued here.
        found = msgspec.structs.replace(box, claims={}, facts_at=now)
    # The name stays: what was taken back under it is found by it.
    return msgspec.structs.replace(
        found,
        subject=box.subject,
        entries=box.entries,
        ask_again_at=found.ask_again_at if found.claims else None,
        gone=not found.claims,
    )
