"""Asking an organisation about one disclosure, its answer, and the second question."""

from dataclasses import dataclass, field
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from credential.names import Path, path_text
from credential.plaintext import terminal_safe
from credential.rights import Consequence, Reason, Right, RightsAnswer, State
from wallet import proof, reminderwords
from wallet.phrases import claim_text
from wallet.service import rights
from wallet.service.lookback import Lookback, look_back
from wallet.service.proposals import Shared, Wish
from wallet.service.rights import Answered
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
SURE = frozenset({Right.RECTIFICATION, Right.ERASURE, Right.RESTRICTION, Right.OBJECTION})
"""These change something there: asked first, and no is the first answer."""


@dataclass(frozen=True)
class Asking:
    """What exactly is asked, once the resident has chosen and written; empty is everything."""

    claims: tuple[Path, ...] = ()
    wish: Wish | None = field(default=None, repr=False)
    item: Shared | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)


ALL = Asking()


class RightScreen(Page):
    """What changes something is asked first; a consequence they name is asked once more."""

    NAME = "right"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("left", "left", "app.focus_previous", show=False),
        key("right", "right", "app.focus_next", show=False),
        key("g", "data"),
    ]

    def __init__(self, activity: str, right: str, asking: Asking = ALL) -> None:
        super().__init__()
        self._activity, self._right, self._asking = activity, Right(right), asking
        self._consequence: Consequence | None = None
        self._done, self._told = False, False
        self._about: Lookback | None = None

    def heading(self) -> str:
        """Which right."""
        return f"Regie · {self.say(f'title.right.{self._right.value}')}"

    def content(self) -> ComposeResult:
        """The question, or what is being done."""
        yield Reading(id="answer")
        with Horizontal(classes="answers"):
            yield Answer(self.say("answer.no"), id="no")
            yield Answer(self.say(f"answer.{self._word}"), id="yes")
            if self._can_choose:
                yield Answer(self.say("answer.choose"), id="choose")

    @property
    def _word(self) -> str:
        return "erase" if self._right is Right.ERASURE else "ask"

    @property
    def _can_choose(self) -> bool:
        return self._right in SURE - {Right.RECTIFICATION} and not self._asking.claims

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What they have can be read once they told."""
        return (action != "data" or self._told) and super().check_action(action, parameters)

    def on_mount(self) -> None:
        """What takes nothing away is asked at once."""
        self.query_one(".answers").display = False
        self.start("read", self._read, self._begin)

    def _read(self) -> tuple[Lookback, bool]:
        wallet = self.access.wallet
        direct = wallet.store.rights_key(self._activity) is not None
        return look_back(wallet, self._activity), direct

    def _begin(self, read: tuple[Lookback, bool]) -> None:
        self._about, direct = read
        if not direct:
            self._elsewhere()
        elif self._right in SURE:
            self._question(self._about)
        else:
            self._ask(None)

    def _elsewhere(self) -> None:
        """They take no requests from a wallet: a letter, their page, the telephone."""
        from wallet.tui.screens.elsewhere import ElsewhereScreen  # noqa: PLC0415

        screen = ElsewhereScreen(self._activity, self._right, self._asking)
        self.app.switch_screen(screen)

    def _question(self, found: Lookback) -> None:
        erasing = self._right is Right.ERASURE
        sentence = "rights.sure" if erasing else f"rights.sures.{self._right.value}"
        lines: list[Widget] = [plain(self.texts.get(sentence), "strong")]
        lines.append(plain(views.who(found.activity, self.texts), "indent"))
        chosen = {path_text(path) for path in self._asking.claims}
        held = [
            name
            for name, claim in sorted(found.activity.claims.items())
            if claim.shared and not claim.erased and (not chosen or name[1] in chosen)
        ]
        if self._right is not Right.RECTIFICATION:
            lines += [
                plain(f"· {title}: {', '.join(label for _, _, label in claims)}", "indent")
                for title, claims in self.access.by_card(held).items()
            ]
        lines += [plain(text, "indent") for text in self._wished()]
        if self._asking.text:
            lines.append(plain(self.say("right.words"), "strong"))
            lines.append(plain(self._asking.text, "indent"))
        lines.append(plain(self.say("right.after"), "spaced", "quiet"))
        self._fill(lines, ask=True)

    def _wished(self) -> list[str]:
        item, wish = self._asking.item, self._asking.wish
        if item is None or wish is None:
            return []
        label = self.access.label(item.vct, item.path)
        wanted = claim_text(item.path, wish.proposed, self.texts)
        return [self.say("right.should", label=label, value=wanted)]

    def _label(self, path: Path) -> str:
        """A path as people call it, where this disclosure knows it."""
        text = path_text(path)
        claims = {} if self._about is None else self._about.activity.claims
        vct = next((vct for vct, known in claims if known == text), None)
        return terminal_safe(text) if vct is None else self.access.label_text(vct, text)

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer."""
        event.stop()
        if event.button.id == "yes":
            self._ask(self._consequence)
        elif event.button.id == "choose":
            self._choose()
        else:
            self.action_back()

    def _choose(self) -> None:
        """Some of the data instead of all."""
        from wallet.tui.screens.choosing import ChooseScreen  # noqa: PLC0415 - it opens this screen

        self.app.switch_screen(ChooseScreen(self._activity, self._right, self._asking.text))

    def action_data(self) -> None:
        """What they have, and what they did with it."""
        from wallet.tui.screens.data import DataScreen  # noqa: PLC0415

        self.app.switch_screen(DataScreen(self._activity))

    def _ask(self, consequence: Consequence | None) -> None:
        access, asking = self.access, self._asking
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
                claims=asking.claims,
                proposed=None if asking.wish is None else asking.wish.proposed,
                text=asking.text,
            ),
            self._answered,
            hold=True,
        )

    def _answered(self, found: Answered) -> None:
        self._done, self._told = True, found.told is not None
        answer = found.answer
        state = self.texts.find(f"rights.states.{found.state}") or found.state
        tone = Tone.MIND if answer is None else _TONES[answer.state]
        lines: list[Widget] = [note(tone, self.texts.get("rights.state", state=state))]
        if answer is not None:
            lines += [plain(text, "spaced") for text in self._details(answer)]
        if found.told is not None:
            lines.append(plain(self.say("right.told"), "spaced"))
        if found.verdict is not None:
            good = isinstance(found.verdict, proof.Verified)
            sentence = self.texts.get(f"share.receipt.{proof.word(found.verdict)}")
            lines.append(note(Tone.GOOD if good else Tone.MIND, sentence))
        outcome = self.texts.find(f"outcome.{found.outcome}") or found.outcome
        lines.append(plain(self.texts.get("rights.outcome", outcome=outcome), "quiet"))
        self._consequence = None if answer is None else answer.consequence
        self.refresh_bindings()
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
            found.append(self.texts.get("rights.due", day=reminderwords.day_text(answer.due)))
        return found

    def _localised(self, said: Reason | Consequence) -> str:
        return said.en if self.texts.lang == "en" else said.nl

    def _fill(self, lines: list[Widget], *, ask: bool) -> None:
        reading = self.query_one(Reading)
        reading.remove_children()
        reading.mount_all(lines)
        self.query_one(".answers").display = ask
        for button in self.query("#choose"):
            # Choosing is over once something was asked.
            button.display = not self._done
        (self.query_one("#no") if ask else reading).focus()

    def back_message(self) -> str:
        """Nothing was asked, or nothing more."""
        return "" if self._done else self.say("right.not-asked")
