"""Messages to the organisation's own systems, until they were taken or given up.

A row is one event for one receiver. Its id travels as `webhook-id` and stays the same however
often it is sent, so that the receiver can tell a repetition from news (Standard Webhooks 1.0.0).
"""

from typing import Final

from sqlalchemy import Column, Integer, LargeBinary, String, Table

from verifier.tables.metadata import METADATA

DELIVERIES: Final = Table(
    "deliveries",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("hook", String(64), nullable=False),
    Column("event", String(48), nullable=False),
    # The exact bytes that are signed and sent: identifiers and codes, never a value of a person.
    Column("payload_sealed", LargeBinary),
    Column("created", Integer, nullable=False, index=True),
    # When it is tried again; empty once it was taken or given up.
    Column("next_try", Integer, index=True),
    # Until when one process has it in hand; after that it may be sent again, with the same id.
    Column("claimed_until", Integer),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("delivered", Integer),
    Column("given_up", Integer),
    Column("last_status", Integer),
)
