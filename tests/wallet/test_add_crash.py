"""Collecting cards that stops anywhere: nothing is lost, doubled, or wrongly called refused."""

from collections import Counter

import pytest
from support.wallet_world import World

from wallet.fetch import Call, Reply
from wallet.service import requests
from wallet.store.cards import Cards
from wallet.store.waiting import Waiting


class Stop(BaseException):
    """The wallet is gone at this point."""


def collected(town: World, activity: str) -> None:
    """After a restart the cards are there once each, and the log says exactly that."""
    for _ in range(3):
        requests.collect(town.wallet, town.network, now=town.now)
    assert town.wallet.store.issuances() == ()
    kinds = [card.kind for card in town.wallet.store.cards()]
    assert sorted(kinds) == ["persoonsgegevens", "verblijfsrecht"]
    assert Counter(town.kinds(activity)) == {"card.offered": 1, "card.received": 2}


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "an interrupted delivery is asked again")
def test_stopped_around_a_message(empty: World, at: int, when: str) -> None:
    empty.issuer.deferred = True
    activity = empty.add().activity
    empty.issuer.decided = True
    issuer, count = empty.issuer, 0

    def answer(call: Call) -> Reply:
        nonlocal count
        count += 1
        if count == at + 1 and when == "before":
            raise Stop
        reply = issuer(call)
        if count == at + 1:
            raise Stop
        return reply

    hosts = dict(empty.network.hosts)
    host = next(name for name, server in hosts.items() if server is issuer)
    empty.network.hosts[host] = answer
    try:
        requests.collect(empty.wallet, empty.network, now=empty.now)
    except Stop:
        empty.wallet.store.recover(at=empty.now)
    empty.network.hosts[host] = issuer
    issuer.deferred = False
    collected(empty, activity)


@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("method", ["_add", "_move_issuance", "update_issuance"])
def test_stopped_in_the_middle_of_keeping(
    empty: World, monkeypatch: pytest.MonkeyPatch, method: str, at: int
) -> None:
    empty.issuer.deferred = True
    activity = empty.add().activity
    empty.issuer.decided = True
    owner = Waiting if method == "update_issuance" else Cards
    honest, count = getattr(owner, method), 0

    def stopping(*arguments: object, **more: object) -> object:
        nonlocal count
        count += 1
        found = honest(*arguments, **more)
        if count == at + 1:
            # The work was done, but the transaction around it never ended.
            raise Stop
        return found

    with monkeypatch.context() as patch:
        patch.setattr(owner, method, stopping)
        try:
            requests.collect(empty.wallet, empty.network, now=empty.now)
        except Stop:
            empty.wallet.store.recover(at=empty.now)
    empty.issuer.deferred = False
    collected(empty, activity)
