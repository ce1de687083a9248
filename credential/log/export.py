"""A log, or a choice from it, as a file that others can check (formats.md 2, Export).

The array of TS10, whose last element is an `otherTransaction` with the member `nl_regie`: the
rows the statements come from. What the resident did not select stands there as its hash alone.
An import stays a closed foreign segment: nothing here enters another chain.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from credential import base64url, jose, pbes2, strictjson
from credential.errors import CredentialError, Malformed
from credential.jose import PublicKey
from credential.log.chain import Fault, Row
from credential.log.entries import LOG_ID_BYTES, Entry, entry_hash, genesis, link, read_entry
from credential.log.heads import open_head
from credential.strictjson import Json, Object

MAX_ROWS: Final = 1_000_000
MAX_DEPTH: Final = 32

_SECTION: Final = "Regie formats 2"
_MEMBER: Final = "nl_regie"

Rendering = Callable[[Sequence[Entry]], Sequence[Object]]
"""The TS10 transactions that these entries stand for."""


@dataclass(frozen=True, slots=True, repr=False)
class Segment:
    """The part of a log that travels; `c` is there for every row, the entry for those selected."""

    log_id: bytes
    log_key: PublicKey
    rows: tuple[tuple[int, bytes, bytes | None, bytes | None], ...]
    heads: tuple[str, ...]
    evidence: tuple[str, ...]
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Exported:
    """What a file holds, and what is wrong with it.

    Times and completeness are the resident's word; who signed what the evidence tells.
    """

    transactions: tuple[Object, ...]
    segment: Segment
    entries: tuple[Entry, ...]
    withheld: int
    faults: tuple[Fault, ...]


def select(
    rows: Iterable[Row], chosen: Collection[int]
) -> tuple[tuple[int, bytes, bytes | None, bytes | None], ...]:
    """The rows of a log for an export that shows only the chosen entries."""
    return tuple(
        (n, c, entry, blind) if n in chosen else (n, c, None, None)
        for n, c, _, entry, blind in rows
    )


def seal(segment: Segment, render: Rendering, *, at: int, passphrase: str) -> str:
    """The encrypted file: TS10 transactions of the selected entries, and the segment."""
    if not segment.rows or not segment.heads:
        raise Malformed("log.export_empty", _SECTION)
    entries = [read_entry(entry) for _, _, entry, _ in segment.rows if entry is not None]
    carrier: Object = {
        "transactionIdentifier": f"{base64url.encode(segment.log_id)}-{segment.rows[-1][0]}",
        "time": datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "transactionType": "OtherTransaction",
        "transactionResult": "Completed",
        "otherTransaction": {
            "description": "Uittreksel uit het logboek van Regie, met het bewijs erbij.",
            _MEMBER: _json(segment),
        },
    }
    return pbes2.encrypt_with_passphrase(strictjson.dumps([*render(entries), carrier]), passphrase)


def unseal(token: str, render: Rendering, *, passphrase: str) -> Exported:
    """What the file holds, every row, head and rendering checked; faults are named, not raised."""
    return read(pbes2.decrypt_with_passphrase(token, passphrase), render)


def read(plain: bytes, render: Rendering) -> Exported:
    """As `unseal`, of what was in the envelope: an import keeps that, byte for byte."""
    array = strictjson.loads(plain, max_bytes=pbes2.MAX_BYTES, max_depth=MAX_DEPTH)
    if not isinstance(array, list) or not array:
        raise Malformed("log.export", "TS10 3.16")
    transactions = [one for one in array if isinstance(one, dict)]
    if len(transactions) != len(array):
        raise Malformed("log.export", "TS10 3.16")
    carrier = strictjson.obj(transactions.pop(), "otherTransaction")
    segment = _segment(strictjson.obj(carrier, _MEMBER))
    faults: list[Fault] = []
    entries = _entries(segment, faults)
    _chain(segment, faults)
    # As text: to Python `true` equals 1.
    if strictjson.dumps([*render(entries)]) != strictjson.dumps([*transactions]):
        faults.append(Fault("log.rendering", 0))
    return Exported(
        tuple(transactions),
        segment,
        tuple(entries),
        len(segment.rows) - len(entries),
        tuple(faults),
    )


def look(segment: Segment, render: Rendering) -> Exported:
    """What a segment that never left its wallet holds, checked as `unseal` checks it."""
    faults: list[Fault] = []
    entries = _entries(segment, faults)
    _chain(segment, faults)
    return Exported(
        tuple(render(entries)),
        segment,
        tuple(entries),
        len(segment.rows) - len(entries),
        tuple(faults),
    )


def _entries(segment: Segment, faults: list[Fault]) -> list[Entry]:
    """The selected entries that are what their row's hash says."""
    found: list[Entry] = []
    for n, c, stored, blind in segment.rows:
        if stored is None or blind is None:
            if stored is not blind:
                faults.append(Fault("log.blind_missing", n))
            continue
        try:
            entry = read_entry(stored)
            if entry_hash(blind, stored) != c:
                faults.append(Fault("log.entry_changed", n))
            elif entry.n != n:
                faults.append(Fault("log.entry_number", n))
            else:
                found.append(entry)
        except CredentialError:
            faults.append(Fault("log.entry_form", n))
    return found


