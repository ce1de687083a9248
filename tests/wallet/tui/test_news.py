"""What changed, and what was done: refreshing, why a card is no good, and processing."""

from dataclasses import replace

import pytest
from support.my_simulator import at_home, my
from support.screens import screens

from wallet.events import Kind
from wallet.service.refresh import AT_SETTING


@pytest.fixture
def town(tmp_path):
    with at_home(tmp_path) as made:
        yield made


def tells(town, state, reason):
    my(town).my_cards = [
        {"kind": "persoonsgegevens", "state": state, "reason": reason, "at": town.now}
    ]


async def test_nothing_changed(town):
    async with screens(town) as run:
        await run.press("v")
        assert run.name == "RefreshScreen"
        assert "Gemeente Voorbeeldstad" in run.words
        assert "Je kaartjes kloppen nog, en je hebt er genoeg." in run.words


async def test_a_card_taken_back_is_explained_and_the_new_one_fetched(town):
    tells(town, "revoked", "moved")
    async with screens(town) as run:
        await run.press("v")
        assert "✗ Persoonsgegevens is teruggenomen: je bent verhuisd." in run.words
        assert "Persoonsgegevens ontvangen, nog 10 keer te gebruiken" in run.words
        await run.press("escape")
        assert "Persoonsgegevens ✓ geldig tot" in run.words


async def test_a_card_taken_back_without_a_new_one_says_why_and_what_to_do(town):
    tells(town, "revoked", "moved")
    my(town).denied = frozenset({"persoonsgegevens"})
    async with screens(town) as run:
        await run.press("v")
        assert "✗ Persoonsgegevens niet gekregen" in run.words
        await run.press("escape")
        assert "Persoonsgegevens ✗ teruggenomen" in run.words
        assert "Je bent verhuisd. Druk op het eerste scherm op v" in run.words
        await run.press("enter")
        assert run.name == "CardScreen"
        assert "Je bent verhuisd." in run.words


async def test_what_ended_for_good_promises_no_new_card(town):
    tells(town, "revoked", "holder")
    async with screens(town) as run:
        await run.press("v", "escape")
        assert "Persoonsgegevens ✗ teruggenomen" in run.words
        assert "Jij vroeg daarom. " in run.words
        assert "Druk op het eerste scherm op v" not in run.words


async def test_a_new_card_comes_in_the_place_of_the_old(town):
    tells(town, "renewable", "name")
    async with screens(town) as run:
        await run.press("v")
        assert "Persoonsgegevens ontvangen, nog 10 keer te gebruiken" in run.words
        await run.press("escape")
        assert "Persoonsgegevens ✓ geldig tot" in run.words


async def test_a_new_card_that_did_not_come_is_waiting_at_home(town):
    tells(town, "renewable", "moved")
    my(town).denied = frozenset({"persoonsgegevens", "verblijfsrecht"})
    async with screens(town) as run:
        await run.press("v")
        assert "✗ Persoonsgegevens niet gekregen" in run.words
        await run.press("escape")
        assert "Persoonsgegevens ! er is een nieuw kaartje" in run.words
        assert "Je bent verhuisd" in run.words


async def test_a_session_that_ended_offers_to_log_in(town):
    town.issuer.ended = True
    town.issuer.access.clear()
    async with screens(town) as run:
        await run.press("v")
        assert "vraagt je om opnieuw in te loggen. Druk op i." in run.words
        await run.press("i")
        assert run.name == "KindsScreen"
        await run.press("escape")
        assert run.name == "HomeScreen"


async def test_a_municipality_that_is_away(town):
    town.network.hosts.clear()
    async with screens(town) as run:
        await run.press("v")
        assert run.name == "RefreshScreen"
        assert "✗" in run.words


async def test_nobody_to_ask(town):
    town.wallet.store.end_session(town.issuer.party.oin)
    async with screens(town) as run:
        await run.press("v")
        assert "Druk op het eerste scherm op o." in run.words
        await run.press("escape", "p")
        assert run.name == "ProcessingScreen"
        assert "Er is dus niets te vragen." in run.words


async def test_what_the_municipality_did(town):
    my(town).processing = {
        "processing": [
            {
                "at": town.now - 60,
                "activity": "issue",
                "name": "Kaartje uitgegeven: Woonadres",
                "purpose": "Kaartjes uitgeven",
            }
        ],
        "queries": [
            {
                "at": town.now - 90,
                "purpose": "Kaartjes geven na inloggen",
                "official_role": "Computer van de gemeente",
                "fields": ["naam.voornamen", "naam.geslachtsnaam", "geboorte.datum"],
                "found": True,
            }
        ],
    }
    async with screens(town) as run:
        await run.press("p")
        assert run.name == "ProcessingScreen"
        assert "Opgevraagd door: Computer van de gemeente" in run.words
        assert "Waarvoor: Kaartjes geven na inloggen" in run.words
        assert "Welke gegevens: naam, geboorte" in run.words
        assert "Kaartje uitgegeven: Woonadres" in run.words
        await run.press("escape", "a")
        assert "wie kreeg mijn gegevens: gedaan" in run.words


async def test_nothing_was_done(town):
    async with screens(town) as run:
        await run.press("p")
        assert "heeft niets geregistreerd over jouw gegevens." in run.words


async def test_processing_from_an_activity(town):
    async with screens(town) as run:
        await run.press("a", "enter")
        assert run.name == "ActivityScreen"
        await run.press("p")
        assert run.name == "ProcessingScreen"


async def test_a_municipality_that_does_not_answer(town):
    async with screens(town) as run:
        town.network.hosts.clear()
        await run.press("p")
        assert run.name == "RefusalScreen"
        await run.press("escape")
        await run.press("escape")
        assert run.name == "HomeScreen"


def a_week_ago(town):
    """When somebody last logged in or looked."""
    at = town.now - 7 * 86_400
    for session in town.wallet.store.sessions():
        town.wallet.store.keep_session(replace(session, opened_at=at))
    town.wallet.store.set_setting(AT_SETTING, at)


@pytest.mark.spec("Architecture", "Wallet", "looked after at the start when it was a week ago")
async def test_a_week_later_it_looks_by_itself(town):
    a_week_ago(town)
    async with screens(town) as run:
        assert run.name == "RefreshScreen"
        await run.press("escape")
        assert run.name == "HomeScreen"
    async with screens(town) as run:
        assert run.name == "HomeScreen", "it has just looked"


async def test_not_within_an_hour_after_sharing(town):
    a_week_ago(town)
    town.wallet.store.append("a", Kind.SHARE_INTENDED, {}, at=town.now)
    async with screens(town) as run:
        assert run.name == "HomeScreen"
