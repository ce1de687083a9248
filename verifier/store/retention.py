"""What goes when its time is over; safe to run twice, and at the same moment as anything else."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, delete, exists, func, or_, select, update

from verifier.keys import Sealer
from verifier.store import (
    api,
    dossiers,
    figures,
    once,
    permits,
    processing,
    purges,
    transactions,
    webhooks,
)
from verifier.store.effects import Held, held_of
from verifier.store.engine import Store, again
from verifier.store.erasing import LASTING, end, wipe
from verifier.store.rights import WAITS
from verifier.tables import APPLICATIONS as A
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q
from verifier.tables import STAFF_LOG, STAFF_LOGINS, STAFF_SESSIONS

BATCH: Final = 250


@dataclass(frozen=True)
class Limits:
    """The moments before which things go."""

    now: int
    transactions_before: int
    unconfirmed_before: int
    unlinked_before: int
    statement_over: Callable[[int], bool]
    deliveries_before: int
    concepts_before: int
    remove_after: int


@dataclass(frozen=True)
class Purged:
    """How many of each went, and the receipt numbers of the disclosures among them."""

    transactions: int = 0
    registrations: int = 0
    disclosures: int = 0
    receipts: int = 0
    answers: int = 0
    remains: int = 0
    applications: int = 0
    processing: int = 0
    staff: int = 0
    deliveries: int = 0
    lifted: int = 0
    numbers: tuple[str, ...] = ()

    def __add__(self, more: "Purged") -> "Purged":
        return Purged(*(getattr(self, f.name) + getattr(more, f.name) for f in fields(self)))

    @property
    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "numbers"}


def purge_some(
    store: Store, sealer: Sealer, limits: Limits, state: Callable[[Connection, Purged], None]
) -> tuple[Purged, bool]:
    """Remove at most a batch of what is due, and state it, in one transaction.

    All of it is durable with its statement, or none of it: killed anywhere, the next run goes on
    where this one stopped. The second value says whether more may be due.
    """
    return again(lambda: _purge_some(store, sealer, limits, state))


def _purge_some(
    store: Store, sealer: Sealer, limits: Limits, state: Callable[[Connection, Purged], None]
) -> tuple[Purged, bool]:
    with store.writing(steady=True) as connection:
        applications = _applications(connection)
        over = _registrations(connection, sealer, limits)
        due = _disclosures(connection, sealer, limits)
        done = over + due + _rest(connection, sealer, limits)
        done = replace(done, applications=applications - _applications(connection))
        figures.compact(connection, sealer)
        if any(done.counts.values()):
            state(connection, done)
    return done, BATCH in (over.registrations, due.disclosures)


def _registrations(connection: Connection, sealer: Sealer, limits: Limits) -> Purged:
    """Those nobody completed, and those whose time is over with nothing left that stays longer."""
    now, founding = limits.now, D.alias()
    visited = select(founding.c.received).where(founding.c.id == R.c.founded_by).scalar_subquery()
    rows = connection.execute(
        select(R.c.id, R.c.founded_by)
        .where(
            or_(
                # Counted from the last visit: that one was told how many days there are.
                R.c.confirmed.is_(None)
                & (func.coalesce(visited, R.c.since) < limits.unconfirmed_before),
                (R.c.delete_by < now) & ~exists().where(_stays(now)),
            )
        )
        .order_by(R.c.id)
        .limit(BATCH)
        .with_for_update(of=R)
    ).all()
    # What is left of an ended registration whose allocation still runs: its number, nothing else.
    connection.execute(
        update(R)
        .where(R.c.delete_by < now, R.c.contact_sealed.is_not(None))
        .values(contact_sealed=None, contact_hash=None)
    )
    wiped: set[str] = set()
    for row in rows:
        linked = select(D.c.id).where(or_(D.c.registration == row.id, D.c.id == row.founded_by))
        wiped |= set(connection.execute(linked.where(D.c.erased.is_(None))).scalars())
        end(connection, sealer, row.id)
    numbers = _numbers(connection, wiped)
    wipe(connection, sealer, wiped, now, limits.remove_after, "purged")
    return Purged(registrations=len(rows), disclosures=len(wiped), numbers=numbers)


def _stays(now: int) -> Any:  # noqa: ANN401 - a clause
    """A disclosure for this registration that may stay longer than the registration itself."""
    event = D.c.retention["starts"].as_string()
    return and_(
        D.c.registration == R.c.id,
        D.c.erased.is_(None),
        or_(
            D.c.delete_by >= now,
            D.c.delete_by.is_(None) & event.in_(LASTING),
        ),
    )


def _disclosures(connection: Connection, sealer: Sealer, limits: Limits) -> Purged:
    """Each by its own term; what led to nothing, as long as its receipt."""
    applied = exists().where(A.c.disclosure == D.c.id)
    closed = exists().where(A.c.disclosure == D.c.id, A.c.delete_by < limits.now)
    due: Select[Any] = (
        select(D.c.id)
        .where(
            D.c.erased.is_(None),
            or_(
                D.c.delete_by < limits.now,
                closed,
                D.c.delete_by.is_(None)
                & D.c.registration.is_(None)
                & ~applied
                & (D.c.received < limits.unlinked_before),
            ),
        )
        .order_by(D.c.id)
        .limit(BATCH)
        .with_for_update()
    )
    found = tuple(connection.execute(due).scalars())
    numbers = _numbers(connection, found)
    wipe(connection, sealer, found, limits.now, limits.remove_after, "purged")
    return Purged(disclosures=len(found), numbers=numbers)


def _applications(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(A)).scalar_one()


def _numbers(connection: Connection, disclosures: Any) -> tuple[str, ...]:  # noqa: ANN401
    found = connection.execute(select(D.c.jti).where(D.c.id.in_(tuple(disclosures)))).scalars()
    return tuple(sorted(number for number in found if number))


def _rest(connection: Connection, sealer: Sealer, limits: Limits) -> Purged:
    """What has its own moment: requests, receipts, answers, accounts, log-ins, messages."""
    now = limits.now
    lifted = 0
    for table in (R, D):
        lifted += connection.execute(
            update(table)
            .where(table.c.restricted_until < now)
            .values(restricted=None, restricted_until=None)
        ).rowcount
    dossiers.tidy(connection, now)
    staff = sum(
        connection.execute(delete(table).where(column < now)).rowcount
        for table, column in (
            (STAFF_LOG, STAFF_LOG.c.remove_after),
            (STAFF_LOGINS, STAFF_LOGINS.c.expires),
            (STAFF_SESSIONS, STAFF_SESSIONS.c.expires),
        )
    )
    permits.purge_concepts(connection, limits.concepts_before)
    purges.forget(connection, limits.statement_over)
    api.forget(connection, limits.transactions_before)
    once.forget_answers(connection, now)
    return Purged(
        transactions=transactions.forget(connection, sealer, limits.transactions_before),
        receipts=connection.execute(
            update(D).where(D.c.receipt_until < now).values(receipt_sealed=None, receipt_until=None)
        ).rowcount,
        # What waits for a decision stays, and what it is about: a term does not decide it.
        answers=connection.execute(delete(Q).where(Q.c.remove_after < now, ~WAITS)).rowcount,
        remains=connection.execute(
            delete(D).where(
                D.c.remove_after < now, ~exists().where(Q.c.rights_jkt == D.c.rights_jkt, WAITS)
            )
        ).rowcount,
        processing=processing.forget(connection, now),
        staff=staff,
        deliveries=webhooks.forget(connection, limits.deliveries_before),
        lifted=lifted,
    )


@dataclass(frozen=True)
class Promise:
    """What was promised for one disclosure of a registration."""

    disclosure: str
    duration: str
    starts: str
    receipt: str | None = None


def promises(connection: Connection, registration: str) -> tuple[Promise, ...]:
    """The promises whose term has not begun, of everything kept for a registration."""
    rows = connection.execute(
        select(D.c.id, D.c.jti, D.c.retention).where(
            D.c.registration == registration, D.c.delete_by.is_(None), D.c.erased.is_(None)
        )
    )
    return tuple(_promise(row) for row in rows if row.retention)


def stays_longer(connection: Connection, held: Held) -> bool:
    """Whether another disclosure for the same registration is kept for an event of its own.

    Somebody lives in a home that was allocated with it: ending the registration is then not for
    a machine to decide.
    """
    if held.registration is None:
        return False
    others = select(D.c.retention, D.c.delete_by).where(
        D.c.registration == held.registration.id, D.c.id != held.id, D.c.erased.is_(None)
    )
    return any(_lasts(row.retention) for row in connection.execute(others))


def rests_on(held: Held) -> bool:
    """Whether a tenancy or a decision rests on it itself: something of it is kept for that."""
    return bool(held.paths) and _lasts(held.row.retention)


def staying(connection: Connection, registration: str) -> tuple[Held, ...]:
    """What is kept for a registration because of a tenancy or a decision, oldest first."""
    rows = connection.execute(
        select(D)
        .where(D.c.registration == registration, D.c.erased.is_(None))
        .order_by(D.c.received, D.c.id)
    ).all()
    return tuple(held for held in (held_of(connection, row) for row in rows) if rests_on(held))


def waiting_since(store: Store, before: int) -> int:
    """How many that came before then are still kept for a tenancy or decision to end or come."""
    event = D.c.retention["starts"].as_string()
    statement = select(func.count()).where(
        D.c.received < before,
        D.c.delete_by.is_(None),
        D.c.erased.is_(None),
        D.c.registration.is_not(None),
        event.in_(LASTING),
    )
    with store.reading() as connection:
        return connection.execute(statement).scalar_one()


def _lasts(promised: dict[str, str] | None) -> bool:
    return promised is not None and promised.get("starts") in LASTING


def last_of(connection: Connection, registration: str, starts: str) -> int | None:
    """Until when the last is kept whose term such an event began."""
    statement = select(func.max(D.c.delete_by)).where(
        D.c.registration == registration, D.c.retention["starts"].as_string() == starts
    )
    found: int | None = connection.execute(statement).scalar_one()
    return found


def promise_of(connection: Connection, disclosure: str) -> Promise | None:
    """The promise for one disclosure, if its term has not begun."""
    row = connection.execute(
        select(D.c.id, D.c.jti, D.c.retention).where(
            D.c.id == disclosure, D.c.delete_by.is_(None), D.c.erased.is_(None)
        )
    ).one_or_none()
    return None if row is None or not row.retention else _promise(row)


def _promise(row: Any) -> Promise:  # noqa: ANN401 - a database row
    return Promise(row.id, row.retention["duration"], row.retention["starts"], row.jti)


def begin_term(connection: Connection, disclosure: str, delete_by: int) -> bool:
    """From now it is known when this goes; a term begins once."""
    statement = (
        update(D)
        .where(D.c.id == disclosure, D.c.delete_by.is_(None), D.c.erased.is_(None))
        .values(delete_by=delete_by)
        .returning(D.c.id)
    )
    return connection.execute(statement).first() is not None


def end_registration(
    connection: Connection, registration: str, now: int, delete_by: int, by: str
) -> bool:
    """The organisation ends a registration: its person is no longer recognised by it."""
    dossiers.leave(connection, registration)
    statement = (
        update(R)
        .where(R.c.id == registration, R.c.ended.is_(None))
        .values(ended=now, delete_by=delete_by, former=R.c.person, person=None, ended_by=by)
        .returning(R.c.id)
    )
    return connection.execute(statement).first() is not None


def retention_of(connection: Connection, registration: str) -> dict[str, Any] | None:
    """The retention that was promised when this registration was founded."""
    row = connection.execute(
        select(D.c.retention).join(R, R.c.founded_by == D.c.id).where(R.c.id == registration)
    ).one_or_none()
    return None if row is None else row.retention


def counts(store: Store) -> list[tuple[str, str, str, int]]:
    """How many answers per profile, outcome and rule: figures without persons."""
    statement = (
        select(D.c.profile, D.c.outcome, D.c.rule, func.count())
        .where(D.c.profile.is_not(None))
        .group_by(D.c.profile, D.c.outcome, D.c.rule)
        .order_by(D.c.profile, D.c.outcome, D.c.rule)
    )
    with store.reading() as connection:
        return [(row[0], row[1], row[2], row[3]) for row in connection.execute(statement)]
