"""Requests that ask the same thing in a million ways: looked at for as long as we say, no longer."""

from typing import Any

import pytest
from support.wallet_world import World

from credential.names import vct_of
from wallet import options

QUERIES = 9
SETS = 20


def asks(town: World, *, together: int) -> None:
    """Choices of this many parts, each part the same card by sets that all name one claim."""
    names = [f"q{number}" for number in range(QUERIES)]
    one: dict[str, Any] = {
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [vct_of("persoonsgegevens")]},
        "claims": [{"id": f"c{number}", "path": ["family_name"]} for number in range(SETS)],
        "claim_sets": [[f"c{number}"] for number in range(SETS)],
    }
    choices = [names[start : start + together] for start in range(QUERIES - together + 1)]
    query = {
        "credentials": [{"id": name, **one} for name in names],
        "credential_sets": [{"options": choices}, {"options": choices}],
    }
    town.verifier.claims = lambda found: {**found, "dcql_query": query}


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many combinations were looked at, and how many parts were put together."""
    counts = {"_times": 0, "_pick": 0}
    for name in counts:
        real = getattr(options, name)

        def counted(*given: Any, _name: str = name, _real: Any = real) -> Any:
            counts[_name] += 1
            return _real(*given)

        monkeypatch.setattr(options, name, counted)
    return counts


@pytest.mark.spec("Architecture", "Wallet", "everything foreign is bounded: combinations")
def test_equal_answers_count_too(town: World, tried: dict[str, int]) -> None:
    asks(town, together=3)
    assert 0 < len(town.receive().question.options) <= options.MAX_OPTIONS
    assert tried["_times"] <= options.MAX_COMBINATIONS
    assert tried["_pick"] <= QUERIES * SETS


def test_what_no_copy_is_left_for_is_not_tried(town: World, tried: dict[str, int]) -> None:
    database = town.wallet.store.database
    database.execute(
        "DELETE FROM copies WHERE id NOT IN (SELECT min(id) FROM copies GROUP BY card)"
    )
    asks(town, together=6)
    assert town.receive().question.options == ()
    assert tried["_times"] == 0
