"""Counts for whoever keeps the servers running: how much waits, never whose."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from verifier.store.engine import Store
from verifier.store.rights import WAITS
from verifier.tables import DELIVERIES, RIGHTS, TRANSACTIONS


@dataclass(frozen=True)
class Standing:
    """What stands in the database at one moment."""

    requests: Mapping[str, int]
    open_cases: int
    late_cases: int
    waiting_deliveries: int
    given_up: int


def read(store: Store, now: int) -> Standing:
    """Count; a few indexed looks, for whenever somebody asks."""
    waiting = DELIVERIES.c.delivered.is_(None) & DELIVERIES.c.given_up.is_(None)
    with store.reading() as connection:

        def count(condition: object) -> int:
            statement = select(func.count()).where(condition)  # type: ignore[arg-type]
            return connection.execute(statement).scalar_one()

        by_state = (
            select(TRANSACTIONS.c.state, func.count())
            .where(TRANSACTIONS.c.expires > now)
            .group_by(TRANSACTIONS.c.state)
        )
        return Standing(
            requests={row[0]: row[1] for row in connection.execute(by_state)},
            open_cases=count(WAITS),
            late_cases=count(WAITS & (RIGHTS.c.due < now)),
            waiting_deliveries=count(waiting),
            given_up=count(DELIVERIES.c.given_up.is_not(None)),
        )
