"""While something is leaving nothing closes the wallet, whatever stands over the screen."""

import threading

from support.screens import screens
from support.wallet_world import World

from wallet.tui.page import Page
from wallet.tui.screens.activities import ActivitiesScreen


async def test_help_over_a_screen_that_is_sending(town: World) -> None:
    async with screens(town) as run:
        run.app.push_screen(ActivitiesScreen())
        await run.settle()
        page, gate, came = run.app.screen, threading.Event(), []
        assert isinstance(page, Page)
        page.start("share", gate.wait, came.append, hold=True)
        await run.pilot.press("f1")
        await run.pilot.pause()
        assert run.name == "HelpScreen"
        assert run.app.held
        lang = run.app.access.texts.lang
        await run.pilot.press("ctrl+q", "f2", "ctrl+p")
        await run.pilot.pause()
        assert run.app.is_running
        assert not run.app._exit
        assert (run.name, run.app.access.texts.lang) == ("HelpScreen", lang)
        gate.set()
        await run.settle()
        assert came == [True]
        assert not run.app.held


async def test_the_lock_says_nothing_of_what_was_shared_before(town: World) -> None:
    from wallet.tui.screens.lock import LockScreen

    for lang, words in (("nl", "Door het slot is niets gedeeld"), ("en", "Locking shared nothing")):
        async with screens(town, lang=lang) as run:
            run.app.push_screen(LockScreen(5))
            await run.settle()
            assert words in run.words


async def test_long_reading_holds_up_neither_colours_nor_palette(town: World) -> None:
    """Who reads holds the database: the screen itself never waits for it."""
    async with screens(town) as run:
        app = run.app
        with app.access.turn:
            before = app.theme
            app.action_theme()
            assert app.theme != before
            assert app._cards_now() == ()
            lang = app.access.texts.lang
            app.action_language()
            assert app.access.texts.lang == lang
        await run.settle()
        assert town.wallet.config.theme == app.theme
        assert app._cards_now()
