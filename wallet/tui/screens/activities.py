"""The list of activities: newest first, searched, filtered, a page at a time."""

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, OptionList, Static

from wallet.events import Type
from wallet.service.overview import card_events
from wallet.store import Filter
from wallet.tui import views
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.log import LogScreen
from wallet.tui.screens.unlock import typed
from wallet.tui.widgets import Line, Picker, plain

PAGE: Final = 100
TYPES: Final = ("", Type.DISCLOSURE, Type.CARD, Type.CASE, Type.RIGHT, Type.TRUST, Type.LOG)
NARROW: Final = (44, 28)
WIDE: Final = (66, 48)
_WIDE_FROM: Final = 110


class ActivitiesScreen(Page):
    """Everything that was asked, shared and done."""

    NAME = "activities"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("slash", "search"),
        key("f", "filter"),
        key("m", "more"),
        key("c", "verify"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._limit, self._type, self._full = PAGE, 0, False

    def content(self) -> ComposeResult:
        """A line to search in, what is shown, the list."""
        search = typed(placeholder=self.say("activities.search"), id="search")
        search.display = False
        yield search
        yield plain("", "shown")
        yield Picker(id="activities")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        self._read()

    def _read(self) -> None:
        wanted = Filter(
            type=TYPES[self._type],
            search=self.query_one("#search", Input).value,
            limit=self._limit + 1,
        )
        wallet, texts = self.access.wallet, self.texts
        self.start(
            "read",
            lambda: tuple(
                views.activity_line(one, texts, card_events(wallet, one))
                for one in wallet.store.activities(wanted)
            ),
            self._show,
        )

    def _show(self, found: tuple[Line, ...]) -> None:
        self._full = len(found) > self._limit
        shown = found[: self._limit]
        columns = WIDE if self.size.width >= _WIDE_FROM else NARROW
        picker = self.query_one(Picker)
        picker.show(shown, columns)
        chosen = TYPES[self._type]
        what = self.texts.get(f"type.{chosen}") if chosen else self.say("activities.all")
        words = self.say("activities.shown", what=what, count=len(shown))
        if not shown:
            words = self.texts.get("activities.none")
        self.query_one(".shown", Static).update(words)
        if not self.query_one("#search").has_focus:
            picker.focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """More only when there is more."""
        if action == "more" and not self._full:
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
        self._limit = PAGE
        self.query_one(Picker).focus()
        self._read()

    def action_filter(self) -> None:
        """The next kind of activity."""
        self._type, self._limit = (self._type + 1) % len(TYPES), PAGE
        self._read()

    def action_more(self) -> None:
        """A page more."""
        self._limit += PAGE
        self._read()

    def action_verify(self) -> None:
        """Tells whether the log is whole."""
        self.app.push_screen(LogScreen())

    def action_back(self) -> None:
        """Escape: first out of a search, then back."""
        search = self.query_one("#search", Input)
        if search.display:
            search.value, search.display = "", False
            self._read()
        else:
            super().action_back()
