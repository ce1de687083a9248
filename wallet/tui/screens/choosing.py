"""Which right, about which data, and what it should be: one question per screen."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, OptionList

from credential.names import Path
from credential.rights import Right
from wallet.errors import Usage
from wallet.phrases import claim_text
from wallet.service import proposals
from wallet.service import rights as service
from wallet.service.lookback import look_back
from wallet.service.proposals import Shared, Wish
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens import writing
from wallet.tui.screens.right import Asking, RightScreen
from wallet.tui.screens.unlock import typed
from wallet.tui.screens.writing import WordsScreen
from wallet.tui.widgets import Line, Picker, Reading, Row, Tick, Tone, plain

COLUMNS = (30, 44)
_ORDER = (
    Right.ACCESS,
    Right.RECTIFICATION,
    Right.ERASURE,
    Right.RESTRICTION,
    Right.OBJECTION,
    Right.STATUS,
    Right.RECEIPT,
)


def open_right(page: Page, activity: str, right: Right) -> None:
    """The first question of this right."""
    match right:
        case Right.RECTIFICATION:
            page.app.push_screen(WrongScreen(activity))
        case Right.RESTRICTION | Right.OBJECTION:
            question = (page.say(f"rights.why.{right.value}"), page.say("rights.why-how"))

            def then(last: Page, text: str) -> None:
                asking = Asking(text=text)
                last.app.switch_screen(RightScreen(activity, right.value, asking))

            page.app.push_screen(RightWords(question, then))
        case _:
            page.app.push_screen(RightScreen(activity, right.value))


class RightWords(WordsScreen):
    """Words with a right: as many as the organisation takes."""

    def __init__(self, question: tuple[str, ...], then: Callable[[Page, str], None]) -> None:
        super().__init__(question, self._checked, needed=False)
        self._go = then

    def _checked(self, page: Page, text: str) -> None:
        self._go(page, service.require_text(text))

    def back_message(self) -> str:
        """Nothing was asked."""
        return self.say("right.not-asked")


class RightsScreen(Page):
    """Everything that can be asked about one disclosure, each in one sentence."""

    NAME = "rights"
    BINDINGS: ClassVar[list[BindingType]] = [key("m", "report")]
    AUTO_FOCUS = "Picker"

    def __init__(self, activity: str) -> None:
        super().__init__()
        self._activity = activity

    def content(self) -> ComposeResult:
        """The question and the list."""
        yield plain(self.say("rights.which"), "spaced")
        yield Picker(id="rights")

    def on_mount(self) -> None:
        """Without an address for requests there is nothing that tells how it stands."""
        self.start("read", self._read, self._show)

    def _read(self) -> tuple[bool, bool]:
        found = look_back(self.access.wallet, self._activity)
        return found.can_ask, any(claim.shared for claim in found.activity.claims.values())

    def _show(self, read: tuple[bool, bool]) -> None:
        direct, shared = read
        lines = [
            Line(
                right.value,
                self.say(f"title.right.{right.value}"),
                self.say(f"rights.what.{right.value}"),
            )
            for right in _ORDER
            if direct or (shared and right not in (Right.STATUS, Right.RECEIPT))
        ]
        lines.append(Line("report", self.say("title.report"), self.say("rights.what.report")))
        self.query_one(Picker).show(tuple(lines), COLUMNS)
        self.query_one(Picker).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: this one."""
        event.stop()
        if event.option_id == "report":
            self.action_report()
        elif event.option_id:
            open_right(self, self._activity, Right(event.option_id))

    def action_report(self) -> None:
        """To the supervisory authority."""
        from wallet.tui.screens.report import open_report  # noqa: PLC0415

        open_report(self, self._activity)


