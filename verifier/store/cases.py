"""Rights requests that wait for a person: listed, opened, decided once, extended once."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select, update

from verifier.keys import Sealer
from verifier.store.engine import Store
from verifier.store.rights import FOLLOWED, OPEN_STATES, Asked, apart, read
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q


@dataclass(frozen=True)
class Listed:
    """One request and the registration it concerns."""

    asked: Asked
    number: str | None
    wrote: dict[str, Any] | None = field(default=None, repr=False)


_BASE = (
    select(Q, R.c.number)
    .outerjoin(D, D.c.rights_jkt == Q.c.rights_jkt)
    .outerjoin(R, R.c.id == D.c.registration)
    .where(Q.c.asked.in_(FOLLOWED), Q.c.state != "needs_confirmation")
)


def listed(
    store: Store, sealer: Sealer, *, state: str | None, after: str | None, limit: int
) -> list[Listed]:
    """Requests by term: what is due first stands first; `state` "open" is every open one."""
    statement = _BASE
    if state == "open":
        statement = statement.where(Q.c.state.in_(OPEN_STATES))
    elif state is not None:
        statement = statement.where(Q.c.state == state)
    with store.reading() as connection:
        if after is not None:
            last = connection.execute(
                select(Q.c.received, Q.c.id).where(Q.c.id == after)
            ).one_or_none()
            if last is not None:
                statement = statement.where(
                    (Q.c.received > last.received)
                    | ((Q.c.received == last.received) & (Q.c.id > last.id))
                )
        rows = connection.execute(statement.order_by(Q.c.received, Q.c.id).limit(limit)).all()
    return [Listed(read(row, sealer), row.number) for row in rows]


def find(connection: Connection, sealer: Sealer, request: str) -> Listed | None:
    """One request, with what its person wrote."""
    row = connection.execute(_BASE.where(Q.c.id == request)).one_or_none()
    if row is None:
        return None
    wrote = None
    if row.body_sealed is not None:
        wrote = sealer.open(row.body_sealed, f"rights.body.{row.id}")
    return Listed(read(row, sealer), row.number, wrote)


def waiting(connection: Connection, rights_jkt: str, right: str) -> str | None:
    """An open request for the same with the same key."""
    statement = select(Q.c.id).where(
        Q.c.rights_jkt == rights_jkt, Q.c.asked == right, Q.c.state.in_(OPEN_STATES)
    )
    return connection.execute(statement.limit(1)).scalar_one_or_none()


def decide(
    connection: Connection,
    sealer: Sealer,
    request: str,
    state: str,
    outcome: dict[str, Any],
    by: str,
    now: int,
) -> bool:
    """What a person decided on an open request, once; the wallet hears it when it asks."""
    stated, said = apart(sealer, request, outcome)
    statement = (
        update(Q)
        .where(Q.c.id == request, Q.c.state.in_(OPEN_STATES))
        .values(
            state=state, outcome=stated, said_sealed=said, told=None, decided=now, decided_by=by
        )
        .returning(Q.c.id)
    )
    return connection.execute(statement).first() is not None


def extend(
    connection: Connection,
    sealer: Sealer,
    request: str,
    due: int,
    outcome: dict[str, Any],
    by: str,
    now: int,
) -> bool:
    """A longer term, once, while the first one runs."""
    stated, said = apart(sealer, request, outcome)
    statement = (
        update(Q)
        .where(
            Q.c.id == request,
            Q.c.state == "in_progress",
            Q.c.extended.is_(None),
            Q.c.due >= now,
        )
        .values(
            state="extended",
            due=due,
            outcome=stated,
            said_sealed=said,
            extended=now,
            decided_by=by,
        )
        .returning(Q.c.id)
    )
    return connection.execute(statement).first() is not None


def restate(
    connection: Connection, sealer: Sealer, request: str, outcome: dict[str, Any], by: str, now: int
) -> None:
    """Something more to tell about a request that was decided."""
    stated, said = apart(sealer, request, outcome)
    connection.execute(
        update(Q)
        .where(Q.c.id == request)
        .values(outcome=stated, said_sealed=said, told=None, decided=now, decided_by=by)
    )


def open_ones(store: Store) -> list[tuple[str, int]]:
    """The open requests with the end of their term."""
    with store.reading() as connection:
        rows = connection.execute(
            select(Q.c.id, Q.c.due).where(Q.c.state.in_(OPEN_STATES)).order_by(Q.c.due, Q.c.id)
        )
        return [(row.id, row.due) for row in rows]
