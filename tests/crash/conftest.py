"""One town for all crash tests; each test gets a wallet of its own."""

import os
from collections.abc import Callable, Iterator

import pytest
from crash.resident import Resident
from crash.town import Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town.found(tmp_path_factory.mktemp("crash"))
    made.corporation.serve()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def watched(request: pytest.FixtureRequest) -> Iterator[None]:
    """The corporation notes what arrives during a crash test, and not a moment longer."""
    if "town" not in request.fixturenames:
        yield
        return
    with request.getfixturevalue("town").corporation.watched():
        yield


@pytest.fixture
def resident(town: Town) -> Callable[..., Resident]:
    """Makes residents: each has a fresh copy of a wallet with ready cards."""

    def make(copies: int = 10, mutant: str | None = None) -> Resident:
        return Resident(town, town.wallet(copies), mutant)

    return make


@pytest.fixture
def runs() -> int:
    """How many random moments to try: 40, or more where there is time (REGIE_CRASH_RUNS)."""
    return int(os.environ.get("REGIE_CRASH_RUNS", "40"))


@pytest.fixture
def seed() -> int:
    """Draws the moments; REGIE_CRASH_SEED plays a failed run again, as far as clocks allow."""
    given = os.environ.get("REGIE_CRASH_SEED")
    return int(given) if given else int.from_bytes(os.urandom(4), "big")
