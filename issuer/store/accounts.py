"""The accounts: the BRP query protocol, the processing log, and what was issued."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from issuer.facts import Kept
from issuer.status import Place
from issuer.store import notices
from issuer.store.database import Database
from issuer.tables import brp_queries, issued, processing, status_indices


@dataclass(frozen=True, repr=False)
class ProcessingRow:
    """One processing of one person's data (Logboek Dataverwerkingen); no BSN, no clerk."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    activity_id: str
    start_time: int
    end_time: int
    data_subject_id: str
    municipality: str
    status: str = "Ok"


@dataclass(frozen=True, repr=False)
class Query:
    """One line of the BRP query protocol, for the person it is about."""

    at: int
    official: str
    operation: str
    purpose: str
    fields: tuple[str, ...]
    found: bool


@dataclass(frozen=True, repr=False)
class Issuance:
    """What is kept of one batch."""

    kind: str
    copies: int
    subject: str
    expires_at: int
    kept: Kept | None = None
    """None: no register knows these claims, so no change of one ends them."""
    grant_id: str | None = None
    """The grant it was handed out under."""
    notification_hash: str | None = None
    """Of the id under which the wallet says what became of it (OpenID4VCI 1.0, 11)."""


class Accounts:
    """What is written because the law wants to be able to look back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_queries(self, rows: Sequence[dict[str, object]]) -> None:
        """Keeps every line of one query before its answer is used."""
        if rows:
            with self._database.writing() as connection:
                connection.execute(brp_queries.insert(), list(rows))

    def record_processing(self, row: ProcessingRow) -> None:
        """One line of the processing log on its own."""
        with self._database.writing() as connection:
            write_processing(connection, row)

    def query_count(self) -> int:
        """How many lines the query protocol holds."""
        with self._database.reading() as connection:
            return int(
                connection.execute(select(func.count()).select_from(brp_queries)).scalar_one()
            )

    def processing_of(self, municipality: str, subject: str, *, most: int) -> list[ProcessingRow]:
        """What was done with one person's data, the newest first."""
        columns = [processing.c[name] for name in ProcessingRow.__dataclass_fields__]
        with self._database.reading() as connection:
            rows = connection.execute(
                select(*columns)
                .where(
                    processing.c.data_subject_id == subject,
                    processing.c.municipality == municipality,
                )
                .order_by(processing.c.start_time.desc(), processing.c.span_id)
                .limit(most)
            ).all()
        return [ProcessingRow(**row._asdict()) for row in rows]

    def queries_of(self, subject: str, *, most: int) -> list[Query]:
        """What was asked of the register about one person, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(brp_queries)
                .where(brp_queries.c.subject == subject)
                .order_by(brp_queries.c.at.desc(), brp_queries.c.query_id.desc())
                .limit(most)
            ).all()
        return [
            Query(
                at=row.at,
                official=row.official,
                operation=row.operation,
                purpose=row.purpose,
                fields=tuple(msgspec.json.decode(row.fields, type=list[str])),
                found=bool(row.found),
            )
            for row in rows
        ]

    def purge_processing(self, before: int) -> None:
        """Removes what ended before this moment from the processing log."""
        with self._database.writing() as connection:
            connection.execute(delete(processing).where(processing.c.end_time < before * 1_000))

    def purge(self, now: int) -> None:
        """Removes queries after their 20 years, and issuances after the cards' expiry."""
        with self._database.writing() as connection:
            connection.execute(delete(brp_queries).where(brp_queries.c.keep_until < now))
            over = select(issued.c.issued_id).where(issued.c.expires_at < now)
            # The place stays taken: it must not be given to another card (Token Status List, 13).
            connection.execute(
                update(status_indices)
                .where(status_indices.c.issued_id.in_(over))
                .values(issued_id=None)
            )
            connection.execute(delete(issued).where(issued.c.expires_at < now))
            notices.purge(connection, now)


def write_processing(connection: Connection, row: ProcessingRow) -> None:
    """One line of the processing log, inside the transaction that does the processing."""
    connection.execute(processing.insert().values(**row.__dict__))


def write_issued(
    connection: Connection,
    municipality: str,
    issuance: Issuance,
    places: Sequence[Place],
) -> None:
    """What is kept of an issuance: kind, places, expiry, and the keyed name of the person."""
    kept = issuance.kept
    issued_id = connection.execute(
        issued.insert()
        .values(
            municipality=municipality,
            kind=issuance.kind,
            subject=issuance.subject,
            expires_at=issuance.expires_at,
            grant_id=issuance.grant_id,
            facts=None if kept is None else kept.facts,
            true_until=None if kept is None else kept.true_until,
            renew_at=None if kept is None else kept.renew_at,
        )
        .returning(issued.c.issued_id)
    ).scalar_one()
    for number, idx in places:
        connection.execute(
            update(status_indices)
            .where(
                status_indices.c.municipality == municipality,
                status_indices.c.number == number,
                status_indices.c.idx == idx,
            )
            .values(issued_id=issued_id)
        )