class ChooseScreen(writing.Asking):
    """Some of the data instead of all; each can be ticked."""

    NAME = "choose"

    def __init__(self, activity: str, right: Right, text: str) -> None:
        super().__init__()
        self._activity, self._right, self._text = activity, right, text
        self._items: tuple[Shared, ...] = ()

    def content(self) -> ComposeResult:
        """One box per item, then where to go."""
        yield plain(self.say("choose.which"), "spaced")
        yield Reading(id="items")
        yield self.answers(self.say("answer.next"))

    def on_mount(self) -> None:
        """What they have."""
        self.start("read", lambda: look_back(self.access.wallet, self._activity), self._show)

    def _show(self, found: object) -> None:
        self._items = proposals.whole(found)  # type: ignore[arg-type]
        reading = self.query_one(Reading)
        reading.can_focus = False
        reading.mount_all(
            Tick(self.access.label(one.vct, one.path), id=f"item-{number}")
            for number, one in enumerate(self._items)
        )
        self.call_after_refresh(self.focus_next)

    def go_on(self) -> None:
        """At least one."""
        paths: dict[Path, None] = {}
        for number, one in enumerate(self._items):
            if self.query_one(f"#item-{number}", Tick).value:
                paths[one.path] = None
        if not paths:
            self.tell(self.say("choose.first"), Tone.MIND)
            return
        asking = Asking(tuple(paths), text=self._text)
        self.app.switch_screen(RightScreen(self._activity, self._right.value, asking))

    def back_message(self) -> str:
        """Nothing was asked."""
        return self.say("right.not-asked")


class WrongScreen(Page):
    """Which item they have wrong; what they got stands beside it."""

    NAME = "wrong"
    AUTO_FOCUS = "Picker"

    def __init__(self, activity: str) -> None:
        super().__init__()
        self._activity = activity
        self._items: tuple[Shared, ...] = ()

    def content(self) -> ComposeResult:
        """The question and the list."""
        yield plain(self.say("wrong.which"), "spaced")
        yield plain(self.say("wrong.source"), "quiet")
        yield Picker(id="items")

    def on_mount(self) -> None:
        """What they got."""
        wallet = self.access.wallet
        self.start("read", lambda: proposals.single(look_back(wallet, self._activity)), self._show)

    def _show(self, items: tuple[Shared, ...]) -> None:
        self._items = items
        lines = [
            Line(
                str(number),
                self.access.label(one.vct, one.path),
                claim_text(one.path, one.value, self.texts) if one.known else "",
            )
            for number, one in enumerate(items)
        ]
        self.query_one(Picker).show(tuple(lines), COLUMNS)
        self.query_one(Picker).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: this one is wrong."""
        event.stop()
        if event.option_id:
            self.app.push_screen(ShouldScreen(self._activity, self._items[int(event.option_id)]))

    def back_message(self) -> str:
        """Nothing was asked."""
        return self.say("right.not-asked")


class ShouldScreen(writing.Asking):
    """What it should be, beside what they got."""

    NAME = "should"
    AUTO_FOCUS = "Input"

    def __init__(self, activity: str, item: Shared) -> None:
        super().__init__()
        self._activity, self._item = activity, item

    def content(self) -> ComposeResult:
        """The value they got, and a line for the right one."""
        one = self._item
        yield Row(self.say("value.item"), self.access.label(one.vct, one.path))
        if one.known:
            yield Row(self.say("should.got"), claim_text(one.path, one.value, self.texts))
        yield plain(self.say("value.should"), "strong")
        yield typed(id="value")
        yield plain(self.say("should.empty"), "quiet")
        yield self.answers(self.say("answer.next"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: on."""
        event.stop()
        self.go_on()

    def go_on(self) -> None:
        """Checks the form of what was typed; then why."""
        item = self._item
        try:
            wanted = proposals.should_be(item, self.query_one(Input).value)
        except Usage as error:
            self.mind(error)
            return
        question = (self.say("rights.why.rectification"), self.say("rights.why-how"))
        self.app.push_screen(RightWords(question, lambda page, text: self._ask(page, wanted, text)))

    def _ask(self, page: Page, wanted: object, text: str) -> None:
        item = self._item
        wish = Wish((item.path,), (wanted,), text)  # type: ignore[arg-type]
        asking = Asking((item.path,), wish, item, text)
        app, screen = page.app, RightScreen(self._activity, Right.RECTIFICATION.value, asking)
        while isinstance(app.screen, RightWords | ShouldScreen | WrongScreen):
            app.pop_screen()
        app.push_screen(screen)

    def back_message(self) -> str:
        """Nothing was asked."""
        return self.say("right.not-asked")
