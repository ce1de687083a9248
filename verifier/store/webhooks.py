"""Messages to other systems: written with what they tell of, sent later, by one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from verifier.store.engine import Store
from verifier.tables import DELIVERIES as M

BATCH: Final = 50


@dataclass(frozen=True)
class Message:
    """One event for one receiver, as it is written down."""

    id: str
    hook: str
    event: str
    payload_sealed: bytes = field(repr=False)
    created: int


@dataclass(frozen=True)
class Claimed:
    """A message that this process alone has in hand, until `until`."""

    id: str
    hook: str
    payload_sealed: bytes = field(repr=False)
    created: int
    tries: int
    until: int


@dataclass(frozen=True)
class Delivery:
    """What became of a message so far; without its content."""

    id: str
    hook: str
    event: str
    created: int
    next_try: int | None
    tries: int
    delivered: int | None
    given_up: int | None
    last_status: int | None


def write(connection: Connection, messages: Sequence[Message]) -> None:
    """Write messages down, in the transaction of what they tell of."""
    for one in messages:
        connection.execute(
            insert(M).values(
                id=one.id,
                hook=one.hook,
                event=one.event,
                payload_sealed=one.payload_sealed,
                created=one.created,
                next_try=one.created,
                tries=0,
            )
        )


def due(store: Store, now: int) -> list[tuple[str, str]]:
    """The messages that may be tried now with their receivers, the longest waiting first."""
    with store.reading() as connection:
        rows = connection.execute(
            select(M.c.id, M.c.hook)
            .where(_may_be_taken(now))
            .order_by(M.c.next_try, M.c.id)
            .limit(BATCH)
        ).all()
    return [(row.id, row.hook) for row in rows]


def claim(store: Store, message: str, now: int, seconds: int) -> Claimed | None:
    """Take one in hand, if nobody else has it; the try counts even if we are killed."""
    statement = (
        update(M)
        .where(M.c.id == message, _may_be_taken(now))
        .values(claimed_until=now + seconds, tries=M.c.tries + 1)
        .returning(M)
    )
    with store.writing() as connection:
        row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    return Claimed(row.id, row.hook, row.payload_sealed, row.created, row.tries, row.claimed_until)


def delivered(store: Store, claimed: Claimed, now: int, status: int) -> bool:
    """The receiver took it; false when it was no longer ours to say so."""
    return _settle(
        store, claimed, delivered=now, next_try=None, last_status=status, claimed_until=None
    )


def failed(store: Store, claimed: Claimed, status: int | None, next_try: int | None) -> bool:
    """It was not taken: tried again at `next_try`."""
    return _settle(store, claimed, next_try=next_try, last_status=status, claimed_until=None)


def given_up(store: Store, claimed: Claimed, now: int, status: int | None) -> bool:
    """It was not taken and is not tried again by itself."""
    return _settle(
        store, claimed, given_up=now, next_try=None, last_status=status, claimed_until=None
    )


def again(store: Store, message: str, hooks: Sequence[str], now: int) -> Delivery | None:
    """Somebody asks for it once more, with the same id; `None` when it is not theirs to ask."""
    statement = (
        update(M)
        .where(M.c.id == message, M.c.hook.in_(hooks), M.c.payload_sealed.is_not(None))
        .values(next_try=now, delivered=None, given_up=None)
        .returning(M)
    )
    with store.writing() as connection:
        row = connection.execute(statement).one_or_none()
    return None if row is None else _delivery(row)


def deliveries(
    store: Store,
    hooks: Sequence[str],
    *,
    state: str | None,
    event: str | None,
    after: tuple[int, str] | None,
    limit: int,
) -> list[Delivery]:
    """What was sent or waits to be sent to these receivers, newest first."""
    wanted: list[ColumnElement[bool]] = [M.c.hook.in_(hooks)]
    if event is not None:
        wanted.append(M.c.event == event)
    if state is not None:
        wanted.append(
            {
                "delivered": M.c.delivered.is_not(None),
                "given_up": M.c.given_up.is_not(None),
                "waiting": M.c.next_try.is_not(None),
            }[state]
        )
    if after is not None:
        at, last = after
        wanted.append(or_(M.c.created < at, and_(M.c.created == at, M.c.id < last)))
    statement = select(M).where(*wanted).order_by(M.c.created.desc(), M.c.id.desc()).limit(limit)
    with store.reading() as connection:
        return [_delivery(row) for row in connection.execute(statement)]


@dataclass(frozen=True)
class Waiting:
    """How many messages wait, since when the longest does, and how many were given up."""

    waiting: int
    oldest: int | None
    given_up: int


def waiting(store: Store) -> Waiting:
    """How the sending stands, for whoever keeps it running."""
    waits = M.c.next_try.is_not(None)
    statement = select(
        func.count().filter(waits),
        func.min(M.c.created).filter(waits),
        func.count().filter(M.c.given_up.is_not(None)),
    ).select_from(M)
    with store.reading() as connection:
        count, oldest, given = connection.execute(statement).one()
    return Waiting(count, oldest, given)


def forget(connection: Connection, before: int) -> int:
    """Remove what was written before this moment, taken or not."""
    return connection.execute(delete(M).where(M.c.created < before)).rowcount


def _may_be_taken(now: int) -> ColumnElement[bool]:
    return and_(M.c.next_try <= now, or_(M.c.claimed_until.is_(None), M.c.claimed_until < now))


def _settle(store: Store, claimed: Claimed, **values: int | None) -> bool:
    statement = (
        update(M)
        .where(M.c.id == claimed.id, M.c.claimed_until == claimed.until)
        .values(**values)
        .returning(M.c.id)
    )
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        row.id,
        row.hook,
        row.event,
        row.created,
        row.next_try,
        row.tries,
        row.delivered,
        row.given_up,
        row.last_status,
    )
