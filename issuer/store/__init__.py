"""The issuer's memory as verbs of the domain: one method is one transaction."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection, delete

from issuer.errors import IssuerError, WalletFault
from issuer.offer import Confirmed
from issuer.status import Entropy, Place
from issuer.store.accounts import (
    Accounts,
    Issuance,
    ProcessingRow,
    write_issued,
    write_processing,
)
from issuer.store.applications import Applications, collect
from issuer.store.audit import Audit
from issuer.store.cases import Cases, CaseToken, StoredCase, Waiting, swap
from issuer.store.clerks import Clerks
from issuer.store.closing import Closing
from issuer.store.database import Database
from issuer.store.figures import Figures, figures
from issuer.store.grants import Grant, Grants, GrantToken, use_grant
from issuer.store.lists import Lists, Pool, Published, Revocation, place
from issuer.store.logins import Logins
from issuer.store.notices import Bookmarks, Notice, Notices
from issuer.store.notifications import Notifications, write_notifiable
from issuer.store.promises import Promise, Promises, allow_batch, use_promise
from issuer.store.standing import Batch, Better, Standing
from issuer.tables import deferred

__all__ = [
    "Accounts",
    "Batch",
    "Better",
    "Bookmarks",
    "CaseToken",
    "Cases",
    "Database",
    "Figures",
    "Grant",
    "GrantToken",
    "Issuance",
    "Lists",
    "Notice",
    "Notices",
    "Permit",
    "Pool",
    "ProcessingRow",
    "Promise",
    "Published",
    "Revocation",
    "Standing",
    "Store",
    "StoredCase",
    "Waiting",
]

_RACES = 50


@dataclass(frozen=True, repr=False)
class Permit:
    """What a batch of a grant rests on."""

    municipality: str
    grant_id: str
    changed: int
    """Events that were known when the register was asked; with one more it no longer holds."""
    request: str
    """A hash of the access token and the keys it proved."""
    promise: str | None
    decided: bool
    """Whether it rests on a person's decision, which must stand, besides the grant."""


class Store:
    """Everything on disk."""

    def __init__(self, url: str, entropy: Entropy) -> None:
        self._database = Database(url)
        self._entropy = entropy
        self.cases = Cases(self._database)
        self.grants = Grants(self._database)
        self.logins = Logins(self._database)
        self.lists = Lists(self._database, entropy)
        self.accounts = Accounts(self._database)
        self.notices = Notices(self._database)
        self.bookmarks = Bookmarks(self._database)
        self.standing = Standing(self._database)
        self.closing = Closing(self._database)
        self.clerks = Clerks(self._database)
        self.applications = Applications(self._database)
        self.audit = Audit(self._database)
        self.promises = Promises(self._database)
        self.notifications = Notifications(self._database)

    def figures(self, now: int) -> Figures:
        """Counts for whoever keeps the server running."""
        return figures(self._database, now)

    def migrate(self) -> None:
        """Brings the tables to the newest shape."""
        self._database.migrate()

    def alone(self, work: str) -> AbstractContextManager[bool]:
        """Whether this process is the only one at this work."""
        return self._database.alone(work)

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
                return self._place(connection, after.municipality, issuance, pool, processed, now)
        raise IssuerError("store.contended")

    def issue_granted(
        self,
        permit: Permit,
        issuance: Issuance,
        pool: Pool,
        processed: ProcessingRow,
        *,
        now: int,
    ) -> list[Place]:
        """As `issue`, for a grant: one batch of a kind in an hour, and none once it is over."""
        with self._database.writing() as connection:
            use_grant(connection, permit.grant_id, changed=permit.changed, now=now)
            if permit.promise is not None:
                use_promise(connection, permit.promise)
            allow_batch(connection, permit.grant_id, issuance.kind, permit.request, now=now)
            if permit.decided:
                collect(connection, permit.municipality, issuance.subject, issuance.kind, now)
            return self._place(connection, permit.municipality, issuance, pool, processed, now)

    def issue_paper(
        self,
        municipality: str,
        issuances: Sequence[Issuance],
        pool: Pool,
        processed: ProcessingRow,
        *,
        now: int,
    ) -> list[Place]:
        """The places of one paper extract, one for each kind it states; accounted for at once."""
        with self._database.writing() as connection:
            places: list[Place] = []
            for one in issuances:
                taken = place(connection, municipality, pool, 1, now=now, entropy=self._entropy)
                write_issued(connection, municipality, one, taken)
                places += taken
            write_processing(connection, processed)
            return places

    def _place(
        self,
        connection: Connection,
        municipality: str,
        issuance: Issuance,
        pool: Pool,
        processed: ProcessingRow,
        now: int,
    ) -> list[Place]:
        places = place(
            connection, municipality, pool, issuance.copies, now=now, entropy=self._entropy
        )
        write_issued(connection, municipality, issuance, places)
        write_notifiable(connection, issuance, now)
        write_processing(connection, processed)
        return places
