"""One engine for SQLite and PostgreSQL alike: how it is opened, and the two kinds of insert."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Row

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


class Database:
    """An opened database; `writing()` is one durable transaction, `reading()` a snapshot."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: everything inside happens, durably, or nothing does."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Reads outside a transaction: a reader never waits for a writer."""
        with self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def migrate(self) -> None:
        """Brings the tables to the newest shape; safe to run at every start."""
        settings = Config()
        settings.set_main_option("script_location", str(_MIGRATIONS))
        with self.writing() as connection:
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")

    def close(self) -> None:
        """Gives every connection back."""
        self.engine.dispose()


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> Sequence[Row[Any]]:
    """Inserts what is not there yet, in one statement, and returns the keys of what was new."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing()
    return connection.execute(
        statement.values(list(rows)).returning(*table.primary_key.columns)
    ).all()


def _engine(url: str) -> Engine:
    # The text of a database fault would hold the row it was about.
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name != "sqlite":
        return engine
    _only_for_its_owner(engine.url.database)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: object) -> None:  # noqa: ANN401 - any driver's
        # Our own BEGIN below: the driver's would open a reading transaction first.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=5000",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Reading first and upgrading later fails with "locked"; a writer waits at the start.
        if connection.get_isolation_level() != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _only_for_its_owner(database: str | None) -> None:
    """Before SQLite makes the file: its journals get the same mode."""
    if database and database != ":memory:":
        os.close(os.open(database, os.O_CREAT | os.O_CLOEXEC, 0o600))
