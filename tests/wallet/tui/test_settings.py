"""Settings on the screens: seen, changed, left as they are; and links from the browser."""

import pytest
from support.screens import lock, screens

from wallet import config
from wallet.config import Config
from wallet.tui.screens.settings import SettingScreen, SettingsScreen


@pytest.fixture
def desk(town, tmp_path, monkeypatch):
    """A wallet with settings in a file, and a desktop of its own."""
    lock(town)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return town


async def opened(run, name=None):
    run.app.push_screen(SettingsScreen())
    await run.settle()
    while name and run.app.focused.highlighted_option.id != name:
        await run.press("down")
    if name:
        await run.press("enter")


async def test_every_setting_is_shown_with_how_it_stands(desk):
    async with screens(desk) as run:
        await opened(run)
        assert "Taal · die van je computer" in run.words or "die van je computer" in run.words
        assert "Minuten tot het slot" in run.words
        assert "openen nergens" in run.words


async def test_a_choice_is_kept(desk):
    async with screens(desk) as run:
        await opened(run, "theme")
        assert isinstance(run.app.screen, SettingScreen)
        await run.press("down", "down", "enter")
        assert run.name == "SettingsScreen"
        assert run.app.theme == "regie-contrast-donker"
        assert "Kleuren is nu veel contrast, donker" in run.words
    assert config.load(desk.wallet.home).theme == "regie-contrast-donker"


async def test_minutes_are_typed(desk):
    async with screens(desk) as run:
        await opened(run, "lock_minutes")
        await run.type("20")
        assert run.name == "SettingsScreen"
        await run.press("enter")
        await run.type("veel")
        assert run.name == "RefusalScreen"
    assert config.load(desk.wallet.home).lock_minutes == 20


async def test_whom_the_wallet_believes_takes_one_answer_more(desk):
    async with screens(desk) as run:
        await opened(run, "provider_url")
        assert "Doe dit alleen als je weet" in run.words
        await run.type("https://wallet.example/")
        assert run.focus == "keep"
        await run.press("enter")
        assert "Er is niets veranderd." in run.words
        await run.press("enter")
        await run.type("https://wallet.example/")
        await run.press("right", "enter")
        assert run.name == "SettingsScreen"
    assert config.load(desk.wallet.home).provider_url == "https://wallet.example/"


async def test_escape_leaves_it(desk):
    async with screens(desk) as run:
        await opened(run, "lang")
        await run.press("escape")
        assert "Er is niets veranderd." in run.words
    assert config.load(desk.wallet.home).lang == Config().lang


async def test_another_language_is_spoken_at_once(desk):
    async with screens(desk) as run:
        await opened(run, "lang")
        await run.press("down", "enter")
        assert run.name == "HomeScreen"
        assert "Your cards" in run.words
    assert config.load(desk.wallet.home).lang == "en"


async def test_links_from_the_browser(desk, tmp_path):
    async with screens(desk) as run:
        await opened(run)
        await run.press("b")
        assert run.focus == "no"
        await run.press("right", "enter")
        assert "Links uit je browser openen nu in deze wallet." in run.words
        assert "openen in deze wallet" in run.words
        listed = (tmp_path / ".config/mimeapps.list").read_text()
        assert "x-scheme-handler/openid4vp=regie-wallet.desktop;" in listed
        await run.press("b", "enter")
        assert "openen nergens" in run.words
        await run.press("b", "escape")
        assert "Er is niets veranderd." in run.words
