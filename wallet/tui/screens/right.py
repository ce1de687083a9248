"""Asking an organisation about one disclosure, its answer, and the second question."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from credential.names import Path, path_text
from credential.plaintext import terminal_safe
from credential.rights import Consequence, Reason, Right, RightsAnswer, State
from wallet import proof
from wallet.cli.render import local_day
from wallet.service import rights
from wallet.service.rights import Answered
from wallet.store.projection import Activity
from wallet.tui import views
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.widgets import Answer, Reading, Tone, note, plain

_TONES = {
    State.DONE: Tone.GOOD,
    State.PARTLY: Tone.MIND,
    State.IN_PROGRESS: Tone.BUSY,
    State.EXTENDED: Tone.BUSY,
    State.NEEDS_CONFIRMATION: Tone.MIND,
    State.REFUSED: Tone.BAD,
}


class RightScreen(Page):
    """Erasing is asked first; what they call a consequence is asked once more, default no."""

    NAME = "right"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("left", "left", "app.focus_previous", show=False),
        key("right", "right", "app.focus_next", show=False),
    ]

    def __init__(self, activity: str, right: str) -> None:
        super().__init__()
        self._activity, self._right = activity, Right(right)
        self._consequence: Consequence | None = None
        self._done = False
        self._about: Activity | None = None

    def heading(self) -> str:
        """Which right."""
        return f"Regie · {self.say(f'title.right.{self._right.value}')}"

    def content(self) -> ComposeResult:
        """The question, or what is being done."""
        yield Reading(id="answer")
        with Horizontal(classes="answers"):
            yield Answer(self.say("answer.no"), id="no")
            yield Answer(self.say("answer.erase"), id="yes")

    def on_mount(self) -> None:
        """Erasing waits for an answer; the other two take nothing away."""
        self.query_one(".answers").display = False
        self.start("read", self._read, self._begin)

    def _read(self) -> Activity | None:
        return self.access.wallet.store.activity(self._activity)

    def _begin(self, activity: Activity | None) -> None:
        self._about = activity
        if self._right is Right.ERASURE:
            self._question(activity)
        else:
            self._ask(None)

    def _question(self, activity: Activity | None) -> None:
        lines: list[Widget] = [plain(self.texts.get("rights.sure"), "strong")]
        if activity is not None:
            lines.append(plain(views.who(activity, self.texts), "indent"))
            held = [
                name
                for name, claim in sorted(activity.claims.items())
                if claim.shared and not claim.erased
            ]
            lines += [
                plain(f"· {title}: {', '.join(label for _, _, label in claims)}", "indent")
                for title, claims in self.access.by_card(held).items()
            ]
        lines.append(plain(self.say("right.after"), "spaced", "quiet"))
        self._fill(lines, ask=True)

    def _label(self, path: Path) -> str:
        """A path as people call it, where this disclosure knows it."""
        text = path_text(path)
        claims = {} if self._about is None else self._about.claims
        vct = next((vct for vct, known in claims if known == text), None)
        return terminal_safe(text) if vct is None else self.access.label_text(vct, text)

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer."""
        event.stop()
        if event.button.id == "yes":
            self._ask(self._consequence)
        else:
            self.action_back()

    def _ask(self, consequence: Consequence | None) -> None:
        access = self.access
        confirm = None if consequence is None else consequence.id
        self.start(
            "ask",
            lambda: rights.ask(
                access.wallet,
                access.fetch(),
                self._activity,
                self._right,
                now=access.now(),
                confirm=confirm,
            ),
            self._answered,
            hold=True,
        )

    def _answered(self, found: Answered) -> None:
        self._done = True
        answer = found.answer
        state = self.texts.find(f"rights.states.{found.state}") or found.state
        tone = Tone.MIND if answer is None else _TONES[answer.state]
        lines: list[Widget] = [note(tone, self.texts.get("rights.state", state=state))]
        if answer is not None:
            lines += [plain(text, "spaced") for text in self._details(answer)]
        if found.verdict is not None:
            good = isinstance(found.verdict, proof.Verified)
            sentence = self.texts.get(f"share.receipt.{proof.word(found.verdict)}")
            lines.append(note(Tone.GOOD if good else Tone.MIND, sentence))
        outcome = self.texts.find(f"outcome.{found.outcome}") or found.outcome
        lines.append(plain(self.texts.get("rights.outcome", outcome=outcome), "quiet"))
        self._consequence = None if answer is None else answer.consequence
        if self._consequence is None:
            lines.append(plain(self.say("right.kept"), "spaced", "quiet"))
            self._fill(lines, ask=False)
            return
        text = terminal_safe(self._localised(self._consequence))
        lines += [
            plain(self.texts.get("rights.consequence", text=text), "spaced", "strong"),
            plain(self.texts.get("rights.confirm"), "strong"),
        ]
        self._fill(lines, ask=True)

    def _details(self, answer: RightsAnswer) -> list[str]:
        found: list[str] = []
        if answer.erased:
            labels = ", ".join(dict.fromkeys(self._label(path) for path in answer.erased))
            found.append(self.texts.get("rights.erased", paths=labels))
        for path, reason in answer.kept:
            why = terminal_safe(self._localised(reason))
            found.append(self.texts.get("rights.kept", path=self._label(path), reason=why))
        if answer.reason is not None:
            why = terminal_safe(self._localised(answer.reason))
            found.append(self.texts.get("rights.reason", reason=why))
        if answer.due is not None:
            found.append(self.texts.get("rights.due", day=local_day(answer.due)))
        return found

    def _localised(self, said: Reason | Consequence) -> str:
        return said.en if self.texts.lang == "en" else said.nl

    def _fill(self, lines: list[Widget], *, ask: bool) -> None:
        reading = self.query_one(Reading)
        reading.remove_children()
        reading.mount_all(lines)
        self.query_one(".answers").display = ask
        (self.query_one("#no") if ask else reading).focus()

    def back_message(self) -> str:
        """Nothing was asked, or nothing more."""
        return "" if self._done else self.say("right.not-asked")
