"""The two ways a run begins: there is a wallet to unlock, or there is none."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from wallet.errors import WalletError
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.widgets import Reading, Tone, note, plain


class UnlockScreen(Page):
    """Asks the passphrase; until then nothing of the wallet can be seen."""

    NAME = "unlock"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "unlock")]
    AUTO_FOCUS = "Input"

    def content(self) -> ComposeResult:
        """One line to type in."""
        yield plain(self.say("unlock.what"), "spaced")
        yield plain(self.texts.get("ask.passphrase"), "strong")
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
        if error.code == "passphrase.wrong":
            hint = self.texts.get("error.passphrase.wrong.hint")
            self.tell(f"{self.texts.get('error.passphrase.wrong.sentence')} {hint}", Tone.BAD)
        else:
            self.refused(error)


class NoWalletScreen(Page):
    """There is no wallet here: how one is made."""

    NAME = "no-wallet"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "no-wallet")]
    AUTO_FOCUS = "Reading"

    def content(self) -> ComposeResult:
        """What to type, and where the two values come from."""
        home = str(self.access.home)
        with Reading():
            yield note(Tone.MIND, self.texts.get("error.wallet.none.sentence"))
            yield plain(self.say("no-wallet.what"), "spaced")
            yield plain(self.say("no-wallet.command", home=home), "spaced", "strong")
            yield plain(self.say("no-wallet.values"), "spaced")
            yield plain(self.say("no-wallet.then"), "spaced")

    def action_no_wallet(self) -> None:
        """Enter: look again; it may have been made in another window."""
        if self.access.exists:
            self.app.switch_screen(UnlockScreen())
        else:
            self.tell(self.texts.get("error.wallet.none.sentence"), Tone.MIND)

    def action_back(self) -> None:
        """Escape: there is nothing behind this screen."""
        self.app.exit()


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
