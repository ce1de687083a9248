"""What a grant was given and still waits for: refills and promises, each by one statement."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select, update

from credential.strictjson import Json
from issuer.errors import TokenFault, WalletFault
from issuer.store.database import Database, insert_new
from issuer.tables import grants, promises, refills

HOUR: Final = 3_600
_MOST: Final = 2


@dataclass(frozen=True, repr=False)
class Promise:
    """A credential request that waits for a person's decision: the keys it proved."""

    transaction_hash: str
    grant_id: str
    kind: str
    keys: tuple[dict[str, Json], ...]
    expires_at: int


class Promises:
    """Requests that outlive the access token they came with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, promise: Promise) -> None:
        """Keeps a request; it takes the place of an earlier one of this grant for this kind."""
        with self._database.writing() as connection:
            # Of two at once the second replaces what the first kept.
            held = connection.execute(
                select(grants.c.grant_id)
                .where(grants.c.grant_id == promise.grant_id)
                .with_for_update()
            ).first()
            if held is None:
                raise TokenFault("invalid_token", "grant.changed", "RFC 6750 3.1", status=401)
            connection.execute(
                delete(promises).where(
                    promises.c.grant_id == promise.grant_id, promises.c.kind == promise.kind
                )
            )
            connection.execute(
                promises.insert().values(
                    transaction_hash=promise.transaction_hash,
                    grant_id=promise.grant_id,
                    kind=promise.kind,
                    keys=msgspec.json.encode(promise.keys).decode(),
                    expires_at=promise.expires_at,
                )
            )

    def find(self, transaction_hash: str, grant_id: str, now: int) -> Promise | None:
        """What was promised to this grant; another's is nobody's."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(promises).where(
                    promises.c.transaction_hash == transaction_hash,
                    promises.c.grant_id == grant_id,
                    promises.c.expires_at > now,
                )
            ).first()
        if row is None:
            return None
        keys = tuple(msgspec.json.decode(row.keys, type=list[dict[str, Any]]))
        return Promise(row.transaction_hash, row.grant_id, row.kind, keys, row.expires_at)

    def refilled(self, grant_id: str, now: int) -> frozenset[str]:
        """The kinds of which this grant has had its batch of this hour."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(refills.c.kind).where(
                    refills.c.grant_id == grant_id, refills.c.hour == now // HOUR
                )
            ).scalars()
            return frozenset(found)

    def purge(self, now: int) -> None:
        """Forgets promises of grants that ended, and hours that are over."""
        with self._database.writing() as connection:
            connection.execute(delete(promises).where(promises.c.expires_at <= now))
            connection.execute(delete(refills).where(refills.c.hour < now // HOUR))


def allow_batch(
    connection: Connection, grant_id: str, kind: str, request: str, *, now: int
) -> None:
    """One batch per kind, grant and hour: the row is the permission.

    A wallet whose connection broke may repeat its request once: the same keys with the same
    access token. It gets new places; what the first answer held is nobody's.
    """
    row = {
        "grant_id": grant_id,
        "kind": kind,
        "hour": now // HOUR,
        "request": request,
        "batches": 1,
    }
    if insert_new(connection, refills, [row]):
        return
    repeated = connection.execute(
        update(refills)
        .where(
            refills.c.grant_id == grant_id,
            refills.c.kind == kind,
            refills.c.hour == now // HOUR,
            refills.c.request == request,
            refills.c.batches < _MOST,
        )
        .values(batches=refills.c.batches + 1)
    )
    if repeated.rowcount != 1:
        raise WalletFault("credential_request_denied", "refill.too_soon", "Architecture, Issuer")


def until_allowed(now: int) -> int:
    """After how many seconds the next batch may be asked."""
    return HOUR - now % HOUR


def use_promise(connection: Connection, transaction_hash: str) -> None:
    """A promise is used up by its cards."""
    used = connection.execute(
        delete(promises).where(promises.c.transaction_hash == transaction_hash)
    )
    if used.rowcount != 1:
        raise WalletFault("invalid_transaction_id", "deferred.used", "OpenID4VCI 1.0 9.3")
