"""An issuer per test, with the scheme's certificates and the example register."""

from collections.abc import Iterator

import pytest
from support import from_home, issuer_home
from support.databases import database_url, postgresql_url
from support.from_home import Front, Home, Make
from support.issuer_home import TestIssuerHome

__all__ = ["database_url", "postgresql_url"]


@pytest.fixture
def town(tmp_path) -> TestIssuerHome:
    made = issuer_home.make(tmp_path)
    yield made
    made.office.close()


@pytest.fixture(scope="session")
def front(tmp_path_factory) -> Iterator[Front]:
    """One https server for the tests of this process."""
    with from_home.served(tmp_path_factory.mktemp("front")) as made:
        yield made


@pytest.fixture
def https_town(tmp_path, front) -> Iterator[TestIssuerHome]:
    """The same, with the scheme fetched, and wallets that come over https."""
    made = from_home.https_town(tmp_path, front)
    yield made
    made.office.close()


@pytest.fixture
def at_home(tmp_path, front) -> Iterator[Make]:
    """Makes an issuer where residents log in, served over https."""
    made: list[TestIssuerHome] = []

    def make(**settings: object) -> Home:
        town = from_home.town(tmp_path, **settings)
        made.append(town)
        front.door.app = town.app
        return Home(town, front)

    yield make
    for town in made:
        town.office.close()


@pytest.fixture
def home(at_home) -> Home:
    """The usual one: public wallets are welcome, and attested ones."""
    return at_home()
