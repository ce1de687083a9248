"""The wallet locked itself: nothing shows, nothing is lost, and it goes on where it was."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from wallet.errors import WalletError
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.unlock import secret_words, typed
from wallet.tui.views import refusal_line
from wallet.tui.widgets import Tone, plain


class LockScreen(Page):
    """Stands over the screen that was open; under it the wallet is closed."""

    NAME = "lock"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "unlock")]
    AUTO_FOCUS = "Input"

    def __init__(self, minutes: int) -> None:
        super().__init__()
        self._minutes = minutes

    def content(self) -> ComposeResult:
        """Why, that nothing is lost, and one line to type in."""
        why = "lock.idle" if self._minutes else "lock.asked"
        yield plain(self.say(why, minutes=self._minutes), "spaced")
        yield plain(self.say("lock.nothing"), "spaced")
        yield plain(self.texts.get(secret_words(self.access)), "strong")
        yield typed(password=True)

    def works(self) -> bool:
        """Unlocking is what this screen does."""
        return True

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: try it."""
        event.stop()
        self.action_unlock()

    def action_back(self) -> None:
        """Escape: empties the line."""
        self.query_one(Input).value = ""

    def action_unlock(self) -> None:
        """Opens the wallet again, and shows what was there."""
        secret = self.query_one(Input).value
        if secret:
            self.start(
                "unlock",
                lambda: self.access.unlock(secret),
                lambda _: self.regie.guard.reopened(),
                hold=True,
                failed=self._wrong,
            )

    def _wrong(self, error: WalletError) -> None:
        field = self.query_one(Input)
        field.value = ""
        field.focus()
        self.tell(refusal_line(error, self.texts), Tone.BAD)
