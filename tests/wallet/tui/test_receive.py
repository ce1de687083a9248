"""Cards from the desk: who offers, the spoken code, the number read aloud, and what came."""

from support.issuer_simulator import TX_CODE
from support.scheme import ISSUER
from support.screens import screens

from wallet.store import Filter


async def look(run, link=None):
    await run.press("l")
    await run.type(link or run.town.issuer.link)


async def test_cards_after_the_clerk_confirmed(empty):
    empty.issuer.deferred = True
    async with screens(empty) as run:
        await look(run)
        assert run.name == "OfferScreen"
        assert "Gemeente Voorbeeldstad" in run.words
        assert "Verblijfsrecht" in run.words
        assert run.focus == "code"
        assert empty.issuer.tokens_asked == []
        await run.type(TX_CODE)
        assert run.name == "ReceiveScreen"
        number = run.app.screen._progress.number
        assert f"Het nummer is {number[:3]} {number[3:]}." in run.words
        await run.press("o")
        assert "Het nummer is" in run.words
        empty.issuer.decided = True
        await run.press("o")
        assert "Persoonsgegevens ontvangen, nog 10 keer te gebruiken" in run.words
        await run.press("escape")
        assert "Verblijfsrecht ✓ geldig tot" in run.words


async def test_the_number_can_be_found_again(empty):
    empty.issuer.deferred = True
    async with screens(empty) as run:
        await look(run)
        await run.type(TX_CODE)
        number = run.app.screen._progress.number
        await run.press("escape")
        assert "kaartjes onderweg" in run.words
        await run.press("enter")
        assert run.name == "ReceiveScreen"
        assert f"{number[:3]} {number[3:]}" in run.words


async def test_the_code_may_be_typed_with_a_space(empty):
    async with screens(empty) as run:
        await look(run)
        await run.type("123 456")
        assert run.name == "ReceiveScreen"
    assert empty.issuer.tokens_asked[-1]["tx_code"] == TX_CODE


async def test_without_the_code_nothing_is_asked(empty):
    async with screens(empty) as run:
        await look(run)
        await run.type("")
        assert run.name == "OfferScreen"
        assert "Typ eerst de code die je hoorde." in run.words
    assert empty.issuer.tokens_asked == []


async def test_a_wrong_code_is_said(empty):
    async with screens(empty) as run:
        await look(run)
        await run.type("999999")
        assert run.name == "RefusalScreen"
        assert "De code klopt niet" in run.words


async def test_without_a_code_the_focus_is_on_not_fetching(empty):
    empty.issuer.tx_code = None
    async with screens(empty) as run:
        await look(run)
        assert run.focus == "refuse"
        await run.press("enter")
        assert run.name == "HomeScreen"
        assert "Je hebt niets opgehaald." in run.words
    assert empty.issuer.tokens_asked == []
    assert not empty.wallet.store.cards()


async def test_escape_fetches_nothing(empty):
    async with screens(empty) as run:
        await look(run)
        await run.press("escape")
        assert run.name == "HomeScreen"
        assert "Er is niets opgehaald en niets gedeeld." in run.words
    assert empty.issuer.tokens_asked == []


async def test_an_unknown_issuer_gets_no_code(empty):
    async with screens(empty) as run:
        await look(
            run, "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fbank.example%2Fo"
        )
        assert run.name == "RefusalScreen"
        assert "bank.example staat niet op de lijst van bekende uitgevers." in run.words
        assert "Druk op het eerste scherm op s" in run.words
    assert empty.network.posts() == []


async def test_a_card_that_is_denied_is_said(empty):
    empty.issuer.denied = frozenset({"verblijfsrecht"})
    async with screens(empty) as run:
        await look(run)
        await run.type(TX_CODE)
        assert "✓ Persoonsgegevens ontvangen" in run.words
        assert "✗ Verblijfsrecht niet gekregen" in run.words


async def test_an_issuer_that_is_away(empty):
    empty.issuer.deferred = True
    async with screens(empty) as run:
        await look(run)
        await run.type(TX_CODE)
        empty.network.hosts.pop(ISSUER.removeprefix("https://"))
        await run.press("o")
        assert "De gemeente is nu niet bereikbaar." in run.words
        assert "Het nummer is" in run.words


async def test_what_is_not_a_link(empty):
    async with screens(empty) as run:
        for text in ("hallo", "-", "http://gemeente.example", "weg.png"):
            await look(run, text)
            assert run.name == "RefusalScreen"
            await run.press("escape", "escape")
            assert run.name == "HomeScreen"


async def test_a_card_is_shown_and_thrown_away_after_a_question(town):
    async with screens(town) as run:
        await run.press("enter")
        assert run.name == "CardScreen"
        assert "Voornamen Anna Maria" in run.words
        assert "Geboortedatum 02-04-1980" in run.words
        await run.press("g")
        assert run.focus == "keep"
        await run.press("enter")
        assert run.name == "CardScreen"
        await run.press("g", "right", "enter")
        assert run.name == "HomeScreen"
        assert "Het kaartje is weg." in run.words
    assert [card.kind for card in town.wallet.store.cards()] == ["verblijfsrecht"]
    assert len(list(town.wallet.store.activities(Filter(type="card")))) == 2


async def test_sync(town):
    async with screens(town) as run:
        await run.press("s")
        assert "Niets nieuws" in run.words
