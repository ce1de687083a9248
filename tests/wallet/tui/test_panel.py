"""The panel: keys that play the others; the wallet itself stays as it is."""

import json
import sys

import pytest
from support.issuer_simulator import TX_CODE
from support.screens import PASSPHRASE, screens
from textual.widgets import Checkbox

from wallet.errors import Usage, WalletError
from wallet.tui import panel
from wallet.tui.panel import Item, Panel


def says(**members):
    """A program that prints noise, and then this."""
    return (sys.executable, "-c", f"print('noise'); print({json.dumps(members)!r})")


def echoes(before):
    """A program that says what it was given to read."""
    code = f"import json, sys; print(json.dumps({{'say': {before!r} + sys.stdin.read()}}))"
    return (sys.executable, "-c", code)


async def test_the_whole_story_by_keys(locked):
    store = locked.wallet.store
    for card in store.cards():
        store.delete_card(card.id, activity="old", body={}, at=locked.now)
    locked.issuer.deferred = True
    spoken = f"De balie zegt: {TX_CODE}"
    shown = Panel(
        "Verzonnen voorbeeld",
        (
            Item(
                "1",
                "Kaartjes ophalen",
                says(link=locked.issuer.link, tx_code=TX_CODE, say=spoken),
                number=echoes("balie hoort "),
            ),
            Item("2", "Inschrijven", says(link=locked.verifier.link), code=echoes("pagina leest ")),
            Item("3", "Wie heeft wat", opens="who"),
            Item("4", "Laten wissen", opens="erase"),
            Item("x", "Uitzetten", says(say="Uit.", label="Aanzetten")),
        ),
    )
    async with screens(locked, panel=shown) as run:
        assert "1 Kaartjes ophalen" in run.words
        assert "Verzonnen voorbeeld" in run.shown
        await run.press("4")
        assert "Er is nog niets gedeeld dat je kunt laten wissen." in run.words
        await run.press("1")
        assert run.name == "OfferScreen"
        assert spoken in run.words
        assert TX_CODE in run.words
        await run.press("enter")
        assert run.name == "ReceiveScreen"
        number = run.app.screen._progress.number
        locked.issuer.decided = True
        await run.press("v")
        assert f"balie hoort {number}" in run.words
        assert "Persoonsgegevens ontvangen" in run.words
        await run.press("escape", "2")
        assert run.name == "QuestionScreen"
        for _ in range(5):
            await run.press("pagedown")
        for box in run.app.screen.query(Checkbox):
            box.focus()
            await run.press("space")
        await run.press("d")
        await run.type(PASSPHRASE)
        await run.press("t")
        assert "pagina leest 123456" in run.words
        await run.press("escape", "3")
        assert run.name == "WhoScreen"
        await run.press("escape", "4")
        assert run.name == "RightScreen"
        assert run.focus == "no"
        await run.press("escape", "x")
        assert "Uit." in run.words
        assert "x Aanzetten" in run.words


async def test_a_program_that_fails_is_said(town):
    shown = Panel("", (Item("1", "Stuk", (sys.executable, "-c", "raise SystemExit(1)")),))
    async with screens(town, panel=shown) as run:
        await run.press("1")
        assert run.name == "RefusalScreen"
        assert "De oefening gaf geen antwoord." in run.words


async def test_keys_of_the_panel_only_work_on_the_first_screen(town):
    shown = Panel("", (Item("1", "Iets", says(say="gedaan")),))
    async with screens(town, panel=shown) as run:
        await run.press("l", "1")
        assert "gedaan" not in run.words
        assert run.app.focused.value == "1"


def test_a_program_gets_no_secrets_and_no_keyboard(monkeypatch):
    monkeypatch.setenv("REGIE_PASSPHRASE", "geheim")
    code = "import json, os, sys; print(json.dumps({'say': str('REGIE_PASSPHRASE' in os.environ) + repr(sys.stdin.read())}))"
    assert panel.run((sys.executable, "-c", code)).say == "False''"


def test_what_a_program_says_is_one_plain_line():
    told = panel.run(says(say="a\x1b[2Jb\n c", label="x"))
    assert (told.say, told.label) == ("ab c", "x")


def test_reading_a_panel(tmp_path):
    path = tmp_path / "panel.json"
    item = {"key": "1", "label": "Een", "run": ["a", "b"], "number": ["c"]}
    path.write_text(
        json.dumps({"title": "T", "items": [item, {"key": "2", "label": "W", "open": "who"}]})
    )
    found = panel.read(path)
    assert found.item("1") == Item("1", "Een", ("a", "b"), number=("c",))
    assert found.item("2").opens == "who"
    assert found.item("9") is None


@pytest.mark.parametrize("text", ["", "[]", '{"title": "x"}', '{"items": [1]}'])
def test_a_panel_that_is_none(tmp_path, text):
    path = tmp_path / "panel.json"
    path.write_text(text)
    with pytest.raises(Usage):
        panel.read(path)
    with pytest.raises(Usage):
        panel.read(tmp_path / "nowhere.json")


def test_a_program_that_is_not_there():
    with pytest.raises(WalletError):
        panel.run(("/nowhere/at/all",))
