"""Fetching from home that stops anywhere: picked up where the token is stored, else begun anew."""

from collections import Counter
from collections.abc import Callable

import pytest
from support.logging_in import log_in
from support.wallet_world import World

from wallet.fetch import Call, Reply
from wallet.service import refresh, requests
from wallet.store.sessions import Sessions
from wallet.store.waiting import Waiting
from wallet.store.writing import Writing

KINDS = ("persoonsgegevens", "verblijfsrecht")


class Stop(BaseException):
    """The wallet is gone at this point."""


def stopping_at(town: World, at: int, when: str) -> Callable[[], None]:
    """The wallet dies around its n-th message; the call puts the network right again."""
    issuer, count = town.issuer, 0
    host = next(name for name, server in town.network.hosts.items() if server is issuer)

    def answer(call: Call) -> Reply:
        nonlocal count
        count += 1
        if count == at + 1 and when == "before":
            raise Stop
        reply = issuer(call)
        if count == at + 1:
            raise Stop
        return reply

    town.network.hosts[host] = answer

    def restart() -> None:
        town.network.hosts[host] = issuer

    return restart


def settled(town: World) -> str:
    """What the restart finds: everything picked up, or nothing and a word to begin again."""
    notices = [one.code for one in town.wallet.store.recover(at=town.now)]
    for _ in range(3):
        requests.collect(town.wallet, town.network, now=town.now)
    store = town.wallet.store
    assert store.issuances() == ()
    assert store.recover(at=town.now) == (), "told once"
    cards = sorted(card.kind for card in store.cards())
    if not cards:
        assert store.sessions() == ()
        return "anew" if notices == ["login.interrupted"] else "untouched"
    assert notices == []
    assert cards == sorted(KINDS)
    assert len(store.sessions()) == 1
    [activity] = {
        row["activity"]
        for row in store.database.rows("SELECT activity FROM events WHERE kind LIKE 'card.%'")
    }
    assert Counter(town.kinds(activity)) == {"card.offered": 1, "card.received": 2}
    return "whole"


@pytest.mark.parametrize("at", range(12))
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.spec("Architecture", "Wallet", "a login that stops is picked up or begun anew")
def test_stopped_around_a_message(home: World, at: int, when: str) -> None:
    restart = stopping_at(home, at, when)
    with pytest.raises(Stop):
        log_in(home, *KINDS)
    restart()
    # Metadata of both, the push twice; then the code for the token; then the cards.
    expected = "untouched" if at < 4 else "anew" if at == 4 else "whole"
    assert settled(home) == expected


@pytest.mark.parametrize(
    ("owner", "method", "expected"),
    [
        (Sessions, "begin_login", "anew"),
        (Waiting, "_insert", "anew"),
        (Writing, "_keep_session", "anew"),
        (Writing, "_end_login", "anew"),
        (Writing, "_move_issuance", "whole"),
        (Waiting, "update_issuance", "whole"),
    ],
)
def test_stopped_in_the_middle_of_keeping(
    home: World, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, expected: str
) -> None:
    honest = getattr(owner, method)

    def stopping(*arguments: object, **more: object) -> object:
        honest(*arguments, **more)
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(owner, method, stopping)
        with pytest.raises(Stop):
            log_in(home, *KINDS)
    assert settled(home) == expected


def look_and_renew(home: World) -> None:
    [news] = refresh.look(home.wallet, home.network, now=home.now).issuers
    if news.fetch:
        refresh.renew(home.wallet, home.network, news, now=home.now)


@pytest.mark.parametrize("at", range(11))
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.spec("Architecture", "Wallet", "new copies that stop on the way are picked up")
def test_a_renewal_that_stops(home: World, at: int, when: str) -> None:
    log_in(home, *KINDS)
    home.wallet.store.database.execute(
        "DELETE FROM copies WHERE id IN (SELECT min(id) FROM copies)"
    )
    restart = stopping_at(home, at, when)
    with pytest.raises(Stop):
        look_and_renew(home)
    restart()
    home.wallet.store.recover(at=home.now)
    requests.collect(home.wallet, home.network, now=home.now)
    look_and_renew(home)
    assert home.wallet.store.issuances() == ()
    assert {card.kind: card.copies for card in home.wallet.store.cards()} == dict.fromkeys(
        KINDS, 10
    )
