"""F1: what the screen is for, and every key that works on it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from wallet.texts import Texts
from wallet.tui.keybar import KeyBar, shown_keys
from wallet.tui.keys import key
from wallet.tui.widgets import Reading, Row, plain


class HelpScreen(ModalScreen[None]):
    """Over the screen it explains."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape,f1", "back", "dismiss")]
    AUTO_FOCUS = "Reading"

    def __init__(self, about: Screen[object], text: str, texts: Texts) -> None:
        super().__init__()
        self._text, self._texts = text, texts
        # Read now: once this screen is on top, its own keys are the active ones.
        self._keys = shown_keys(about, texts, every=True)

    def compose(self) -> ComposeResult:
        """The text, then the keys."""
        with Vertical(classes="dialog wide"):
            yield plain(self._texts.get("tui.title.help"), "strong")
            with Reading():
                yield plain(self._text, "spaced")
                yield plain(self._texts.get("tui.help.moving"), "spaced")
                for _, display, words, tip in self._keys:
                    yield Row(f"{display}  {words}", tip)
        yield KeyBar(self._texts)
