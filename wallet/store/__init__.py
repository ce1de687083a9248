"""The wallet's store: log, cards, keys and what waits, in one encrypted database.

One method is one transaction. Every method that changes something takes `at`, the one `now` of
the decision it belongs to.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from credential.strictjson import Object
from wallet.errors import NotReady
from wallet.events import Kind
from wallet.keyfile import LABEL_DATABASE, LABEL_LOG, MasterKey
from wallet.store import carrying, schema, view
from wallet.store.activities import Activities, Holding
from wallet.store.cardlife import CardLife
from wallet.store.cards import Cards
from wallet.store.carrying import Carried
from wallet.store.cases import Cases
from wallet.store.chain import FILE as HEAD_FILE
from wallet.store.chain import Chain
from wallet.store.database import Database
from wallet.store.filtering import Filter
from wallet.store.foreign import Foreign
from wallet.store.rights import Rights
from wallet.store.sessions import Sessions
from wallet.store.sharing import Sharing
from wallet.store.totals import Totalling
from wallet.store.values import Notice
from wallet.store.waiting import Waiting

__all__ = ["DATABASE_FILE", "Filter", "Holding", "Store"]

DATABASE_FILE: Final = "wallet.db"


class Store(
    Sharing, Cards, CardLife, Waiting, Sessions, Rights, Cases, Foreign, Totalling, Activities
):
    """Everything the wallet keeps; see the parent classes for the verbs of each part."""

    @classmethod
    def create(
        cls, home: Path, master: MasterKey, *, at: int, entropy: Callable[[int], bytes]
    ) -> Self:
        """A new, empty store with a new log; refuses where one stands already."""
        path = home / DATABASE_FILE
        if path.exists():
            raise NotReady("wallet.exists")
        database = Database.open(path, master.derive(LABEL_DATABASE), write=True)
        with database.transaction():
            schema.create(database)
            chain = Chain.start(
                database, master.derive(LABEL_LOG), home / HEAD_FILE, at=at, entropy=entropy
            )
            chain.seal(database, at=at)
        chain.publish()
        return cls(database, chain, entropy)

    @classmethod
    def restore(
        cls,
        home: Path,
        master: MasterKey,
        carried: Carried,
        *,
        body: Object,
        at: int,
        entropy: Callable[[int], bytes],
    ) -> Self:
        """A new store that goes on with a log from elsewhere; `body` is of `wallet.restored`."""
        path = home / DATABASE_FILE
        if path.exists():
            raise NotReady("wallet.exists")
        database = Database.open(path, master.derive(LABEL_DATABASE), write=True)
        try:
            with database.transaction():
                schema.create(database)
                chain = Chain.move(
                    database,
                    master.derive(LABEL_LOG),
                    home / HEAD_FILE,
                    log_id=carried.log_id,
                    key_pem=carried.log_key_pem,
                    created=carried.created,
                    entropy=entropy,
                )
                carrying.fill(database, carried)
                store = cls(database, chain, entropy)
                store._append(store.new_activity(), Kind.WALLET_RESTORED, body, at=at)
                chain.seal(database, at=at)
        except BaseException:
            database.close()
            raise
        chain.publish()
        return store

    @classmethod
    def open(
        cls, home: Path, master: MasterKey, *, write: bool, entropy: Callable[[int], bytes]
    ) -> Self:
        """The store of `home`; `store.unreadable` when it does not belong to this key.

        What an older Regie made is brought up to date when it is opened for writing.
        """
        path = home / DATABASE_FILE
        if not path.exists():
            raise NotReady("wallet.none")
        database = Database.open(path, master.derive(LABEL_DATABASE), write=write)
        try:
            if write:
                schema.migrate(database, view.remake)
            schema.require_current(database)
            chain = Chain.load(
                database, master.derive(LABEL_LOG), home / HEAD_FILE, entropy=entropy
            )
        except BaseException:
            database.close()
            raise
        return cls(database, chain, entropy)

    def recover(self, *, at: int) -> tuple[Notice, ...]:
        """After opening for writing: mends what a crash left, and tells it."""
        return (
            *self.chain.mend(self.database),
            *self.settle_interrupted(at=at),
            *self.settle_logins(at=at),
        )

    def close(self) -> None:
        """Closes the database."""
        self.database.close()
