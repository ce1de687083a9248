"""The register of what was received, and who is registered: one registration per person."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from verifier.keys import Sealer
from verifier.store import transactions
from verifier.store.engine import Store
from verifier.store.transactions import Codes
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.transaction import Answered


@dataclass(frozen=True)
class Registration:
    """Somebody is registered: since when, under which number; nothing about who."""

    id: str
    number: str
    profile: str
    since: int
    confirmed: int | None
    ended: int | None


@dataclass(frozen=True)
class Kept:
    """One value that is kept: from which card, where it stood."""

    query_id: str
    path: tuple[str | int, ...]
    value: Any = field(repr=False)


@dataclass(frozen=True)
class Received:
    """One response as it is recorded; built while the outcome is being written."""

    answered: Answered
    answer_sealed: bytes
    codes: Codes | None = None
    jti: str | None = None
    rights_jkt: str | None = None
    checks: tuple[dict[str, Any], ...] = ()
    kept: tuple[Kept, ...] = ()
    retention: dict[str, str] | None = None
    delete_by: int | None = None
    receipt_sealed: bytes | None = None
    receipt_until: int | None = None
    received: int = 0


@dataclass(frozen=True)
class Newcomer:
    """Who may become registered: the keyed hash of the pseudonym, and a number in case."""

    person: str = field(repr=False)
    profile: str
    registration: str
    number: str


def record(
    store: Store,
    sealer: Sealer,
    newcomer: Newcomer | None,
    build: Callable[[Registration | None], Received],
) -> Received | None:
    """Take an answer, once, with everything it leads to; `None` when it was answered already.

    `build` learns whether this person is registered already, because that decides what is kept.
    """
    with store.writing() as connection:
        standing = None if newcomer is None else _standing(connection, newcomer)
        received = build(standing)
        answered = received.answered
        if not transactions.take_answer(
            connection, answered, received.codes, received.answer_sealed
        ):
            return None
        registration: str | None = None
        if newcomer is not None:
            registration = _register(connection, newcomer, standing, received.received)
        if answered.disclosure is not None:
            _disclose(connection, sealer, received, newcomer, registration)
    return received


def _standing(connection: Connection, newcomer: Newcomer) -> Registration | None:
    row = connection.execute(
        select(R).where(R.c.profile == newcomer.profile, R.c.person == newcomer.person)
    ).one_or_none()
    return None if row is None else _registration(row)


def _register(
    connection: Connection, newcomer: Newcomer, standing: Registration | None, now: int
) -> str:
    if standing is not None:
        if standing.confirmed is None:
            # Nobody completed it: the person who is here now carries it on.
            connection.execute(
                update(D)
                .where(D.c.registration == standing.id)
                .values(values_sealed=None, kept=[], registration=None)
            )
        return standing.id
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(
        dialect.insert(R)
        .values(
            id=newcomer.registration,
            number=newcomer.number,
            profile=newcomer.profile,
            person=newcomer.person,
            since=now,
        )
        .on_conflict_do_nothing(index_elements=["profile", "person"])
    )
    found = _standing(connection, newcomer)
    assert found is not None
    return found.id


def _disclose(
    connection: Connection,
    sealer: Sealer,
    received: Received,
    newcomer: Newcomer | None,
    registration: str | None,
) -> None:
    answered = received.answered
    values = [[item.query_id, list(item.path), item.value] for item in received.kept]
    connection.execute(
        insert(D).values(
            id=answered.disclosure,
            jti=received.jti,
            rights_jkt=received.rights_jkt,
            profile=answered.profile,
            received=received.received,
            outcome=answered.outcome.value,
            rule=answered.rule,
            checks=list(received.checks),
            kept=[[item.query_id, list(item.path)] for item in received.kept],
            values_sealed=(
                sealer.seal(values, f"disclosures.values.{answered.disclosure}")
                if values
                else None
            ),
            person=newcomer.person if newcomer and registration else None,
            registration=registration,
            retention=received.retention,
            delete_by=received.delete_by,
            receipt_sealed=received.receipt_sealed,
            receipt_until=received.receipt_until,
        )
    )


def confirm(store: Store, registration: str, contact: bytes, now: int) -> bool:
    """The person typed how to reach them: the registration is complete, once."""
    statement = (
        update(R)
        .where(R.c.id == registration, R.c.confirmed.is_(None), R.c.ended.is_(None))
        .values(confirmed=now, contact_sealed=contact)
        .returning(R.c.id)
    )
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def of_disclosure(store: Store, disclosure: str) -> Registration | None:
    """The registration a disclosure led to, if it still stands."""
    with store.reading() as connection:
        row = connection.execute(
            select(R).join(D, D.c.registration == R.c.id).where(D.c.id == disclosure)
        ).one_or_none()
    return None if row is None else _registration(row)


@dataclass(frozen=True)
class Listed:
    """One line of the list of registrations; `values` only when they were asked for."""

    registration: Registration
    outcome: str
    checks: list[dict[str, Any]]
    values: list[list[Any]] | None = field(repr=False)
    contact: dict[str, Any] | None = field(repr=False)


def registrations(store: Store, sealer: Sealer | None) -> list[Listed]:
    """Every registration, oldest first; a sealer opens the values as well."""
    statement = (
        select(R, D.c.id.label("disclosure"), D.c.outcome, D.c.checks, D.c.values_sealed)
        .outerjoin(D, D.c.registration == R.c.id)
        .order_by(R.c.since, R.c.id, D.c.received)
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    found: dict[str, Listed] = {}
    for row in rows:
        if row.id in found:  # only the disclosure that founded it, not a later visit
            continue
        found[row.id] = _listed(row, sealer)
    return list(found.values())


def _listed(row: Row[Any], sealer: Sealer | None) -> Listed:
    values = contact = None
    if sealer is not None:
        if row.values_sealed:
            values = sealer.open(row.values_sealed, f"disclosures.values.{row.disclosure}")
        if row.contact_sealed:
            contact = sealer.open(row.contact_sealed, f"registrations.contact.{row.id}")
    return Listed(_registration(row), row.outcome or "", row.checks or [], values, contact)


def _registration(row: Row[Any]) -> Registration:
    return Registration(row.id, row.number, row.profile, row.since, row.confirmed, row.ended)
