"""Another passphrase: the old one, then the new one twice."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from credential import words
from wallet.errors import Usage, WalletError
from wallet.service import locks
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.unlock import typed
from wallet.tui.views import refusal_line
from wallet.tui.widgets import Reading, Tone, plain


class SecretPage(Page):
    """Lines to type secrets in, kept together with Enter; nothing typed stays on the screen."""

    FIELDS: ClassVar[tuple[str, ...]] = ()
    AUTO_FOCUS = "Input"

    def fields(self) -> ComposeResult:
        """Each line below its words."""
        for name in self.FIELDS:
            yield plain(self.say(f"{self.NAME}.{name}"), "strong")
            yield typed(password=True, id=name)

    def value(self, name: str) -> str:
        """What was typed in one line."""
        return self.query_one(f"#{name}", Input).value

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the next line, after the last one keep it."""
        event.stop()
        at = self.FIELDS.index(event.input.id or "")
        if at + 1 < len(self.FIELDS):
            self.query_one(f"#{self.FIELDS[at + 1]}", Input).focus()
        else:
            self.keep()

    def keep(self) -> None:
        """Does what the screen is for."""

    def wrong(self, error: WalletError) -> None:
        """Says what is the matter, and begins at the first line again."""
        for field in self.query(Input):
            field.value = ""
        self.query(Input).first().focus()
        self.tell(refusal_line(error, self.texts), Tone.BAD)

    def back_message(self) -> str:
        """Everything is as it was."""
        return self.say("secret.kept")


class PassphraseScreen(SecretPage):
    """The wallet proposes one; typing it over is enough."""

    NAME = "passphrase"
    FIELDS = ("old", "new", "again")
    BINDINGS: ClassVar[list[BindingType]] = [key("ctrl+s", "keep-passphrase", "keep")]

    def content(self) -> ComposeResult:
        """A proposal, and three lines."""
        phrase = words.phrase(self.access.entropy)
        with Reading(can_focus=False):
            yield plain(self.say("passphrase.what", phrase=phrase), "spaced")
            yield from self.fields()

    def action_keep(self) -> None:
        """From now on the new one."""
        self.keep()

    def keep(self) -> None:
        """The two new ones must be equal."""
        old, new, access = self.value("old"), self.value("new"), self.access
        if new.split() != self.value("again").split():
            self.wrong(Usage("passphrase.differs"))
            return
        self.start(
            "passphrase",
            lambda: locks.change_passphrase(access.wallet, old, new, now=access.now()),
            lambda _: self.leave(self.texts.get("passphrase.changed"), Tone.GOOD),
            hold=True,
            failed=self.wrong,
        )
