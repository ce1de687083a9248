"""The database: opened once, every write immediate and durable, every removal a real one.

SQLite for one process, PostgreSQL for as many as you like; the same statements run on both.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError

from verifier import migrations
from verifier.errors import NotReady

CONNECTIONS: Final = 20
STATEMENT_SECONDS: Final = 60
_LOCK_SECONDS: Final = 10
_CONNECT_SECONDS: Final = 5
_TRIES: Final = 8
_CONTESTED: Final = frozenset({"40001", "40P01"})  # another came between; a deadlock
_LOCK_BYTES: Final = 7  # the number of a lock is a signed word

T = TypeVar("T")


class Store:
    """One database; the verbs stand in `transactions`, `register`, `rights` and `retention`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._queue = threading.RLock()

    @classmethod
    def open(
        cls,
        url: str,
        *,
        migrate: bool = False,
        connections: int = CONNECTIONS,
        statement_seconds: int = STATEMENT_SECONDS,
    ) -> "Store":
        """Open it; refused when its tables are of another release, unless `migrate`."""
        engine = _engine(url, connections, statement_seconds)
        try:
            if migrate:
                migrations.upgrade(engine)
            current = migrate or migrations.is_current(engine)
        except OperationalError:
            engine.dispose()
            raise NotReady("store.unreachable", "Architecture, Storage") from None
        if not current:
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
    def writing(self, *, steady: bool = False) -> Iterator[Connection]:
        """One transaction that writes: all of it durable, or none of it.

        `steady`: it sees one moment throughout, and fails when what it writes has changed since;
        `again` then does it once more. SQLite never shows another moment.
        """
        if self.engine.dialect.name == "sqlite":
            # SQLite lets a second writer sleep and look again; in a queue of our own nobody sleeps.
            with self._queue, self.engine.begin() as connection:
                yield connection
            return
        if not steady:
            with self.engine.begin() as connection:
                yield connection
            return
        steadily = self.engine.connect().execution_options(isolation_level="REPEATABLE READ")
        with steadily as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One transaction that only reads."""
        with self.engine.connect().execution_options(reads_only=True) as connection:
            yield connection

    @contextmanager
    def alone(self, work: str) -> Iterator[bool]:
        """Whether nobody else is at this work; a second one is told so and does not wait."""
        if self.engine.dialect.name == "postgresql":
            # Not inside a transaction: it would stand open as long as the work takes.
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
                key = _number(one, work)
                mine = bool(one.execute(select(func.pg_try_advisory_lock(key))).scalar())
                try:
                    yield mine
                finally:
                    if mine:
                        one.execute(select(func.pg_advisory_unlock(key)))
            return
        # Beside the database: the lock goes with the process that holds it.
        path = f"{self.engine.url.database}.{work}.lock"
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            yield _locked(handle)
        finally:
            os.close(handle)


def again(work: Callable[[], T]) -> T:
    """A whole transaction, once more when another came between; what it left is then seen."""
    for left in reversed(range(_TRIES)):
        try:
            return work()
        except DBAPIError as fault:
            state = getattr(fault.orig, "sqlstate", None)
            if not left or not (isinstance(fault, IntegrityError) or state in _CONTESTED):
                raise
    raise AssertionError


def hold(connection: Connection, name: str) -> None:
    """Nobody else under this name until the transaction is over: for who reads, then writes.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        key = _number(connection, name)
        connection.execute(select(func.pg_advisory_xact_lock(key)))


def _number(connection: Connection, name: str) -> int:
    """One lock per schema: a server of databases may hold several organisations."""
    schema = connection.execute(select(func.current_schema())).scalar()
    return int.from_bytes(hashlib.sha256(f"{schema}/{name}".encode()).digest()[:_LOCK_BYTES], "big")


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _engine(url: str, connections: int, statement_seconds: int) -> Engine:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        raise NotReady("config.value", "", key="database") from None
    if backend == "sqlite":
        # No values in errors. A connection that is opened anew reads the whole schema again.
        engine = create_engine(url, hide_parameters=True, pool_size=connections)
        _only_for_its_owner(engine.url.database)
        event.listen(engine, "connect", _sqlite)
        event.listen(engine, "begin", _immediate)
        return engine
    if backend != "postgresql":
        raise NotReady("config.value", "", key="database")
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_size=connections,
            max_overflow=connections // 2,
            pool_pre_ping=True,  # one that the server dropped is noticed before it is used
            connect_args={"connect_timeout": _CONNECT_SECONDS},
        )
    except ImportError:
        raise NotReady("store.driver", "Architecture, Storage") from None

    def limits(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
        # A statement that waits for ever would take its thread and its connection along.
        connection.autocommit = True
        cursor = connection.cursor()
        for name, seconds in (
            ("statement_timeout", statement_seconds),
            ("lock_timeout", min(_LOCK_SECONDS, statement_seconds)),
            ("idle_in_transaction_session_timeout", statement_seconds),
        ):
            cursor.execute(f"SET {name} = {seconds * 1000}")
        cursor.close()
        connection.autocommit = False

    event.listen(engine, "connect", limits)
    event.listen(engine, "handle_error", _without_row)
    return engine


def _without_row(context: ExceptionContext) -> None:
    """PostgreSQL writes the row into the details of a fault: its code says enough."""
    state = getattr(context.original_exception, "sqlstate", None)
    if state is not None:
        for fault in (context.original_exception, context.sqlalchemy_exception):
            if fault is not None:
                fault.args = (f"{type(context.original_exception).__name__} {state}",)


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


def _only_for_its_owner(database: str | None) -> None:
    """Before SQLite makes the file: its journals get the same mode."""
    if database and database != ":memory:":
        try:
            os.close(os.open(database, os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError:
            raise NotReady("store.unreachable", "Architecture, Storage") from None


def _immediate(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
