"""The application: theme, palette, the keys that work everywhere, and where a run begins."""

import os
import sys
from collections.abc import Callable, Container, Iterable
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Input, TextArea

from credential.plaintext import terminal_safe
from wallet.handover import Door
from wallet.links import MAX_LINK_CHARACTERS
from wallet.service import settings
from wallet.store.values import Card
from wallet.texts import LANGUAGES, Texts
from wallet.tui import doorway, panel, themes
from wallet.tui.access import THEME, Access
from wallet.tui.idle import CHECK_SECONDS, AutoLock
from wallet.tui.inbox import Inbox
from wallet.tui.keybar import shown_keys
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.panel import Panel
from wallet.tui.places import PLACES, words_of
from wallet.tui.screens.card import CardScreen
from wallet.tui.screens.help import HelpScreen
from wallet.tui.screens.home import HomeScreen
from wallet.tui.screens.jump import JumpScreen, spots
from wallet.tui.screens.refusal import place_of
from wallet.tui.screens.setup import NoWalletScreen
from wallet.tui.screens.unlock import UnlockScreen
from wallet.tui.widgets import Tone

POLL_SECONDS = 5.0
_NO_MARKUP: Final = str.maketrans("[]", "()")
"""The palette reads markup in what it offers, and a card may be called what its issuer likes."""


