"""What was done with whose data, and what was removed: the accounts of this organisation.

`processing` follows Logboek Dataverwerkingen: one row per person per act, no user names. `purges`
holds signed statements of counts and numbers, never a value.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from verifier.tables.metadata import METADATA

PROCESSING: Final = Table(
    "processing",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("trace", String(32), nullable=False, index=True),
    Column("span", String(16), nullable=False),
    Column("parent_span", String(16)),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("activity", String(64), nullable=False),
    Column("status", String(8), nullable=False),
    # A keyed hash: the person of a registration, or of one disclosure.
    Column("subject", String(64), index=True),
    Column("disclosure", String(64), index=True),
    Column("role", String(32), nullable=False),
    Column("remove_after", Integer, nullable=False, index=True),
)

PURGES: Final = Table(
    "purges",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("at", Integer, nullable=False, index=True),
    Column("statement", Text, nullable=False),
)
