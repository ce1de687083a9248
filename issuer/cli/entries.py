"""What a clerk asks registers of companies and buildings about: a file, never on a command line."""

import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from issuer.errors import DeskFault
from issuer.keys import read_private
from issuer.registers import Entry

_MOST_BYTES: Final = 4_096


class _Building(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    nummeraanduiding: str


class _Entries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{"kvk_number": "…", "bag": {"nummeraanduiding": "…"}}`, one of them or both."""

    kvk_number: str | None = None
    bag: _Building | None = None


def read_entries(path: str, authority_seen_at: int | None) -> tuple[Entry, ...]:
    """The entries in a file that only its owner can read, or on standard input."""
    try:
        data = sys.stdin.buffer.read(_MOST_BYTES) if path == "-" else read_private(Path(path))
    except OSError:
        raise DeskFault("desk.entry_file_missing", "Architecture, Commands") from None
    asked = None
    with suppress(msgspec.MsgspecError):
        asked = msgspec.json.decode(data, type=_Entries)
    if asked is None or (asked.kvk_number is None and asked.bag is None):
        raise DeskFault("desk.entry_file", "Architecture, Commands")
    entries = []
    if asked.kvk_number is not None:
        seen = authority_seen_at
        entries.append(Entry(register="kvk", key=asked.kvk_number, authority_seen_at=seen))
    elif authority_seen_at is not None:
        raise DeskFault("desk.authority_of_nothing", "Regie domain 2.6")
    if asked.bag is not None:
        entries.append(Entry(register="bag", key=asked.bag.nummeraanduiding))
    return tuple(entries)
