"""What residents are told about their cards, and how far the register's changes were read."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, select, update

from issuer.store.database import Database, insert_new
from issuer.tables import bookmarks, issued, notices


@dataclass(frozen=True, repr=False)
class Notice:
    """One thing that happened to a person's cards of one kind."""

    kind: str
    event: str
    """`revoked` or `renewable`."""
    reason: str
    at: int
    issued_id: int
    """The newest batch it is about; a later one has it behind it."""


class Notices:
    """Told to the wallet that asks, until the cards it is about would have ended anyway."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(
        self, municipality: str, subject: str, now: int, *, grant_id: str | None = None
    ) -> tuple[Notice, ...]:
        """What there is to tell this person now, the newest first.

        `grant_id`: only what is new to the wallet of that grant, which may have fetched since.
        """
        fetched_since = exists().where(
            issued.c.municipality == municipality,
            issued.c.subject == subject,
            issued.c.kind == notices.c.kind,
            issued.c.grant_id == grant_id,
            issued.c.issued_id > notices.c.issued_id,
        )
        with self._database.reading() as connection:
            rows = connection.execute(
                select(notices)
                .where(
                    notices.c.municipality == municipality,
                    notices.c.subject == subject,
                    notices.c.at <= now,
                    notices.c.expires_at > now,
                    ~fetched_since,
                )
                .order_by(notices.c.at.desc(), notices.c.notice_id.desc())
            ).all()
        return tuple(Notice(row.kind, row.event, row.reason, row.at, row.issued_id) for row in rows)


class Bookmarks:
    """How far a feed was read, and what of it must be done again; names are ours."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def value(self, name: str) -> str | None:
        """Where this bookmark lies."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(bookmarks.c.value).where(bookmarks.c.name == name)
            ).scalar()
        return None if found is None else str(found)

    def starting(self, prefix: str) -> dict[str, str]:
        """Every bookmark whose name begins so."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(bookmarks.c.name, bookmarks.c.value)
                .where(bookmarks.c.name.startswith(prefix, autoescape=True))
                .order_by(bookmarks.c.name)
            ).all()
        return {row.name: row.value for row in rows}

    def move(self, name: str, before: str | None, after: str, now: int) -> bool:
        """Moves it from where it was read; false if someone else moved it first."""
        with self._database.writing() as connection:
            if before is None:
                row = {"name": name, "value": after, "at": now}
                return bool(insert_new(connection, bookmarks, [row]))
            done = connection.execute(
                update(bookmarks)
                .where(bookmarks.c.name == name, bookmarks.c.value == before)
                .values(value=after, at=now)
            )
            return done.rowcount == 1

    def put(self, name: str, value: str, now: int) -> None:
        """Sets it, unless it is there already."""
        with self._database.writing() as connection:
            insert_new(connection, bookmarks, [{"name": name, "value": value, "at": now}])

    def drop(self, name: str) -> None:
        """Takes it away."""
        with self._database.writing() as connection:
            connection.execute(delete(bookmarks).where(bookmarks.c.name == name))


def write_notices(
    connection: Connection,
    municipality: str,
    subject: str,
    found: Collection[Notice],
    expires_at: int,
) -> None:
    """Tells each of these once, inside the transaction that makes them so."""
    rows = [
        {
            "municipality": municipality,
            "subject": subject,
            "kind": one.kind,
            "event": one.event,
            "reason": one.reason,
            "issued_id": one.issued_id,
            "at": one.at,
            "expires_at": expires_at,
        }
        for one in found
    ]
    if rows:
        insert_new(connection, notices, rows)


def purge(connection: Connection, now: int) -> None:
    """Forgets what nobody needs to be told any more."""
    connection.execute(delete(notices).where(notices.c.expires_at < now))
