"""Which cards still stand, and which end or age by time alone; every question by an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, select, update
from sqlalchemy.engine import Row

from issuer.store.accounts import ProcessingRow, write_processing
from issuer.store.database import Database
from issuer.store.notices import Notice, write_notices
from issuer.tables import issued, status_indices


@dataclass(frozen=True, repr=False)
class Batch:
    """One batch of which a copy is still valid, and not about to end."""

    issued_id: int
    municipality: str
    subject: str
    kind: str
    facts: str | None
    expires_at: int
    true_until: int | None
    renew_at: int | None


@dataclass(frozen=True, repr=False)
class Better:
    """A new card would say more than this batch: why, and what is kept so as to tell it once."""

    batch: Batch
    reason: str
    at: int
    facts: str | None
    """What is kept of it from now on; None: a birthday, which comes once."""


class Standing:
    """Reading what was issued, and telling what a new card would do better."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, municipality: str, subject: str, now: int) -> list[Batch]:
        """What this person still has, the oldest first."""
        return self._batches(
            issued.c.municipality == municipality,
            issued.c.subject == subject,
            issued.c.expires_at > now,
        )

    def ending(self, municipality: str, until: int, now: int) -> list[Batch]:
        """What stops being true by itself, up to `until`."""
        return self._batches(
            issued.c.true_until <= until,
            issued.c.municipality == municipality,
            issued.c.expires_at > now,
        )

    def ageing(self, municipality: str, until: int, now: int) -> list[Batch]:
        """What a birthday up to `until` makes worth renewing, and nobody was told yet."""
        return self._batches(
            issued.c.renew_at <= until,
            issued.c.municipality == municipality,
            issued.c.expires_at > now,
        )

    def tell(self, found: Sequence[Better], processed: ProcessingRow) -> int:
        """Tells one person what a new card would do better, each thing once; how many were new."""
        with self._database.writing() as connection:
            told = [one for one in found if _mark(connection, one)]
            # The newest first: of one kind and moment only the first is kept.
            for one in sorted(told, key=lambda one: -one.batch.issued_id):
                batch = one.batch
                notice = Notice(batch.kind, "renewable", one.reason, one.at, batch.issued_id)
                write_notices(
                    connection, batch.municipality, batch.subject, [notice], batch.expires_at
                )
            if told:
                write_processing(connection, processed)
        return len(told)

    def _batches(self, *where: ColumnElement[bool]) -> list[Batch]:
        stands = exists().where(
            status_indices.c.issued_id == issued.c.issued_id,
            status_indices.c.revoked_at.is_(None),
        )
        with self._database.reading() as connection:
            rows = connection.execute(
                select(issued).where(*where, stands).order_by(issued.c.issued_id)
            ).all()
        return [_batch(row) for row in rows]


def _mark(connection: Connection, one: Better) -> bool:
    """Over exactly what was read: who marks it tells it."""
    which = issued.c.issued_id == one.batch.issued_id
    if one.facts is None:
        change = update(issued).where(which, issued.c.renew_at == one.batch.renew_at)
        return connection.execute(change.values(renew_at=None)).rowcount == 1
    change = update(issued).where(which, issued.c.facts == one.batch.facts)
    return connection.execute(change.values(facts=one.facts)).rowcount == 1


def _batch(row: Row[Any]) -> Batch:
    return Batch(
        issued_id=row.issued_id,
        municipality=row.municipality,
        subject=row.subject,
        kind=row.kind,
        facts=row.facts,
        expires_at=row.expires_at,
        true_until=row.true_until,
        renew_at=row.renew_at,
    )
