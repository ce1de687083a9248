"""Figures that outlive what they count: added when it goes, without a person in them."""

from typing import Final

from sqlalchemy import Column, Integer, String, Table

from verifier.tables.metadata import METADATA

FIGURES: Final = Table(
    "figures",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("month", String(7), nullable=False, index=True),
    Column("profile", String(64), nullable=False),
    Column("name", String(24), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("count", Integer, nullable=False),
)
