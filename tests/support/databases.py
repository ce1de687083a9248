"""Where a test keeps its data: SQLite always, PostgreSQL too when `REGIE_POSTGRESQL_URL` is set.

A test that takes `database_url` runs on each, on PostgreSQL in a schema of its own.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
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
    with _schema() as url:
        yield url


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The same, for what only a server of databases can do; a newcomer's test is skipped."""
    if POSTGRESQL is None:
        reason = "REGIE_POSTGRESQL_URL is not set; .ci/postgresql starts a server"
        if os.environ.get("REGIE_CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with _schema() as url:
        yield url


@contextmanager
def empty_database(kind: str) -> Iterator[str]:
    """The address of an empty database of this kind; nothing for a file that is yet to be made."""
    if kind == "sqlite":
        yield ""
        return
    with _schema() as url:
        yield url


@contextmanager
def _schema() -> Iterator[str]:
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
