"""The statements of what was purged: written with the removal itself, in one transaction."""

from collections.abc import Callable, Sequence
from itertools import takewhile

from sqlalchemy import Connection, delete, insert, select

from verifier.store.engine import Store
from verifier.tables import PURGES


def add(connection: Connection, statement_id: str, at: int, statement: str) -> None:
    """Keep one statement, beside the removal it states."""
    connection.execute(insert(PURGES).values(id=statement_id, at=at, statement=statement))


def forget(connection: Connection, over: Callable[[int], bool]) -> int:
    """Statements go when the numbers they name have gone: `over` says so of a moment."""
    moments = connection.execute(select(PURGES.c.at).distinct().order_by(PURGES.c.at)).scalars()
    gone = [*takewhile(over, moments)]
    return connection.execute(delete(PURGES).where(PURGES.c.at.in_(gone))).rowcount


def all_of(store: Store) -> Sequence[str]:
    """Every statement that is kept, oldest first."""
    with store.reading() as connection:
        found = connection.execute(select(PURGES.c.statement).order_by(PURGES.c.at, PURGES.c.id))
        return tuple(found.scalars())


def of_moment(store: Store, at: int) -> Sequence[str]:
    """The statements one run left."""
    statement = select(PURGES.c.statement).where(PURGES.c.at == at).order_by(PURGES.c.id)
    with store.reading() as connection:
        return tuple(connection.execute(statement).scalars())
