"""The accounts: the BRP query protocol, the processing log, and what was issued."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, update

from issuer.status import Place
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


class Accounts:
    """What is written because the law wants to be able to look back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_queries(self, rows: Sequence[dict[str, object]]) -> None:
        """Keeps every line of one query before its answer is used."""
        if rows:
            with self._database.writing() as connection:
                connection.execute(brp_queries.insert(), list(rows))

    def query_count(self) -> int:
        """How many lines the query protocol holds."""
        with self._database.reading() as connection:
            return int(
                connection.execute(select(func.count()).select_from(brp_queries)).scalar_one()
            )

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


def write_processing(connection: Connection, row: ProcessingRow) -> None:
    """One line of the processing log, inside the transaction that does the processing."""
    connection.execute(processing.insert().values(**row.__dict__))


def write_issued(
    connection: Connection,
    municipality: str,
    kind: str,
    subject: str,
    places: Sequence[Place],
    expires_at: int,
) -> None:
    """What is kept of an issuance: kind, places, expiry, and the keyed name of the person."""
    issued_id = connection.execute(
        issued.insert()
        .values(municipality=municipality, kind=kind, subject=subject, expires_at=expires_at)
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
