"""The encrypted database file: opening, one transaction at a time, rows as mappings.

The only file that knows SQLCipher and sqlite-utils. The key is raw (already stretched by the key
file), so opening costs no second PBKDF2.
"""

import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import sqlcipher3
import sqlcipher3.dbapi2

from wallet.errors import NotReady
from wallet.files import PRIVATE

# sqlite-utils catches the exceptions of `pysqlite3` where it is present; SQLCipher's own are not
# those of the standard library, so it has to stand there before sqlite-utils is first imported.
sys.modules.setdefault("pysqlite3", sqlcipher3)
sys.modules.setdefault("pysqlite3.dbapi2", sqlcipher3.dbapi2)

if TYPE_CHECKING:
    import sqlite_utils


Refused = sqlcipher3.DatabaseError
"""What the tables themselves do not take: a row that is not unique, a value that is missing."""
Row = dict[str, Any]
Value = str | int | bytes | None
KEY_BYTES: Final = 32
_BUSY_MS: Final = 2000


class Database:
    """One connection; every read and write takes its lock, so threads of the TUI may share it."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - sqlcipher3 has no types
        self._connection = connection
        self._lock = threading.RLock()

    @cached_property
    def tables(self) -> "sqlite_utils.Database":
        """The same database as sqlite-utils sees it; what only reads never waits for its import."""
        import sqlite_utils  # noqa: PLC0415

        return sqlite_utils.Database(self._connection, execute_plugins=False)

    @classmethod
    def open(cls, path: Path, key: bytes, *, write: bool) -> Self:
        """The database of `key`; `store.unreadable` when the key or the file is wrong."""
        if len(key) != KEY_BYTES:
            raise ValueError
        if not path.exists():
            path.touch(mode=PRIVATE)
        # isolation_level None: transactions begin and end where this file says so.
        connection = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False)
        try:
            # `key` is the first statement, before anything reads the file; the log level the
            # second, or a wrong key writes over the terminal.
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if write:
                connection.execute("PRAGMA journal_mode = WAL")
            # FULL: what is committed is on the disk when the statement returns (formats.md 2).
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("PRAGMA foreign_keys = ON")
            if not write:
                connection.execute("PRAGMA query_only = ON")
        except sqlcipher3.DatabaseError:
            connection.close()
            raise NotReady("store.unreadable") from None
        return cls(connection)

    def close(self) -> None:
        """Closes the connection; the last one also empties the write-ahead file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and the only writer from the first statement on."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads that see one state of the database."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def execute(self, statement: str, parameters: Sequence[Value] = ()) -> int:
        """Runs one statement; the number of rows it changed."""
        with self._lock:
            changed: int = self._connection.execute(statement, parameters).rowcount
            return changed

    def run_many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """Runs one statement for every row."""
        with self._lock:
            self._connection.executemany(statement, rows)

    def rows(self, statement: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """The rows of a query, or of a statement with `RETURNING`, as mappings by column."""
        with self._lock:
            cursor = self._connection.execute(statement, parameters)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, statement: str, parameters: Sequence[Value] = ()) -> Row | None:
        """The first row of a query, None without one."""
        found = self.rows(statement, parameters)
        return found[0] if found else None

    def tuples(self, statement: str, parameters: Sequence[Value] = ()) -> Iterator[tuple[Any, ...]]:
        """The bare rows of a query one by one; for the long walk over the chain."""
        with self._lock:
            yield from self._connection.execute(statement, parameters)

    def insert(self, table: str, row: Mapping[str, Value]) -> None:
        """One new row; a row with the same key is an error."""
        with self._lock:
            self.tables.table(table).insert(dict(row))

    def wipe_freed_pages(self) -> None:
        """After a removal: nothing of it stays behind in the write-ahead file."""
        with self._lock:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
