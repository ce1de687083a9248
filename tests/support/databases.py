"""Where a test keeps its data: SQLite always, PostgreSQL too when `REGIE_POSTGRESQL_URL` is set.

A test that takes `database_url` runs on each, on PostgreSQL in a schema of its own.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.schema import CreateSchema, DropSchema

POSTGRESQL = os.environ.get("REGIE_POSTGRESQL_URL")
KINDS = ("sqlite", "postgresql") if POSTGRESQL else ("sqlite",)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'issuer.db'}"
        return
    assert POSTGRESQL is not None
    engine = sqlalchemy.create_engine(POSTGRESQL)
    name = f"test_{secrets.token_hex(8)}"
    with engine.begin() as connection:
        connection.execute(CreateSchema(name))
    try:
        separator = "&" if "?" in POSTGRESQL else "?"
        yield f"{POSTGRESQL}{separator}options=-csearch_path%3D{name}"
    finally:
        with engine.begin() as connection:
            connection.execute(DropSchema(name, cascade=True))
        engine.dispose()
