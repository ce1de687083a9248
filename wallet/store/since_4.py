"""Version 4 of the wallet's tables, by part; what was there before stands in `schema`."""

from typing import Final

QUESTION: Final[tuple[str, ...]] = (
    """CREATE TABLE card_policies (
        card TEXT PRIMARY KEY REFERENCES cards (id) ON DELETE CASCADE, document TEXT NOT NULL)""",
)
"""What issuers say about who should see a card, and what was overruled."""

ISSUANCE: Final[tuple[str, ...]] = (
    # What an issuer outside the scheme calls its kinds: type metadata, nothing of the resident.
    "CREATE TABLE foreign_types (vct TEXT PRIMARY KEY, document TEXT NOT NULL)",
)
"""Fetching cards: what must survive a restart."""

EXPORT: Final[tuple[str, ...]] = (
    # `content` is the whole file as it was decrypted: it is judged anew whenever it is looked at.
    """CREATE TABLE foreign_logs (
        activity TEXT PRIMARY KEY, log TEXT NOT NULL, imported_at INTEGER NOT NULL,
        entries INTEGER NOT NULL, withheld INTEGER NOT NULL, faults INTEGER NOT NULL,
        sha256 TEXT NOT NULL UNIQUE, content BLOB NOT NULL)""",
    """CREATE TABLE foreign_activities (
        activity TEXT NOT NULL, first_n INTEGER NOT NULL, document TEXT NOT NULL,
        PRIMARY KEY (activity, first_n))""",
    """CREATE VIRTUAL TABLE foreign_words USING fts5 (
        activity UNINDEXED, first_n UNINDEXED, words,
        tokenize = 'unicode61 remove_diacritics 2', columnsize = 0)""",
    "INSERT INTO foreign_words (foreign_words, rank) VALUES ('secure-delete', 1)",
)
"""Logs of others, each closed and apart; they go with the activity in which they were read."""

ALL: Final = (*QUESTION, *ISSUANCE, *EXPORT)
