"""The register of what was received, and who is registered: one registration per person."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from credential.strictjson import Json
from verifier.decisions import Decided
from verifier.keys import Sealer
from verifier.store import decisions, people, transactions
from verifier.store.engine import Store, again, hold
from verifier.store.transactions import Codes
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.transaction import Answered

# Built once: building costs more than running them.
_STANDING: Final = (
    select(R)
    .where(R.c.profile == bindparam("profile"), R.c.person == bindparam("person"))
    .with_for_update()  # in the order in which `purge` takes rows
)
_RIGHTS_KEY: Final = select(D.c.id).where(D.c.rights_jkt == bindparam("rights_jkt"))
_NEW_REGISTRATION: Final = insert(R)
_NEW_DISCLOSURE: Final = insert(D)


@dataclass(frozen=True)
class Registration:
    """Somebody is registered: since when, under which number; nothing about who."""

    id: str
    number: str
    profile: str
    founded_by: str
    since: int
    confirmed: int | None
    ended: int | None
    restricted: int | None = None
    """Since when its person asked not to use it (AVG 18)."""
    dossier: str | None = None


@dataclass(frozen=True)
class Value:
    """One value that is kept: from which card, where it stood."""

    query_id: str
    path: tuple[str | int, ...]
    value: Any = field(repr=False)


@dataclass(frozen=True)
class Founding:
    """A new registration, or an unfinished one that the person who is here carries on."""

    id: str
    number: str
    person: str = field(repr=False)


@dataclass(frozen=True)
class Received:
    """One response as it is recorded; built while the outcome is being written."""

    answered: Answered
    answer: bytes = field(repr=False)
    answer_sealed: bytes = field(repr=False)
    codes: Codes | None = None
    jti: str | None = None
    rights_jkt: str | None = None
    checks: tuple[dict[str, Any], ...] = ()
    kept: tuple[tuple[str, tuple[str | int, ...]], ...] = ()
    values: tuple[Value, ...] = field(default=(), repr=False)
    decisions: tuple[Decided, ...] = field(default=(), repr=False)
    founding: Founding | None = None
    retention: dict[str, str] | None = None
    delete_by: int | None = None
    receipt_sealed: bytes | None = field(default=None, repr=False)
    receipt_until: int | None = None
    received: int = 0


Build: TypeAlias = Callable[[Registration | None, bool], Received]
After: TypeAlias = Callable[[Connection, Received], None]


@dataclass(frozen=True)
class Who:
    """Who answered, as keyed hashes: by the code of now, by one of before, or as a former one."""

    profile: str
    """The profile whose registrations this concerns."""
    person: str | None = field(default=None, repr=False)
    previous: str | None = field(default=None, repr=False)
    """The hash of their previous code, while the key of the region is being replaced."""
    former: bool = False
    """Whether a registration that ended counts too: for rights, not for signing up."""


NOBODY: Final = Who("")


def record(
    store: Store,
    sealer: Sealer,
    who: Who,
    rights_jkt: str | None,
    build: Build,
    after: After | None = None,
) -> Received | None:
    """Take an answer, once, with everything it leads to; `None` when it was answered already.

    `build` learns whether this person is registered already, because that decides what is kept,
    and whether the rights key was used before: it is for one response alone (formats.md 4).
    The unique index on (profile, person) stands behind it: two registrations cannot exist.
    `after` writes what others must know, in the same transaction.
    """
    return again(lambda: _record(store, sealer, who, rights_jkt, build, after))


def _record(
    store: Store,
    sealer: Sealer,
    who: Who,
    rights_jkt: str | None,
    build: Build,
    after: After | None,
) -> Received | None:
    with store.writing() as connection:
        if who.person is not None:
            hold(connection, f"person/{who.profile}/{who.person}")
        standing = _known(connection, who)
        reused = rights_jkt is not None and _used(connection, rights_jkt)
        received = build(standing, reused)
        if not transactions.take_answer(
            connection, received.answered, received.codes, received.answer_sealed
        ):
            return None
        if received.founding is not None:
            _found(connection, received, received.founding, standing, who.profile)
        if received.answered.disclosure is not None:
            _disclose(connection, sealer, received)
        if after is not None:
            after(connection, received)
    return received


def _known(connection: Connection, who: Who) -> Registration | None:
    """The registration of this person; one under a previous code goes on under the new one."""
    if who.person is None:
        return None
    found = _standing(connection, who.profile, who.person)
    if who.previous is not None:
        people.carry_over(connection, who.previous, who.person)
        found = found or _standing(connection, who.profile, who.person)
    if found is None and who.former:
        row = connection.execute(
            select(R)
            .where(R.c.profile == who.profile, R.c.former.in_((who.person, who.previous)))
            .order_by(R.c.ended.desc())
            .limit(1)
        ).one_or_none()
        found = None if row is None else read(row)
    return found


def enter(
    connection: Connection,
    sealer: Sealer,
    received: Received,
    standing: Registration | None,
    profile: str,
) -> None:
    """What an employee took in without a request of ours: an extract on paper (formats.md 11)."""
    if received.founding is not None:
        _found(connection, received, received.founding, standing, profile)
    _disclose(connection, sealer, received)


def standing(connection: Connection, profile: str, person: str) -> Registration | None:
    """The registration of this person, if there is one."""
    return _standing(connection, profile, person)


def _used(connection: Connection, rights_jkt: str) -> bool:
    return connection.execute(_RIGHTS_KEY, {"rights_jkt": rights_jkt}).first() is not None


def _standing(connection: Connection, profile: str, person: str) -> Registration | None:
    row = connection.execute(_STANDING, {"profile": profile, "person": person}).one_or_none()
    return None if row is None else read(row)


def _found(
    connection: Connection,
    received: Received,
    founding: Founding,
    standing: Registration | None,
    profile: str,
) -> None:
    disclosure = received.answered.disclosure
    if standing is None:
        connection.execute(
            _NEW_REGISTRATION,
            {
                "id": founding.id,
                "number": founding.number,
                "profile": profile,
                "person": founding.person,
                "founded_by": disclosure,
                "since": received.received,
            },
        )
        return
    # Nobody completed it: what the earlier visit left is wiped, this visit carries it on.
    connection.execute(
        update(D)
        .where(D.c.registration == standing.id)
        .values(values_sealed=None, decisions_sealed=None, kept=[], registration=None)
    )
    connection.execute(update(R).where(R.c.id == standing.id).values(founded_by=disclosure))


def _disclose(connection: Connection, sealer: Sealer, received: Received) -> None:
    answered = received.answered
    values = [[item.query_id, list(item.path), item.value] for item in received.values]
    place = f"disclosures.values.{answered.disclosure}"
    connection.execute(
        _NEW_DISCLOSURE,
        {
            "id": answered.disclosure,
            "jti": received.jti,
            "rights_jkt": received.rights_jkt,
            "profile": answered.profile,
            "received": received.received,
            "outcome": answered.outcome.value,
            "rule": answered.rule,
            "checks": list(received.checks),
            "kept": [[query_id, list(path)] for query_id, path in received.kept],
            "values_sealed": sealer.seal(values, place) if values else None,
            "decisions_sealed": decisions.seal(sealer, answered.disclosure, received.decisions),
            "registration": answered.registration if received.kept else None,
            "retention": received.retention,
            "delete_by": received.delete_by,
            "receipt_sealed": received.receipt_sealed,
            "receipt_until": received.receipt_until,
            "trace": answered.about.trace,
        },
    )


def confirm(store: Store, sealer: Sealer, registration: str, email: str | None, now: int) -> bool:
    """How to reach the person is known: the registration is complete, once.

    At the desk it may be that there is no address: then by letter, or by coming in.
    """
    with store.writing() as connection:
        return complete(connection, sealer, registration, email, now)


def complete(
    connection: Connection, sealer: Sealer, registration: str, email: str | None, now: int
) -> bool:
    """The same, inside a transaction."""
    sealed = contact = None
    if email is not None:
        sealed = sealer.seal({"email": email}, f"registrations.contact.{registration}")
        contact = sealer.contact(email)
    statement = (
        update(R)
        .where(R.c.id == registration, R.c.confirmed.is_(None), R.c.ended.is_(None))
        .values(confirmed=now, contact_sealed=sealed, contact_hash=contact)
        .returning(R.c.id)
    )
    return connection.execute(statement).first() is not None


def by_contact(store: Store, sealer: Sealer, email: str) -> tuple[str, ...]:
    """The registrations reached by this address, found by its keyed hash."""
    statement = select(R.c.id).where(R.c.contact_hash == sealer.contact(email)).order_by(R.c.since)
    with store.reading() as connection:
        return tuple(connection.execute(statement).scalars())


def find(store: Store, registration: str) -> Registration | None:
    """The registration of this id, if it still stands."""
    with store.reading() as connection:
        row = connection.execute(select(R).where(R.c.id == registration)).one_or_none()
    return None if row is None else read(row)


def by_id(connection: Connection, registration: str) -> Registration | None:
    """The registration of this id, inside a transaction."""
    row = connection.execute(select(R).where(R.c.id == registration)).one_or_none()
    return None if row is None else read(row)


def by_number(connection: Connection, number: str, *, lock: bool = False) -> Registration | None:
    """The registration of this number, ended or not; locked for who decides on what it reads."""
    statement = select(R).where(R.c.number == number)
    row = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else read(row)


@dataclass(frozen=True)
class Listed:
    """One line of the list of registrations; values only when they were asked for."""

    registration: Registration
    outcome: str
    checks: list[dict[str, Any]]
    values: list[list[Any]] | None = field(repr=False)
    contact: dict[str, Any] | None = field(repr=False)
    decisions: list[Json] = field(default_factory=list, repr=False)


def registrations(store: Store, sealer: Sealer | None) -> list[Listed]:
    """Every registration, oldest first; only a sealer opens the values as well."""
    statement = (
        select(R, D.c.id.label("disclosure"), D.c.outcome, D.c.checks, D.c.values_sealed)
        .outerjoin(D, D.c.id == R.c.founded_by)
        .order_by(R.c.since, R.c.id)
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    if sealer is None:
        return [_listed(row, None, []) for row in rows]
    decided = decisions.by_registration(store, sealer)
    return [_listed(row, sealer, decided.get(row.id, [])) for row in rows]


def _listed(row: Row[Any], sealer: Sealer | None, decided: list[Json]) -> Listed:
    values = contact = None
    if sealer is not None:
        values = []
        # Whoever asked to leave the data alone is in no list (AVG 18).
        if row.values_sealed and row.restricted is None:
            values = sealer.open(row.values_sealed, f"disclosures.values.{row.disclosure}")
        if row.contact_sealed and row.restricted is None:
            contact = sealer.open(row.contact_sealed, f"registrations.contact.{row.id}")
    return Listed(read(row), row.outcome or "", row.checks or [], values, contact, decided)


@dataclass(frozen=True)
class Visit:
    """An answer that led to no registration: when, and which rule said so."""

    received: int
    profile: str
    outcome: str
    rule: str
    checks: list[dict[str, Any]]


def visits(store: Store) -> list[Visit]:
    """Every answer on record that founds no registration, oldest first."""
    statement = (
        select(D)
        .outerjoin(R, R.c.founded_by == D.c.id)
        .where(R.c.id.is_(None), D.c.erased.is_(None))
        .order_by(D.c.received, D.c.id)
    )
    with store.reading() as connection:
        return [
            Visit(row.received, row.profile, row.outcome, row.rule, row.checks or [])
            for row in connection.execute(statement)
        ]


def read(row: Row[Any]) -> Registration:
    """A row as a value."""
    return Registration(
        row.id,
        row.number,
        row.profile,
        row.founded_by,
        row.since,
        row.confirmed,
        row.ended,
        row.restricted,
        row.dossier,
    )
