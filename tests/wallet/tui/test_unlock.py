"""How a run begins: a wallet to unlock, one that is busy, or none at all."""

from pathlib import Path

import pytest
from support.screens import PASSPHRASE, screens

from wallet import config
from wallet.errors import NotReady
from wallet.lock import WriterLock
from wallet.texts import Texts
from wallet.tui.access import THEME, Access
from wallet.tui.app import RegieApp


async def test_the_passphrase_opens_the_wallet(locked):
    async with screens(locked, locked=True) as run:
        assert run.name == "UnlockScreen"
        assert "Persoonsgegevens" not in run.words
        await run.type("niet de goede zin")
        assert run.name == "UnlockScreen"
        assert "Deze wachtzin klopt niet." in run.words
        await run.type(PASSPHRASE)
        assert run.name == "HomeScreen"
        assert "Persoonsgegevens ✓ geldig tot 28-12-2026 nog 10 keer te gebruiken" in run.words


async def test_what_is_typed_does_not_show(locked):
    async with screens(locked, locked=True) as run:
        await run.pilot.press(*"geheim")
        assert "geheim" not in run.shown


async def test_a_passphrase_that_was_given_is_used_once(locked):
    locked.wallet.close()
    access = Access(locked.wallet.home, Texts("nl"), passphrase=PASSPHRASE, now=lambda: locked.now)
    app = RegieApp(access, poll=0)
    async with app.run_test() as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert type(app.screen).__name__ == "HomeScreen"
        assert access.passphrase is None
        assert PASSPHRASE not in repr(access)
    access.close()


async def test_one_writer(locked):
    held = WriterLock.take(locked.wallet.home)
    async with screens(locked, locked=True) as run:
        await run.type(PASSPHRASE)
        assert run.name == "RefusalScreen"
        assert "Je wallet is al open in een ander venster." in run.words
    held.release()


async def test_without_a_wallet_one_can_be_made_or_left(tmp_path: Path):
    app = RegieApp(Access(tmp_path / "nowhere", Texts("nl")), poll=0)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert type(app.screen).__name__ == "NoWalletScreen"
        await pilot.press("enter")
        await pilot.pause()
        assert type(app.screen).__name__ == "SchemeScreen"
        await pilot.press("escape")
        assert type(app.screen).__name__ == "NoWalletScreen"
        await pilot.press("escape")
    assert app.return_code == 0


async def test_the_theme_is_remembered(locked):
    async with screens(locked, locked=True) as run:
        await run.type(PASSPHRASE)
        await run.press("ctrl+t")
        assert run.app.theme == "regie-licht"
        assert config.load(locked.wallet.home).theme == "regie-licht"
    async with screens(locked, locked=True) as run:
        await run.type(PASSPHRASE)
        assert run.app.theme == "regie-licht"


def test_a_closed_wallet_cannot_be_reached(tmp_path):
    with pytest.raises(NotReady):
        _ = Access(tmp_path, Texts("nl")).wallet


async def test_a_theme_of_before_counts_until_there_is_another(locked):
    locked.wallet.store.set_setting(THEME, "regie-licht")
    async with screens(locked) as run:
        assert run.app.theme == "regie-licht"
        await run.press("ctrl+t")
    async with screens(locked) as run:
        assert run.app.theme == "regie-contrast-donker"
