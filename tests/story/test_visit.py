"""`make demo` with a terminal: the panel's keys played on the running town, with real processes."""

import json

import pytest
from support.screens import Screens
from textual.widgets import Checkbox

from examples.town.town import WORDS, Town
from examples.town.visit import Switch, panel
from wallet import clock
from wallet.texts import Texts
from wallet.tui.access import Access
from wallet.tui.app import RegieApp
from wallet.tui.panel import read

pytestmark = pytest.mark.story

KINDS = ("Persoonsgegevens", "Woonadres", "Huishouden", "Woongeschiedenis", "Verblijfsrecht")


@pytest.fixture(scope="module")
def town():
    made = Town.found()
    switch = Switch(made)
    try:
        made.build()
        made.make_wallet()
        made.remember()
        switch.start()
        yield made
    finally:
        switch.ended.set()
        made.close(keep=False)


def test_keys_one_to_four(town):
    import asyncio

    asyncio.run(play(town))


async def play(town):
    shown = read(panel(town))
    access = Access(town.wallet_home, Texts("nl"), now=clock.now)
    app = RegieApp(access, shown=shown, poll=0)
    async with app.run_test(size=(80, 24)) as pilot:
        run = Screens(None, app, pilot)
        await run.settle()
        await run.type(WORDS)
        assert run.name == "HomeScreen"
        assert "Verzonnen voorbeeld" in run.words
        await receive(run)
        await run.press("x")
        assert "De gemeente staat uit." in run.words
        await sign_up(run)
        await erase(run)
    access.close()


async def receive(run):
    await run.press("1")
    assert run.name == "OfferScreen"
    assert "De balie heeft je paspoort gezien" in run.words
    await run.press("enter")
    assert "Lees dit nummer voor aan de balie van Gemeente Voorbeeldstad" in run.words
    await run.press("v")
    for kind in KINDS:
        assert f"{kind} ontvangen, nog 10 keer te gebruiken" in run.words
    await run.press("escape")
    assert run.words.count("nog 10 keer te gebruiken") == len(KINDS)


async def sign_up(run):
    await run.press("2")
    assert run.name == "QuestionScreen"
    assert "Woonstichting Voorbeeldwonen" in run.words
    for _ in range(8):
        await run.press("pagedown")
    for box in run.app.screen.query(Checkbox):
        box.focus()
        await run.press("space")
    await run.press("d")
    await run.type(WORDS)
    assert run.name == "ResultScreen"
    assert "Ontvangstbewijs gecontroleerd en bewaard." in run.words
    await run.press("t")
    assert "ingeschreven" in run.words
    await run.press("escape", "3")
    assert "Woonstichting Voorbeeldwonen" in run.words
    assert "Achternaam" in run.words
    await run.press("escape")


async def erase(run):
    await run.press("4")
    assert run.focus == "no"
    await run.press("right", "enter")
    assert "Uw inschrijving stopt." in run.words
    assert run.focus == "no"
    await run.press("right", "enter")
    assert "Antwoord van de organisatie: gedaan" in run.words
    await run.press("escape", "a", "c")
    assert "Het logboek klopt" in run.words


def test_the_panel_is_a_file_that_any_panel_can_be(town):
    found = json.loads(panel(town).read_text("utf-8"))
    assert [one["key"] for one in found["items"]] == ["1", "2", "3", "4", "x"]
