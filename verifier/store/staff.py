"""Employees on disk: log-ins and sessions used once each, and the log of what they did."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from verifier.store.engine import Store
from verifier.tables import REGISTRATIONS as R
from verifier.tables import STAFF_LOG as G
from verifier.tables import STAFF_LOGINS as L
from verifier.tables import STAFF_SESSIONS as S

PAGE: Final = 50


@dataclass(frozen=True)
class Line:
    """Who did what, to which registration, and why; never a value and never a name."""

    id: str
    at: int
    employee: str
    role: str
    act: str
    registration: str | None
    reference: str | None
    reason: str | None
    remove_after: int


@dataclass(frozen=True)
class Session:
    """A session as it was read."""

    id: str
    employee: str
    roles: tuple[str, ...]
    role: str | None
    name_sealed: bytes = field(repr=False)
    work_sealed: bytes | None = field(repr=False)
    expires: int


# ---- coming in -----------------------------------------------------------------------------------


def begin(
    store: Store, state: str, browser: str, sealed: bytes, *, now: int, expires: int, idle: int
) -> None:
    """A browser leaves for the login provider; who never came back, or left, is forgotten."""
    with store.writing() as connection:
        connection.execute(delete(L).where(L.c.expires <= now))
        connection.execute(delete(S).where(or_(S.c.expires <= now, S.c.seen <= now - idle)))
        connection.execute(
            insert(L).values(state=state, browser=browser, secrets_sealed=sealed, expires=expires)
        )


def finish(store: Store, state: str, browser: str, now: int) -> bytes | None:
    """What that browser left behind, once; `None` for any other browser, and too late."""
    with store.writing() as connection:
        row = connection.execute(
            delete(L)
            .where(L.c.state == state, L.c.browser == browser)
            .returning(L.c.secrets_sealed, L.c.expires)
        ).first()
    return None if row is None or row.expires <= now else bytes(row.secrets_sealed)


def enter(connection: Connection, session: Session, now: int) -> None:
    """An employee is in."""
    connection.execute(
        insert(S).values(
            id=session.id,
            employee=session.employee,
            roles=list(session.roles),
            role=session.role,
            name_sealed=session.name_sealed,
            started=now,
            seen=now,
            expires=session.expires,
        )
    )


def session(store: Store, name: str, now: int, idle: int, *, stays: bool) -> Session | None:
    """The session, if it is neither too old nor left alone too long.

    `stays`: a page that renews itself keeps no session awake.
    """
    statement = (
        update(S)
        .where(S.c.id == name, S.c.expires > now, S.c.seen > now - idle)
        .values(seen=S.c.seen if stays else now)
        .returning(S)
    )
    with store.writing() as connection:
        row = connection.execute(statement).one_or_none()
    return None if row is None else _session(row)


def choose(connection: Connection, name: str, role: str) -> bool:
    """The role of this session, once."""
    statement = (
        update(S).where(S.c.id == name, S.c.role.is_(None)).values(role=role).returning(S.c.id)
    )
    return connection.execute(statement).first() is not None


def work(store: Store, name: str, before: bytes | None, after: bytes | None) -> bool:
    """Write what is under way over exactly what was read; false if another window was first."""
    same = S.c.work_sealed.is_(None) if before is None else S.c.work_sealed == before
    statement = update(S).where(S.c.id == name, same).values(work_sealed=after).returning(S.c.id)
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def leave(connection: Connection, name: str) -> None:
    """Out: what the session knew is gone."""
    connection.execute(delete(S).where(S.c.id == name))


# ---- the log -------------------------------------------------------------------------------------


def place(connection: Connection, now: int) -> str:
    """Where a new line stands: after those of the same second."""
    before = connection.execute(
        select(func.count()).select_from(G).where(G.c.at == now)
    ).scalar_one()
    return f"{now:010x}{before:06x}"


def write(connection: Connection, line: Line) -> None:
    """One line, inside the transaction that has the effect."""
    connection.execute(insert(G).values(**asdict(line)))


@dataclass(frozen=True)
class Wanted:
    """Which lines: of a period, of one registration, of one employee (the start of the hash)."""

    since: int
    until: int
    registration: str | None = None
    employee: str | None = None


def lines(
    store: Store, wanted: Wanted, *, before: str | None = None, most: int = PAGE
) -> list[tuple[Line, str | None]]:
    """Lines with the number of their registration as long as it stands, the newest first."""
    statement = (
        select(G, R.c.number)
        .outerjoin(R, R.c.id == G.c.registration)
        .where(*_where(wanted))
        .order_by(G.c.id.desc())
        .limit(most)
    )
    if before is not None:
        statement = statement.where(G.c.id < before)
    with store.reading() as connection:
        return [(_line(row), row.number) for row in connection.execute(statement)]


def everything(store: Store, wanted: Wanted) -> Iterator[tuple[Line, str | None]]:
    """The same, all of them, in portions."""
    before: str | None = None
    while found := lines(store, wanted, before=before, most=1000):
        yield from found
        before = found[-1][0].id


def counts(store: Store, wanted: Wanted) -> list[tuple[str, str, int]]:
    """How often each act was done by each role."""
    statement = (
        select(G.c.role, G.c.act, func.count())
        .where(*_where(wanted))
        .group_by(G.c.role, G.c.act)
        .order_by(G.c.role, G.c.act)
    )
    with store.reading() as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(statement)]


def _where(wanted: Wanted) -> list[Any]:
    found = [G.c.at >= wanted.since, G.c.at < wanted.until]
    if wanted.registration is not None:
        found.append(G.c.registration == wanted.registration)
    if wanted.employee is not None:
        found.append(G.c.employee.startswith(wanted.employee, autoescape=True))
    return found


def _line(row: Row[Any]) -> Line:
    return Line(
        row.id,
        row.at,
        row.employee,
        row.role,
        row.act,
        row.registration,
        row.reference,
        row.reason,
        row.remove_after,
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        row.id,
        row.employee,
        tuple(row.roles),
        row.role,
        bytes(row.name_sealed),
        None if row.work_sealed is None else bytes(row.work_sealed),
        row.expires,
    )
