"""Wiping everything: read what goes, type the word, and be asked once more."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from wallet.cli.reset import is_word
from wallet.service import reset
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import Tone, note, plain


class ResetScreen(Page):
    """Nothing happens before the word was typed and the question answered."""

    NAME = "reset"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "wipe")]
    AUTO_FOCUS = "Input"

    def content(self) -> ComposeResult:
        """What goes, what stays with others, the word."""
        yield note(Tone.BAD, self.texts.get("reset.what", home=str(self.access.home)))
        yield plain(self.texts.get("reset.backup"), "spaced")
        yield plain(self.texts.get("reset.type", word=self.texts.get("reset.word")), "spaced")
        yield typed()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: on to the last question."""
        event.stop()
        self.action_wipe()

    def action_wipe(self) -> None:
        """Asks once more; "keep" is the first answer."""
        word = self.texts.get("reset.word")
        if not is_word(self.query_one(Input).value):
            self.tell(self.texts.get("error.reset.word.sentence", word=word), Tone.MIND)
            return
        answers = {"keep": self.say("answer.keep"), "wipe": self.say("answer.wipe")}
        sentences = (self.texts.get("reset.question"), self.texts.get("reset.last"))
        self.app.push_screen(Dialog(self.texts, sentences, answers), self._answered)

    def _answered(self, answer: str | None) -> None:
        if answer != "wipe":
            return
        access = self.access

        def task() -> None:
            access.close()
            reset.reset(access.home)

        self.start("reset", task, lambda _: self.regie.begin_again("reset.done"), hold=True)

    def back_message(self) -> str:
        """Everything is as it was."""
        return self.texts.get("reset.kept")
