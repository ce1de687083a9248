"""One verifier per test, with its own database; the scheme is made once.

What the register does must be the same on every database: these modules run on each.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.databases import KINDS, empty_database, postgresql_url
from support.verifier_home import VerifierHome, make_home

__all__ = ["postgresql_url"]

CONTRACT = frozenset(
    {
        "test_accounts",
        "test_api_registrations",
        "test_api_sessions",
        "test_cases",
        "test_dossiers",
        "test_handout",
        "test_permit_desk",
        "test_purge",
        "test_races",
        "test_registration_unique",
        "test_request",
        "test_retention",
        "test_rights",
        "test_sessions",
        "test_together",
        "test_traces",
        "test_webhooks",
    }
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The contract: everything that takes a home, on every database there is."""
    name = metafunc.module.__name__.rpartition(".")[2]
    if name in CONTRACT and "home" in metafunc.fixturenames:
        metafunc.parametrize("home", KINDS, indirect=True)


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[VerifierHome]:
    with empty_database(getattr(request, "param", "sqlite")) as url:
        made = make_home(tmp_path, database=url)
        yield made
        made.close()
