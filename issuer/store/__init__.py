"""The issuer's memory as verbs of the domain: one method is one transaction."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete

from issuer.errors import IssuerError, WalletFault
from issuer.offer import Confirmed
from issuer.status import Entropy, Place
from issuer.store.accounts import Accounts, ProcessingRow, write_issued, write_processing
from issuer.store.cases import Cases, Grant, StoredCase, Waiting, swap
from issuer.store.database import Database
from issuer.store.lists import Lists, Pool, Published, place
from issuer.tables import deferred

__all__ = [
    "Accounts",
    "Cases",
    "Database",
    "Grant",
    "Issuance",
    "Lists",
    "Pool",
    "ProcessingRow",
    "Published",
    "Store",
    "StoredCase",
    "Waiting",
]

_RACES = 50


@dataclass(frozen=True, repr=False)
class Issuance:
    """What is kept of one batch."""

    kind: str
    copies: int
    subject: str
    expires_at: int


class Store:
    """Everything on disk."""

    def __init__(self, url: str, entropy: Entropy) -> None:
        self._database = Database(url)
        self._entropy = entropy
        self.cases = Cases(self._database)
        self.lists = Lists(self._database, entropy)
        self.accounts = Accounts(self._database)

    def migrate(self) -> None:
        """Brings the tables to the newest shape."""
        self._database.migrate()

    def close(self) -> None:
        """Lets go of the database."""
        self._database.close()

    def issue(
        self,
        case_id: str,
        decide: Callable[[StoredCase], Confirmed],
        issuance: Issuance,
        pool: Pool,
        processed: ProcessingRow,
        *,
        now: int,
        waiting: str | None,
    ) -> list[Place]:
        """Takes the places of one batch and accounts for it, all before anything is signed.

        A crash after this loses places, never reuses one. A waiting request is used up by it.
        """
        for _ in range(_RACES):
            stored = self.cases.find(case_id)
            after = decide(stored)
            with self._database.writing() as connection:
                if not swap(connection, stored, after):
                    continue
                if waiting is not None:
                    used = connection.execute(
                        delete(deferred).where(deferred.c.transaction_hash == waiting)
                    )
                    if used.rowcount != 1:
                        raise WalletFault(
                            "invalid_transaction_id", "deferred.used", "OpenID4VCI 1.0 9.3"
                        )
                places = place(
                    connection,
                    after.municipality,
                    pool,
                    issuance.copies,
                    now=now,
                    entropy=self._entropy,
                )
                write_issued(
                    connection,
                    after.municipality,
                    issuance.kind,
                    issuance.subject,
                    places,
                    issuance.expires_at,
                )
                write_processing(connection, processed)
                return places
        raise IssuerError("store.contended")
