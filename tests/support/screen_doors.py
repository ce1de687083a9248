"""Screens of the doors with the same content each time: settings, going on in the browser."""

from collections.abc import Awaitable, Callable

from support.screens import Screens

from wallet.config import Config
from wallet.service.settings import setting
from wallet.tui import onward
from wallet.tui.page import Page
from wallet.tui.screens.settings import SettingScreen, SettingsScreen

HERE = "https://localhost:8442/nl/inschrijven/terug/" + "r" * 32
FIXED = Config(scheme_url="https://stelsel.example/lijst/", fingerprint="ab" * 32)

Show = Callable[[Screens], Awaitable[None]]


def _fixed(make: Callable[[], Page]) -> Show:
    async def show(run: Screens) -> None:
        wallet = run.app.access.wallet
        before, wallet.config = wallet.config, FIXED
        run.app.push_screen(make())
        await run.settle()
        wallet.config = before

    return show


async def _onward(run: Screens) -> None:
    page = run.app.screen
    assert isinstance(page, Page)
    onward.offer(page, HERE, "Woonstichting Voorbeeldwonen")
    await run.settle()


DOORS: dict[str, Show] = {
    "settings": _fixed(lambda: SettingsScreen({"HOME": "/niet/daar"})),
    "setting": _fixed(lambda: SettingScreen(setting("theme"))),
    "setting-trust": _fixed(lambda: SettingScreen(setting("foreign_anchors"))),
    "onward": _onward,
}
