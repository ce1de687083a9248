"""Rights requests that wait for a person: listed, opened, decided once, extended once."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, select, update

from verifier.keys import Sealer
from verifier.store.engine import Store
from verifier.store.rights import FOLLOWED, OPEN_STATES, WAITS, Asked, apart, read
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q

MAX_OPEN: Final = 3
"""So many different things about the same right may wait per key; nobody is buried under one."""


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
    return None if row is None else _whole(row, sealer)


def _whole(row: Row[Any], sealer: Sealer) -> Listed:
    wrote = None
    if row.body_sealed is not None:
        wrote = sealer.open(row.body_sealed, f"rights.body.{row.id}")
    return Listed(read(row, sealer), row.number, wrote)


def waiting(
    connection: Connection, sealer: Sealer, rights_jkt: str, right: str
) -> tuple[Listed, ...]:
    """The open requests for the same right with the same key, oldest first."""
    statement = (
        _BASE.where(Q.c.rights_jkt == rights_jkt, Q.c.asked == right, Q.c.state.in_(OPEN_STATES))
        .order_by(Q.c.received, Q.c.id)
        .limit(MAX_OPEN)
    )
    return tuple(_whole(row, sealer) for row in connection.execute(statement))


def decide(
    connection: Connection,
    sealer: Sealer,
    request: str,
    state: str,
    outcome: dict[str, Any],
    by: str,
    now: int,
    until: int,
) -> bool:
    """What a person decided on an open request, once; the wallet hears it when it asks.

    It can be heard until then, however long the decision took; so long its key is known.
    """
    stated, said = apart(sealer, request, outcome)
    statement = (
        update(Q)
        .where(Q.c.id == request, Q.c.state.in_(OPEN_STATES))
        .values(
            state=state,
            outcome=stated,
            said_sealed=said,
            told=None,
            decided=now,
            decided_by=by,
            remove_after=until,
        )
        .returning(Q.c.rights_jkt)
    )
    key = connection.execute(statement).scalar_one_or_none()
    connection.execute(
        update(D).where(D.c.rights_jkt == key, D.c.remove_after < until).values(remove_after=until)
    )
    return key is not None


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
    connection: Connection, sealer: Sealer, request: str, outcome: dict[str, Any], by: str
) -> None:
    """Something more to tell about a request; when it was decided stays as it is."""
    stated, said = apart(sealer, request, outcome)
    connection.execute(
        update(Q)
        .where(Q.c.id == request)
        .values(outcome=stated, said_sealed=said, told=None, decided_by=by)
    )


def open_ones(store: Store) -> list[tuple[str, int]]:
    """The open requests with the end of their term."""
    with store.reading() as connection:
        rows = connection.execute(select(Q.c.id, Q.c.due).where(WAITS).order_by(Q.c.due, Q.c.id))
        return [(row.id, row.due) for row in rows]
