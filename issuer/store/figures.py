"""Counts for whoever keeps the server running: how much is under way, never whose."""

from dataclasses import dataclass

from sqlalchemy import func, select

from issuer import status
from issuer.store.database import Database
from issuer.tables import applications, cases, deferred, grants, promises, status_lists

_OVER = ("issued", "closed", "withdrawn")


@dataclass(frozen=True)
class ListFigures:
    """The status lists of one municipality."""

    oldest: int
    """When the list was signed that was signed longest ago; 0 if one never was."""
    room: int


@dataclass(frozen=True)
class Figures:
    """What stands in the database at one moment."""

    open: dict[tuple[str, str], int]
    """(sort, state) to a number: cases, applications, grants, and requests that wait."""
    late: int
    lists: dict[str, ListFigures]


def figures(database: Database, now: int) -> Figures:
    """Counts what is not over; every count uses an index or a table that is purged."""
    found: dict[tuple[str, str], int] = {}
    with database.reading() as connection:

        def count(sort: str, state: str, statement: object) -> None:
            found[sort, state] = int(connection.execute(statement).scalar_one())  # type: ignore[call-overload]

        total = func.count()
        running = select(total).select_from(cases).where(cases.c.sealed.is_not(None))
        count("case", "running", running)
        rows = connection.execute(
            select(applications.c.phase, total)
            .where(applications.c.phase.not_in(_OVER))
            .group_by(applications.c.phase)
        )
        for phase, number in rows:
            found["application", phase] = int(number)
        late = connection.execute(
            select(total)
            .select_from(applications)
            .where(applications.c.phase.not_in((*_OVER, "decided")), applications.c.due_at < now)
        ).scalar_one()
        for state in ("waiting", "active"):
            statement = select(total).select_from(grants).where(grants.c.state == state)
            count("grant", state, statement)
        count("request", "deferred", select(total).select_from(deferred))
        count("request", "promised", select(total).select_from(promises))
        lists: dict[str, ListFigures] = {}
        for row in connection.execute(
            select(
                status_lists.c.municipality,
                status_lists.c.size,
                status_lists.c.taken,
                status_lists.c.iat,
            )
        ):
            room = status.room(row.size, row.taken)
            before = lists.get(row.municipality)
            signed = row.iat or 0
            lists[row.municipality] = ListFigures(
                oldest=signed if before is None else min(before.oldest, signed),
                room=room + (0 if before is None else before.room),
            )
    return Figures(found, int(late), lists)