class RegieApp(App[None]):
    """One wallet on one terminal."""

    CSS_PATH = "regie.tcss"
    TITLE = "Regie"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("f1", "help"),
        Binding("ctrl+q", "quit", "tui.key.quit", tooltip="tui.tip.quit", id="quit", priority=True),
        key("f2", "language", show=False),
        key("j,ctrl+g", "jump", show=False),
        key("ctrl+l", "lock", show=False),
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
        self.inbox = Inbox(self._arrived)
        self.guard = AutoLock(self)
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
            self._opened()
        self.set_interval(CHECK_SECONDS, self.guard.check)
        self.push_screen(self.first())

    def on_unmount(self) -> None:
        """Nobody is let in any more."""
        self.inbox.close()

    async def on_event(self, event: events.Event) -> None:
        """Every key says that somebody is there; one that comes too late finds it locked."""
        if not self.guard.swallows(event):
            await super().on_event(event)

    @property
    def locked(self) -> bool:
        """Whether the wallet is closed until the passphrase or the PIN is typed."""
        return self.guard.locked

    def action_lock(self) -> None:
        """Locks the wallet now; the screens stay as they are."""
        self.guard.lock()

    def first(self) -> Page:
        """The screen a run begins with, and comes back to."""
        if self.access.is_open:
            return HomeScreen()
        return UnlockScreen() if self.access.exists else NoWalletScreen()

    def unlocked(self) -> None:
        """The wallet is open."""
        self._opened()
        self.switch_screen(HomeScreen())

    def begin(self, then: Page, message: str) -> None:
        """The wallet was made: the first screen, and on it the screen to begin with."""
        self._opened()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(HomeScreen())
        self.push_screen(then)
        then.call_after_refresh(lambda: then.tell(message, Tone.GOOD))

    def _opened(self) -> None:
        self.use_theme()
        self.run_worker(self.inbox.listen(Door.open_in(self.access.home)))

    def use_theme(self) -> None:
        """The colours that were chosen."""
        # Wallets of before kept it with the log; what is in the settings counts.
        chosen = self.access.wallet.config.theme or self.access.setting(THEME)
        if chosen in themes.NAMES:
            self.theme = chosen

    def action_help(self) -> None:
        """What this screen is for, and every key that works on it."""
        if not isinstance(self.screen, HelpScreen):
            about = self.screen.help_text() if isinstance(self.screen, Page | Dialog) else ""
            self.push_screen(HelpScreen(self.screen, about, self.access.texts))

    def action_theme(self) -> None:
        """The next theme, remembered."""
        self.paint(themes.following(self.theme))

    def paint(self, theme: str) -> None:
        """These colours from now on, and the next time."""
        self.theme = theme
        if self.access.is_open:
            self._keep_theme()

    @work(thread=True)
    def _keep_theme(self) -> None:
        """In its turn: what reads for long does not hold up the screen."""
        with self.access.turn:
            if self.access.is_open:
                settings.change(self.access.wallet, "theme", self.theme, now=self.access.now())

    def action_language(self) -> None:
        """The other language."""
        at = LANGUAGES.index(self.access.texts.lang)
        self.speak(LANGUAGES[(at + 1) % len(LANGUAGES)])

    def speak(self, lang: str) -> None:
        """This language from now on, and the next time; from the first screen, nothing shared."""
        if self.held or self.locked:
            return
        if not self.access.turn.acquire(blocking=False):
            # The screen does not wait for long work.
            self._tell("turn.busy")
            return
        try:
            self.access.texts = Texts(lang)
            if self.access.is_open:
                wallet = self.access.wallet
                settings.change(wallet, "lang", lang, now=self.access.now())
                self.access.texts.learn(wallet.foreign_names(lang))
                self.access.forget_types()
        finally:
            self.access.turn.release()
        self.begin_again("tui.language.changed")

    def begin_again(self, said: str) -> None:
        """Back to where a run begins, with something to say there."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        first = self.first()
        self.push_screen(first)
        first.call_after_refresh(lambda: first.tell(self.access.texts.get(said)))

    # --- links from outside -------------------------------------------------------------------

    def on_paste(self, event: events.Paste) -> None:
        """A link pasted where nothing is typed: as if it had been handed over."""
        event.stop()
        text = event.text.strip()
        if not self.access.is_open or not text or isinstance(self.focused, Input | TextArea):
            return
        if len(text) > MAX_LINK_CHARACTERS or not self.inbox.put(text):
            self._tell("inbox.full")

    def _arrived(self) -> None:
        if not self.is_running:
            return
        self.next_link()
        if len(self.inbox):
            self.bell()
            self._tell("inbox.waits")

    def next_link(self) -> None:
        """Opens what waits, on the first screen alone: nothing comes between a question and you."""
        page = self.screen
        if isinstance(page, HomeScreen) and not page.held:
            text = self.inbox.take()
            if text is not None:
                doorway.open_link(page, text)

    def _tell(self, name: str) -> None:
        pages = [one for one in self.screen_stack if isinstance(one, Page)]
        if pages:
            pages[-1].tell(pages[-1].say(name), Tone.MIND)

    @property
    def held(self) -> bool:
        """Whether something is leaving at this moment, also where help stands over it."""
        return any(isinstance(one, Page) and one.held for one in self.screen_stack)

    def action_jump(self) -> None:
        """A sign beside everything one can go to."""
        if not self.held:
            self.push_screen(JumpScreen(spots(self.screen), self.access.texts))

    def action_command_palette(self) -> None:
        """All commands, by name."""
        if not (self.held or isinstance(self.screen, CommandPalette)):
            placeholder = self.access.texts.get("tui.palette")
            self.push_screen(CommandPalette(placeholder=placeholder, id="--command-palette"))

    async def action_quit(self) -> None:
        """Closes the wallet, unless something is leaving at this moment."""
        if self.held:
            return
        if isinstance(self.screen, Page) and self.screen.running is not None:
            self.screen.running.stop()
        self.exit()

    def _fatal_error(self) -> None:
        """Our own mistake: its kind and place; Textual's own report would show values."""
        error = sys.exc_info()[1]
        kind, place = type(error).__name__, "?" if error is None else place_of(error)
        self.bell()
        self.panic(self.access.texts.get("error.unexpected.sentence", kind=kind, place=place))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the palette offers: the keys of this screen, every other screen, every card."""
        for words, tip, go, _ in self._offered(screen):
            yield SystemCommand(words.translate(_NO_MARKUP), tip.translate(_NO_MARKUP), go)

    def _offered(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        here = set()
        for binding, _, words, tip in shown_keys(screen, self.access.texts, every=True):
            if binding.id not in ("palette", "back"):
                here.add(binding.id)
                yield SystemCommand(words, tip, lambda name=binding.key: self.simulate_key(name))
        if self.access.is_open and isinstance(screen, Page) and not self.held:
            yield from self._elsewhere(here)

    def _elsewhere(self, here: Container[str | None]) -> Iterable[SystemCommand]:
        texts = self.access.texts
        for place in PLACES:
            if place.id not in here:
                tip = texts.get(f"tui.tip.{place.id}")
                yield SystemCommand(words_of(place.id, texts), tip, self._opener(place.make))
        for card in self._cards_now():
            tip = texts.get("tui.palette-card", issuer=terminal_safe(card.issuer_name))
            make = partial(CardScreen, card.id)
            yield SystemCommand(terminal_safe(self.access.kind(card.kind)), tip, self._opener(make))

    def _cards_now(self) -> tuple[Card, ...]:
        """The cards, unless something else is being read: the screen does not wait for it."""
        if not self.access.turn.acquire(blocking=False):
            return ()
        try:
            return self.access.wallet.store.cards()
        finally:
            self.access.turn.release()

    def _opener(self, make: Callable[[], Page]) -> Callable[[], None]:
        def go() -> None:
            self.push_screen(make())

        return go

    def get_key_display(self, binding: Binding) -> str:
        """Keys by the names that stand on them."""
        names = {"escape": "Esc", "f1": "F1", "f2": "F2", "ctrl+q": "Ctrl-Q", "ctrl+t": "Ctrl-T"}
        names |= {"pagedown": "PgDn", "pageup": "PgUp", "left": "←", "right": "→"}
        names |= {"ctrl+l": "Ctrl-L", "ctrl+s": "Ctrl-S"}
        names |= {"ctrl+p": "Ctrl-P", "enter": "Enter", "slash": "/", "tab": "Tab"}
        return names.get(binding.key) or super().get_key_display(binding)


def _panel() -> Panel | None:
    named = os.environ.get(panel.VARIABLE)
    return panel.read(Path(named)) if named else None
