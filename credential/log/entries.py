"""One event as bytes, its blinded hash, and its link in the chain (formats.md 2).

The stored bytes are hashed and never written anew: `entry_bytes` runs once per event.
"""

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from credential import strictjson
from credential.errors import Malformed
from credential.strictjson import Object

VERSION: Final = 1
BLIND_BYTES: Final = 32
LOG_ID_BYTES: Final = 16
# The year 3000: a stranger's log must not hold a time that no calendar has.
MAX_AT: Final = 32_503_680_000
MAX_ENTRY: Final = 65_536

_SECTION: Final = "Regie formats 2"
_HASH: Final = 32
_MEMBERS: Final = frozenset({"v", "n", "activity", "kind", "at", "body"})


class Event(StrEnum):
    """Every kind of event a log knows."""

    REQUEST_RECEIVED = "request.received"
    REQUEST_REFUSED = "request.refused"
    REQUEST_DECLINED = "request.declined"
    REQUEST_UNMATCHED = "request.unmatched"
    SHARE_INTENDED = "share.intended"
    SHARE_ACKNOWLEDGED = "share.acknowledged"
    SHARE_REJECTED = "share.rejected"
    SHARE_UNSENT = "share.unsent"
    SHARE_UNKNOWN = "share.unknown"
    RECEIPT_VERIFIED = "receipt.verified"
    RECEIPT_INVALID = "receipt.invalid"
    RECEIPT_ABSENT = "receipt.absent"
    CARD_OFFERED = "card.offered"
    CARD_RECEIVED = "card.received"
    CARD_REFUSED = "card.refused"
    CARD_RENEWED = "card.renewed"
    CARD_REVOKED = "card.revoked"
    CARD_EXPIRED = "card.expired"
    CARD_DELETED = "card.deleted"
    CASE_OPENED = "case.opened"
    CASE_STATE = "case.state"
    CASE_DECIDED = "case.decided"
    RIGHT_ASKED = "right.asked"
    RIGHT_ANSWERED = "right.answered"
    REPORT_MADE = "report.made"
    PROCESSING_FETCHED = "processing.fetched"
    TRUST_UPDATED = "trust.updated"
    LOG_EXPORTED = "log.exported"
    LOG_IMPORTED = "log.imported"
    BACKUP_MADE = "backup.made"
    WALLET_RESTORED = "wallet.restored"
    REMOVED = "removed"
    SETTINGS_CHANGED = "settings.changed"
    PIN_CHANGED = "pin.changed"


class Entry(NamedTuple):
    """An event as it was recorded."""

    n: int
    activity: str
    kind: Event
    at: int
    body: Object


def entry_bytes(n: int, activity: str, kind: Event | str, at: int, body: Object) -> bytes:
    """E(n): the exact bytes to store; `at` is seconds since the epoch, UTC."""
    if n < 1 or not 0 <= at <= MAX_AT or not activity:
        raise Malformed("log.entry", _SECTION)
    value: Object = {
        "v": VERSION,
        "n": n,
        "activity": activity,
        "kind": _event(kind).value,
        "at": at,
        "body": body,
    }
    stored = strictjson.dumps(value)
    if len(stored) > MAX_ENTRY:
        raise Malformed("log.entry_size", _SECTION, limit=MAX_ENTRY)
    return stored


def read_entry(stored: bytes) -> Entry:
    """The event these bytes record; refuses bytes that `entry_bytes` would not have written."""
    value = strictjson.loads_object(stored, max_bytes=MAX_ENTRY)
    if value.keys() != _MEMBERS or strictjson.integer(value, "v") != VERSION:
        raise Malformed("log.entry", _SECTION)
    entry = Entry(
        n=strictjson.integer(value, "n"),
        activity=strictjson.text(value, "activity"),
        kind=_event(strictjson.text(value, "kind")),
        at=strictjson.integer(value, "at"),
        body=strictjson.obj(value, "body"),
    )
    if strictjson.dumps(value) != stored or not 0 <= entry.at <= MAX_AT:
        raise Malformed("log.entry_form", _SECTION)
    return entry


def removed_body(entries: Iterable[int]) -> Object:
    """The body of a `removed` event: which entries the resident wiped.

    Whoever wipes a `removed` event names again what it named, or an audit misses those entries.
    """
    return {"entries": [*sorted(set(entries))]}


def entry_hash(blind: bytes, entry: bytes) -> bytes:
    """c(n): without the blind nobody can test a guess of what E(n) was."""
    if len(blind) != BLIND_BYTES:
        raise Malformed("log.blind", _SECTION)
    return hashlib.sha256(b"regie-entry-1" + blind + entry).digest()


def genesis(log_id: bytes, log_key_thumbprint: bytes) -> bytes:
    """h(0): what the chain starts from; the thumbprint is the 32 raw bytes of RFC 7638."""
    if len(log_id) != LOG_ID_BYTES or len(log_key_thumbprint) != _HASH:
        raise Malformed("log.genesis", _SECTION)
    return hashlib.sha256(b"regie-log-1" + log_id + log_key_thumbprint).digest()


def link(n: int, previous: bytes, c: bytes) -> bytes:
    """h(n) from h(n-1) and c(n)."""
    if n < 1 or len(previous) != _HASH or len(c) != _HASH:
        raise Malformed("log.link", _SECTION)
    return hashlib.sha256(b"regie-chain-1" + n.to_bytes(8, "big") + previous + c).digest()


def _event(kind: str) -> Event:
    try:
        return Event(kind)
    except ValueError:
        raise Malformed("log.kind", _SECTION) from None
