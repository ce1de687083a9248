"""Applications at a permit desk: what was applied for, its attachments, and where it stands.

What the cards said is not here: it stands once, with the disclosure (`disclosures.values_sealed`).
"""

from typing import Final

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from verifier.tables.metadata import METADATA

APPLICATIONS: Final = Table(
    "applications",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("profile", String(64), nullable=False),
    # The browser session it belongs to, as a keyed hash; a wallet looks in by its rights key.
    Column("owner", String(64), index=True),
    Column("disclosure", String(64), index=True),
    Column("state", String(32), nullable=False),
    # Of a concept: when somebody last worked on it.
    Column("created", Integer, nullable=False, index=True),
    Column("submitted", Integer),
    Column("due", Integer),
    Column("closed", Integer),
    Column("delete_by", Integer, index=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("fields_sealed", LargeBinary),
    # What the wallet was asked to sign for this version; nothing while it is being changed.
    Column("transaction_hash", String(64)),
)

ATTACHMENTS: Final = Table(
    "attachments",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column(
        "application",
        String(64),
        ForeignKey("applications.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("media", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("says_more", Integer, nullable=False, server_default="0"),
    # Sent after the application itself, on request: not part of what was signed at first.
    Column("later", Integer, nullable=False, server_default="0"),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False),
)

STEPS: Final = Table(
    "application_steps",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column(
        "application",
        String(64),
        ForeignKey("applications.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("position", Integer, nullable=False),
    Column("at", Integer, nullable=False),
    Column("state", String(32), nullable=False),
    # `applicant`, or who works on it as the desk names its employees: never a name.
    Column("by", String(64)),
    Column("text_sealed", LargeBinary),
    Column("detail", JSON),
    UniqueConstraint("application", "position", name="one_step_at_a_time"),
)
