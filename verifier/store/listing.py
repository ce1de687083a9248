"""What other systems may list: registrations by profile, without values unless they are asked."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from verifier.keys import Sealer
from verifier.store.engine import Store
from verifier.store.rights import WAITS
from verifier.tables import DISCLOSURES as D
from verifier.tables import DOSSIERS
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q

_LISTED: Final = (
    select(R, D.c.outcome, DOSSIERS.c.number.label("dossier_number"))
    .outerjoin(D, D.c.id == R.c.founded_by)
    .outerjoin(DOSSIERS, DOSSIERS.c.id == R.c.dossier)
)
_STATES: Final[dict[str, ColumnElement[bool]]] = {
    "restricted": R.c.restricted.is_not(None),
    "ended": and_(R.c.restricted.is_(None), R.c.ended.is_not(None)),
    "unconfirmed": and_(R.c.restricted.is_(None), R.c.ended.is_(None), R.c.confirmed.is_(None)),
    "active": and_(R.c.restricted.is_(None), R.c.ended.is_(None), R.c.confirmed.is_not(None)),
}


@dataclass(frozen=True)
class Listed:
    """A registration without anything about who."""

    id: str
    number: str
    profile: str
    state: str
    since: int
    confirmed: int | None
    ended: int | None
    ended_by: str | None
    delete_by: int | None
    dossier: str | None
    outcome: str | None


def registrations(
    store: Store,
    profiles: frozenset[str],
    *,
    state: str | None,
    since: int | None,
    after: tuple[int, str] | None,
    limit: int,
) -> list[Listed]:
    """A page of the registrations of these profiles, oldest first, from a key on."""
    wanted: list[ColumnElement[bool]] = [R.c.profile.in_(sorted(profiles))]
    if state is not None:
        wanted.append(_STATES[state])
    if since is not None:
        wanted.append(R.c.since >= since)
    if after is not None:
        at, last = after
        wanted.append(or_(R.c.since > at, and_(R.c.since == at, R.c.id > last)))
    statement = _LISTED.where(*wanted).order_by(R.c.since, R.c.id).limit(limit)
    with store.reading() as connection:
        return [_listed(row) for row in connection.execute(statement)]


def registration(connection: Connection, number: str, profiles: frozenset[str]) -> Listed | None:
    """One registration, if it is of these profiles."""
    row = connection.execute(
        _LISTED.where(R.c.number == number, R.c.profile.in_(sorted(profiles)))
    ).one_or_none()
    return None if row is None else _listed(row)


def has_dossier(store: Store, number: str, profiles: frozenset[str]) -> bool:
    """Whether somebody registered under these profiles is in the dossier of this number."""
    statement = (
        select(R.c.id)
        .join(DOSSIERS, DOSSIERS.c.id == R.c.dossier)
        .where(DOSSIERS.c.number == number, R.c.profile.in_(sorted(profiles)))
        .limit(1)
    )
    with store.reading() as connection:
        return connection.execute(statement).first() is not None


def values_of(connection: Connection, sealer: Sealer, registration: str) -> list[list[Any]]:
    """Everything kept for a registration: query, path, value."""
    rows = connection.execute(
        select(D.c.id, D.c.values_sealed)
        .where(
            D.c.registration == registration,
            D.c.values_sealed.is_not(None),
            D.c.restricted.is_(None),  # its person asked to leave it alone (AVG 18)
        )
        .order_by(D.c.received, D.c.id)
    ).all()
    return [
        value
        for row in rows
        for value in sealer.open(row.values_sealed, f"disclosures.values.{row.id}")
    ]


def contact_of(connection: Connection, sealer: Sealer, registration: str) -> Any:  # noqa: ANN401
    """How to reach the person of a registration."""
    sealed = connection.execute(
        select(R.c.contact_sealed).where(R.c.id == registration)
    ).scalar_one_or_none()
    return None if sealed is None else sealer.open(sealed, f"registrations.contact.{registration}")


def checks_of(store: Store, disclosure: str) -> list[dict[str, Any]]:
    """What each check found, as it was written down."""
    with store.reading() as connection:
        found = connection.execute(
            select(D.c.checks).where(D.c.id == disclosure)
        ).scalar_one_or_none()
    return found or []


def restricted(store: Store, disclosure: str | None, registration: str | None) -> bool:
    """Whether a person asked to leave this disclosure, or all of their registration, alone."""
    with store.reading() as connection:
        return any(
            connection.execute(
                select(table.c.id).where(table.c.id == one, table.c.restricted.is_not(None))
            ).first()
            is not None
            for table, one in ((D, disclosure), (R, registration))
            if one is not None
        )


@dataclass(frozen=True)
class OpenCases:
    """How many requests of people wait for a decision; of nobody in particular."""

    open: int
    overdue: int
    next_due: int | None


def open_cases(store: Store, profiles: frozenset[str], now: int) -> OpenCases:
    """Figures of what is open for these profiles."""
    waiting = and_(WAITS, Q.c.profile.in_(sorted(profiles)))
    statement = select(
        func.count(),
        func.count().filter(Q.c.due < now),
        func.min(Q.c.due).filter(Q.c.due >= now),
    ).where(waiting)
    with store.reading() as connection:
        total, overdue, due = connection.execute(statement).one()
    return OpenCases(total, overdue, due)


def _listed(row: Row[Any]) -> Listed:
    if row.restricted is not None:
        state = "restricted"
    elif row.ended is not None:
        state = "ended"
    else:
        state = "active" if row.confirmed is not None else "unconfirmed"
    return Listed(
        row.id,
        row.number,
        row.profile,
        state,
        row.since,
        row.confirmed,
        row.ended,
        row.ended_by,
        row.delete_by,
        row.dossier_number,
        row.outcome,
    )
