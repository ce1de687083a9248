"""What hangs on the wallet itself is told to nobody; what a person decides on is shown whole."""

import pytest
from support.wallet_world import World

from wallet.errors import WalletError
from wallet.phrases import claim_text
from wallet.texts import Texts


@pytest.mark.spec("OpenID4VP 1.0", "8.5", "no error tells whether a card is here")
def test_a_fault_of_our_own_store_is_told_to_nobody(town: World) -> None:
    town.wallet.store.database.execute(
        "INSERT OR REPLACE INTO card_policies SELECT id, '{}' FROM cards LIMIT 1"
    )
    with pytest.raises(WalletError):
        town.receive()
    assert town.network.posts() == []


def test_a_long_value_is_shown_whole() -> None:
    assert claim_text(("note",), "a" * 5_000 + " b", Texts("nl")).endswith("aa b")


def test_only_a_code_of_the_scheme_is_shown_in_part() -> None:
    value, texts = "Anna de Vries, schuld 5000", Texts("nl")
    assert claim_text(("housing_pseudonym",), value, texts) == "Anna de …"
    assert claim_text(("housing_pseudonym",), value, texts, ours=False) == value


def test_members_of_an_object_have_names() -> None:
    found = claim_text(("x",), {"schuld": 100, "inkomen": 5}, Texts("nl"))
    assert found == "schuld: 100, inkomen: 5"
