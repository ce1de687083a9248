"""Choosing, adding up, the old address and who could recognise somebody, on the screens."""

import pytest
from support.looking_back import CODE, HOME, HOUSE, STREET, WATER, WONEN, correct, give, hold
from support.screens import screens

from wallet.store import Filter

PERSON = {"given_name": "Anna", "housing_pseudonym": "p"}
PSEUDONYM = [("housing_pseudonym",)]


@pytest.fixture
def moved(town):
    """A world after a move: one has the old address, and two have the same code."""
    store = town.wallet.store
    hold(store, "woonadres", {"address": HOME}, at=town.now)
    parts = [STREET, HOUSE, CODE]
    town.given = give(store, WATER, "woonadres", {"address": HOME}, parts, at=town.now)
    for party in (WONEN, WATER):
        give(store, party, "persoonsgegevens", PERSON, PSEUDONYM, at=town.now)
    hold(store, "woonadres", {"address": {**HOME, "house_number": 12}}, at=town.now + 9)
    return town


async def choose(run, filter_name, value):
    """Sets a filter as a person does: by its line, and the line of its value."""
    await run.press("f")
    picker = run.app.screen.query_one("Picker")
    picker.highlighted = picker.get_option_index(f"filter:{filter_name}")
    await run.press("enter")
    assert run.name == "ValuesScreen"
    words = [str(option.prompt) for option in run.app.screen.query_one("Picker").options]
    at = next(number for number, line in enumerate(words) if value in line)
    run.app.screen.query_one("Picker").highlighted = at
    await run.press("enter")
    assert run.name == "FilterScreen"
    await run.press("escape")
    assert run.name == "ActivitiesScreen"


async def test_every_filter_takes_its_values_from_the_log(moved):
    async with screens(moved) as run:
        await run.press("a")
        await choose(run, "party", WATER)
        assert f"{WATER}: 2" in run.words
        await choose(run, "attribute", "Straat")
        assert "gegeven Woonadres, Straat: 1" in run.words
        await run.press("escape")
        assert "Alles: " in run.words
        await choose(run, "purpose", "Klant worden")
        assert "reden Klant worden: 3" in run.words
        await choose(run, "outcome", "gegevens gedeeld")
        await choose(run, "type", "Delen")
        await choose(run, "since", "01-2026")
        await choose(run, "until", "01-2026")
        assert "vanaf 01-2026" in run.words
        assert "tot en met 01-2026: 3" in run.words
        await run.press("f", "x")
        assert "Alles" in run.words
        await run.press("escape")
        assert "Delen, " not in run.words
        await run.press("escape")
        assert run.name == "HomeScreen"


async def test_a_filter_can_be_taken_back_by_its_line(moved):
    async with screens(moved) as run:
        await run.press("a")
        await choose(run, "type", "Delen")
        await choose(run, "type", "Alles")
        assert "Delen:" not in run.words


async def test_the_search_understands_what_data_are_called(moved):
    async with screens(moved) as run:
        await run.press("a", "slash")
        await run.type("straat")
        assert WATER in run.words
        assert WONEN not in run.words
        await run.press("slash")
        await run.type("nergens")
        assert "Geen activiteiten voor" in run.words


async def test_going_back_to_the_list_keeps_what_was_read(town, monkeypatch):
    monkeypatch.setattr("wallet.tui.screens.activities.PAGE", 2)
    for _ in range(3):
        town.share()
    async with screens(town) as run:
        await run.press("a", "m")
        assert "de nieuwste 4" in run.words
        await run.press("end", "enter")
        assert run.name == "ActivityScreen"
        await run.press("escape")
        assert "de nieuwste 4" in run.words


async def test_what_is_shown_is_added_up(moved):
    async with screens(moved) as run:
        await run.press("a")
        await choose(run, "party", WATER)
        await run.press("t")
        assert run.name == "TotalsScreen"
        assert f"Alleen: {WATER}" in run.words
        assert "Per organisatie" in run.words
        assert "Straat Woonadres: 1 keer gevraagd, 1 keer gedeeld, met 1 organisatie" in run.words
        assert "01-2026 2 keer gevraagd" in run.words
        assert WONEN not in run.words


@pytest.mark.spec("ARF 3.0", "DASH_12", "asking starts in one step from what was shared")
async def test_one_key_to_have_an_old_address_corrected(moved):
    async with screens(moved) as run:
        await run.press("w", "o")
        assert run.name == "OldAddressScreen"
        assert WATER in run.words
        assert "Zij hebben: Huisnummer 7" in run.words
        assert WONEN not in run.words
        await run.press("c")
        assert run.name == "WrongScreen"
        await run.press("escape", "enter")
        assert run.name == "ActivityScreen"
        await run.press("escape")
        correct(moved.wallet.store, moved.given, "address", at=moved.now + 9)
        await run.press("escape", "o")
        assert "niemand een oud adres" in run.words


async def test_nobody_has_an_old_address(town):
    async with screens(town) as run:
        await run.press("w", "o")
        assert "niemand een oud adres" in run.words


async def test_who_could_recognise_somebody(moved):
    async with screens(moved) as run:
        await run.press("w", "k")
        assert run.name == "LinkedScreen"
        assert "Je herkenningscode is overal hetzelfde." in run.words
        assert "Samen kunnen zij zien dat jij het bent" in run.words
        assert "De gemeente ziet niet met wie je deelt." in run.words
        await run.press("enter")
        assert run.name == "ActivityScreen"


async def test_nothing_to_link(town):
    async with screens(town) as run:
        await run.press("w", "k")
        assert "is er niets te koppelen" in run.words


async def test_a_day_that_has_passed_is_said_so(moved):
    moved.now += 3 * 366 * 86_400
    async with screens(moved) as run:
        await run.press("w")
        assert "zij zouden dit wissen op" in run.words
    assert [*moved.wallet.store.activities(Filter(limit=1))]
