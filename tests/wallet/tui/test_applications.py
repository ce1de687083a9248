"""Applications at organisations on the screens: in the list, asked for by a key, one by one."""

import pytest
from support.applications import NUMBER, says, signed
from support.my_simulator import at_home
from support.screens import screens

from credential.permitcase import Phase, Said

DAY = 86_400


@pytest.fixture
def town(tmp_path):
    with at_home(tmp_path) as made:
        signed(made)
        yield made


async def test_the_list_shows_it_and_asks_only_when_told_to(town):
    says(town, Phase.RECEIVED, due=town.now + 28 * DAY)
    async with screens(town) as run:
        await run.press("r")
        assert "Een terras plaatsen ! ondertekend, nog niets gehoord" in run.words
        assert town.verifier.asked == []
        await run.press("n")
        assert "Een terras plaatsen … ontvangen, vóór 29-01-2026" in run.words
        assert len(town.verifier.asked) == 1


async def test_everything_about_one(town):
    reason = Said("Hoe breed is de stoep?", "How wide is the pavement?")
    async with screens(town) as run:
        await run.press("r", "enter")
        assert run.name == "ApplicationScreen"
        assert "heeft nog niet gezegd dat zij is ingediend" in run.words
        says(town, Phase.RECEIVED, Phase.INFORMATION_REQUESTED, reason=reason)
        await run.press("n")
        assert "aanvulling gevraagd" in run.words
        assert "Hoe breed is de stoep?" in run.words
        assert NUMBER in run.words
        assert "30-12-2025 ontvangen" in run.words
        await run.press("a")
        assert run.name == "ActivityScreen"
        await run.press("escape", "escape")
        assert run.name == "RequestsScreen"


async def test_an_organisation_that_cannot_be_reached(town):
    town.network.drop = lambda call: call.url.endswith("/rights")
    async with screens(town) as run:
        await run.press("r", "enter", "n")
        assert run.name == "RefusalScreen"
        assert "is niet bereikbaar" in run.words
        await run.press("escape")
        assert "ondertekend, nog niets gehoord" in run.words
