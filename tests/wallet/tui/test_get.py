"""Cards from home on the screens: the municipality, the cards, the browser, and stopping."""

import asyncio
import socket
import threading
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from support.my_simulator import MySimulator
from support.screens import screens
from support.wallet_world import world

from wallet import browser
from wallet.store import Filter


@pytest.fixture
def town(tmp_path):
    made = world(tmp_path, cards=False, issuing=MySimulator)
    yield made
    made.wallet.close()


@pytest.fixture
def surf(town, monkeypatch):
    """A browser beside the terminal: what it brings back comes over the loopback address."""

    def install(come_back: Callable[[str], str | None]) -> list[str]:
        opened: list[str] = []

        def visit(place: str) -> None:
            with urllib.request.urlopen(place, timeout=5) as page:
                page.read()

        def start(url: str) -> bool:
            opened.append(url)
            query = come_back(url)
            if query is not None:
                redirect = town.issuer.pushes[-1]["redirect_uri"]
                threading.Thread(target=visit, args=(f"{redirect}?{query}",), daemon=True).start()
            return True

        monkeypatch.setattr(browser, "beside_terminal", lambda: start)
        return opened

    return install


async def choose(run, *, name: str = "voorb"):
    await run.press("o")
    assert run.name == "GetScreen"
    assert run.focus is None or run.app.focused.value == ""
    await run.type(name)
    assert run.name == "KindsScreen"


async def on_to_login(run):
    """To the accept button and Enter, without waiting for the browser."""
    while run.focus != "accept":
        await run.press("tab")
    await run.pilot.press("enter")
    await until(run, lambda: run.name == "LoginScreen")
    await until(run, lambda: run.app.screen._waiting is not None)


async def until(run, holds):
    for _ in range(200):
        await run.pilot.pause()
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(run.words)


async def test_the_whole_way(town, surf):
    opened = surf(town.issuer.browse)
    async with screens(town) as run:
        assert "Druk op o om ze op te halen bij je gemeente." in run.words
        await run.press("o")
        assert "Bij welke gemeente woon je?" in run.words
        assert "Gemeente Voorbeeldstad" in run.words
        assert "Gemeente Westhove" in run.words
        run.app.focused.value = "voorb"
        await run.settle()
        assert "Gemeente Westhove" not in run.words
        await run.press("enter")
        assert run.name == "KindsScreen"
        assert "Persoonsgegevens" in run.words
        assert "Daarna gaat je browser open om in te loggen" in run.words
        while run.focus != "accept":
            await run.press("tab")
        await run.press("enter")
        await run.settle()
        assert run.name == "ReceiveScreen"
        assert "Persoonsgegevens ontvangen, nog 10 keer te gebruiken" in run.words
        await run.press("escape")
    assert len(opened) == 1
    assert {card.kind for card in town.wallet.store.cards()} == {
        "persoonsgegevens",
        "verblijfsrecht",
        "woonadres",
    }


async def test_only_what_is_ticked(town, surf):
    surf(town.issuer.browse)
    async with screens(town) as run:
        await choose(run)
        assert "[x] Persoonsgegevens" in run.shown
        await run.press("space")
        assert "[ ] Persoonsgegevens" in run.shown
        while run.focus != "accept":
            await run.press("tab")
        await run.press("enter")
        assert run.name == "ReceiveScreen"
    assert town.issuer.pushes[0]["scope"].split() == ["verblijfsrecht", "woonadres"]


async def test_what_a_person_decides_is_not_ticked_and_takes_weeks(town, surf):
    town.issuer.declared = {"verblijfsrecht": []}
    town.issuer.waits = frozenset({"verblijfsrecht"})
    surf(town.issuer.browse)
    async with screens(town) as run:
        await choose(run)
        assert "Verblijfsrecht (een medewerker beslist; dat duurt weken)" in run.words
        await run.press("tab", "space", "tab")
        while run.focus != "accept":
            await run.press("tab")
        await run.press("enter")
        assert run.name == "ReceiveScreen"
        assert "Persoonsgegevens ontvangen" in run.words
        assert "Iemand bij Gemeente Voorbeeldstad kijkt hiernaar." in run.words
        assert "Het nummer" not in run.words
        await run.press("escape")
        assert "kaartjes onderweg" in run.words


