"""Clerks on disk: their logins and sessions, and the log of what they did."""

from dataclasses import asdict, dataclass
from itertools import count

from sqlalchemy import Connection, delete, update
from sqlalchemy.exc import IntegrityError

from issuer.store.database import Database
from issuer.tables import clerk_logins, clerk_names, clerk_sessions, desk_actions


@dataclass(frozen=True, repr=False)
class ActionRow:
    """Who did what at the desk, to whose cards, and for what purpose; never a value."""

    at: int
    keep_until: int
    municipality: str
    clerk: str
    action: str
    case_id: str | None
    subject: str | None
    purpose: str


class Clerks:
    """The verbs of a clerk's login and session."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, session_hash: str, state_hash: str, sealed: bytes, expires_at: int) -> None:
        """A browser leaves for the login provider."""
        with self._database.writing() as connection:
            connection.execute(
                clerk_logins.insert().values(
                    session_hash=session_hash,
                    state_hash=state_hash,
                    sealed=sealed,
                    expires_at=expires_at,
                )
            )

    def finish(self, session_hash: str, state_hash: str, now: int) -> bytes | None:
        """What that browser left behind, once; `None` for any other browser, and too late."""
        with self._database.writing() as connection:
            row = connection.execute(
                delete(clerk_logins)
                .where(
                    clerk_logins.c.session_hash == session_hash,
                    clerk_logins.c.state_hash == state_hash,
                )
                .returning(clerk_logins.c.sealed, clerk_logins.c.expires_at)
            ).first()
        return None if row is None or row.expires_at <= now else bytes(row.sealed)

    def open(self, session_hash: str, sealed: bytes, expires_at: int, action: ActionRow) -> None:
        """A clerk is logged in, and the log says so."""
        with self._database.writing() as connection:
            connection.execute(
                clerk_sessions.insert().values(
                    session_hash=session_hash,
                    sealed=sealed,
                    seen_at=action.at,
                    expires_at=expires_at,
                )
            )
            write_action(connection, action)

    def name(self, identity: str, wanted: str, now: int, keep_until: int) -> str:
        """The name on record of this login; for a new one `wanted`, or `wanted` with a number."""
        for number in count(1):
            name = wanted if number == 1 else f"{wanted} ({number})"
            try:
                with self._database.writing() as connection:
                    connection.execute(delete(clerk_names).where(clerk_names.c.keep_until <= now))
                    known = connection.execute(
                        update(clerk_names)
                        .where(clerk_names.c.identity == identity)
                        .values(keep_until=keep_until)
                        .returning(clerk_names.c.name)
                    ).scalar()
                    if known is not None:
                        return str(known)
                    connection.execute(
                        clerk_names.insert().values(
                            name=name, identity=identity, keep_until=keep_until
                        )
                    )
                    return name
            except IntegrityError:
                # Somebody else has this name, or this login came in by another door just now.
                continue
        raise AssertionError

    def session(self, session_hash: str, now: int, idle: int, *, stays: bool) -> bytes | None:
        """The session, if it is neither too old nor left alone too long.

        `stays`: this is a page that renews itself, which keeps no session awake.
        """
        alive = (
            (clerk_sessions.c.session_hash == session_hash)
            & (clerk_sessions.c.expires_at > now)
            & (clerk_sessions.c.seen_at > now - idle)
        )
        seen = clerk_sessions.c.seen_at if stays else now
        with self._database.writing() as connection:
            found = connection.execute(
                update(clerk_sessions)
                .where(alive)
                .values(seen_at=seen)
                .returning(clerk_sessions.c.sealed)
            ).scalar()
        return None if found is None else bytes(found)

    def change(self, session_hash: str, before: bytes, after: bytes) -> bool:
        """Writes a session over exactly the one that was read."""
        with self._database.writing() as connection:
            done = connection.execute(
                update(clerk_sessions)
                .where(
                    clerk_sessions.c.session_hash == session_hash,
                    clerk_sessions.c.sealed == before,
                )
                .values(sealed=after)
            )
            return bool(done.rowcount)

    def close(self, session_hash: str) -> None:
        """The clerk left; what was sealed in the session is gone."""
        with self._database.writing() as connection:
            connection.execute(
                delete(clerk_sessions).where(clerk_sessions.c.session_hash == session_hash)
            )

    def act(self, row: ActionRow) -> None:
        """On record before the effect."""
        with self._database.writing() as connection:
            write_action(connection, row)

    def purge(self, now: int, idle: int) -> None:
        """Forgets sessions that are over, and actions after their term."""
        with self._database.writing() as connection:
            connection.execute(delete(clerk_logins).where(clerk_logins.c.expires_at <= now))
            over = (clerk_sessions.c.expires_at <= now) | (clerk_sessions.c.seen_at <= now - idle)
            connection.execute(delete(clerk_sessions).where(over))
            connection.execute(delete(desk_actions).where(desk_actions.c.keep_until <= now))


def write_action(connection: Connection, row: ActionRow) -> None:
    """One line of the desk log, inside the transaction that has the effect."""
    connection.execute(desk_actions.insert().values(**asdict(row)))
