"""What a stranger, or the list of chosen anchors, must never be able to do to the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.elsewhere import ForeignIssuer, settle
from support.refreshing import publish_list
from support.wallet_world import World, world

from credential import statuslist
from credential.errors import Malformed
from wallet.errors import Usage, WalletError
from wallet.service import doctor, refresh
from wallet.service.statuslists import look
from wallet.sharing import Acknowledged


@pytest.fixture
def both(tmp_path: Path) -> Iterator[World]:
    """Cards of the municipality, and an authority elsewhere that this resident trusts."""
    made = world(tmp_path)
    references = {uri for _, _, uri, _ in made.wallet.store.status_references()}
    assert references == {f"{made.issuer.party.status_prefix}1"}
    publish_list(made)
    settle(made, tmp_path)
    yield made
    made.wallet.close()


@pytest.fixture
def school(both: World) -> ForeignIssuer:
    assert isinstance(both.issuer, ForeignIssuer)
    return both.issuer


@pytest.mark.spec("Regie formats", "6", "no tx_code to an issuer that nobody vouches for")
@pytest.mark.parametrize("signed", [False, True])
def test_a_spoken_code(both: World, school: ForeignIssuer, signed: bool) -> None:
    school.tx_code, school.unsigned = "123456", not signed
    if signed:
        assert both.add().state == "received"
        assert school.tokens_asked[-1]["tx_code"] == "123456"
        return
    both.network.calls.clear()
    with pytest.raises(WalletError) as caught:
        both.add()
    assert caught.value.params["rule"] == "add.code_not_for_strangers"
    assert school.tokens_asked == []
    assert not any(b"123456" in call.body for call in both.network.calls)


@pytest.mark.spec("Token Status List", "6.2", "uri is a URI")
@pytest.mark.parametrize(
    "uri",
    [
        "https://[::1",
        "https://",
        "https://a:b@x.example/1",
        "https://x.example:99999/1",
        "https://x.example/1#f",
        "https://exa mple/1",
        "http://x.example/1",
    ],
)
def test_a_list_that_cannot_be_asked_for(uri: str) -> None:
    with pytest.raises(Malformed, match=r"status\.reference"):
        statuslist.reference({"status": {"status_list": {"idx": 1, "uri": uri}}})


def test_a_strangers_list_never_stops_the_others(both: World) -> None:
    """Also one that came in before its address was looked at."""
    both.add()
    database = both.wallet.store.database
    database.execute(
        "UPDATE copies SET status_uri = 'https://[::1' WHERE card IN"
        " (SELECT id FROM cards WHERE vct LIKE 'https://elsewhere%')"
    )
    found = look(both.wallet, both.network, now=both.now)
    assert (found.missing, found.read) == (1, 1)


def test_anchors_that_are_gone_stop_nothing_of_the_scheme(both: World, tmp_path: Path) -> None:
    both.add()
    (tmp_path / "anchors.pem").unlink()
    both.wallet._foreign = None
    found = look(both.wallet, both.network, now=both.now)
    assert (found.missing, found.read) == (1, 1)
    refresh.look(both.wallet, both.network, now=both.now)
    assert isinstance(both.share().settlement, Acknowledged)
    # It is told where it matters: to who looks for what is wrong, and to who adds a card.
    codes = {one.params.get("key") for one in doctor.inside(both.wallet, now=both.now)}
    assert "foreign_anchors" in codes
    with pytest.raises(Usage, match=r"config\.value"):
        both.add()
