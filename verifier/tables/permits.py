"""Applications at a permit desk: what was applied for, its attachments, and where it stands."""

from typing import Final

from sqlalchemy import JSON, Column, ForeignKey, Integer, LargeBinary, String, Table

from verifier.tables.metadata import METADATA

APPLICATIONS: Final = Table(
    "applications",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("profile", String(64), nullable=False),
    # The browser session that fills it in, as a keyed hash; gone once it is submitted.
    Column("owner", String(64), index=True),
    Column("disclosure", String(64), index=True),
    Column("state", String(32), nullable=False),
    Column("created", Integer, nullable=False, index=True),
    Column("submitted", Integer),
    Column("due", Integer),
    Column("closed", Integer),
    Column("delete_by", Integer, index=True),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("fields_sealed", LargeBinary),
    Column("checked_sealed", LargeBinary),
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
    Column("at", Integer, nullable=False),
    Column("state", String(32), nullable=False),
    Column("by", String(64)),
    Column("text_sealed", LargeBinary),
    Column("detail", JSON),
)
