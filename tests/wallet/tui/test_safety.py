"""Cards up close, passphrase, PIN, the check-up and wiping everything, on the screens."""

import dataclasses

import pytest
from support.keyrings import keyring_of_this_computer
from support.screens import PASSPHRASE, SIZES, screens
from textual.widgets import Input

from credential import rendering
from credential.rendering import Colours
from credential.typemetadata import parse
from wallet import cardpicture, keyfile
from wallet.service import confirm, locks
from wallet.tui.cardface import CardFace
from wallet.tui.screens.card import CardScreen
from wallet.tui.screens.doctor import DoctorScreen
from wallet.tui.screens.history import HistoryScreen
from wallet.tui.screens.phrase import PassphraseScreen
from wallet.tui.screens.pin import PinScreen
from wallet.tui.screens.reset import ResetScreen

OTHER = "een heel andere zin"


async def opened(run, screen):
    run.app.push_screen(screen)
    await run.settle()


def first_card(run):
    return run.app.access.wallet.store.cards()[0]


# Cards.


async def test_a_card_shows_its_face_in_words(town):
    async with screens(town) as run:
        await opened(run, CardScreen(first_card(run).id))
        assert "Persoonsgegevens Gemeente Voorbeeldstad ✓ geldig tot" in run.words
        face = run.app.screen.query_one(CardFace)
        assert face.styles.background.hex == "#154273"
        assert face.region.height <= 8
        for theme in ("regie-contrast-donker", "ansi-dark"):
            run.app.theme = theme
            await run.settle()
            assert face.styles.background.a == 0
            assert "Gemeente Voorbeeldstad" in run.words


async def test_a_card_whose_type_says_nothing_of_colours(town, monkeypatch):
    async with screens(town) as run:
        access = run.app.access
        access._types = {
            vct: dataclasses.replace(one, colours=Colours()) for vct, one in access.types().items()
        }
        await opened(run, CardScreen(first_card(run).id))
        assert run.app.screen.query_one(CardFace).styles.background.a == 0


@pytest.mark.spec("WCAG 2.2", "1.4.3", "text on a card has a contrast of 4.5 or more")
@pytest.mark.parametrize("background", ["#ffffff", "#000000", "#777777", "#154273", "#f2c14e"])
@pytest.mark.parametrize("text", ["", "#ffffff", "#777777", "#000000"])
def test_colours_that_cannot_be_read_are_not_used(background, text):
    face = cardpicture.face("t", "i", Colours(background, text))
    assert rendering.contrast(face.background, face.text) >= rendering.LEAST_CONTRAST
    if text and rendering.contrast(background, text) >= rendering.LEAST_CONTRAST:
        assert face.text == text


