"""A text as a QR code on the terminal, for a telephone or another computer to read."""

from typing import ClassVar, Final

import qrcode
from qrcode.constants import ERROR_CORRECT_L
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wallet.texts import Texts
from wallet.tui.keybar import KeyBar
from wallet.tui.keys import key
from wallet.tui.widgets import plain

QUIET: Final = 2
"""Modules around the code; the standard wants four, readers do with two on a white field."""
_HALVES: Final = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
_INK: Final = "#000000 on #ffffff"


def rows(text: str) -> list[str]:
    """The code as lines of characters, two rows of modules in each; dark is ink."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_L, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    if len(matrix) % 2:
        matrix.append([False] * len(matrix))
    pairs = zip(matrix[::2], matrix[1::2], strict=True)
    return ["".join(_HALVES[pair] for pair in zip(*rows, strict=True)) for rows in pairs]


class QrScreen(ModalScreen[None]):
    """The code as large as it is, or that the window is too small for it."""

    BINDINGS: ClassVar[list[BindingType]] = [key("escape", "back", "dismiss")]

    def __init__(self, title: str, text: str, texts: Texts) -> None:
        super().__init__()
        self._title, self._text, self._texts = title, text, texts

    def compose(self) -> ComposeResult:
        """What it is, and the code."""
        lines = rows(self._text)
        # Bar at the bottom and title at the top.
        fits = len(lines) <= self.app.size.height - 2 and len(lines[0]) <= self.app.size.width
        yield plain(self._title, "title")
        if fits:
            code = Static(Content.from_text("\n".join(lines), markup=False).stylize(_INK))
            code.styles.width = len(lines[0])
            with Vertical():
                yield code
        else:
            yield plain(self._texts.get("tui.qr.small"), "spaced")
        yield KeyBar(self._texts)
