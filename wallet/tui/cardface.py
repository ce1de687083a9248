"""A card drawn on the terminal: a frame with its face, and how it stands."""

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical

from wallet.cardpicture import Face
from wallet.tui.widgets import SIGNS, Tone, plain

COLOURED: Final = frozenset({"regie-donker", "regie-licht"})
"""Where a card may have its own colours; elsewhere those the resident chose go first."""


class CardFace(Vertical):
    """The colours of the card only add: everything stands there in words."""

    def __init__(self, face: Face, tone: Tone, state: str, left: str) -> None:
        super().__init__()
        self._face, self._tone, self._state, self._left = face, tone, state, left

    def compose(self) -> ComposeResult:
        """Name and issuer, and below them the state and how often it can be used."""
        yield plain(self._face.title, "card-title")
        yield plain(self._face.issuer)
        yield plain("")
        # No colour for the sign: it would be chosen for the background of the screen.
        yield plain(f"{SIGNS[self._tone]} {self._state}")
        yield plain(self._left)

    def on_mount(self) -> None:
        """Follows the theme."""
        self.watch(self.app, "theme", self._paint)

    def _paint(self, theme: str) -> None:
        own = theme in COLOURED and bool(self._face.background)
        self.styles.background = self._face.background if own else None
        self.styles.color = self._face.text if own else None
        frame = self._face.text if own else self.app.get_css_variables()["foreground"]
        self.styles.border = ("round", frame)