def test_contrast_is_that_of_the_standard():
    assert round(rendering.contrast("#000000", "#ffffff"), 2) == 21
    assert rendering.contrast("#123456", "#123456") == 1
    assert round(rendering.contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.spec("SD-JWT VC", "8.1.1", "colours of the simple rendering; what is none is ignored")
@pytest.mark.parametrize(
    ("simple", "found"),
    [
        ('{"background_color":"#12107c","text_color":"#FFF"}', Colours("#12107c", "#ffffff")),
        ('{"background_color":"red","text_color":"#ffffff"}', Colours("", "#ffffff")),
        ('{"background_color":"#12107c; x"}', Colours()),
        ('{"background_color":7}', Colours()),
        ('"blauw"', Colours()),
    ],
)
def test_colours_of_a_type(simple, found):
    document = '{"vct":"v","display":[{"locale":"nl","name":"N","rendering":{"simple":%s}}]}'
    assert parse((document % simple).encode()).colours == found


async def test_the_history_of_a_card_opens_its_activities(town):
    town.share()
    async with screens(town) as run:
        await opened(run, CardScreen(first_card(run).id))
        await run.press("h")
        assert run.name == "HistoryScreen"
        assert "Woonstichting Voorbeeldwonen: " in run.words
        assert "Kaartje ontvangen" in run.words
        await run.press("enter")
        assert run.name == "ActivityScreen"


# Passphrase and PIN.


async def fill(run, *values):
    for value in values:
        assert isinstance(run.app.focused, Input)
        assert run.app.focused.password
        await run.type(value)


async def test_another_passphrase(locked):
    async with screens(locked, locked=True) as run:
        await run.type(PASSPHRASE)
        await opened(run, PassphraseScreen())
        await fill(run, "niet de goede zin", OTHER, OTHER)
        assert "Deze wachtzin klopt niet." in run.words
        await fill(run, PASSPHRASE, OTHER, "iets anders dus")
        assert "niet gelijk" in run.words
        await fill(run, PASSPHRASE, OTHER, OTHER)
        assert run.name == "HomeScreen"
        assert "Je wachtzin is veranderd." in run.words
        confirm.check(run.app.access.home, OTHER)


async def test_escape_changes_nothing(locked):
    async with screens(locked, locked=True) as run:
        await run.type(PASSPHRASE)
        await opened(run, PassphraseScreen())
        await run.press("escape")
        assert "Er is niets veranderd." in run.words


async def test_a_pin_is_set_and_taken_away(locked):
    with keyring_of_this_computer() as ring:
        async with screens(locked, locked=True) as run:
            await run.type(PASSPHRASE)
            await opened(run, PinScreen())
            assert "Je hebt geen pincode." in run.words
            await fill(run, PASSPHRASE, "111111", "111111")
            assert "te makkelijk te raden" in run.words
            await fill(run, PASSPHRASE, "804219", "804219")
            assert run.name == "HomeScreen"
            confirm.check(run.app.access.home, "804219")
            await opened(run, PinScreen())
            run.app.screen.query_one("#remove").focus()
            await run.press("enter")
            assert "Je pincode is weg." in run.words
            assert ring.kept == {}


async def test_without_a_keyring_the_screen_says_so_plainly(locked):
    async with screens(locked, locked=True) as run:
        await run.type(PASSPHRASE)
        await opened(run, PinScreen())
        assert "Op deze computer kan geen pincode" in run.words
        assert not run.app.screen.query(Input)


async def test_a_blocked_pin_can_be_set_anew(locked):
    with keyring_of_this_computer():
        locks.set_pin(locked.wallet, PASSPHRASE, "804219", now=locked.now)
        (locked.wallet.home / "pin.tries").write_bytes(b".....")
        async with screens(locked, locked=True) as run:
            await run.type("804219")
            assert "Je pincode is geblokkeerd" in run.words
            await run.type(PASSPHRASE)
            await opened(run, PinScreen())
            assert "Je pincode is geblokkeerd" in run.words
            await fill(run, PASSPHRASE, "731946", "731946")
            confirm.check(run.app.access.home, "731946")


# Check-up and wiping.


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
async def test_the_check_up_explains_and_repairs(locked, size):
    (locked.wallet.home / "wallet.db").chmod(0o644)
    async with screens(locked, locked=True, size=size) as run:
        await run.type(PASSPHRASE)
        await opened(run, DoctorScreen())
        assert "✗ Er is iets mis met je wallet." in run.words
        assert "Anderen op deze computer kunnen bij" in run.words
        await run.press("h")
        assert "Alleen jij kunt bij de bestanden van je wallet." in run.words
        assert "Je logboek klopt" in run.words
        assert "✗" not in run.words


async def test_wiping_asks_twice_and_begins_again(locked):
    async with screens(locked, locked=True) as run:
        await run.type(PASSPHRASE)
        home = run.app.access.home
        await opened(run, ResetScreen())
        await run.type("ja")
        assert "Er is niets gewist" in run.words
        await run.type("wissen")
        assert run.name == "Dialog"
        assert run.focus == "keep"
        await run.press("enter")
        assert (home / keyfile.FILE).exists()
        await run.type("wissen")
        await run.press("right", "enter")
        assert run.name == "NoWalletScreen"
        assert "Je wallet is gewist." in run.words
        assert not (home / keyfile.FILE).exists()


async def test_leaving_wipes_nothing(locked):
    async with screens(locked, locked=True) as run:
        await run.type(PASSPHRASE)
        await opened(run, ResetScreen())
        await run.press("escape")
        assert "Er is niets gewist." in run.words


async def test_an_empty_history_says_so(town):
    async with screens(town) as run:
        card = first_card(run)
        for row in town.wallet.store.database.rows("SELECT id FROM activities"):
            town.wallet.store.forget_activity(row["id"], at=town.now)
        await opened(run, HistoryScreen(card.id))
        assert "Hierover staat niets in je logboek." in run.words
