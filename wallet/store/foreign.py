"""Logs of others: each a closed segment beside the own log, known by the activity that brought it.

Source: formats.md 2, Export. Nothing of them enters the chain, the totals or the own search.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from credential import strictjson
from credential.strictjson import Json, Object
from wallet.errors import NoMatch, Usage
from wallet.events import Kind
from wallet.store.database import Row, Value
from wallet.store.filtering import expression, terms
from wallet.store.projection import MEMBERS, Activity, Claim, words
from wallet.store.values import Entry
from wallet.store.writing import Writing

_COLUMNS: Final = "activity, log, imported_at, entries, withheld, faults, sha256"
_MAX_DOCUMENT: Final = 16 << 20
_CLAIM: Final = 20
_MAX_CLAIMS: Final = 1 << 20
"""What is kept of the claims, and of who else, in characters: always less than can be read."""


@dataclass(frozen=True)
class ForeignLog:
    """A log that was brought in, and how it stood when it was; `activity` is its id here."""

    activity: str
    log: str
    imported_at: int
    entries: int
    withheld: int
    faults: int
    sha256: str
    content: bytes = field(default=b"", repr=False)


class Foreign(Writing):
    """Brought in with an event, looked at, and gone with the activity of that event."""

    def bring_log(
        self, found: ForeignLog, activities: Iterable[Activity], body: Object, *, at: int
    ) -> Entry:
        """Keeps a whole file; `import.known` when the same one is here already."""
        with self._write(at):
            if self.database.row("SELECT 1 FROM foreign_logs WHERE sha256 = ?", (found.sha256,)):
                raise Usage("import.known")
            self.database.execute(
                f"INSERT INTO foreign_logs ({_COLUMNS}, content)"  # noqa: S608 - our own names
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                tuple(asdict(found).values()),
            )
            for one in activities:
                key = (found.activity, one.first_n)
                self.database.execute(
                    "INSERT INTO foreign_activities (activity, first_n, document) VALUES (?, ?, ?)",
                    (*key, strictjson.dumps(_document(one)).decode()),
                )
                self.database.execute(
                    "INSERT INTO foreign_words (activity, first_n, words) VALUES (?, ?, ?)",
                    (*key, words(one)),
                )
            return self._append(found.activity, Kind.LOG_IMPORTED, body, at=at)

    def foreign_logs(self) -> tuple[ForeignLog, ...]:
        """All of them, the newest first; without what is in them."""
        rows = self.database.rows(
            f"SELECT {_COLUMNS} FROM foreign_logs ORDER BY imported_at DESC, activity"  # noqa: S608
        )
        return tuple(ForeignLog(**row) for row in rows)

    def foreign_log(self, beginning: str) -> ForeignLog:
        """One by its id or the only beginning of it, with the file; `import.none` otherwise."""
        rows = self.database.rows(
            f"SELECT {_COLUMNS}, content FROM foreign_logs"  # noqa: S608 - our own names
            " WHERE substr(activity, 1, ?) = ? LIMIT 2",
            (len(beginning), beginning),
        )
        if len(rows) != 1 or not beginning:
            raise NoMatch("import.none")
        return ForeignLog(**rows[0])

    def foreign_activities(
        self, activity: str, *, search: str = "", limit: int = 0
    ) -> tuple[Activity, ...]:
        """What one of them tells, newest first; `search` as in the own log, and apart from it."""
        narrowed, parameters = "", list[Value]([activity])
        if terms(search):
            narrowed = (
                " AND first_n IN (SELECT first_n FROM foreign_words"
                " WHERE foreign_words MATCH ? AND activity = ?)"
            )
            parameters += [expression(search, {}), activity]
        rows = self.database.rows(
            "SELECT document FROM foreign_activities"  # noqa: S608 - as above
            f" WHERE activity = ?{narrowed} ORDER BY first_n DESC LIMIT ?",
            [*parameters, limit or -1],
        )
        return tuple(map(_activity, rows))


def _document(one: Activity) -> Object:
    claims: list[Json] = []
    room = _MAX_CLAIMS
    for (vct, path), claim in one.claims.items():
        room -= len(vct) + len(path) + _CLAIM
        # No real log comes near; the file itself is kept whole, and is what is judged.
        if room < 0:
            break
        claims.append([vct, path, claim.asked, claim.shared, claim.erased])
    return asdict(replace(one, claims={}, others=one.others[:_MAX_CLAIMS])) | {"claims": claims}


def _activity(row: Row) -> Activity:
    stored: dict[str, Any] = strictjson.loads_object(row["document"], max_bytes=_MAX_DOCUMENT)
    members = {name: stored[name] for name in MEMBERS if name in stored}
    members["claims"] = {
        (vct, path): Claim(asked, shared, erased)
        for vct, path, asked, shared, erased in stored["claims"]
    }
    return Activity(**members)
