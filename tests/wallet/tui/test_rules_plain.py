"""Rules that hold on every screen, in English and without colour."""

import pytest
from support.screen_catalogue import CATALOGUE, back, fixed_log, furnish, keys_fit
from support.screens import screens


@pytest.fixture
def shared(town):
    return furnish(town)


async def test_keys_fit_in_english(shared, monkeypatch):
    fixed_log(monkeypatch)
    async with screens(shared, lang="en") as run:
        for name, show in CATALOGUE.items():
            await show(run)
            keys_fit(run, name)
            await back(run)


async def test_without_colour_every_screen_still_says_its_state(shared, monkeypatch):
    """In a dark theme, a light one of high contrast, and the terminal's own colours."""
    fixed_log(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    async with screens(shared) as run:
        assert run.app.no_color
        for name, show in CATALOGUE.items():
            await show(run)
            for theme in ("regie-contrast-licht", "ansi-dark", "regie-donker"):
                run.app.theme = theme
                await run.pilot.pause()
                says_its_state(run, name)
            await back(run)


def says_its_state(run, name):
    assert run.shown, name
    if name == "home":
        assert "✓ geldig tot" in run.shown
    if name == "question":
        assert "▶ Niet delen ◀" in run.shown
    if name == "question-end":
        assert "[ ] " in run.shown
        assert "! Je deelt voor het eerst" in run.shown
