"""Auditing the whole log: the chain, its heads, and everything in the store that hangs on it.

Source: formats.md 2. `credential.log` audits the chain; here also the tables are held against it:
the view, the search words, the evidence, the erasable texts and what was sent. Whatever was
changed behind the wallet's back is named.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from credential import base64url, log
from credential.errors import CredentialError
from credential.log import Fault
from credential.strictjson import Object
from wallet import progress
from wallet.errors import Usage
from wallet.progress import silent
from wallet.store import Store
from wallet.store.activities import parse_entry
from wallet.store.database import Database
from wallet.store.projection import Activity, Draft, start, take, words
from wallet.store.values import Entry
from wallet.store.view import values
from wallet.store.writing import evidence_of, text_hash, texts_of

MAX_FAULTS: Final = 1000
_ATTEMPTS: Final = 3
_STEP: Final = 1000


@dataclass(frozen=True)
class Report:
    """The verdict on a log; `mended` is a head file one commit behind, which a crash explains."""

    entries: int
    removed: tuple[int, ...]
    faults: tuple[Fault, ...]
    mended: bool
    kept_at: int | None
    head: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong; what the resident removed is no fault."""
        return not self.faults


def head_words(store: Store) -> tuple[int, tuple[str, ...]]:
    """The number of entries and the eight words of the present head."""
    n, h = store.chain.end(store.database)
    return n, log.head_words(h)


def verify(
    store: Store, *, kept_words: str | None = None, report: progress.Report = silent
) -> Report:
    """Every fault of the log, by name; `kept_words` are those of a head kept elsewhere.

    `report` hears how far it is; what it raises ends the walk, which changed nothing.
    """
    # A writer may be busy: the head file and the rows have to be of one moment.
    for _ in range(_ATTEMPTS - 1):
        head_file = store.chain.read_file()
        found = _verify(store, head_file, kept_words, report)
        if store.chain.read_file() == head_file:
            return found
    return _verify(store, store.chain.read_file(), kept_words, report)


