"""What became of a batch at the wallet: counted, and of nobody once it is old."""

from typing import Final

from sqlalchemy import Connection, delete, func, select, update

from issuer.store.accounts import Issuance
from issuer.store.database import Database
from issuer.tables import notifications

KEEP_SECONDS: Final = 30 * 86_400


class Notifications:
    """The events wallets report (OpenID4VCI 1.0, 11)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, notification_hash: str, grant_id: str, event: str, now: int) -> bool:
        """Keeps the event; false where this grant was not given that id.

        The same again changes nothing, and the last of two different ones counts.
        """
        with self._database.writing() as connection:
            done = connection.execute(
                update(notifications)
                .where(
                    notifications.c.notification_hash == notification_hash,
                    notifications.c.holder == grant_id,
                    notifications.c.expires_at > now,
                )
                .values(event=event)
            )
        return done.rowcount == 1

    def counts(self) -> dict[tuple[str, str | None], int]:
        """How many batches of each kind came to what; `None`: the wallet said nothing."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(notifications.c.kind, notifications.c.event, func.count()).group_by(
                    notifications.c.kind, notifications.c.event
                )
            ).all()
        return {(kind, event): count for kind, event, count in rows}

    def purge(self, now: int) -> None:
        """Forgets what is older than a month."""
        with self._database.writing() as connection:
            connection.execute(delete(notifications).where(notifications.c.expires_at <= now))


def write_notifiable(connection: Connection, issuance: Issuance, now: int) -> None:
    """The id of a batch, in the transaction that hands it out."""
    if issuance.notification_hash is None:
        return
    connection.execute(
        notifications.insert().values(
            notification_hash=issuance.notification_hash,
            holder=issuance.grant_id,
            kind=issuance.kind,
            expires_at=now + KEEP_SECONDS,
        )
    )
