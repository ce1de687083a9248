"""Rules that hold on every screen: keys, focus, help, no value where none belongs."""

import pytest
from support.screen_catalogue import CATALOGUE, back, fixed_log, furnish, keys_fit
from support.screens import screens
from textual.widgets import Button

GIVING = {
    *("share", "accept", "yes", "forget", "whole", "values", "resend", "typed"),
    *("send", "next", "withdraw", "tell", "no-tell"),
}
"""Answers that give something away or take something away."""
OVER = {"help", "jump", "qr"}
"""What lies over a screen for a moment; any answer to it is a key."""


@pytest.fixture
def shared(town):
    return furnish(town)


async def every(run):
    for name, show in CATALOGUE.items():
        await show(run)
        yield name
        await back(run)


async def test_on_every_screen_keys_fit_focus_is_safe_and_help_tells(shared, monkeypatch):
    """One walk along every screen: each rule by itself would walk them all again."""
    fixed_log(monkeypatch)
    async with screens(shared) as run:
        async for name in every(run):
            keys_fit(run, name)
            assert run.focus not in GIVING, name
            buttons = list(run.app.screen.query(Button))
            if buttons and name not in ("offer", "passphrase") and buttons[0].display:
                assert buttons[0].id not in GIVING, name
            if name not in OVER:
                assert run.app.focused is not None, name
                before = run.name
                await run.press("f1")
                assert run.name == "HelpScreen", name
                await run.press("f1")
                assert run.name == before, name


async def test_themes(town):
    from wallet.tui import themes

    async with screens(town) as run:
        seen = set()
        for _ in themes.NAMES:
            seen.add(run.app.theme)
            await run.press("ctrl+t")
        assert seen == set(themes.NAMES)


async def test_the_palette_speaks_the_language_of_this_run(town):
    async with screens(town) as run:
        await run.press("ctrl+p")
        assert run.name == "CommandPalette"
        commands = [one.title for one in run.app.get_system_commands(run.app.screen_stack[-2])]
        assert "Wie heeft wat?" in commands
        assert "Andere kleuren" in commands
        await run.press("escape")
        assert run.name == "HomeScreen"


async def test_our_own_mistake_shows_no_values(town, capsys, monkeypatch):
    from wallet.tui.screens.home import HomeScreen

    def broken(_self):
        name = "Anna Maria de Vries"
        raise RuntimeError(name)

    monkeypatch.setattr(HomeScreen, "action_who", broken)
    with pytest.raises(RuntimeError):
        await _pressed(town, "w")
    printed = "".join(capsys.readouterr())
    assert "RuntimeError" in printed
    assert "Anna" not in printed


async def _pressed(town, key):
    async with screens(town) as run:
        await run.pilot.press(key)
        await run.pilot.pause()


async def test_a_mistake_in_a_thread_is_said_without_values(town):
    async with screens(town) as run:

        def task():
            raise RuntimeError("Anna Maria")

        run.app.screen.start("read", task, lambda _: None)
        await run.settle()
        assert run.name == "RefusalScreen"
        assert "RuntimeError, test_rules.py:" in run.words
        assert "Anna" not in run.words


async def test_progress_is_told_and_counted(town):
    from wallet.tui.widgets import Status

    async with screens(town) as run:
        status = run.app.screen.query_one(Status)
        status.begin("Delen", forget=True)
        assert "… Delen" in run.words
        status._tick()
        status._tick()
        assert "… Delen 2 s" in run.words
        status.end()
        assert "Delen" not in str(status.content)
