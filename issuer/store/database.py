"""One engine for SQLite and PostgreSQL alike: how it is opened, and the two kinds of insert."""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext, Row, make_url

_MIGRATION_LOCK = 0x5245474945  # "REGIE"
_LOCK_BYTES = 7  # a lock's number is a signed word
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
            if connection.dialect.name == "postgresql":
                # Two processes that start together: the second finds the work done. SQLite has
                # one writer at a time anyway.
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")

    @contextmanager
    def alone(self, work: str) -> Iterator[bool]:
        """Whether nobody else is at this work; a second one is told so and does not wait."""
        if self.engine.dialect.name == "postgresql":
            with self.reading() as connection:
                # One lock per schema: a server may hold several issuers.
                name = f"{connection.execute(select(func.current_schema())).scalar()}/{work}"
                key = _number(name)
                mine = bool(connection.execute(select(func.pg_try_advisory_lock(key))).scalar())
                try:
                    yield mine
                finally:
                    if mine:
                        connection.execute(select(func.pg_advisory_unlock(key)))
            return
        # Beside the database: the lock goes with the process that holds it.
        path = f"{self.engine.url.database}.{work}.lock"
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            yield _locked(handle)
        finally:
            os.close(handle)

    def close(self) -> None:
        """Gives every connection back."""
        self.engine.dispose()


def hold(connection: Connection, name: str) -> None:
    """Nobody else under this name until the transaction is over: for what counts rows first."""
    # SQLite has one writer at a time anyway.
    if connection.dialect.name == "postgresql":
        schema = connection.execute(select(func.current_schema())).scalar()
        connection.execute(select(func.pg_advisory_xact_lock(_number(f"{schema}/{name}"))))


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> Sequence[Row[Any]]:
    """Inserts what is not there yet, in one statement, and returns the keys of what was new."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing()
    return connection.execute(
        statement.values(list(rows)).returning(*table.primary_key.columns)
    ).all()


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:_LOCK_BYTES], "big")


def _engine(url: str) -> Engine:
    # The text of a database fault would hold the row it was about.
    if make_url(url).get_backend_name() != "sqlite":
        # A connection that the server dropped is noticed before it is used.
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=20)
        event.listen(engine, "handle_error", _without_row)
        return engine
    engine = create_engine(url, hide_parameters=True)
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


def _without_row(context: ExceptionContext) -> None:
    """PostgreSQL writes the row into the details of a fault: its code says enough."""
    state = getattr(context.original_exception, "sqlstate", None)
    if state is not None:
        for fault in (context.original_exception, context.sqlalchemy_exception):
            if fault is not None:
                fault.args = (f"{type(context.original_exception).__name__} {state}",)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _only_for_its_owner(database: str | None) -> None:
    """Before SQLite makes the file: its journals get the same mode."""
    if database and database != ":memory:":
        os.close(os.open(database, os.O_CREAT | os.O_CLOEXEC, 0o600))
