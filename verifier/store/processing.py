"""The rows of the processing log (Logboek Dataverwerkingen): added, read, taken off a person."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from sqlalchemy import Connection, delete, exists, or_, select, update
from sqlalchemy import insert as new_row

from verifier.store.engine import Store
from verifier.tables import DISCLOSURES as D
from verifier.tables import PROCESSING as P

_PAGE: Final = 1000
_NEW: Final = new_row(P)


@dataclass(frozen=True)
class Row:
    """One act about one person, column by column."""

    id: str
    trace: str
    span: str
    parent_span: str | None
    started: int
    ended: int
    activity: str
    status: str
    subject: str | None
    disclosure: str | None
    role: str
    remove_after: int


def insert(connection: Connection, row: Row) -> None:
    """Add one act, in the transaction that does it."""
    connection.execute(_NEW, asdict(row))


def of_disclosure(connection: Connection, disclosure: str) -> list[Row]:
    """What was done with one disclosure, oldest first."""
    return _read(connection, P.c.disclosure == disclosure)


def of_subject(connection: Connection, subject: str) -> list[Row]:
    """What was done about one person as we know them, oldest first."""
    return _read(connection, P.c.subject == subject)


def of_either(connection: Connection, subject: str, disclosure: str) -> list[Row]:
    """The two together, each act once: what the person behind one disclosure may read."""
    mine = or_(P.c.disclosure == disclosure, (P.c.subject == subject) & P.c.disclosure.is_(None))
    return _read(connection, mine)


def _read(connection: Connection, where: Any) -> list[Row]:  # noqa: ANN401 - a clause
    rows = connection.execute(select(P).where(where).order_by(P.c.started, P.c.id))
    return [_row(row) for row in rows]


def _row(row: Any) -> Row:  # noqa: ANN401 - a database row
    return Row(**{name.name: getattr(row, name.name) for name in fields(Row)})


def everything(store: Store) -> Iterator[Row]:
    """Every row in order of its id, page by page: a log may be longer than memory."""
    after = ""
    while True:
        with store.reading() as connection:
            rows = connection.execute(
                select(P).where(P.c.id > after).order_by(P.c.id).limit(_PAGE)
            ).all()
        yield from (_row(row) for row in rows)
        if len(rows) < _PAGE:
            return
        after = rows[-1].id


def detach(connection: Connection, subjects: list[str], disclosures: list[str]) -> None:
    """Take rows off their person: that something was done stays, about whom does not."""
    connection.execute(
        update(P)
        .where(or_(P.c.subject.in_(subjects), P.c.disclosure.in_(disclosures)))
        .values(subject=None, disclosure=None)
    )


def forget(connection: Connection, now: int) -> int:
    """Remove rows whose time is over, unless what they are about is still kept."""
    # Row by row through the key: a list of all that is kept outgrows PostgreSQL's memory.
    held = exists().where(D.c.id == P.c.disclosure, D.c.erased.is_(None))
    return connection.execute(delete(P).where(P.c.remove_after < now, ~held)).rowcount