async def test_nothing_ticked_is_said(town, surf):
    opened = surf(town.issuer.browse)
    async with screens(town) as run:
        await choose(run)
        for _ in range(3):
            await run.press("space", "tab")
        await run.press("tab", "enter")
        assert run.name == "KindsScreen"
        assert "Kruis aan welke kaartjes je wilt." in run.words
        await run.press("escape")
        assert "Er is niets opgehaald." in run.words
    assert opened == []


async def test_stopping_while_waiting(town, surf):
    surf(lambda _: None)
    async with screens(town) as run:
        await choose(run)
        await on_to_login(run)
        assert "Je browser gaat open om in te loggen bij Gemeente Voorbeeldstad." in run.words
        assert "Daarna kom je vanzelf hier terug." in run.words
        assert "Wachten tot je bent ingelogd" in run.words
        assert run.focus == "stop"
        address = town.issuer.pushes[-1]["redirect_uri"]
        await run.press("enter")
        assert run.name == "GetScreen"
        assert "Er is niets opgehaald." in run.words
    (activity,) = town.wallet.store.activities(Filter(type="card"))
    assert activity.reason == "declined"
    assert not town.wallet.store.cards()
    with socket.socket() as line:
        assert line.connect_ex(("127.0.0.1", urlsplit(address).port)) != 0


async def test_the_page_once_more_and_an_answer_after_that(town, surf):
    opened = surf(lambda url: None if len(opened) < 2 else town.issuer.browse(url))
    async with screens(town) as run:
        await choose(run)
        await on_to_login(run)
        await run.press("b")
        await until(run, lambda: run.name == "ReceiveScreen")
    assert opened[0] == opened[1]


async def test_without_a_browser_the_address_is_shown(town, monkeypatch):
    monkeypatch.setattr(browser, "beside_terminal", lambda: None)
    async with screens(town) as run:
        await choose(run)
        await on_to_login(run)
        assert "Er is geen browser gevonden. Open zelf dit adres" in run.words
        assert f"{town.issuer.id}/authorize?client_id=regie-wallet" in run.words
        await run.press("escape")
        assert run.name == "GetScreen"


async def test_a_no_in_the_browser_and_an_answer_that_is_not_ours(town, surf):
    for query, sentence in (
        (lambda url: "error=access_denied&" + told(town, url), "Er is niets opgehaald"),
        (
            lambda url: "code=x&state=strange&iss=x" + told(town, url)[:0],
            "hoort bij een andere inlog",
        ),
    ):
        surf(query)
        async with screens(town) as run:
            await choose(run)
            while run.focus != "accept":
                await run.press("tab")
            await run.press("enter")
            await until(run, lambda: run.name == "RefusalScreen")
            assert sentence in run.words
            await run.press("escape")
            assert run.name == "GetScreen"
        assert not town.wallet.store.cards()


def told(town, url):
    pushed = town.issuer.pushes[-1]
    return f"state={pushed['state']}&iss={town.issuer.id}"


async def test_nobody_answered_in_time(town, surf, monkeypatch):
    monkeypatch.setattr(browser.Listener.wait, "__defaults__", (0.05,))
    surf(lambda _: None)
    async with screens(town) as run:
        await choose(run)
        while run.focus != "accept":
            await run.press("tab")
        await run.press("enter")
        await until(run, lambda: run.name == "RefusalScreen")
        await run.press("escape")
        assert run.name == "GetScreen"
    (activity,) = town.wallet.store.activities(Filter(type="card"))
    assert activity.reason == "get.too_long"


async def test_a_municipality_that_is_away_or_unknown(town):
    async with screens(town) as run:
        await run.press("o")
        await run.type("atlantis")
        assert run.name == "GetScreen"
        assert "Geen gemeente met deze naam op de lijst." in run.words
        town.network.hosts.clear()
        await run.type("voorb")
        assert run.name == "RefusalScreen"
        await run.press("escape", "escape")
        assert "Er is niets opgehaald." in run.words


async def test_an_offer_that_asks_for_a_login(town, surf):
    surf(town.issuer.browse)
    town.issuer.offer = lambda found: {**found, "grants": {"authorization_code": {}}}
    async with screens(town) as run:
        await run.press("l")
        await run.type(town.issuer.link)
        assert run.name == "OfferScreen"
        assert "Daarna gaat je browser open om in te loggen" in run.words
        assert run.focus == "refuse"
        await run.press("o")
        await until(run, lambda: run.name == "ReceiveScreen")
        assert "Persoonsgegevens ontvangen" in run.words
