"""An issuer nobody registered, on the screens: agreed to first, named as what it is, never more."""

import pytest
from support.elsewhere import DIPLOMA, HOST, NAME, SERVER, settle
from support.screens import screens

from wallet.events import Kind
from wallet.tui.screens.link import LinkScreen


async def open_link(run, text: str) -> None:
    run.app.push_screen(LinkScreen())
    await run.settle()
    await run.type(text)


@pytest.fixture
def school(town, tmp_path):
    return settle(town, tmp_path)


@pytest.mark.parametrize("lang", ["nl", "en"])
async def test_the_first_contact_is_asked(town, school, lang):
    town.network.calls.clear()
    async with screens(town, lang=lang) as run:
        await open_link(run, school.link)
        assert HOST in run.words
        assert run.focus == "no"
        await run.press("enter")
        assert town.network.calls == []
        await open_link(run, school.link)
        await run.press("right", "enter")
        assert run.name == "OfferScreen"
        assert {call.method for call in town.network.calls} == {"GET"}


@pytest.mark.parametrize(
    ("lang", "words"), [("nl", "Niet geregistreerd"), ("en", "Not registered")]
)
async def test_it_is_named_as_what_it_is(town, school, lang, words):
    async with screens(town, lang=lang) as run:
        await open_link(run, school.link)
        await run.press("right", "enter")
        assert words in run.words
        assert HOST in run.words
        assert f"diploma {'{nl}' if lang == 'nl' else '(en)'}" in run.words
        assert "\x1b" not in run.words
        assert DIPLOMA not in run.words


async def test_where_a_login_goes_is_named_too(town, school):
    school.server_apart = True
    school.offer = lambda found: {**found, "grants": {"authorization_code": {}}}
    async with screens(town) as run:
        await open_link(run, school.link)
        await run.press("right", "enter")
        assert SERVER in run.words


async def test_its_card_stands_among_the_others(town, school):
    school.tx_code = None
    async with screens(town) as run:
        await open_link(run, school.link)
        await run.press("right", "enter")
        run.app.screen.query_one("#accept").press()
        await run.settle()
        assert "diploma {nl}" in run.words
    [card] = [one for one in town.wallet.store.cards() if one.foreign]
    assert (card.issuer_name, card.copies) == (NAME, 10)
    async with screens(town) as run:
        assert "diploma {nl}" in run.words


async def test_a_no_tells_nobody(town, school):
    async with screens(town) as run:
        await open_link(run, school.link)
        await run.press("right", "enter")
        calls = len(town.network.calls)
        run.app.screen.query_one("#refuse").press()
        await run.settle()
        assert len(town.network.calls) == calls
    last = town.wallet.store.last_event(Kind.CARD_REFUSED)
    assert last == town.now