def _verify(
    store: Store, head_file: str | None, kept_words: str | None, report: progress.Report
) -> Report:
    database, chain = store.database, store.chain
    with database.snapshot():
        # Twice over the entries: once for the chain, once for what hangs on it.
        total = _count(database) * 2
        rows = database.rows("SELECT place, head FROM heads")
        stored = {row["place"]: str(row["head"]) for row in rows}
        try:
            found = log.verify_chain(
                _told(_chain_rows(database), report, 0, total),
                log_id=chain.log_id,
                log_key=chain.public_key,
                heads=[stored[place] for place in ("before", "now") if place in stored],
                head_file=head_file,
                kept_words=kept_words,
            )
        except CredentialError:
            raise Usage("head.words") from None
        faults = list(found.faults)
        faults += _disputed(stored)
        faults += _Tables(database).faults(lambda done: report(total // 2 + done, total))
        faults += _pages(database)
    return Report(
        entries=found.entries,
        removed=found.removed,
        faults=tuple(sorted(set(faults), key=lambda f: (f.n, f.code))[:MAX_FAULTS]),
        mended=found.mend,
        kept_at=found.kept,
        head=log.head_words(found.last_h),
    )


def _count(database: Database) -> int:
    row = database.row("SELECT count(*) AS n FROM entries")
    return int(row["n"]) if row else 0


def _told(rows: Iterator[Any], report: progress.Report, done: int, total: int) -> Iterator[Any]:
    """The rows, with a word every so many of them: the walk itself stays as fast."""
    while some := tuple(islice(rows, _STEP)):
        yield from some
        done += len(some)
        report(done, total)


def _chain_rows(database: Database) -> Iterator[Any]:
    # A value of another type than the wallet writes is read as empty, and so as changed.
    return database.tuples(
        "SELECT n, iif(typeof(c) = 'blob', c, x''), iif(typeof(h) = 'blob', h, x''),"
        " iif(entry IS NULL OR typeof(entry) = 'blob', entry, x''),"
        " iif(blind IS NULL OR typeof(blind) = 'blob', blind, x'') FROM entries ORDER BY n"
    )


def _disputed(stored: dict[str, str]) -> list[Fault]:
    """A head file that did not fit once stays a fault, also after it was written anew."""
    return [Fault("log.head_disputed", 0)] if "disputed" in stored else []


def _pages(database: Database) -> list[Fault]:
    """Damage below the rows: indexes that do not fit their tables, words that do not."""
    rows = [row for (row,) in database.tuples("PRAGMA integrity_check(1)")]
    return [] if rows == ["ok"] else [Fault("store.integrity", 0)]


class _Tables:
    """Everything beside the chain, held against the entries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._faults: list[Fault] = []
        self._drafts: dict[str, Draft] = {}
        self._activities: dict[str, Activity] = {}
        self._evidence: set[tuple[int, str, str, str]] = set()
        self._texts: dict[tuple[int, str], tuple[str, str]] = {}
        self._digests: dict[str, set[str]] = {}
        self._events: dict[int, tuple[str, str, int]] = {}

    def faults(self, told: Callable[[int], None]) -> list[Fault]:
        """Reads all entries once, then each table."""
        for done, entry in enumerate(self._entries(), start=1):
            self._take(entry)
            if done % _STEP == 0:
                told(done)
        self._activities = {name: Activity(**draft) for name, draft in self._drafts.items()}
        self._check_events()
        self._check_activities()
        self._check_claims()
        self._check_words()
        self._check_evidence()
        self._check_texts()
        self._check_sent()
        return self._faults

    def _fault(self, code: str, n: int) -> None:
        self._faults.append(Fault(code, n))

    def _entries(self) -> Iterator[Entry]:
        for n, stored in self._database.tuples(
            "SELECT n, entry FROM entries WHERE entry IS NOT NULL ORDER BY n"
        ):
            try:
                entry = parse_entry(stored)
                if entry.n == n:
                    log.Event(entry.kind)
                    yield entry
            except (CredentialError, ValueError, TypeError):
                # Named by the chain where it was changed; nothing more can be read from it.
                continue

    def _take(self, entry: Entry) -> None:
        self._events[entry.n] = (entry.activity, entry.kind, entry.at)
        draft = self._drafts.get(entry.activity)
        if draft is None:
            draft = self._drafts[entry.activity] = start(entry)
        take(draft, entry)
        for role, sha256 in evidence_of(entry.body):
            self._evidence.add((entry.n, entry.activity, role, sha256))
        for name, sha256 in texts_of(entry.body).items():
            self._texts[entry.n, name] = (entry.activity, sha256)
        if "shared" in entry.body:
            self._digests.setdefault(entry.activity, set()).update(_digests(entry.body))

    def _check_events(self) -> None:
        rows = self._database.tuples("SELECT n, activity, kind, at FROM events")
        stored = {n: (activity, kind, at) for n, activity, kind, at in rows}
        for n in stored.keys() | self._events.keys():
            if stored.get(n) != self._events.get(n):
                self._fault("view.event", n if isinstance(n, int) else 0)

    def _check_activities(self) -> None:
        stored = {row["id"]: tuple(row.values()) for row in self._rows("activities")}
        for activity_id in stored.keys() | self._activities.keys():
            activity = self._activities.get(activity_id)
            if activity is None or stored.get(activity_id) != values(activity):
                self._fault("view.activity", activity.first_n if activity else 0)

    def _check_claims(self) -> None:
        stored = {
            (c["activity"], c["vct"], c["path"]): (c["n"], c["asked"], c["shared"], c["erased"])
            for c in self._rows("activity_claims")
        }
        expected = {
            (a.id, vct, path): (a.first_n, int(claim.asked), int(claim.shared), int(claim.erased))
            for a in self._activities.values()
            for (vct, path), claim in a.claims.items()
        }
        for key in stored.keys() | expected.keys():
            if stored.get(key) != expected.get(key):
                self._fault("view.claim", self._first(key[0]))

    def _check_words(self) -> None:
        rows = self._database.tuples("SELECT rowid, activity, words FROM activity_words")
        stored = Counter((n, activity, text) for n, activity, text in rows)
        expected = Counter((a.first_n, a.id, words(a)) for a in self._activities.values())
        for n, _activity, _text in (stored - expected) | (expected - stored):
            self._fault("view.words", n)

    def _check_evidence(self) -> None:
        links = {
            (row["n"], row["activity"], row["role"], row["sha256"])
            for row in self._rows("evidence_links")
        }
        kept = set()
        for sha256, content in self._database.tuples("SELECT sha256, content FROM evidence"):
            if isinstance(content, bytes) and base64url.sha256(content) == sha256:
                kept.add(sha256)
            else:
                users = [n for n, _, _, used in self._evidence if used == sha256]
                self._fault("evidence.changed", min(users, default=0))
        for n, _activity, _role, sha256 in self._evidence:
            if sha256 not in kept:
                self._fault("evidence.missing", n)
        for link in links ^ self._evidence:
            self._fault("evidence.link", link[0] if isinstance(link[0], int) else 0)
        for _sha256 in kept - {sha256 for _, _, _, sha256 in self._evidence}:
            self._fault("evidence.stray", 0)

    def _check_texts(self) -> None:
        # A text that is gone was erased; one that is there must be the one the entry speaks of.
        for row in self._rows("erasable"):
            expected = self._texts.get((row["n"], row["name"]))
            blind, content = row["blind"], row["content"]
            if (
                not isinstance(blind, bytes)
                or not isinstance(content, bytes)
                or expected != (row["activity"], text_hash(blind, content))
            ):
                self._fault("text.changed", row["n"])

    def _check_sent(self) -> None:
        for row in self._rows("spent_copies"):
            allowed = self._digests.get(row["activity"], set())
            disclosures = str(row["compact"]).split("~")[1:]
            if any(part and base64url.sha256(part) not in allowed for part in disclosures):
                self._fault("sent.changed", self._first(row["activity"]))

    def _first(self, activity_id: str) -> int:
        activity = self._activities.get(activity_id)
        return activity.first_n if activity else 0

    def _rows(self, table: str) -> list[dict[str, Any]]:
        return self._database.rows(f"SELECT * FROM {table}")  # noqa: S608 - our own names


def _digests(body: Object) -> Iterator[str]:
    """Every digest under `shared`, however the paths are written beside it."""
    stack = [body.get("shared")]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, dict):
            stack += value.values()
