"""The statements of what was purged: written with the removal itself, in one transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from verifier.store.engine import Store
from verifier.tables import PURGES


def add(connection: Connection, statement_id: str, at: int, statement: str) -> None:
    """Keep one statement, beside the removal it states."""
    connection.execute(insert(PURGES).values(id=statement_id, at=at, statement=statement))


def forget(connection: Connection, before: int) -> int:
    """Statements go when the numbers they name have gone."""
    return connection.execute(delete(PURGES).where(PURGES.c.at < before)).rowcount


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
