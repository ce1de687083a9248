"""The tables of the wallet's database, and which of them can be rebuilt from the log."""

from collections.abc import Callable
from typing import Final

from wallet.errors import NotReady
from wallet.store import since_4
from wallet.store.database import Database

VERSION: Final = 4

# The log itself: `entry` and `blind` are NULL only after removal by the resident (formats.md 2).
_LOG: Final = (
    "CREATE TABLE log (id BLOB NOT NULL, key BLOB NOT NULL, created INTEGER NOT NULL)",
    """CREATE TABLE entries (
        n INTEGER PRIMARY KEY, entry BLOB, blind BLOB, c BLOB NOT NULL, h BLOB NOT NULL)""",
    """CREATE TABLE heads (
        place TEXT PRIMARY KEY CHECK (place IN ('now', 'before', 'disputed')),
        n INTEGER NOT NULL, head TEXT NOT NULL)""",
    "CREATE TABLE evidence (sha256 TEXT PRIMARY KEY, content BLOB NOT NULL)",
    """CREATE TABLE evidence_links (
        n INTEGER NOT NULL, activity TEXT NOT NULL, role TEXT NOT NULL, sha256 TEXT NOT NULL,
        PRIMARY KEY (n, role, sha256))""",
    "CREATE INDEX evidence_links_activity ON evidence_links (activity)",
    "CREATE INDEX evidence_links_sha256 ON evidence_links (sha256)",
    # What may hold values: erasable without touching the chain.
    """CREATE TABLE erasable (
        n INTEGER NOT NULL, activity TEXT NOT NULL, name TEXT NOT NULL,
        blind BLOB NOT NULL, content BLOB NOT NULL, PRIMARY KEY (n, name))""",
    "CREATE INDEX erasable_activity ON erasable (activity)",
    """CREATE TABLE spent_copies (
        id INTEGER PRIMARY KEY, activity TEXT NOT NULL, query TEXT NOT NULL, card TEXT NOT NULL,
        kind TEXT NOT NULL, vct TEXT NOT NULL, compact TEXT NOT NULL)""",
    "CREATE INDEX spent_copies_activity ON spent_copies (activity)",
)

# A view over the log: dropped and rebuilt from `entries` at any time.
_VIEW: Final = (
    """CREATE TABLE events (
        n INTEGER PRIMARY KEY, activity TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL)""",
    "CREATE INDEX events_activity ON events (activity, n)",
    "CREATE INDEX events_kind ON events (kind, at)",
    """CREATE TABLE activities (
        id TEXT NOT NULL UNIQUE, first_n INTEGER PRIMARY KEY, last_n INTEGER NOT NULL,
        started INTEGER NOT NULL, updated INTEGER NOT NULL,
        type TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL,
        party_oin TEXT NOT NULL, party_service TEXT NOT NULL, party_name TEXT NOT NULL,
        service_name TEXT NOT NULL, purpose_id TEXT NOT NULL, purpose_nl TEXT NOT NULL,
        purpose_en TEXT NOT NULL, card_kind TEXT NOT NULL, receipt TEXT NOT NULL,
        right_name TEXT NOT NULL, right_state TEXT NOT NULL,
        retention TEXT NOT NULL, kept_until TEXT NOT NULL,
        others TEXT NOT NULL, reused INTEGER NOT NULL)""",
    # Few indexes: every one is a page more to encrypt and sync with each event.
    "CREATE INDEX activities_party ON activities (party_oin, party_service, first_n)",
    "CREATE INDEX activities_intended ON activities (first_n) WHERE outcome = 'intended'",
    "CREATE INDEX activities_kept ON activities (kept_until) WHERE kept_until <> ''",
    "CREATE INDEX activities_reused ON activities (id) WHERE reused = 1",
    """CREATE TABLE activity_claims (
        n INTEGER NOT NULL, activity TEXT NOT NULL, vct TEXT NOT NULL, path TEXT NOT NULL,
        asked INTEGER NOT NULL, shared INTEGER NOT NULL, erased INTEGER NOT NULL,
        PRIMARY KEY (activity, vct, path)) WITHOUT ROWID""",
    "CREATE INDEX activity_claims_path ON activity_claims (path, n)",
    """CREATE VIRTUAL TABLE activity_words USING fts5 (
        activity UNINDEXED, words, tokenize = 'unicode61 remove_diacritics 2', columnsize = 0)""",
    # Without this a deleted row's words stay in the index until it is merged.
    "INSERT INTO activity_words (activity_words, rank) VALUES ('secure-delete', 1)",
)

VIEW_TABLES: Final = ("events", "activities", "activity_claims", "activity_words")

