"""What of the store moves to another computer, and how it stands there again.

Every table is named here: in the file, left behind, or made anew. A new table that is not is
found by a test. Rows travel as they are, so that what was broken stays broken and named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from credential import base64url, strictjson
from credential.errors import CredentialError
from credential.strictjson import Json, Object
from wallet.errors import Usage
from wallet.store import view
from wallet.store.activities import Activities, parse_entry
from wallet.store.database import Database, Refused, Value
from wallet.store.schema import VIEW_TABLES
from wallet.store.values import Entry

CARRIED: Final = (
    *("entries", "heads", "evidence", "evidence_links", "erasable", "spent_copies", "outgoing"),
    *("rights_keys", "rights_cases", "cases", "party_cases", "settings"),
    *("foreign_logs", "foreign_activities", "foreign_words", "foreign_types"),
)
LEFT: Final = (
    # A card and what fetches it are bound to the computer they were fetched on.
    *("cards", "copies", "issuer_sessions", "card_policies"),
    # What was under way ends with the old wallet.
    *("pending_issuances", "pending_requests", "logins"),
)
"""Never in a backup (EUDI TS10 1.1: device-bound credentials are issued again)."""
ANEW: Final = ("log", *VIEW_TABLES)
"""The log's own row, under another key; and the view, from the entries."""

STAYS: Final = frozenset({"refresh.at", "cards.told", "cards.known"})
"""Settings about cards that stay behind."""
MAX_ROWS: Final = 5_000_000
_MAX: Final = 16 << 20
_CELLS: Final = {"TEXT": str, "INTEGER": int, "BLOB": bytes}
_JSON: Final = frozenset({"document", "value"})
_SIGN: Final = 1 << 63
_LOG: Final = frozenset({"entries", "heads", "evidence", "evidence_links", "settings"})

Table = tuple[tuple[str, ...], list[list[Value]]]
"""Columns, and rows in that order."""


@dataclass(frozen=True)
class Carried:
    """Everything of one log and what hangs on it, at one moment."""

    log_id: bytes
    created: int
    log_key_pem: bytes = field(repr=False)
    tables: Mapping[str, Table] = field(repr=False)

    @property
    def entries(self) -> Iterator[Entry]:
        """The events that can be read, in order."""
        columns, rows = self.tables["entries"]
        at = columns.index("entry")
        for row in rows:
            entry = _readable(row[at])
            if entry is not None:
                yield entry


def take(store: Activities) -> Carried:
    """What is in the tables at one moment."""
    database = store.database
    with database.snapshot():
        (log,) = database.rows("SELECT id, created FROM log")
        tables = {name: _rows(database, name) for name in CARRIED}
    columns, rows = tables["settings"]
    kept = [row for row in rows if row[columns.index("key")] not in STAYS]
    tables["settings"] = (columns, kept)
    return Carried(log["id"], log["created"], store.chain.private_key_pem, tables)


def with_setting(carried: Carried, key: str, value: Json) -> Carried:
    """The same, remembering one thing more."""
    columns, rows = carried.tables["settings"]
    at = columns.index("key")
    row: dict[str, Value] = {"key": key, "value": strictjson.dumps(value).decode()}
    kept = [one for one in rows if one[at] != key]
    settings = (columns, [*kept, [row.get(name) for name in columns]])
    return replace(carried, tables={**carried.tables, "settings": settings})


def fill(database: Database, carried: Carried) -> None:
    """Puts the rows into new tables and makes the view, inside the caller's transaction."""
    for name, (columns, rows) in carried.tables.items():
        types = {row["name"]: row["type"] for row in database.rows(f"PRAGMA table_info({name})")}
        if name not in CARRIED or not set(columns) <= types.keys():
            raise Usage("restore.damaged")
        for at, column in enumerate(columns):
            _require_cells(column, types[column], (row[at] for row in rows))
        marks = ", ".join("?" * len(columns))
        try:
            database.run_many(
                f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
                rows,
            )
        except Refused:
            raise Usage("restore.damaged") from None
    view.rebuild(database, carried.entries)


def _require_cells(column: str, declared: str, cells: Iterable[Value]) -> None:
    """What the wallet reads from this column later can be read: its type, and JSON where it is."""
    wanted = _CELLS.get(declared, (str, int, bytes))
    for cell in cells:
        if cell is not None and not isinstance(cell, wanted):
            raise Usage("restore.damaged")
        if column in _JSON and isinstance(cell, str):
            try:
                value = strictjson.loads(cell, max_bytes=_MAX)
            except CredentialError:
                raise Usage("restore.damaged") from None
            if column == "document" and not isinstance(value, dict):
                raise Usage("restore.damaged")


def document(carried: Carried) -> Object:
    """As JSON."""
    return {
        "log": base64url.encode(carried.log_id),
        "created": carried.created,
        "log_key": carried.log_key_pem.decode("ascii"),
        "tables": {
            name: {"columns": [*columns], "rows": [[_json(v) for v in row] for row in rows]}
            for name, (columns, rows) in carried.tables.items()
        },
    }


def read(members: Object) -> Carried:
    """What `document` wrote; `restore.damaged` for everything else."""
    try:
        tables = {name: _table(value) for name, value in strictjson.obj(members, "tables").items()}
        _need(_LOG <= tables.keys() <= set(CARRIED))
        _need({"n", "entry"} <= {*tables["entries"][0]} and "key" in tables["settings"][0])
        _need(sum(len(rows) for _, rows in tables.values()) <= MAX_ROWS)
        return Carried(
            base64url.decode(strictjson.text(members, "log"), max_bytes=64),
            strictjson.numeric_date(members, "created"),
            strictjson.text(members, "log_key").encode("ascii"),
            tables,
        )
    except (KeyError, TypeError, ValueError, CredentialError):
        raise Usage("restore.damaged") from None


def _rows(database: Database, name: str) -> Table:
    columns = tuple(row["name"] for row in database.rows(f"PRAGMA table_info({name})"))
    found = database.tuples(
        f"SELECT {', '.join(columns)} FROM {name} ORDER BY rowid"  # noqa: S608 - our own names
    )
    return columns, [list(row) for row in found]


def _json(value: Value) -> Json:
    """Texts and numbers as they are; bytes marked, as text where they are text: it is shorter."""
    if not isinstance(value, bytes):
        return value
    try:
        return {"t": value.decode()}
    except UnicodeDecodeError:
        return {"b": base64url.encode(value)}


def _table(value: Json) -> Table:
    members = value if isinstance(value, dict) else {}
    columns = strictjson.texts(members, "columns")
    rows = [[_value(cell) for cell in _list(row)] for row in strictjson.array(members, "rows")]
    _need(all(len(row) == len(columns) for row in rows))
    return columns, rows


def _list(value: Json) -> list[Json]:
    _need(isinstance(value, list))
    return value if isinstance(value, list) else []


def _value(cell: Json) -> Value:
    if isinstance(cell, dict):
        ((mark, text),) = cell.items()
        _need(isinstance(text, str) and mark in ("t", "b"))
        return str(text).encode() if mark == "t" else base64url.decode(str(text), max_bytes=_MAX)
    _need(not isinstance(cell, int) or -_SIGN <= cell < _SIGN)
    if cell is None or type(cell) in (str, int):
        return cell  # type: ignore[return-value] # checked on the line above
    raise ValueError


def _need(holds: bool) -> None:
    if not holds:
        raise ValueError


def _readable(stored: Value) -> Entry | None:
    try:
        return parse_entry(stored) if isinstance(stored, bytes) else None
    except (CredentialError, ValueError, TypeError):
        return None
