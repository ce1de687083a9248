"""Looking back: the list, one activity, the rights, the log, and who has what."""

import re

import pytest
from support.screens import screens

from credential.rights import Consequence, Right
from wallet.events import Outcome
from wallet.store import Filter


@pytest.fixture
def shared(town):
    """A world in which something was shared."""
    town.done = town.share()
    town.network.calls.clear()
    return town


async def open_activity(run):
    await run.press("a")
    await run.press("enter")
    assert run.name == "ActivityScreen"


async def test_the_list_is_searched_and_filtered(shared):
    async with screens(shared) as run:
        await run.press("a")
        assert run.name == "ActivitiesScreen"
        assert "Woonstichting Voorbeeldwonen" in run.words
        assert "Gemeente Voorbeeldstad" in run.words
        await run.press("slash")
        await run.type("woonst")
        assert "Gemeente Voorbeeldstad" not in run.words
        await run.press("escape")
        assert "Gemeente Voorbeeldstad" in run.words
        await run.press("f")
        assert run.name == "FilterScreen"
        await run.press("enter")
        assert "Delen 1 keer" in run.words.replace("· ", "")
        await run.press("down", "enter", "escape")
        assert run.name == "ActivitiesScreen"
        assert re.search("(Delen|Kaartje|Lijst van bekende organisaties): 1", run.words)
        await run.press("escape")
        assert "Alles: 3" in run.words
        await run.press("escape")
        assert run.name == "HomeScreen"


async def test_a_page_at_a_time(town, monkeypatch):
    monkeypatch.setattr("wallet.tui.screens.activities.PAGE", 2)
    for _ in range(3):
        town.share()
    async with screens(town) as run:
        await run.press("a")
        assert "Alles: de nieuwste 2. Er is meer: druk op m." in run.words
        await run.press("m")
        assert "Alles: de nieuwste 4." in run.words
        await run.press("m")
        assert "Alles: 5" in run.words
        assert "Er is meer" not in run.words


async def test_an_activity_with_its_terms_values_events_and_evidence(shared):
    async with screens(shared) as run:
        await open_activity(run)
        assert "Inschrijven als woningzoekende" in run.words
        assert "Voornamen Anna Maria" in run.words
        assert "Ontvangstbewijs gecontroleerd en bewaard" in run.words
        await run.press("b")
        assert run.name == "EvidenceScreen"
        assert "Het ontvangstbewijs" in run.words
        assert "SHA-256" in run.words


async def test_nothing_is_asked_before_yes(shared):
    async with screens(shared) as run:
        await open_activity(run)
        await run.press("w")
        assert run.name == "RightScreen"
        assert run.focus == "no"
        await run.press("enter")
        assert run.name == "ActivityScreen"
        assert "Er is niets gevraagd." in run.words
        await run.press("w", "escape")
        assert run.name == "ActivityScreen"
    assert shared.verifier.asked == []


async def test_erasure(shared):
    async with screens(shared) as run:
        await open_activity(run)
        await run.press("w", "right", "enter")
        assert "Antwoord van de organisatie: gedaan" in run.words
        assert "Gewist: 18 jaar of ouder" in run.words
        await run.press("escape")
        assert "ja ✓ gewist door de organisatie" in run.words
    [asked] = shared.verifier.asked
    assert asked.question.right is Right.ERASURE


async def test_a_consequence_is_asked_again_and_no_is_the_default(shared):
    shared.verifier.consequence = Consequence("c1", "Uw inschrijving stopt.", "It ends.")
    async with screens(shared) as run:
        await open_activity(run)
        await run.press("w", "right", "enter")
        assert "De organisatie zegt: Uw inschrijving stopt." in run.words
        assert "Wil je dat echt?" in run.words
        assert run.focus == "no"
        await run.press("enter")
        assert run.name == "ActivityScreen"
        assert [one.question.confirm for one in shared.verifier.asked] == [None]
        await run.press("w", "right", "enter")
        await run.press("right", "enter")
        assert "Antwoord van de organisatie: gedaan" in run.words
    assert [one.question.confirm for one in shared.verifier.asked] == [None, None, "c1"]


@pytest.mark.parametrize(("key", "right"), [("s", Right.STATUS), ("o", Right.RECEIPT)])
async def test_the_rights_that_take_nothing_away_are_asked_at_once(shared, key, right):
    async with screens(shared) as run:
        await open_activity(run)
        await run.press(key)
        assert f"Antwoord van de organisatie: {'gedaan'}" in run.words
    assert [one.question.right for one in shared.verifier.asked] == [right]


async def test_an_organisation_that_is_away(shared):
    shared.network.hosts.clear()
    async with screens(shared) as run:
        await open_activity(run)
        await run.press("s")
        assert run.name == "RefusalScreen"


async def test_wiping_from_the_log_asks_first(shared):
    async with screens(shared) as run:
        await open_activity(run)
        await run.press("x")
        assert run.focus == "keep"
        await run.press("enter")
        assert run.name == "ActivityScreen"
        await run.press("x", "right", "enter")
        assert "Waarde gewist" in run.words
        assert "Anna Maria" not in run.words
        await run.press("x", "right", "right", "enter")
        assert run.name == "ActivitiesScreen"
        assert "Woonstichting Voorbeeldwonen" not in run.words
        await run.press("c")
        assert "Het logboek klopt" in run.words
        assert "Dat is geen fout." in run.words


async def test_the_log_and_its_words(shared):
    async with screens(shared) as run:
        await run.press("a", "c")
        assert run.name == "LogScreen"
        assert "Het logboek klopt" in run.words
        assert "De acht woorden van nu" in run.words


async def test_who_has_what(shared):
    async with screens(shared) as run:
        await run.press("w")
        assert run.name == "WhoScreen"
        assert "Woonstichting Voorbeeldwonen" in run.words
        assert "Voornamen" in run.words
        await run.press("e")
        assert run.name == "RightScreen"
        await run.press("escape", "enter")
        assert run.name == "ActivityScreen"


async def test_nobody_has_anything(town):
    async with screens(town) as run:
        await run.press("w")
        assert run.app.access.texts.get("who.none") in run.words


async def test_the_same_bytes_once_more_after_a_question(town):
    town.network.drop = lambda call: call.url.endswith("/response/1")
    town.share()
    town.network.drop = lambda _: False
    async with screens(town) as run:
        assert "mogelijk gedeeld" in run.words
        await run.press("enter")
        assert run.name == "ActivityScreen"
        await run.press("r")
        assert run.focus == "keep"
        await run.press("right", "enter")
        assert run.name == "ResultScreen"
    first, second = town.network.posts("/response")
    assert first.body == second.body
    [one] = town.wallet.store.activities(Filter(type="disclosure"))
    assert one.outcome == Outcome.SHARED


async def test_a_right_that_waits_stands_on_the_first_screen(shared):
    shared.verifier.consequence = Consequence("c1", "Uw inschrijving stopt.", "It ends.")
    async with screens(shared) as run:
        await open_activity(run)
        await run.press("w", "right", "enter")
        assert "bevestiging nodig" in run.words
        while run.name != "HomeScreen":
            await run.press("escape")
        assert "wissen: bevestiging nodig" in run.words
