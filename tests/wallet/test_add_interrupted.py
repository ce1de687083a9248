"""Fetching cards over a line that breaks, from an issuer that is tired: nothing gets lost."""

from typing import Any

import pytest
from support.network import reply
from support.wallet_world import World

from wallet.errors import WalletError
from wallet.service import requests


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "with one token a card can be asked for again")
def test_cards_that_got_lost_on_the_way_are_asked_for_anew(empty: World) -> None:
    empty.issuer.deferred = True
    empty.add()
    [pending] = empty.wallet.store.issuances()
    keys = pending.document["items"]
    empty.issuer.decided, empty.issuer.deferred = True, False
    empty.network.lose = lambda call: call.url.endswith("/deferred")
    [lost] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert (lost.progress.state, lost.error) == ("pending", "network.failed")
    [kept] = empty.wallet.store.issuances()
    assert kept.document["items"] == keys
    empty.network.lose = lambda _call: False
    [done] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert (done.progress.state, done.progress.denied) == ("received", ())
    assert {card.copies for card in empty.wallet.store.cards()} == {10}
    assert empty.wallet.store.issuances() == ()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_issuer_out_of_breath_refuses_nothing(empty: World, status: int) -> None:
    host = next(name for name, found in empty.network.hosts.items() if found is empty.issuer)
    honest = empty.network.hosts[host]
    seen: list[str] = []

    def tired(call: Any) -> Any:
        if call.url.endswith("/credential"):
            seen.append(call.url)
            # The first only asks for its nonce, the second brings a card.
            if len(seen) == 3:
                return reply(status, "{}", "application/json")
        return honest(call)

    empty.network.hosts[host] = tired
    with pytest.raises(WalletError, match=r"network\.busy"):
        empty.add()
    # What came before it is kept, what did not come is still waited for.
    assert len(empty.wallet.store.cards()) == 1
    [done] = requests.collect(empty.wallet, empty.network, now=empty.now)
    assert done.progress.state == "received"
    assert len(empty.wallet.store.cards()) == 2
