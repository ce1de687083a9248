"""Auditing a log: every change, removal, reordering and cut-off by name (formats.md 2).

One pass over the rows, two hashes per row and no object per row; each link is checked against
the stored hash before it, so that a fault is named where it is and not at every row after it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from credential import base64url, jose, words
from credential.errors import CredentialError, Malformed
from credential.jose import PublicKey
from credential.log.entries import BLIND_BYTES, genesis, read_entry
from credential.log.heads import HEAD_PREFIX, Head, open_head
from credential.strictjson import Json

Row: TypeAlias = tuple[int, bytes, bytes, bytes | None, bytes | None]
"""n, c, h, and unless wiped the entry and its blind: a plain tuple, as a cursor yields it."""

MAX_FAULTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and at which entry; 0 stands for the log as a whole."""

    code: str
    n: int


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The verdict on a chain: what stands, what the resident removed, and what is wrong.

    `mend` is true when the head file is one commit behind: a crash between the commit and the
    writing of the file, to be mended with a notice. `kept` is the entry whose head was kept
    elsewhere.
    """

    entries: int
    removed: tuple[int, ...]
    faults: tuple[Fault, ...]
    last_h: bytes
    mend: bool
    kept: int | None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; removal by the resident is no fault."""
        return not self.faults


def verify_chain(
    rows: Iterable[Row],
    *,
    log_id: bytes,
    log_key: PublicKey,
    heads: Sequence[str],
    head_file: str | None,
    kept_words: str | None,
) -> ChainReport:
    """Every fault of the rows, in order of `n`, against the signed heads.

    `heads` are those stored with the rows, at least of the last two commits, oldest first: the
    last one must be that of the last row. `head_file` is what stands beside the database, `None`
    if nothing does; `kept_words` what the resident kept.
    """
    faults: list[Fault] = []
    signed = _signed(heads, log_id, log_key, faults)
    filed = _filed(head_file, log_id, log_key, faults)
    kept = _kept(kept_words)
    wanted = {0, *(head.n for head in signed)} | ({filed.n} if filed else set())

    start = genesis(log_id, base64url.decode(jose.thumbprint(log_key)))
    walk = _Walk(start, wanted, kept)
    walk.over(rows)
    faults += walk.faults
    faults += _heads(signed, walk)
    mend = _file(filed, signed, walk, faults)
    if kept is not None and walk.kept is None:
        faults.append(Fault("log.kept_head", 0))
    faults.sort(key=lambda fault: fault.n)
    return ChainReport(
        entries=walk.rows,
        removed=tuple(sorted(walk.wiped.keys() & walk.declared)),
        faults=tuple(faults[:MAX_FAULTS]),
        last_h=walk.last_h,
        mend=mend,
        kept=walk.kept,
    )


