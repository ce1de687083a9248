"""The application: theme, palette, the keys that work everywhere, and where a run begins."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen

from wallet.tui import panel, themes
from wallet.tui.access import THEME, Access
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.panel import Panel
from wallet.tui.screens.help import HelpScreen
from wallet.tui.screens.home import HomeScreen
from wallet.tui.screens.refusal import place_of
from wallet.tui.screens.unlock import NoWalletScreen, UnlockScreen

POLL_SECONDS = 5.0


class RegieApp(App[None]):
    """One wallet on one terminal."""

    CSS_PATH = "regie.tcss"
    TITLE = "Regie"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("f1", "help"),
        Binding("ctrl+q", "quit", "tui.key.quit", tooltip="tui.tip.quit", id="quit", priority=True),
        key("ctrl+t", "theme", show=False),
        key("ctrl+p", "palette", "command_palette", show=False),
    ]

    def __init__(
        self, access: Access, *, shown: Panel | None = None, poll: float = POLL_SECONDS
    ) -> None:
        super().__init__()
        self.access = access
        self.poll = poll
        self.panel = shown or _panel()
        # Nothing moves by itself: calmer to read, and the same picture every time.
        self.animation_level = "none"
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.DEFAULT

    @property
    def note(self) -> str:
        """What stands at the top right of every screen."""
        return "" if self.panel is None else self.panel.title

    def on_mount(self) -> None:
        """Without a wallet there is one thing to say; else it is opened."""
        if self.access.is_open:
            self.push_screen(HomeScreen())
        else:
            self.push_screen(UnlockScreen() if self.access.exists else NoWalletScreen())

    def unlocked(self) -> None:
        """The wallet is open."""
        chosen = self.access.setting(THEME)
        if chosen in themes.NAMES:
            self.theme = chosen
        self.switch_screen(HomeScreen())

    def action_help(self) -> None:
        """What this screen is for, and every key that works on it."""
        if not isinstance(self.screen, HelpScreen):
            about = self.screen.help_text() if isinstance(self.screen, Page | Dialog) else ""
            self.push_screen(HelpScreen(self.screen, about, self.access.texts))

    def action_theme(self) -> None:
        """The next theme, remembered in the wallet."""
        self.theme = themes.following(self.theme)
        if self.access.is_open:
            self.access.wallet.store.set_setting(THEME, self.theme)

    def action_command_palette(self) -> None:
        """All commands, by name."""
        if not isinstance(self.screen, CommandPalette):
            placeholder = self.access.texts.get("tui.palette")
            self.push_screen(CommandPalette(placeholder=placeholder, id="--command-palette"))

    async def action_quit(self) -> None:
        """Closes the wallet, unless something is leaving at this moment."""
        if not (isinstance(self.screen, Page) and self.screen.held):
            self.exit()

    def _fatal_error(self) -> None:
        """Our own mistake: its kind and place; Textual's own report would show values."""
        error = sys.exc_info()[1]
        kind, place = type(error).__name__, "?" if error is None else place_of(error)
        self.bell()
        self.panic(self.access.texts.get("error.unexpected.sentence", kind=kind, place=place))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the palette offers: every key of this screen, by its words."""
        from wallet.tui.widgets import shown_keys  # noqa: PLC0415

        for binding, _, words, tip in shown_keys(screen, self.access.texts, every=True):
            if binding.id not in ("palette", "back"):
                yield SystemCommand(words, tip, lambda name=binding.key: self.simulate_key(name))

    def get_key_display(self, binding: Binding) -> str:
        """Keys by the names that stand on them."""
        names = {"escape": "Esc", "f1": "F1", "ctrl+q": "Ctrl-Q", "ctrl+t": "Ctrl-T"}
        names |= {"pagedown": "PgDn", "pageup": "PgUp", "left": "←", "right": "→"}
        names |= {"ctrl+p": "Ctrl-P", "enter": "Enter", "slash": "/"}
        return names.get(binding.key) or super().get_key_display(binding)


def _panel() -> Panel | None:
    named = os.environ.get(panel.VARIABLE)
    return panel.read(Path(named)) if named else None
