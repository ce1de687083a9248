"""The passphrase or the PIN once more, before anything leaves or is wiped."""

from textual.widget import Widget
from textual.widgets import Input

from wallet.texts import Texts
from wallet.tui.page import Dialog
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import Answer


class PassphraseDialog(Dialog):
    """Gives what was typed, or nothing after escape."""

    AUTO_FOCUS = "Input"

    def __init__(
        self, texts: Texts, sentence: str, *, words: str = "ask.passphrase", answer: str = "share"
    ) -> None:
        answers = {"back": texts.get("tui.answer.back"), "typed": texts.get(f"tui.answer.{answer}")}
        super().__init__(texts, (sentence, texts.get(words)), answers)

    def extra(self) -> tuple[Widget, ...]:
        """The line to type in."""
        return (typed(password=True),)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.dismiss(event.value)

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer."""
        event.stop()
        self.dismiss(self.query_one(Input).value if event.button.id == "typed" else "")
