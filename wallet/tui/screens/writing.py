"""One question per screen for what a resident writes: words, files, and the last look at it."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, TextArea

from wallet import attachments
from wallet.attachments import Attachment, size_text
from wallet.errors import Usage
from wallet.service import casework
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import Answer, Reading, Row, Tone, note, plain


class Asking(Page):
    """A question with two answers below it: back, and on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("left", "left", "app.focus_previous", show=False),
        key("right", "right", "app.focus_next", show=False),
    ]

    def answers(self, on: str) -> Horizontal:
        """Back first: it is the safe one."""
        return Horizontal(
            Answer(self.say("answer.back"), id="cancel"),
            Answer(on, id="next"),
            classes="answers",
        )

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer."""
        event.stop()
        if event.button.id in ("next", "send"):
            self.go_on()
        else:
            self.action_back()

    def go_on(self) -> None:
        """What comes after this question."""

    def mind(self, error: Usage) -> None:
        """What cannot be so, and how it can; said beside the question."""
        hint = self.texts.get(f"error.{error.code}.hint", **error.params)
        sentence = self.texts.get(f"error.{error.code}.sentence", **error.params)
        self.tell(f"{sentence} {hint}", Tone.MIND)

    def back_message(self) -> str:
        """Nothing left the wallet."""
        return self.say("writing.nothing-sent")


class WordsScreen(Asking):
    """Asks for words of one's own, as many lines as it takes."""

    NAME = "words"
    AUTO_FOCUS = "TextArea"

    def __init__(
        self, question: tuple[str, ...], then: Callable[[Page, str], None], *, needed: bool
    ) -> None:
        super().__init__()
        self._question, self._then, self._needed = question, then, needed

    def content(self) -> ComposeResult:
        """The question, room to write, where to go."""
        with Vertical(classes="auto"):
            for sentence in self._question:
                yield plain(sentence, "spaced")
        room = TextArea(id="words", tab_behavior="focus", soft_wrap=True)
        room.cursor_blink = False
        yield room
        yield plain(self.say("words.how"), "quiet")
        yield self.answers(self.say("answer.next"))

    def go_on(self) -> None:
        """The words, if there are any where they are needed and not too many."""
        text = self.query_one(TextArea).text.strip()
        if self._needed and not text:
            self.tell(self.say("words.first"), Tone.MIND)
            return
        try:
            self._then(self, casework.require_text(text))
        except Usage as error:
            self.mind(error)


class FilesScreen(Asking):
    """Asks for files, one after another; each is shown with its size."""

    NAME = "files"
    AUTO_FOCUS = "Input"

    def __init__(self, question: str, then: Callable[[Page, tuple[Attachment, ...]], None]) -> None:
        super().__init__()
        self._question, self._then = question, then
        self._files: tuple[Attachment, ...] = ()

    def content(self) -> ComposeResult:
        """The question, a line for the path, what was added."""
        yield plain(self._question, "spaced")
        yield plain(
            self.say(
                "files.how",
                most=attachments.MOST,
                limit=attachments.MAX_BYTES // (1024 * 1024),
            ),
            "quiet",
        )
        yield typed(placeholder=self.say("files.where"))
        yield Vertical(id="files", classes="auto")
        yield self.answers(self.say("answer.next"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: adds the file; on an empty line: goes on."""
        event.stop()
        name = event.value.strip()
        if not name:
            self.go_on()
            return
        try:
            self._files = attachments.require((*self._files, attachments.read(name)))
        except Usage as error:
            self.mind(error)
            return
        event.input.value = ""
        self.tell("")
        added = self._files[-1]
        line = self.say("files.added", name=added.name, size=size_text(added.size))
        self.query_one("#files").mount(note(Tone.GOOD, line))

    def go_on(self) -> None:
        """A path that was typed and not added is not forgotten in silence."""
        if self.query_one(Input).value.strip():
            self.query_one(Input).focus()
            self.tell(self.say("files.enter-first"), Tone.MIND)
            return
        self._then(self, self._files)


class SendScreen(Asking):
    """Everything that will be sent and to whom; it leaves only after yes."""

    NAME = "send"
    AUTO_FOCUS = "#cancel"

    def __init__(
        self,
        issuer: str,
        rows: tuple[tuple[str, str], ...],
        files: tuple[Attachment, ...],
        then: Callable[["SendScreen"], None],
    ) -> None:
        super().__init__()
        self._issuer, self._rows, self._files, self._then = issuer, rows, files, then

    def content(self) -> ComposeResult:
        """To whom, what, which files."""
        with Reading():
            yield plain(self.say("send.to", issuer=self._issuer), "strong")
            for label, text in self._rows:
                yield Row(label, text)
            if self._files:
                yield plain(self.say("send.files"), "strong")
            for file in self._files:
                line = self.say("files.added", name=file.name, size=size_text(file.size))
                yield plain(f"· {line}", "indent")
            yield plain(self.say("send.after"), "spaced", "quiet")
        yield Horizontal(
            Answer(self.say("answer.not-send"), id="cancel"),
            Answer(self.say("answer.send"), id="send"),
            classes="answers",
        )

    def go_on(self) -> None:
        """It leaves now."""
        self._then(self)