_CARDS: Final = (
    """CREATE TABLE cards (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, vct TEXT NOT NULL, issuer_oin TEXT NOT NULL,
        issuer_name TEXT NOT NULL, issuer_url TEXT NOT NULL, issued_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL, received_at INTEGER NOT NULL, state TEXT NOT NULL,
        payload TEXT NOT NULL)""",
    # `activity` holds the disclosure that spent the copy until its outcome is known; then the row
    # and with it the key is deleted.
    """CREATE TABLE copies (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        card TEXT NOT NULL REFERENCES cards (id) ON DELETE CASCADE,
        compact TEXT NOT NULL, private_key BLOB NOT NULL, status_uri TEXT NOT NULL,
        status_index INTEGER NOT NULL, uses INTEGER NOT NULL, keep INTEGER NOT NULL,
        activity TEXT)""",
    "CREATE INDEX copies_free ON copies (card, uses, id) WHERE activity IS NULL",
    "CREATE INDEX copies_activity ON copies (activity) WHERE activity IS NOT NULL",
)

_PENDING: Final = (
    """CREATE TABLE outgoing (
        activity TEXT PRIMARY KEY, response_uri TEXT NOT NULL, body BLOB NOT NULL)""",
    """CREATE TABLE rights_keys (
        activity TEXT PRIMARY KEY, jkt TEXT NOT NULL, private_key BLOB NOT NULL,
        endpoint TEXT NOT NULL, oin TEXT NOT NULL, nonce TEXT NOT NULL)""",
    """CREATE TABLE rights_cases (
        id TEXT PRIMARY KEY, activity TEXT NOT NULL, right_name TEXT NOT NULL,
        state TEXT NOT NULL, asked_at INTEGER NOT NULL, due INTEGER, retry_after INTEGER,
        document TEXT NOT NULL)""",
    "CREATE INDEX rights_cases_activity ON rights_cases (activity)",
    """CREATE TABLE pending_issuances (
        id TEXT PRIMARY KEY, activity TEXT NOT NULL, created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL, document TEXT NOT NULL)""",
    """CREATE TABLE pending_requests (
        id TEXT PRIMARY KEY, activity TEXT NOT NULL, created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL, document TEXT NOT NULL)""",
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
)

# Version 2: coming back to an issuer.
_SINCE_2: Final = (
    """CREATE TABLE issuer_sessions (
        oin TEXT PRIMARY KEY, name TEXT NOT NULL, document TEXT NOT NULL)""",
    "CREATE TABLE logins (activity TEXT PRIMARY KEY, created_at INTEGER NOT NULL)",
    # `phase` `sending`: on its way, under a number of our own until the issuer gives its.
    """CREATE TABLE cases (
        issuer_oin TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL,
        phase TEXT NOT NULL, due INTEGER, document TEXT NOT NULL, activity TEXT NOT NULL,
        PRIMARY KEY (issuer_oin, id))""",
    "CREATE INDEX cases_activity ON cases (activity)",
)

# Version 3: applications at organisations, as they answer about the disclosure that began them.
_SINCE_3: Final = (
    # `phase` `sent`: signed with this wallet, and nothing heard of it yet.
    """CREATE TABLE party_cases (
        activity TEXT PRIMARY KEY, oin TEXT NOT NULL, party TEXT NOT NULL, number TEXT NOT NULL,
        phase TEXT NOT NULL, at INTEGER NOT NULL, due INTEGER, ask_after INTEGER NOT NULL,
        document TEXT NOT NULL)""",
)

_VIEW_SINCE: Final = 4
"""The version whose view tables these are; an older view is made anew from the log."""

_MIGRATIONS: Final = {1: _SINCE_2, 2: _SINCE_3, 3: since_4.ALL}
"""What leads from each version to the next."""


def create(database: Database) -> None:
    """Makes all tables; runs inside the transaction that also starts the log."""
    for statement in (*_LOG, *_VIEW, *_CARDS, *_PENDING, *_SINCE_2, *_SINCE_3, *since_4.ALL):
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {VERSION}")


def migrate(database: Database, rebuild: Callable[[Database], None]) -> None:
    """Brings an older database to this version, all or nothing; what it holds stays.

    `rebuild` makes the view anew from the log.
    """
    with database.transaction():
        version = version_of(database)
        for step in range(version, VERSION):
            for statement in _MIGRATIONS[step]:
                database.execute(statement)
        if version < _VIEW_SINCE:
            rebuild(database)
        if version < VERSION:
            database.execute(f"PRAGMA user_version = {VERSION}")


def create_view(database: Database) -> None:
    """Drops the rebuildable tables and makes them anew, empty."""
    for table in VIEW_TABLES:
        database.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in _VIEW:
        database.execute(statement)


def require_current(database: Database) -> None:
    """Refuses a database that an older Regie made: opening it for writing brings it up to date."""
    if version_of(database) < VERSION:
        raise NotReady("store.older")


def version_of(database: Database) -> int:
    """The version of a database; refuses one not there yet or made by a newer Regie."""
    row = database.row("PRAGMA user_version")
    version = int(row["user_version"]) if row else 0
    if version == 0:
        raise NotReady("store.empty")
    if version > VERSION:
        raise NotReady("store.newer")
    return version
