"""What other systems started here, and what they were answered; nothing about who shared."""

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from verifier.tables.metadata import METADATA

API_SESSIONS: Final = Table(
    "api_sessions",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("client", String(64), nullable=False, index=True),
    Column("profile", String(64), nullable=False),
    Column("created", Integer, nullable=False),
    Column("expires", Integer, nullable=False, index=True),
    # The keyed hash of the browser session its requests belong to.
    Column("session", String(64), nullable=False, unique=True),
    # The keyed hash of the code in the address of our page; gone once a browser came with it.
    Column("arrival", String(64), unique=True),
)

API_ANSWERS: Final = Table(
    "api_answers",
    METADATA,
    Column("client", String(64), primary_key=True),
    # Keyed hashes: of the Idempotency-Key, and of everything that was asked with it.
    Column("key", String(64), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("claimed_until", Integer, nullable=False),
    Column("status", Integer),
    Column("answer_sealed", LargeBinary),
    Column("remove_after", Integer, nullable=False, index=True),
)
