"""Two people who look for a home together: two registrations, one dossier."""

from typing import Final

from sqlalchemy import Column, Integer, String, Table

from verifier.tables.metadata import METADATA

DOSSIERS: Final = Table(
    "dossiers",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),
    Column("created", Integer, nullable=False),
    # A keyed hash of the code by which one other person may join, once.
    Column("invitation", String(64), unique=True),
    Column("invited_until", Integer),
)
