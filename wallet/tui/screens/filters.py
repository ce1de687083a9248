"""Choosing which activities are shown: each filter is a line, its values come from the log."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static

from wallet.store import Filter
from wallet.tui import filterwords
from wallet.tui.filterwords import Values
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.widgets import Line, Picker, Tone, plain

COLUMNS = (22, 30)
VALUES = (52, 20)


class FilterScreen(Page):
    """All filters with what they are set to."""

    NAME = "filters"
    BINDINGS: ClassVar[list[BindingType]] = [key("x", "clear-filters")]

    def __init__(self, wanted: Filter, then: Callable[[Filter], None]) -> None:
        super().__init__()
        self._wanted, self._then = wanted, then

    def content(self) -> ComposeResult:
        """One line per filter."""
        yield plain(self.say("filters.what"), "spaced")
        yield Picker(id="filters")

    def on_screen_resume(self) -> None:
        """Show again, with what was chosen."""
        picker = self.query_one(Picker)
        picker.show(tuple(self._line(name) for name in filterwords.NAMES), COLUMNS)
        picker.focus()
        self.refresh_bindings()

    def _line(self, name: str) -> Line:
        value = filterwords.word(self._wanted, name, self.access)
        shown = value or self.say("filters.all")
        tone = Tone.GOOD if value else Tone.PLAIN
        return Line(f"filter:{name}", self.say(f"filters.{name}"), shown, tone)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to clear where nothing is set."""
        if action == "clear_filters" and not self._wanted.narrows:
            return False
        return super().check_action(action, parameters)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: the values this filter can have."""
        event.stop()
        name = (event.option_id or "").partition(":")[2]
        self.app.push_screen(ValuesScreen(self._wanted, name, self._set))

    def _set(self, wanted: Filter) -> None:
        self._wanted = wanted
        self._then(wanted)

    def action_clear_filters(self) -> None:
        """Everything again."""
        self._set(Filter(search=self._wanted.search))
        self.on_screen_resume()


class ValuesScreen(Page):
    """What one filter can be set to, from what stands in the log."""

    NAME = "filter-values"
    AUTO_FOCUS = "Picker"

    def __init__(self, wanted: Filter, name: str, then: Callable[[Filter], None]) -> None:
        super().__init__()
        self._wanted, self._which, self._then = wanted, name, then
        self._found = Values((), ())

    def heading(self) -> str:
        """Which filter."""
        return f"Regie · {self.say(f'filters.{self._which}')}"

    def content(self) -> ComposeResult:
        """The values, once they were counted."""
        yield plain("", "none")
        yield Picker(id="choices")

    def on_mount(self) -> None:
        """Counts what there is."""
        access, wanted, name = self.access, self._wanted, self._which
        self.start("read", lambda: filterwords.values(access, wanted, name), self._show)

    def _show(self, found: Values) -> None:
        self._found = found
        every = self.say("filters.count", count=found.every)
        all_of_them = Line("value:all", self.say("filters.all"), every)
        picker = self.query_one(Picker)
        picker.show((all_of_them, *found.lines), VALUES)
        self.query_one(".none", Static).update("" if found.lines else self.say("filters.none"))
        picker.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: set, and back to the filters."""
        event.stop()
        number = (event.option_id or "").partition(":")[2]
        if number == "all":
            wanted = filterwords.cleared(self._wanted, self._which)
        else:
            value = self._found.values[int(number)]
            wanted = filterwords.chosen(self._wanted, self._which, value)
        self._then(wanted)
        self.leave()
