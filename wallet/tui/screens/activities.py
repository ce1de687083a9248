"""The list of activities: newest first, searched, filtered, a page at a time."""

from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, OptionList, Static

from wallet.outcomes import TOLD_BY_EVENTS
from wallet.service.overview import understood
from wallet.store import Filter
from wallet.tui import filterwords, views
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.filters import FilterScreen
from wallet.tui.screens.log import LogScreen
from wallet.tui.screens.totals import TotalsScreen
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import Line, Picker, plain

PAGE: Final = 100
NARROW: Final = (44, 28)
WIDE: Final = (66, 48)
_WIDE_FROM: Final = 110


@dataclass(frozen=True)
class Found:
    """One page of the list; `last` is where the next one begins, 0 where there is none."""

    lines: tuple[Line, ...]
    last: int


def page(access: Access, wanted: Filter, size: int) -> Found:
    """The activities that fit, so many at most."""
    store = access.wallet.store
    # One more than is shown, to know whether there is another page.
    found = [*store.activities(replace(understood(access.wallet, wanted), limit=size + 1))]
    shown = found[:size]
    counts = store.event_counts(one.id for one in shown if one.type in TOLD_BY_EVENTS)
    lines = (views.activity_line(one, access.texts, counts.get(one.id, {})) for one in shown)
    return Found(tuple(lines), shown[-1].first_n if len(found) > size else 0)


class ActivitiesScreen(Page):
    """Everything that was asked, shared and done."""

    NAME = "activities"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("slash", "search"),
        key("f", "filter"),
        key("m", "more"),
        key("t", "totals"),
        key("c", "verify"),
    ]

    def __init__(self, wanted: Filter | None = None) -> None:
        super().__init__()
        self._wanted = wanted or Filter()
        self._count, self._last = 0, 0

    def content(self) -> ComposeResult:
        """A line to search in, what is shown, the list."""
        search = typed(placeholder=self.say("activities.search"), id="search")
        search.display = bool(self._wanted.search)
        search.value = self._wanted.search
        yield search
        yield plain("", "shown")
        yield Picker(id="activities")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back, as far as it was read."""
        self._read()

    def _read(self) -> None:
        access, wanted, size = self.access, self._wanted, max(PAGE, self._count)
        self.start("read", lambda: page(access, wanted, size), self._show)

    def _show(self, found: Found) -> None:
        picker = self.query_one(Picker)
        picker.show(found.lines, WIDE if self.size.width >= _WIDE_FROM else NARROW)
        self._told(found, len(found.lines))
        if not self.query_one("#search").has_focus:
            picker.focus()

    def _add(self, found: Found) -> None:
        """The next page, below what is there."""
        self.query_one(Picker).append(found.lines)
        self._told(found, self._count + len(found.lines))

    def _told(self, found: Found, count: int) -> None:
        self._count, self._last = count, found.last
        said = [*filterwords.said(self._wanted, self.access)] or [self.say("activities.all")]
        name = "activities.shown-more" if found.last else "activities.shown"
        words = self.say(name, what=", ".join(said), count=count)
        if not count:
            words = self.texts.get("activities.none")
            if self._wanted.narrows:
                words = self.say("activities.none-fit", what=", ".join(said))
        self.query_one(".shown", Static).update(words)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """More only when there is more."""
        if action == "more" and not self._last:
            return False
        return super().check_action(action, parameters)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the activity."""
        event.stop()
        self.app.push_screen(ActivityScreen((event.option_id or "").partition(":")[2]))

    def action_search(self) -> None:
        """Words to search for."""
        search = self.query_one("#search", Input)
        search.display = True
        search.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: search."""
        event.stop()
        self.query_one(Picker).focus()
        self._narrow(replace(self._wanted, search=event.value))

    def action_filter(self) -> None:
        """Which activities."""
        self.app.push_screen(FilterScreen(self._wanted, self._chosen))

    def _chosen(self, wanted: Filter) -> None:
        # Read when this screen comes back.
        self._wanted, self._count = wanted, 0

    def _narrow(self, wanted: Filter) -> None:
        self._chosen(wanted)
        self._read()

    def action_more(self) -> None:
        """A page more."""
        access, wanted = self.access, replace(self._wanted, before=self._last)
        self.start("read", lambda: page(access, wanted, PAGE), self._add)

    def action_totals(self) -> None:
        """What is shown, added up."""
        self.app.push_screen(TotalsScreen(self._wanted))

    def action_verify(self) -> None:
        """Tells whether the log is whole."""
        self.app.push_screen(LogScreen())

    def action_back(self) -> None:
        """Escape: first out of a search, then out of a filter, then back."""
        search = self.query_one("#search", Input)
        if search.display:
            search.value, search.display = "", False
            self.query_one(Picker).focus()
            self._narrow(replace(self._wanted, search=""))
        elif self._wanted.narrows:
            self._narrow(Filter())
        else:
            super().action_back()
