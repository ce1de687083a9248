"""Two parts of one request that the same card answers: each takes a copy of its own."""

import json
from typing import Any

import pytest
from support.wallet_world import World

from credential.names import vct_of
from wallet.caution import Warn

TWICE: dict[str, Any] = {
    "credentials": [
        {
            "id": name,
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [vct_of("persoonsgegevens")]},
            "claims": [{"path": [claim]}],
        }
        for name, claim in (("name", "given_name"), ("age", "age_over_18"))
    ]
}


def copies(town: World) -> int:
    [card] = [one for one in town.wallet.store.cards() if one.kind == "persoonsgegevens"]
    return card.copies


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "one card may answer two queries, by two copies")
def test_two_copies_are_spent(town: World) -> None:
    town.verifier.query = TWICE
    posed = town.receive()
    [option] = posed.question.options
    assert option.names == {"persoonsgegevens:given_name", "persoonsgegevens:age_over_18"}
    before = copies(town)
    town.share(posed, option)
    assert copies(town) == before - 2
    [message] = town.verifier.received
    tokens = [message["vp_token"][name][0] for name in ("name", "age")]
    assert tokens[0].split("~")[0] != tokens[1].split("~")[0]
    assert "Anna" not in json.dumps(message["vp_token"]["age"])


def test_the_last_copies(town: World) -> None:
    town.verifier.query = TWICE
    for left in (8, 6, 4, 2):
        posed = town.receive()
        town.share(posed, posed.question.options[0])
        assert copies(town) == left
    assert Warn.LAST_COPIES in town.receive().question.options[0].warnings
