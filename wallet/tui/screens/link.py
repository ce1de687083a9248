"""The door: a pasted link, or the path of an image with a QR code."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from wallet.tui import doorway
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import plain


class LinkScreen(Page):
    """One line; what it means is found out by the wallet, and nothing is shared by it."""

    NAME = "link"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "link", "open")]
    AUTO_FOCUS = "Input"

    def content(self) -> ComposeResult:
        """A line to paste in."""
        yield plain(self.say("link.what"), "spaced")
        yield typed(placeholder="openid4vp://…   openid-credential-offer://…   https://…   qr.png")
        yield plain(self.say("link.after"), "spaced", "quiet")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: look what is behind it."""
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Look what is behind it."""
        text = self.query_one(Input).value.strip()
        if text:
            doorway.open_link(self, text, instead=True)

    def back_message(self) -> str:
        """Nothing happened."""
        return self.say("shared.nothing")
