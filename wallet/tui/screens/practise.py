"""Practising: the question as it really is, with an invented person and nothing behind it."""

from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from wallet import practice
from wallet.request import VerifiedRequest
from wallet.service.share import Posed
from wallet.texts import Texts
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.question import QuestionScreen
from wallet.tui.widgets import Answer, Reading, Tone, note, plain


class PractiseScreen(Page):
    """What practising is, and that nothing can go wrong."""

    NAME = "practise"
    BINDINGS: ClassVar[list[BindingType]] = [key("enter", "practise")]
    AUTO_FOCUS = "#begin"

    def content(self) -> ComposeResult:
        """Who you are, what happens, what does not."""
        with Reading():
            yield note(Tone.MIND, self.texts.get("practise.what"))
            yield plain(self.texts.get("practise.who"), "spaced")
            yield plain(self.say("practise.try"), "spaced")
        with Horizontal(classes="answers"):
            yield Answer(self.say("answer.begin"), id="begin")

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """Begin."""
        event.stop()
        self.action_practise()

    def action_practise(self) -> None:
        """The question."""
        self.app.switch_screen(PractisedQuestion(self.texts))


class PractisedQuestion(QuestionScreen):
    """Everything as in the real question, but what comes after the answer."""

    NAME = "practise-question"

    def __init__(self, texts: Texts) -> None:
        # Nobody asked: there is no request, and no method of this screen reads one.
        nobody = cast("VerifiedRequest", None)
        super().__init__(Posed("", nobody, practice.question(texts), ()))

    def content(self) -> ComposeResult:
        """The question, under what it is."""
        yield note(Tone.MIND, self.texts.get("practise.marked"))
        yield from super().content()

    def confirm_share(self) -> None:
        """Shared, were it real; a passphrase is not asked for: it belongs to the real one."""
        self._over("shared")

    def action_decline(self) -> None:
        """Not shared, as always possible."""
        self._over("declined")

    def _over(self, answer: str) -> None:
        self.app.switch_screen(PractisedResult(answer))

    def back_message(self) -> str:
        """Nothing happened."""
        return self.texts.get("practise.nothing")


class PractisedResult(Page):
    """What would have happened now, and what one can do then."""

    NAME = "practise-result"
    BINDINGS: ClassVar[list[BindingType]] = [key("o", "practise")]
    AUTO_FOCUS = "Reading"

    def __init__(self, answer: str) -> None:
        super().__init__()
        self._answer = answer

    def content(self) -> ComposeResult:
        """The answer, what follows, and that nothing happened."""
        with Reading():
            name = self.texts.get("practise.asker")
            yield note(Tone.GOOD, self.texts.get(f"practise.{self._answer}", name=name))
            yield plain(self.texts.get(f"practise.then-{self._answer}"), "spaced")
            yield note(Tone.MIND, self.texts.get("practise.nothing"))

    def action_practise(self) -> None:
        """Once more, perhaps with the other answer."""
        self.app.switch_screen(PractisedQuestion(self.texts))

    def back_message(self) -> str:
        """Nothing happened."""
        return self.texts.get("practise.nothing")
