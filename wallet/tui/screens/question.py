"""The question: who asks, why, which data, for how long; then not sharing, or sharing."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Checkbox, RadioSet, Static

from wallet import choosing
from wallet.caution import Warn
from wallet.choosing import Part
from wallet.cli.render import local_time
from wallet.errors import WalletError
from wallet.options import Option
from wallet.service import confirm, share
from wallet.service.share import Declined, Done, Posed
from wallet.tui import onward, question_view
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.panel import Item
from wallet.tui.question_view import Caution, Section
from wallet.tui.screens.passphrase import PassphraseDialog
from wallet.tui.screens.result import ResultScreen
from wallet.tui.screens.unlock import secret_words
from wallet.tui.views import refusal_line
from wallet.tui.widgets import Answer, Choice, Reading, Row, Tick, Tone, plain


class QuestionScreen(Page):
    """Nothing leaves before the passphrase is typed; "not sharing" is the first answer."""

    NAME = "question"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("d", "share"),
        key("n", "decline"),
        key("down", "scroll-down", show=False),
        key("up", "scroll-up", show=False),
        key("pagedown,space", "page-down"),
        key("pageup", "page-up", show=False),
        key("left", "left", "app.focus_previous", show=False),
        key("right", "right", "app.focus_next", show=False),
    ]

    def __init__(self, posed: Posed, *, item: Item | None = None) -> None:
        super().__init__()
        self._posed, self._item = posed, item
        options = posed.question.options
        self._option: Option | None = options[0] if options else None
        self._accepted: set[Warn] = set()
        self._read = False
        self._choices: tuple[Part, ...] = ()

    # --- what is shown --------------------------------------------------------------------------

    def content(self) -> ComposeResult:
        """The order of the design: who, why, which, not asked, how long, what to mind, answer."""
        question, texts = self._posed.question, self.texts
        self._choices = choosing.parts(question, texts)
        with Reading(id="question"):
            for section in question_view.before(question, texts):
                yield from _section(section)
            if self._option is None:
                for section in question_view.lacking(question, texts):
                    yield from _section(section)
            else:
                yield plain(texts.get("question.which"), "strong")
                for number, part in enumerate(self._choices):
                    yield plain(self.say("question.choose", title=part.title), "indent")
                    yield Vertical(
                        self._choice(number, part), id=f"choose-{number}", classes="auto"
                    )
                yield Vertical(*self._parts(), id="parts", classes="auto")
            for section in question_view.after(question, texts):
                yield from _section(section)
            yield Vertical(*self._cautions(), id="cautions", classes="auto")
        with Horizontal(classes="answers"):
            yield Answer(self._refusal_words(), id="decline")
            if self._option is not None:
                yield Answer(self.say("answer.share"), id="share")
            yield plain("", "more")

    def _refusal_words(self) -> str:
        return self.say("answer.decline" if self._option is not None else "answer.unmatched")

    def _choice(self, number: int, part: Part) -> RadioSet:
        assert self._option is not None
        chosen = part.chosen(self._option)
        buttons = [Choice(text, value=way == chosen) for way, text in enumerate(part.words)]
        return RadioSet(*buttons, id=f"choice-{number}", compact=True)

    def _parts(self) -> list[Vertical]:
        assert self._option is not None
        return [
            Vertical(
                plain(part.source, "indent"),
                *(plain(note, "indent") for note in part.notes),
                *(
                    widget
                    for label, value, meaning in part.rows
                    for widget in _claim(label, value, meaning)
                ),
                classes="auto",
            )
            for part in question_view.parts(self._option, self.texts)
        ]

    def _cautions(self) -> list[Vertical]:
        found = question_view.cautions(self._posed.question, self._option, self.texts)
        if not found:
            return []
        heading = Vertical(plain(self.texts.get("question.mind"), "strong"), classes="auto")
        return [heading, *(self._caution(one) for one in found)]

    def _caution(self, one: Caution) -> Vertical:
        parts = [plain(f"! {one.sentence}", "mind")]
        parts += [plain(f"  - {detail}", "mind") for detail in one.details]
        if self._option is None:
            return Vertical(*parts, classes="auto")
        box = Tick(
            one.accept,
            value=one.warn in self._accepted,
            id=f"accept-{one.warn.value}",
            compact=True,
        )
        return Vertical(*parts, box, classes="auto")

    def on_mount(self) -> None:
        """The focus is on not sharing, whatever is asked."""
        self.query_one("#decline").focus()
        reading = self.query_one("#question", Reading)
        self.watch(reading, "scroll_y", self._scrolled, init=False)
        self.watch(reading, "virtual_size", self._scrolled, init=False)
        self.call_after_refresh(self._scrolled)

    def _scrolled(self) -> None:
        """Sharing is offered once the end was seen."""
        reading = self.query_one("#question", Reading)
        end = reading.scroll_offset.y >= reading.max_scroll_y
        self._read = self._read or (end and reading.size.height > 0)
        self.query_one(".more", Static).update("" if end else self.say("question.more"))
        if self._option is not None:
            words = "answer.share" if self._read else "answer.read-on"
            self.query_one("#share", Answer).rename(self.say(words))

    # --- choosing -------------------------------------------------------------------------------

    async def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        """Another set of data: other values and other things to mind."""
        event.stop()
        part = self._choices[int((event.radio_set.id or "").removeprefix("choice-"))]
        if self._option is None or part.chosen(self._option) == event.index:
            return
        way = part.ways[event.index]
        self._option = choosing.choose(self._posed.question, self._option, part.query, way)
        self._read = False
        # What was accepted of other data says nothing of these.
        self._accepted &= {*self._posed.question.warnings}
        for number, other in enumerate(self._choices):
            # One part may decide another: "this card or that one".
            if self.query_one(f"#choice-{number}", RadioSet).pressed_index != other.chosen(
                self._option
            ):
                place = self.query_one(f"#choose-{number}", Vertical)
                await place.remove_children()
                await place.mount(self._choice(number, other))
        for name, children in (("#parts", self._parts()), ("#cautions", self._cautions())):
            place = self.query_one(name, Vertical)
            await place.remove_children()
            await place.mount_all(children)
        self.call_after_refresh(self._scrolled)

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """One warning, accepted or not."""
        event.stop()
        warn = Warn((event.checkbox.id or "").removeprefix("accept-"))
        if event.value:
            self._accepted.add(warn)
        else:
            self._accepted.discard(warn)
        self.tell("")

    # --- answering ------------------------------------------------------------------------------

    def on_button_pressed(self, event: Answer.Pressed) -> None:
        """The answer."""
        event.stop()
        if event.button.id == "share":
            self.action_share()
        else:
            self.action_decline()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a card there is nothing to share."""
        if action == "share" and self._option is None:
            return False
        return super().check_action(action, parameters)

    def action_share(self) -> None:
        """To the end first, then every warning, then the passphrase."""
        option = self._option
        if option is None:
            return
        if not self._read:
            self.action_page_down()
            return
        left = [warn for warn in option.warnings if warn not in self._accepted]
        if left:
            self.query_one(f"#accept-{left[0].value}").focus()
            self.tell(self.say("question.accept-first", count=len(left)), Tone.MIND)
            return
        self.confirm_share()

    def confirm_share(self) -> None:
        """The passphrase, and then it leaves."""
        name = self._posed.question.asker.name
        self.app.push_screen(
            PassphraseDialog(
                self.texts,
                self.say("question.passphrase", name=name),
                words=secret_words(self.access),
            ),
            self._confirmed,
        )

    def _confirmed(self, passphrase: str | None) -> None:
        option, access = self._option, self.access
        if not passphrase or option is None:
            self.tell(self.say("shared.nothing"))
            return
        accepted = frozenset(self._accepted)

        def task() -> Done:
            access.confirm(passphrase)
            return share.share(
                access.wallet,
                access.fetch(),
                self._posed,
                option,
                accepted=accepted,
                now=access.now(),
            )

        self.start("share", task, self._done, hold=True, failed=self._failed)

    def _failed(self, error: WalletError) -> None:
        if error.code in confirm.WRONG:
            self.tell(
                f"{refusal_line(error, self.texts)} {self.say('shared.nothing')}",
                Tone.BAD,
            )
            self.query_one("#share").focus()
        else:
            self.refused(error)

    def _done(self, done: Done) -> None:
        self.app.switch_screen(ResultScreen(done, self._posed.question.asker.name, item=self._item))

    def action_decline(self) -> None:
        """The one "no": they learn no more than that."""
        access = self.access
        self.start(
            "decline",
            lambda: share.decline(access.wallet, access.fetch(), self._posed, now=access.now()),
            self._declined,
            hold=True,
        )

    def _declined(self, declined: Declined) -> None:
        told = "told.declined" if declined.matched else "told.unmatched"
        name = self._posed.question.asker.name
        self.leave(f"{self.say(told, name=name)} {self.say('shared.nothing')}")
        below = self.app.screen
        if declined.redirect_uri is not None and isinstance(below, Page):
            onward.offer(below, declined.redirect_uri, name)

    def back_message(self) -> str:
        """Nothing was shared, and the question stays open."""
        until = self._posed.request.expires_at
        if until is None:
            return self.say("shared.nothing")
        return self.say("question.left", until=local_time(until)[-5:])

    # --- reading on -----------------------------------------------------------------------------

    def action_scroll_down(self) -> None:
        """One line down."""
        self.query_one("#question").scroll_down(animate=False)

    def action_scroll_up(self) -> None:
        """One line up."""
        self.query_one("#question").scroll_up(animate=False)

    def action_page_down(self) -> None:
        """One page down."""
        self.query_one("#question").scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """One page up."""
        self.query_one("#question").scroll_page_up(animate=False)


def _section(section: Section) -> ComposeResult:
    yield plain(section.heading, "strong")
    for line in section.lines:
        yield plain(line, "indent")


def _claim(label: str, value: str, meaning: str) -> Iterator[Widget]:
    yield Row(label, value, classes="claim")
    if meaning:
        yield plain(meaning, "meaning")
