"""The keys at the bottom of every screen: those that work now, with their words."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from wallet.texts import Texts

_ORDER: Final = {"back": -2, "help": -1, "quit": 1, "theme": 1, "palette": 1}


class KeyName(Static):
    """One key at the bottom; with a mouse it can be clicked."""

    def __init__(self, binding: Binding, display: str, words: str, tip: str) -> None:
        shown = Content.assemble((f" {display} ", "bold reverse"), f" {words}")
        super().__init__(shown, classes="key")
        self.tooltip = tip
        self._key = binding.key

    def on_click(self) -> None:
        """As if the key was pressed."""
        self.app.simulate_key(self._key)


class KeyBar(Horizontal):
    """The keys of this screen, at most six."""

    MOST: ClassVar[int] = 6

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts

    def on_mount(self) -> None:
        """Follows what can be done at the moment."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def compose(self) -> ComposeResult:
        """One part per key, with air between them where there is room for it."""
        room = self.app.size.width - 2
        shown: list[KeyName] = []
        for binding, display, words, tip in shown_keys(self.screen, self._texts)[: self.MOST]:
            room -= len(display) + len(words) + 3
            if room >= 0:
                shown.append(KeyName(binding, display, words, tip))
        if room >= len(shown):
            for key in shown:
                key.add_class("airy")
        yield from shown

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            self.call_after_refresh(self.recompose)


def shown_keys(
    screen: Screen[object], texts: Texts, *, every: bool = False
) -> list[tuple[Binding, str, str, str]]:
    """The keys that work now: binding, key as shown, words, explanation."""
    found: dict[str, tuple[Binding, str, str, str]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not active.enabled or not binding.description.startswith("tui."):
            continue
        if not (binding.show or every) or binding.action in found:
            continue
        display = screen.app.get_key_display(binding)
        words, tip = texts.get(binding.description), texts.get(binding.tooltip)
        found[binding.action] = (binding, display, words, tip)
    # Going back and help first: what does not fit is what is least needed.
    return sorted(found.values(), key=lambda one: _ORDER.get(one[0].id or "", 0))
