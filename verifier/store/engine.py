"""The database: opened once, every write immediate and durable, every removal a real one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from verifier import migrations
from verifier.errors import NotReady


class Store:
    """One database; the verbs stand in `transactions`, `register`, `rights` and `retention`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str, *, migrate: bool = False) -> "Store":
        """Open it; refused when its tables are of another release, unless `migrate`."""
        engine = create_engine(url, hide_parameters=True)  # no values in errors
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _sqlite)
            event.listen(engine, "begin", _immediate)
        if migrate:
            migrations.upgrade(engine)
        elif not migrations.is_current(engine):
            engine.dispose()
            raise NotReady("store.migrate", "Architecture, Storage")
        return cls(engine)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def scrub(self) -> None:
        """Take what was just removed out of the write-ahead log too, as far as nobody reads it."""
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction that writes: all of it durable, or none of it."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads."""
        with self.engine.connect().execution_options(reads_only=True) as connection:
            yield connection


def _sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    connection.isolation_level = None  # transactions are begun by `_immediate`, not by the driver
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a receipt is durable before it is sent (formats.md 3)
        "secure_delete=ON",
        "foreign_keys=ON",
        "busy_timeout=10000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _immediate(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
