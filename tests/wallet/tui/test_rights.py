"""The rights on the screens: choosing, writing, the answer, letters, reminders, reports."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.rights_world import HELD, MONTH_END, without_endpoint
from support.screens import SIZES, screens
from support.wallet_world import World

from credential import strictjson
from credential.rights import Right
from wallet import browser
from wallet.errors import WalletError
from wallet.service import rights as service
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.requests import RequestsScreen


@pytest.fixture
def shared(town: World) -> World:
    town.verifier.held = HELD
    town.__dict__["shared"] = town.share().id
    return town


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[World]:
    town = without_endpoint(tmp_path)
    town.__dict__["shared"] = town.share().id
    yield town
    town.wallet.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(browser, "beside_terminal", lambda: lambda link: not found.append(link))
    return found


def activity(town: World) -> ActivityScreen:
    return ActivityScreen(town.__dict__["shared"])


def last(town: World):
    return town.verifier.asked[-1].question


async def test_access_from_the_entry(shared, tmp_path):
    file = tmp_path / "inzage.json"
    async with screens(shared) as run:
        run.app.push_screen(activity(shared))
        await run.settle()
        await run.press("i")
        assert "Antwoord van de organisatie: gedaan" in run.words
        await run.press("g")
        assert run.name == "DataScreen"
        assert "Voornamen: Anna Maria" in run.words
        assert "Bekeken. Waarvoor: Vraag beantwoorden (klantcontact)" in run.words
        await run.press("b")
        await run.type(str(file))
        assert "Bewaard in inzage.json." in run.words
        assert strictjson.loads_object(file.read_bytes()) == HELD
        await run.press("b")
        await run.type(str(file))
        assert "staat al een bestand" in run.words or "bestaat al" in run.words
        await run.press("escape", "escape")
        assert "Zij vertelden op 01-01-2026 wat zij van je hebben" in run.words
        await run.press("g")
        assert run.name == "DataScreen"


async def test_some_data_are_chosen(shared):
    async with screens(shared) as run:
        run.app.push_screen(activity(shared))
        await run.settle()
        await run.press("w", "right", "right", "enter")
        assert run.name == "ChooseScreen"
        assert run.words.count("Herkenningscode") == 1
        await run.press("tab")
        while run.focus != "next":
            await run.press("tab")
        await run.press("enter")
        assert "Kies eerst een gegeven." in run.words
        await run.press("shift+tab", "shift+tab", "space")
        while run.focus != "next":
            await run.press("tab")
        await run.press("enter")
        assert run.name == "RightScreen"
        await run.press("right", "enter")
    assert len(last(shared).claims) == 1
    assert last(shared).right is Right.ERASURE


async def test_a_correction_one_question_at_a_time(shared):
    async with screens(shared) as run:
        run.app.push_screen(activity(shared))
        await run.settle()
        await run.press("v", "down", "enter")
        assert run.name == "WrongScreen"
        assert "Herkenningscode" not in run.words
        await run.press("enter")
        assert run.name == "ShouldScreen"
        assert "Anna Maria" in run.words
        await run.type("Anna Maria")
        assert run.name == "ShouldScreen", "what it is already is no correction"
        await run.type("Anne")
        await run.write("In mijn akte staat Anne.")
        assert run.name == "RightScreen"
        assert "Voornamen moet zijn: Anne" in run.words
        assert shared.verifier.asked == []
        await run.press("right", "enter")
        assert "Antwoord van de organisatie: gedaan" in run.words
        await run.press("escape")
        assert run.name == "RightsScreen"
    assert (last(shared).proposed, last(shared).text) == ("Anne", "In mijn akte staat Anne.")


@pytest.mark.parametrize(("downs", "right"), [(3, Right.RESTRICTION), (4, Right.OBJECTION)])
async def test_words_then_a_question_with_no_first(shared, downs, right):
    async with screens(shared) as run:
        run.app.push_screen(activity(shared))
        await run.settle()
        await run.press("v", *["down"] * downs, "enter")
        await run.write("x" * 1001)
        assert "te lang" in run.words
        await run.write("Ik wil dit niet.")
        assert run.name == "RightScreen"
        assert "Ik wil dit niet." in run.words
        await run.press("enter")
        assert shared.verifier.asked == []
        assert "Er is niets gevraagd." in run.words
        await run.press("enter")
        await run.write("Ik wil dit niet.")
        await run.press("right", "enter")
    assert (last(shared).right, last(shared).text) == (right, "Ik wil dit niet.")


# Where there is no address.


@pytest.mark.spec("TS7", "3.3", "the ways are shown, one is chosen, it opens and is on record")
async def test_a_letter_goes_out_by_hand(quiet, opened):
    name = quiet.__dict__["shared"]
    async with screens(quiet) as run:
        run.app.push_screen(activity(quiet))
        await run.settle()
        await run.press("w")
        assert run.name == "ElsewhereScreen"
        assert "(artikel 17 AVG)" in run.words
        assert "Anna" not in run.words
        await run.press("enter")
        await run.press("enter")  # back is the first answer
        assert (opened, quiet.kinds(name)[-1]) == ([], "receipt.verified")
        await run.press("enter", "right", "right", "enter")
        assert opened[0].startswith("mailto:privacy@voorbeeldwonen.example?subject=Verzoek")
        assert "Dan herinnert je wallet je eraan." in run.words
        assert quiet.kinds(name)[-1] == "right.asked"
        await run.press("escape")
        assert "wissen: zelf gevraagd, buiten je wallet om" in run.words
        await run.press("d", "right", "enter")
        assert "Weggelegd." in run.words
        assert "wissen: door jou weggelegd" in run.words


async def test_a_letter_to_keep(quiet, tmp_path):
    file = tmp_path / "brief.txt"
    async with screens(quiet) as run:
        run.app.push_screen(activity(quiet))
        await run.settle()
        await run.press("v", "enter", "down", "down", "down", "enter")
        assert run.name == "SaveScreen"
        await run.type(str(file))
    assert "artikel 15 AVG" in file.read_text()
    assert quiet.kinds(quiet.__dict__["shared"])[-1] == "receipt.verified", "nothing was begun"


# What is due.


async def test_a_reminder_on_the_entry_and_first_in_the_list(shared):
    name = shared.__dict__["shared"]
    shared.network.lose = lambda call: call.url.endswith("/rights")
    with pytest.raises(WalletError):
        service.ask(shared.wallet, shared.network, name, Right.OBJECTION, now=shared.now)
    shared.now += MONTH_END
    async with screens(shared) as run:
        assert "bezwaar: te laat, uiterlijk 01-02-2026" in run.words, "on the first screen"
        run.app.push_screen(RequestsScreen())
        await run.settle()
        assert run.words.count("bezwaar") == 1
        await run.press("enter")
        assert run.name == "ActivityScreen"
        assert "moest antwoorden tot en met 01-02-2026 (bezwaar)" in run.words


# Reporting.


async def test_a_report_with_all_the_evidence(shared, tmp_path):
    file, name = tmp_path / "melding.zip", shared.__dict__["shared"]
    async with screens(shared) as run:
        run.app.push_screen(activity(shared))
        await run.settle()
        await run.press("m")
        await run.write("Zij belden mij op.")
        assert run.name == "ReportScreen"
        assert "Autoriteit Persoonsgegevens" in run.words
        assert "Zij belden mij op." in run.words
        await run.press("down", "down", "enter")
        await run.type(str(file))
        await run.press("escape")
        assert "melding bij de toezichthouder: gemeld" in run.words
    with zipfile.ZipFile(file) as packed:
        assert "melding.txt" in packed.namelist()
    assert shared.kinds(name)[-1] == "report.made"


async def test_nothing_is_reported_by_looking(shared, opened):
    name = shared.__dict__["shared"]
    async with screens(shared) as run:
        run.app.push_screen(activity(shared))
        await run.settle()
        await run.press("m")
        await run.press("escape")
        assert "Er is niets gemeld." in run.words
        await run.press("m")
        await run.write("")
        await run.press("enter", "enter", "escape")
        assert "Er is niets gemeld." in run.words
    assert (opened, shared.kinds(name)[-1]) == ([], "receipt.verified")


async def test_rights_only_where_something_was_shared(town):
    posed = town.receive()
    async with screens(town) as run:
        run.app.push_screen(ActivityScreen(posed.id))
        await run.settle()
        await run.press("i", "w", "v", "g", "d")
        assert run.name == "ActivityScreen"
        await run.press("m")
        assert run.name == "ReportWords"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_what_strangers_wrote_does_no_harm(shared, size, lang):
    shared.verifier.held = {
        "values": [["q", ["x\x1b[2J[bold]"], "v\x1b]0;a\x07[red]"]],
        "processing": [{"name": {"nl": "[/]n\x1b[31m", "en": "[/]e"}, "role": "[blink]"}],
        "k\x9b31m": "w" * 5000,
    }
    async with screens(shared, size=size, lang=lang) as run:
        run.app.push_screen(activity(shared))
        await run.settle()
        await run.press("i", "g")
        assert "[bold]" in run.words
        assert not set(run.words) & {"\x1b", "\x07", "\x9b"}
