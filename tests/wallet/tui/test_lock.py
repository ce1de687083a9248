"""The wallet locks itself when nobody is there: closed, covered, and nothing lost."""

import pytest
from support.keyrings import keyring_of_this_computer
from support.screens import PASSPHRASE, screens
from textual.widgets import Input

from wallet import config
from wallet.errors import NotReady
from wallet.lock import WriterLock
from wallet.service import locks
from wallet.tui.screens.card import CardScreen
from wallet.tui.screens.passphrase import PassphraseDialog

PIN = "804219"


class Time:
    """The clocks of a run, moved by hand."""

    def __init__(self, app, town):
        self.app, self.town, self.passed = app, town, 0.0
        app.access.monotonic = lambda: self.passed
        app.guard._at = (0.0, float(town.now))

    def passes(self, seconds):
        self.passed += seconds


def settings(town, **more):
    """The settings as they stand in the file this run reads."""
    config.save(town.wallet.home, config.load(town.wallet.home).__class__(**more))


async def unlocked(run):
    await run.type(PASSPHRASE)
    assert run.name == "HomeScreen"
    return Time(run.app, run.town)


@pytest.mark.spec("Architecture", "Wallet", "the screens lock when nobody is there")
async def test_after_five_minutes_the_wallet_is_closed_and_covered(locked):
    async with screens(locked, locked=True) as run:
        time = await unlocked(run)
        run.app.push_screen(CardScreen(run.app.access.wallet.store.cards()[0].id))
        await run.settle()
        time.passes(299)
        assert not run.app.guard.check()
        time.passes(1)
        assert run.app.guard.check()
        await run.settle()
        assert run.name == "LockScreen"
        assert run.app.locked
        assert "want 5 minuten gebeurde er niets" in run.words
        assert "niets gedeeld" in run.words
        assert "Voorbeeldstad" not in run.shown
        with pytest.raises(NotReady):
            _ = run.app.access.wallet
        # Closed for real: another program may write now.
        WriterLock.take(run.app.access.home).release()
        await run.type("niet de goede zin")
        assert run.name == "LockScreen"
        assert "Deze wachtzin klopt niet." in run.words
        await run.type(PASSPHRASE)
        assert run.name == "CardScreen"
        assert run.app.access.wallet.store.cards()
        assert not run.app.locked


async def test_a_key_keeps_it_open_and_one_that_comes_too_late_does_nothing(locked):
    async with screens(locked, locked=True) as run:
        time = await unlocked(run)
        time.passes(299)
        await run.press("down")
        time.passes(299)
        await run.press("up")
        assert run.name == "HomeScreen"
        time.passes(300)
        await run.press("a")
        assert run.name == "LockScreen"
        await run.type(PASSPHRASE)
        assert run.name == "HomeScreen"


async def test_a_laptop_that_slept_is_locked_by_the_other_clock(locked):
    async with screens(locked, locked=True) as run:
        await unlocked(run)
        locked.now += 3600
        assert run.app.guard.check()


async def test_zero_minutes_is_never(locked):
    settings(locked, lock_minutes=0)
    async with screens(locked, locked=True) as run:
        time = await unlocked(run)
        time.passes(1_000_000)
        assert not run.app.guard.check()


async def test_locking_now_and_nothing_works_until_it_is_open(locked):
    async with screens(locked, locked=True) as run:
        await unlocked(run)
        home = run.app.screen
        await run.press("ctrl+l")
        assert run.name == "LockScreen"
        assert "Je hebt je wallet op slot gezet." in run.words
        home.start("read", lambda: 1 / 0, lambda _: None)
        await run.press("f2")
        await run.press("ctrl+l")
        await run.press("escape")
        assert run.name == "LockScreen"
        assert len(run.app.screen_stack) == 3


async def test_what_was_being_typed_as_a_secret_is_gone(locked):
    async with screens(locked, locked=True) as run:
        await unlocked(run)
        run.app.push_screen(PassphraseDialog(run.app.access.texts, "Je deelt."))
        await run.settle()
        run.app.screen.query_one(Input).value = PASSPHRASE
        dialog = run.app.screen
        assert run.app.guard.lock()
        assert dialog.query_one(Input).value == ""


async def test_nothing_is_locked_while_something_is_leaving(locked):
    async with screens(locked, locked=True) as run:
        time = await unlocked(run)
        time.passes(600)
        run.app.screen.held = True
        assert not run.app.guard.check()
        run.app.screen.held = False
        with run.app.access.turn:
            assert not run.app.guard.check()
        assert run.app.guard.check()


async def test_what_arrived_while_locked_is_done_after(locked):
    async with screens(locked, locked=True) as run:
        await unlocked(run)
        done = []
        run.app.guard.after(lambda: done.append("now"))
        run.app.guard.lock()
        run.app.guard.after(lambda: done.append("later"))
        await run.settle()
        assert done == ["now"]
        await run.type(PASSPHRASE)
        assert done == ["now", "later"]


@pytest.mark.spec("Regie formats", "9", "the PIN opens the screens and confirms")
async def test_the_pin_opens_the_screens(locked):
    with keyring_of_this_computer():
        locks.set_pin(locked.wallet, PASSPHRASE, PIN, now=locked.now)
        async with screens(locked, locked=True) as run:
            assert "Je wachtzin of pincode" in run.words
            await run.type("804218")
            assert run.name == "UnlockScreen"
            assert "nog 4 keer" in run.words
            await run.type(PIN)
            assert run.name == "HomeScreen"
            run.app.guard.lock()
            await run.settle()
            await run.type(PIN)
            assert run.name == "HomeScreen"
