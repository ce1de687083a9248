"""Wie heeft wat: per organisation which data, since when and until when."""

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static

from credential.plaintext import terminal_safe
from wallet.cli.render import local_day
from wallet.store import Holding
from wallet.texts import Texts
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.right import RightScreen
from wallet.tui.widgets import Line, Picker, Tone, plain

COLUMNS = (27, 18)


def lines(access: Access) -> tuple[Line, ...]:
    """Every organisation with what it has."""
    texts = access.texts
    found: list[Line] = []
    holdings = access.wallet.store.holdings()
    for _, group in groupby(holdings, key=lambda one: (one.party_oin, one.party_service)):
        items = list(group)
        name = terminal_safe(items[0].party_name)
        found.append(
            Line(
                "",
                texts.get("tui.who.party", name=name, count=len(items)),
                "",
                Tone.PLAIN,
                heading=True,
            )
        )
        labels = access.labels((one.vct, one.path) for one in items)
        found += [
            _line(number, one, labels[one.vct, one.path], texts)
            for number, one in enumerate(items, len(found))
        ]
    return tuple(found)


def _line(number: int, one: Holding, label: str, texts: Texts) -> Line:
    since = texts.get("who.since", day=local_day(one.since))
    state = since if one.certain else f"{since} {texts.get('who.maybe')}"
    until = (
        texts.get("who.until", day=one.kept_until) if one.kept_until else texts.get("who.no-date")
    )
    tone = Tone.GOOD if one.certain else Tone.MIND
    return Line(f"{number}:{one.activity}", label, state, tone, until)


class WhoScreen(Page):
    """What organisations have of this resident."""

    NAME = "who"
    BINDINGS: ClassVar[list[BindingType]] = [key("e", "erase")]

    def content(self) -> ComposeResult:
        """The list."""
        yield plain(self.say("who.what"), "spaced", "intro")
        yield Picker(id="who")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        self.start("read", lambda: lines(self.access), self._show)

    def _show(self, found: tuple[Line, ...]) -> None:
        picker = self.query_one(Picker)
        picker.show(found, COLUMNS)
        picker.display = bool(found)
        self.query_one(".intro", Static).update(
            self.say("who.what") if found else self.texts.get("who.none")
        )
        if found:
            picker.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the newest activity with this item."""
        event.stop()
        self.app.push_screen(ActivityScreen((event.option_id or "").partition(":")[2]))

    def action_erase(self) -> None:
        """Ask to erase what was shared in the activity of this item."""
        picker = self.query_one(Picker)
        option = picker.highlighted_option
        if option is not None and option.id is not None:
            self.app.push_screen(RightScreen(option.id.partition(":")[2], "erasure"))
