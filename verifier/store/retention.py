"""What goes when its time is over; safe to run twice, and at the same moment as anything else."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from verifier.store import transactions
from verifier.store.engine import Store
from verifier.store.rights import end, wipe
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q


@dataclass(frozen=True)
class Limits:
    """The moments before which things go."""

    now: int
    transactions_before: int
    unconfirmed_before: int
    unlinked_before: int
    remove_after: int


@dataclass(frozen=True)
class Purged:
    """How many of each went."""

    transactions: int
    registrations: int
    disclosures: int
    receipts: int
    answers: int


def purge(store: Store, limits: Limits) -> Purged:
    """Apply every retention period, in one transaction."""
    now = limits.now
    with store.writing() as connection:
        requests = transactions.forget(connection, limits.transactions_before)
        over = connection.execute(
            select(R.c.id, R.c.founded_by).where(
                or_(
                    R.c.confirmed.is_(None) & (R.c.since < limits.unconfirmed_before),
                    R.c.delete_by < now,
                )
            )
        ).all()
        for row in over:
            end(connection, row.id)
            wipe(connection, (row.founded_by,), now, limits.remove_after)
        due = tuple(
            connection.execute(
                select(D.c.id).where(
                    D.c.erased.is_(None),
                    or_(
                        D.c.delete_by < now,
                        D.c.delete_by.is_(None)
                        & D.c.registration.is_(None)
                        & (D.c.received < limits.unlinked_before),
                    ),
                )
            ).scalars()
        )
        if due:
            wipe(connection, due, now, limits.remove_after)
        receipts = connection.execute(
            update(D).where(D.c.receipt_until < now).values(receipt_sealed=None, receipt_until=None)
        ).rowcount
        connection.execute(delete(D).where(D.c.remove_after < now))
        answers = connection.execute(delete(Q).where(Q.c.remove_after < now)).rowcount
    store.scrub()
    return Purged(requests, len(over), len(due), receipts, answers)


def end_registration(store: Store, number: str, now: int, delete_by: int) -> bool:
    """The organisation ends a registration: its person is no longer recognised by it."""
    statement = (
        update(R)
        .where(R.c.number == number, R.c.ended.is_(None))
        .values(ended=now, delete_by=delete_by, person=None)
        .returning(R.c.id)
    )
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def retention_of(store: Store, number: str) -> dict[str, Any] | None:
    """The retention that was promised when this registration was founded."""
    with store.reading() as connection:
        row = connection.execute(
            select(D.c.retention).join(R, R.c.founded_by == D.c.id).where(R.c.number == number)
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
