"""The first time: which scheme, a passphrase, and on to the first cards."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from credential import words
from wallet import keyfile
from wallet.config import Config
from wallet.errors import Usage, WalletError
from wallet.tui import views
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.get import GetScreen
from wallet.tui.screens.unlock import UnlockScreen, typed
from wallet.tui.widgets import Reading, Tone, note, plain


class NoWalletScreen(Page):
    """There is no wallet here: what one is, and making it."""

    NAME = "no-wallet"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("enter", "no-wallet"),
        key("o", "practise"),
        key("r", "restore"),
    ]
    AUTO_FOCUS = "Reading"

    def content(self) -> ComposeResult:
        """What a wallet is, what is needed, where it comes."""
        with Reading():
            yield note(Tone.MIND, self.texts.get("error.wallet.none.sentence"))
            yield plain(self.say("no-wallet.what"), "spaced")
            yield plain(self.say("no-wallet.values"), "spaced")
            yield plain(self.say("no-wallet.then"), "spaced", "strong")
            yield plain(self.say("unlock.where", home=str(self.access.home)), "spaced", "quiet")

    def action_no_wallet(self) -> None:
        """Enter: begin; or open the one that was made in another window meanwhile."""
        if self.access.exists:
            self.app.switch_screen(UnlockScreen())
        else:
            self.app.push_screen(SchemeScreen())

    def action_practise(self) -> None:
        """Try it first, with an invented person."""
        from wallet.tui.screens.practise import PractiseScreen  # noqa: PLC0415 - comes back here

        self.app.push_screen(PractiseScreen())

    def action_restore(self) -> None:
        """Go on from a backup of another computer."""
        from wallet.tui.screens.restore import RestoreScreen  # noqa: PLC0415 - once in a life

        self.app.push_screen(RestoreScreen())

    def action_back(self) -> None:
        """Escape: there is nothing behind this screen."""
        self.app.exit()


class SchemeScreen(Page):
    """The two values the municipality gives, typed or pasted as one line."""

    NAME = "setup-scheme"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "next")]
    AUTO_FOCUS = "#address"

    def content(self) -> ComposeResult:
        """Address and fingerprint."""
        yield plain(self.say("setup.scheme"), "spaced")
        yield plain(self.say("setup.address"), "strong")
        yield typed(placeholder="https://…", id="address")
        yield plain(self.say("setup.fingerprint"), "strong")
        yield typed(id="fingerprint")
        yield plain(self.say("setup.why"), "spaced", "quiet")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pasted as one line, the fingerprint goes to its own."""
        event.stop()
        address, _, rest = event.value.strip().partition(" ")
        if event.input.id == "address" and rest.strip():
            fingerprint = self.query_one("#fingerprint", Input)
            fingerprint.value, event.input.value = rest.strip(), address
            fingerprint.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the other line, and then on."""
        event.stop()
        fingerprint = self.query_one("#fingerprint", Input)
        if event.input is not fingerprint and not fingerprint.value:
            fingerprint.focus()
        else:
            self.action_next()

    def action_next(self) -> None:
        """On, once both can be right."""
        config = _config(
            self.query_one("#address", Input).value.strip(),
            self.query_one("#fingerprint", Input).value,
            self.texts.lang,
        )
        if config is None:
            self.tell(self.say("setup.wrong"), Tone.BAD)
        else:
            self.app.push_screen(PhraseScreen(config))


def _config(address: str, fingerprint: str, lang: str) -> Config | None:
    """The settings of a new wallet, or None where a value cannot be right."""
    if address and "://" not in address:
        address = str(Path(address).expanduser().absolute())
    plain_hex = "".join(fingerprint.replace(":", "").split()).lower()
    try:
        return Config(scheme_url=address, fingerprint=plain_hex, lang=lang) if address else None
    except Usage:
        return None


class PhraseScreen(Page):
    """A passphrase to write down, then typed without it in view."""

    NAME = "setup-phrase"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "next")]
    AUTO_FOCUS = "Input"

    def __init__(self, config: Config) -> None:
        super().__init__()
        self._config = config
        self._phrase = ""
        self._chosen = False

    def content(self) -> ComposeResult:
        """The proposal, and a line to type in."""
        yield plain(self.say("setup.phrase"), "spaced", "about")
        yield plain("", "strong", "proposal")
        yield plain(self.texts.get("init.not-recoverable"), "spaced", "lost")
        yield plain(self.texts.get("init.own-or-enter"), "spaced", "ask")
        yield typed(password=True)

    def on_mount(self) -> None:
        """A phrase nobody guesses."""
        self._phrase = words.phrase(self.access.entropy)
        self.query_one(".proposal", Static).update(self._phrase)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.action_next()

    def action_next(self) -> None:
        """First the choice, then once more without looking."""
        field = self.query_one(Input)
        given, field.value = field.value, ""
        if not self._chosen:
            self._choose(given)
        elif given.split() == self._phrase.split():
            self._make()
        else:
            self._again("passphrase.differs")

    def _choose(self, own: str) -> None:
        try:
            keyfile.check_own_phrase(own or self._phrase)
        except Usage as error:
            self.tell(views.refusal_line(error, self.texts), Tone.BAD)
            return
        self._phrase, self._chosen = own or self._phrase, True
        self.tell("")
        self._ask("setup.again")

    def _ask(self, sentence: str) -> None:
        for name in (".proposal", ".lost", ".about"):
            self.query_one(name).display = not self._chosen
        self.query_one(".ask", Static).update(
            self.say(sentence) if self._chosen else self.texts.get("init.own-or-enter")
        )
        self.query_one(Input).focus()

    def _again(self, code: str) -> None:
        """Back to the words: they may have been written down wrong."""
        self._chosen = False
        self._ask("")
        self.query_one(".proposal", Static).update(self._phrase)
        self.tell(self.texts.get(f"error.{code}.sentence"), Tone.BAD)

    def _make(self) -> None:
        phrase = self._phrase
        self.start(
            "setup",
            lambda: self.access.create(phrase, self._config),
            lambda _: self._made(),
            hold=True,
            failed=self._failed,
        )

    def _made(self) -> None:
        """The first screen, and on it at once where the first cards come from."""
        self.regie.begin(GetScreen(), self.say("setup.done"))

    def _failed(self, error: WalletError) -> None:
        """Nothing was made: the address or the fingerprint may be wrong."""
        self.leave()
        below = self.app.screen
        if isinstance(below, Page):
            below.refused(error)