class _Walk:
    """One pass over the rows."""

    def __init__(self, start: bytes, wanted: set[int], kept: bytes | None) -> None:
        self.faults: list[Fault] = []
        self.rows = 0
        self.last_n = 0
        self.last_h = start
        self.wanted = wanted
        self.kept_prefix = kept
        self.kept: int | None = 0 if kept is not None and start.startswith(kept) else None
        self.heads = {0: start}
        self.wiped: dict[int, bool] = {}
        """Entries no longer there; true if the blind is still there."""
        self.declared: set[int] = set()
        """Entries that some `removed` event names."""

    def over(self, rows: Iterable[Row]) -> None:
        """Check each row, then what was removed against what was declared removed."""
        # Locals, and nothing called that need not be: the goal is 300,000 entries a second.
        sha256 = hashlib.sha256
        previous, expected = self.last_h, 1
        wanted, kept, wiped = self.wanted, self.kept_prefix, self.wiped
        count = 0
        for n, c, h, entry, blind in rows:
            count += 1
            at = expected
            expected += 1
            try:
                if n != at:
                    expected = self._out_of_order(n, at) + 1
                if entry is None or blind is None:
                    if entry is None:
                        wiped[n] = blind is not None
                    else:
                        self._fault("log.blind_missing", n)
                elif (
                    len(blind) != BLIND_BYTES
                    or sha256(b"regie-entry-1" + blind + entry).digest() != c
                ):
                    self._fault("log.entry_changed", n)
                elif not entry.endswith(b',"n":%d,"v":1}' % n):
                    self._fault("log.entry_number", n)
                elif entry.endswith(b'"removed","n":%d,"v":1}' % n):
                    self._removal(n, entry)
                if sha256(b"regie-chain-1" + n.to_bytes(8, "big") + previous + c).digest() != h:
                    self._fault("log.link", n)
                if n in wanted:
                    self.heads[n] = h
                if kept is not None and h.startswith(kept):
                    self.kept = n
            except (TypeError, AttributeError, ValueError, OverflowError):
                # A database holds what was put there: text for bytes, a number below zero.
                self._fault("log.row_form", at)
                expected = at + 1
            previous = h
        self.rows, self.last_n, self.last_h = count, expected - 1, previous
        self._removals()

    def _out_of_order(self, n: int, expected: int) -> int:
        if type(n) is not int or n < 1:
            raise ValueError
        if n < expected:
            self._fault("log.order", n)
        else:
            self._fault("log.row_missing", expected)
        return n

    def _removal(self, n: int, entry: bytes) -> None:
        """Note what a `removed` event names; only what came before it can be."""
        try:
            event = read_entry(entry)
        except CredentialError:
            self._fault("log.entry_form", n)
            return
        named: Json = event.body.get("entries")
        if not isinstance(named, list) or not all(type(m) is int and 0 < m < n for m in named):
            self._fault("log.removal", n)
            return
        self.declared.update(m for m in named if isinstance(m, int))

    def _removals(self) -> None:
        for n, has_blind in self.wiped.items():
            if n not in self.declared:
                self._fault("log.entry_missing", n)
            elif has_blind:
                # With the blind left, a guess at what was removed can be confirmed.
                self._fault("log.blind_left", n)
        for n in self.declared - self.wiped.keys():
            self._fault("log.removed_present", n)

    def _fault(self, code: str, n: int) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(code, n))


def _signed(heads: Sequence[str], log_id: bytes, key: PublicKey, faults: list[Fault]) -> list[Head]:
    found: list[Head] = []
    for token in heads:
        head = _open(token, log_id, key)
        if head is None:
            faults.append(Fault("log.head_signature", 0))
        else:
            found.append(head)
    return found


def _filed(token: str | None, log_id: bytes, key: PublicKey, faults: list[Fault]) -> Head | None:
    if token is None:
        faults.append(Fault("log.head_file_missing", 0))
        return None
    head = _open(token, log_id, key)
    if head is None:
        faults.append(Fault("log.head_file_signature", 0))
    return head


def _open(token: str, log_id: bytes, key: PublicKey) -> Head | None:
    """The head, unless it is not one, or of another log."""
    try:
        head = open_head(token, key)
    except CredentialError:
        return None
    return head if head.log_id == log_id else None


def _kept(kept_words: str | None) -> bytes | None:
    if kept_words is None:
        return None
    kept = words.bytes_for(kept_words)
    if len(kept) != HEAD_PREFIX:
        raise Malformed("words.length", "Regie formats 2")
    return kept


def _heads(signed: Sequence[Head], walk: _Walk) -> list[Fault]:
    """Each stored head must be in the chain, and the last one at its end."""
    faults = [_against(head, walk, "log.head") for head in signed]
    if not signed or max(head.n for head in signed) < walk.last_n:
        # Rows after the last head: nobody who holds the log key vouched for them.
        faults.append(Fault("log.head_missing", walk.last_n))
    return [fault for fault in faults if fault is not None]


def _file(filed: Head | None, signed: Sequence[Head], walk: _Walk, faults: list[Fault]) -> bool:
    """Compare the head file; true if it is one commit behind, which a crash explains."""
    if filed is None:
        return False
    fault = _against(filed, walk, "log.head_file")
    if fault is not None:
        faults.append(fault)
        return False
    if filed.n == walk.last_n:
        return False
    # A commit may append several entries: one behind is the head before the last one signed.
    before = [head.n for head in signed if head.n < walk.last_n]
    if filed.n == max(before, default=walk.last_n - 1):
        return True
    faults.append(Fault("log.head_file_old", filed.n))
    return False


def _against(head: Head, walk: _Walk, code: str) -> Fault | None:
    if head.n > walk.last_n:
        return Fault("log.cut_off", walk.last_n + 1)
    if walk.heads.get(head.n) != head.h:
        return Fault(f"{code}_differs", head.n)
    return None
