"""There is a wallet: it is unlocked before anything of it can be seen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from wallet.errors import WalletError
from wallet.service import confirm
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.views import refusal_line
from wallet.tui.widgets import Tone, plain


class UnlockScreen(Page):
    """Asks the passphrase; until then nothing of the wallet can be seen."""

    NAME = "unlock"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "unlock")]
    AUTO_FOCUS = "Input"

    def content(self) -> ComposeResult:
        """One line to type in."""
        yield plain(self.say("unlock.what"), "spaced")
        yield plain(self.texts.get(secret_words(self.access)), "strong")
        yield typed(password=True)
        yield plain(self.say("unlock.where", home=str(self.access.home)), "spaced", "quiet")

    def on_mount(self) -> None:
        """A passphrase that was given with the command is used at once."""
        if self.access.passphrase is not None:
            given, self.access.passphrase = self.access.passphrase, None
            self._open(given)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: try it."""
        event.stop()
        self._open(event.value)

    def action_unlock(self) -> None:
        """Enter, wherever the focus is."""
        self._open(self.query_one(Input).value)

    def action_back(self) -> None:
        """Escape: empties the line."""
        self.query_one(Input).value = ""

    def _open(self, passphrase: str) -> None:
        if passphrase and not self.held:
            self.start(
                "unlock",
                lambda: self.access.unlock(passphrase),
                lambda _: self.regie.unlocked(),
                hold=True,
                failed=self._wrong,
            )

    def _wrong(self, error: WalletError) -> None:
        field = self.query_one(Input)
        field.value = ""
        field.focus()
        if error.code in confirm.WRONG:
            self.tell(refusal_line(error, self.texts), Tone.BAD)
        else:
            self.refused(error)


def secret_words(access: Access) -> str:
    """What is asked for: the passphrase, or the PIN too where there is one."""
    return "ask.secret" if access.takes_pin else "ask.passphrase"


def asked(label: str, field: Input) -> Vertical:
    """A line to type in under its name, close together: a form has to fit on 24 lines."""
    return Vertical(plain(label, "strong"), field, classes="auto")


def typed(
    *,
    password: bool = False,
    value: str = "",
    placeholder: str = "",
    id: str | None = None,  # noqa: A002 - Textual's word
) -> Input:
    """A line to type in, whose cursor stands still."""
    field = Input(value=value, password=password, placeholder=placeholder, id=id, compact=False)
    field.cursor_blink = False
    return field
