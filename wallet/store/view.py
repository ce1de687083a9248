"""The tables of the activities view: kept in step with each event, or rebuilt from all of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from credential import strictjson
from credential.errors import CredentialError
from wallet.events import Kind
from wallet.store.database import Database, Row
from wallet.store.projection import Activity, Claim, Draft, fold, start, take, words
from wallet.store.schema import create_view
from wallet.store.values import Entry

COLUMNS: Final = tuple(f.name for f in fields(Activity) if f.name != "claims")
_REPLACE: Final = (
    f"REPLACE INTO activities ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
)


def record(database: Database, entry: Entry) -> None:
    """Takes one new event into the view, inside the transaction that appended it."""
    database.execute(
        "INSERT INTO events (n, activity, kind, at) VALUES (?, ?, ?, ?)",
        (entry.n, entry.activity, entry.kind, entry.at),
    )
    before = load(database, entry.activity)
    after = fold(before, entry)
    _write(database, before, after)


def load(database: Database, activity: str) -> Activity | None:
    """The activity as the view has it."""
    row = database.row("SELECT * FROM activities WHERE id = ?", (activity,))
    return None if row is None else page(database, [row])[0]


def forget(database: Database, activity: str) -> None:
    """Takes an activity out of the view, its search words too."""
    database.execute("DELETE FROM activity_words WHERE activity = ?", (activity,))
    database.execute("DELETE FROM activity_claims WHERE activity = ?", (activity,))
    database.execute("DELETE FROM activities WHERE id = ?", (activity,))
    database.execute("DELETE FROM events WHERE activity = ?", (activity,))


def page(database: Database, rows: Sequence[Row]) -> list[Activity]:
    """Rows of the view with their claims, in the same order; one query for all claims."""
    claims: dict[str, dict[tuple[str, str], Claim]] = {row["id"]: {} for row in rows}
    for activity, vct, path, asked, shared, erased in database.tuples(
        "SELECT activity, vct, path, asked, shared, erased FROM activity_claims"
        " WHERE activity IN (SELECT value FROM json_each(?))",
        (strictjson.dumps([*claims]).decode(),),
    ):
        claims[activity][vct, path] = Claim(bool(asked), bool(shared), bool(erased))
    return [
        Activity(**{name: row[name] for name in COLUMNS}, claims=claims[row["id"]]) for row in rows
    ]


def parse_entry(stored: bytes) -> Entry:
    """The event these bytes record; our own bytes, so read without the checks `verify` makes."""
    value = strictjson.loads_object(stored)
    return Entry(
        n=strictjson.integer(value, "n"),
        activity=strictjson.text(value, "activity"),
        kind=strictjson.text(value, "kind"),
        at=strictjson.integer(value, "at"),
        body=strictjson.obj(value, "body"),
    )


def rebuild(database: Database, entries: Iterable[Entry]) -> None:
    """Makes the view anew from the entries, inside a transaction."""
    create_view(database)
    drafts: dict[str, Draft] = {}
    for entry in entries:
        database.execute(
            "INSERT INTO events (n, activity, kind, at) VALUES (?, ?, ?, ?)",
            (entry.n, entry.activity, entry.kind, entry.at),
        )
        take(drafts.setdefault(entry.activity, start(entry)), entry)
    for draft in drafts.values():
        _write(database, None, Activity(**draft))


def remake(database: Database) -> None:
    """Makes the view anew from the log, inside a transaction."""
    rebuild(database, _readable(database))


def _readable(database: Database) -> Iterator[Entry]:
    # An entry that was changed is named by the audit; it must not keep the others from view.
    for (stored,) in database.tuples(
        "SELECT entry FROM entries WHERE entry IS NOT NULL ORDER BY n"
    ):
        try:
            entry = parse_entry(stored)
            Kind(entry.kind)
        except (CredentialError, ValueError, TypeError):
            continue
        yield entry


def values(activity: Activity) -> tuple[Any, ...]:
    """The columns of an activity in the order of the table."""
    return tuple(getattr(activity, name) for name in COLUMNS)


def _write(database: Database, before: Activity | None, after: Activity) -> None:
    database.execute(_REPLACE, values(after))
    old = before.claims if before else {}
    changed = [(key, claim) for key, claim in after.claims.items() if old.get(key) != claim]
    if changed:
        database.run_many(
            "REPLACE INTO activity_claims (n, activity, vct, path, asked, shared, erased)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (after.first_n, after.id, vct, path, int(c.asked), int(c.shared), int(c.erased))
                for (vct, path), c in changed
            ],
        )
    text = words(after)
    if before is None:
        database.execute(
            "INSERT INTO activity_words (rowid, activity, words) VALUES (?, ?, ?)",
            (after.first_n, after.id, text),
        )
    elif words(before) != text:
        database.execute(
            "UPDATE activity_words SET words = ? WHERE rowid = ?", (text, after.first_n)
        )
