"""Klopt dit niet? Which item, what it should be, why, the evidence; then one look and it goes."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.widgets import Input, OptionList

from credential.plaintext import terminal_safe
from wallet import casewords
from wallet.attachments import Attachment
from wallet.errors import Usage
from wallet.phrases import claim_text
from wallet.service import cards, correct
from wallet.service.cards import Held
from wallet.service.cases import Standing
from wallet.service.correct import Attribute, Claimed
from wallet.tui.access import Access
from wallet.tui.page import Page
from wallet.tui.screens.case import CaseScreen
from wallet.tui.screens.unlock import typed
from wallet.tui.screens.writing import Asking, FilesScreen, SendScreen, WordsScreen
from wallet.tui.widgets import Line, Part, Picker, Row, Tick, Tone, plain

COLUMNS = (30, 42)


@dataclass(frozen=True)
class Items:
    """The card, and what may be wrong on it."""

    held: Held
    attributes: tuple[Attribute, ...]


def items(access: Access, name: str) -> Items:
    """Everything on the card that can be corrected, and what is not on it."""
    held = cards.one(access.wallet, name, now=access.now())
    return Items(held, correct.attributes(held, access.types()))


class CorrectScreen(Page):
    """Which item is wrong; its value stands beside it."""

    NAME = "correct"
    AUTO_FOCUS = "Picker"

    def __init__(self, name: str) -> None:
        super().__init__()
        self._card = name
        self._items: Items | None = None

    def content(self) -> ComposeResult:
        """The question and the list."""
        yield plain(self.say("correct.which"), "spaced")
        yield plain(self.say("correct.what"), "quiet")
        yield Picker(id="items")

    def on_mount(self) -> None:
        """Read the card."""
        self.start("read", lambda: items(self.access, self._card), self._show)

    def _show(self, found: Items) -> None:
        self._items = found
        texts, vct = self.texts, found.held.card.vct
        lines: list[Line] = []
        for number, one in enumerate(found.attributes):
            label = self.access.label(vct, one.path)
            if one.held:
                value = claim_text(one.path, one.value, texts)
                lines.append(Line(str(number), label, value))
                continue
            if not any(line.part is Part.HEADING for line in lines):
                lines.append(Line("", self.say("correct.not-there"), part=Part.HEADING))
            lines.append(Line(str(number), label, texts.get("correct.absent")))
        self.query_one(Picker).show(tuple(lines), COLUMNS)
        self.query_one(Picker).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: this one is wrong."""
        event.stop()
        if self._items is not None and event.option_id:
            chosen = self._items.attributes[int(event.option_id)]
            self.app.push_screen(ValueScreen(self._items.held, chosen))

    def back_message(self) -> str:
        """Nothing was asked."""
        return self.say("writing.nothing-sent")


class ValueScreen(Asking):
    """What it should be, beside what the card says."""

    NAME = "value"
    AUTO_FOCUS = "Input"

    def __init__(self, held: Held, attribute: Attribute) -> None:
        super().__init__()
        self._held, self._attribute = held, attribute

    def content(self) -> ComposeResult:
        """The value on the card, and a line for the right one."""
        one = self._attribute
        label = self.access.label(self._held.card.vct, one.path)
        now = claim_text(one.path, one.value, self.texts) if one.held else ""
        yield Row(self.say("value.item"), label)
        yield Row(self.say("value.now"), now or self.texts.get("correct.absent"))
        yield plain(self.say("value.should"), "strong")
        yield typed(id="value")
        hint = self.texts.find(f"tui.value.hint.{_form(one)}")
        if hint:
            yield plain(hint, "quiet")
        if one.held:
            yield Tick(self.say("value.remove"), id="remove")
        yield self.answers(self.say("answer.next"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: on."""
        event.stop()
        self.go_on()

    def go_on(self) -> None:
        """Checks the form of what was typed; the municipality judges whether it is so."""
        text = self.query_one(Input).value.strip()
        ticked = bool(self.query(Tick)) and self.query_one(Tick).value
        if bool(text) == ticked:
            self.tell(self.say("value.both" if ticked else "value.first"), Tone.MIND)
            return
        try:
            claimed = correct.claim(self._attribute, text)
        except Usage as error:
            self.mind(error)
            return
        question = (self.say("correct.why"), self.say("correct.why-how"))
        self.app.push_screen(
            WordsScreen(question, lambda page, why: self._files(page, claimed, why), needed=True)
        )

    def _files(self, page: Page, claimed: Claimed, why: str) -> None:
        def then(page: Page, files: tuple[Attachment, ...]) -> None:
            card = self._held.card
            change = casewords.change(claimed.attribute.path, claimed.message(), self.texts)
            rows = (
                (self.say("send.card"), self.access.title(card.vct, card.kind)),
                (self.access.label(card.vct, claimed.attribute.path), change),
                (self.texts.get("case.text.explanation"), why),
            )
            issuer = terminal_safe(card.issuer_name)
            page.app.push_screen(
                SendScreen(issuer, rows, files, lambda last: self._send(last, claimed, why, files))
            )

        page.app.push_screen(FilesScreen(self.say("correct.files"), then))

    def _send(
        self, last: SendScreen, claimed: Claimed, why: str, files: tuple[Attachment, ...]
    ) -> None:
        access, held = last.access, self._held
        last.start(
            "send",
            lambda: correct.send(
                access.wallet, access.fetch(), held, (claimed,), why, files, now=access.now()
            ),
            lambda found: _sent(last, found),
            hold=True,
        )


def _form(attribute: Attribute) -> str:
    match attribute.value:
        case bool():
            return "yes-no"
        case list():
            return "list"
        case str() if correct.is_date(attribute.value):
            return "date"
        case _:
            return ""


def _sent(last: SendScreen, found: Standing) -> None:
    """Past all questions, back to the card, with the case on top of it."""
    steps = (SendScreen, FilesScreen, WordsScreen, ValueScreen, CorrectScreen)
    app, told = last.app, last.texts.get("correct.sent", issuer=found.issuer)
    while isinstance(app.screen, steps):
        app.pop_screen()
    app.push_screen(CaseScreen(found.case.id, told))