def _chain(segment: Segment, faults: list[Fault]) -> None:
    """Recompute h(n) from every c(n), and hold each head against it; one must be the last."""
    h = genesis(segment.log_id, base64url.decode(jose.thumbprint(segment.log_key)))
    links = [h]
    for expected, (n, c, _, _) in enumerate(segment.rows, start=1):
        if n != expected:
            faults.append(Fault("log.row_missing", expected))
            return
        h = link(n, h, c)
        links.append(h)
    last = False
    for token in segment.heads:
        try:
            head = open_head(token, segment.log_key)
        except CredentialError:
            faults.append(Fault("log.head_signature", 0))
            continue
        if head.log_id != segment.log_id or head.n >= len(links) or links[head.n] != head.h:
            faults.append(Fault("log.head_differs", head.n))
        last = last or head.n == len(segment.rows)
    if not last:
        faults.append(Fault("log.head_missing", len(segment.rows)))


def _json(segment: Segment) -> Object:
    rows: list[Json] = []
    for n, c, entry, blind in segment.rows:
        row: Object = {"n": n, "c": base64url.encode(c)}
        if entry is not None and blind is not None:
            # The stored bytes are UTF-8 JSON: as a string they travel unchanged.
            row |= {"entry": entry.decode(), "blind": base64url.encode(blind)}
        rows.append(row)
    return {
        "log": base64url.encode(segment.log_id),
        "log_jwk": jose.public_jwk(segment.log_key),
        "rows": rows,
        "heads": [*segment.heads],
        "evidence": [*segment.evidence],
        "lists": [*segment.lists],
    }


def _segment(value: Object) -> Segment:
    rows = strictjson.array(value, "rows")
    log_id = base64url.decode(strictjson.text(value, "log"), max_bytes=64)
    if len(log_id) != LOG_ID_BYTES or len(rows) > MAX_ROWS:
        raise Malformed("log.export", _SECTION)
    read = tuple(map(_row, rows))
    numbers = [0, *(n for n, _, _, _ in read)]
    # One may be missing, which is a fault with a name; a number that comes again names nothing.
    if numbers[-1] > MAX_ROWS or any(after <= before for before, after in pairwise(numbers)):
        raise Malformed("log.export", _SECTION)
    return Segment(
        log_id=log_id,
        log_key=jose.key_from_jwk(value.get("log_jwk")),
        rows=read,
        heads=strictjson.texts(value, "heads"),
        evidence=strictjson.texts(value, "evidence"),
        lists=strictjson.texts(value, "lists"),
    )


def _row(value: Json) -> tuple[int, bytes, bytes | None, bytes | None]:
    if not isinstance(value, dict):
        raise Malformed("log.export", _SECTION)
    c = base64url.decode(strictjson.text(value, "c"), max_bytes=64)
    if len(c) != 32:  # noqa: PLR2004 - SHA-256
        raise Malformed("log.export", _SECTION)
    entry, blind = (strictjson.text_or_none(value, name) for name in ("entry", "blind"))
    return (
        strictjson.integer(value, "n"),
        c,
        None if entry is None else entry.encode(),
        None if blind is None else base64url.decode(blind, max_bytes=64),
    )
