"""Sessions that other systems started: whose they are, and which browser came for them."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from verifier.store.engine import Store
from verifier.tables import API_SESSIONS as S
from verifier.tables import TRANSACTIONS as T


@dataclass(frozen=True)
class Session:
    """A session of one client; `session` is the keyed hash its requests are found by."""

    id: str
    client: str
    profile: str
    created: int
    expires: int
    session: str = field(repr=False)


def open_session(store: Store, session: Session, arrival: str, *, forget_before: int) -> None:
    """Write a new session down; what ended long ago goes at the same time."""
    with store.writing() as connection:
        forget(connection, forget_before)
        connection.execute(
            insert(S).values(
                id=session.id,
                client=session.client,
                profile=session.profile,
                created=session.created,
                expires=session.expires,
                session=session.session,
                arrival=arrival,
            )
        )


def arrive(store: Store, arrival: str, fresh: str, now: int) -> Session | None:
    """The first browser that comes with the code gets the session, once, under a new name."""
    taken = (
        update(S).where(S.c.arrival == arrival, S.c.expires > now).values(arrival=None).returning(S)
    )
    with store.writing() as connection:
        row = connection.execute(taken).one_or_none()
        if row is None:
            return None
        connection.execute(update(S).where(S.c.id == row.id).values(session=fresh))
        connection.execute(update(T).where(T.c.session == row.session).values(session=fresh))
    return _session(row)


def session_of(store: Store, session: str, client: str) -> Session | None:
    """A session of this client; of another's nothing is said."""
    statement = select(S).where(S.c.id == session, S.c.client == client)
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    return None if row is None else _session(row)


def session_behind(connection: Connection, transaction: str) -> Session | None:
    """The session that a request belongs to, inside the transaction that moves the request."""
    row = connection.execute(
        select(S).join(T, T.c.session == S.c.session).where(T.c.id == transaction)
    ).one_or_none()
    return None if row is None else _session(row)


def return_of(store: Store, session: str, profile: str) -> str | None:
    """Where the visitor of this browser came from, by the newest request of this profile."""
    statement = (
        select(T.c.return_uri)
        .where((T.c.session == session) | (T.c.owner == session), T.c.profile == profile)
        .order_by(T.c.created.desc())
        .limit(1)
    )
    with store.reading() as connection:
        return connection.execute(statement).scalar_one_or_none()


def forget(connection: Connection, before: int) -> int:
    """Remove the sessions that ended before this moment."""
    return connection.execute(delete(S).where(S.c.expires < before)).rowcount


def _session(row: Row[Any]) -> Session:
    return Session(row.id, row.client, row.profile, row.created, row.expires, row.session)
