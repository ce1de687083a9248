"""Messages to the organisation's own systems, until they were taken or given up."""

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from verifier.tables.metadata import METADATA

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("hook", String(64), nullable=False),
    Column("event", String(48), nullable=False),
    Column("payload_sealed", LargeBinary),
    Column("created", Integer, nullable=False, index=True),
    Column("next_try", Integer, index=True),
    Column("claimed_until", Integer),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("delivered", Integer),
    Column("given_up", Integer),
    Column("last_status", Integer),
)
