"""What happened with one card: when it came, what was different, and with whom it was shared."""

from textual.app import ComposeResult
from textual.widgets import OptionList, Static

from wallet import cardwords
from wallet.cli.render import local_day
from wallet.service import cardlife, cards
from wallet.tui.access import Access
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.widgets import Line, Picker, plain

COLUMNS = (10, 0)


def lines(access: Access, name: str) -> tuple[Line, ...]:
    """Every event as a line that opens its activity, what it was about below it."""
    now = access.now()
    vct = cards.one(access.wallet, name, now=now).card.vct
    found: list[Line] = []
    for what in cardlife.history(access.wallet, name, now=now):
        words = cardwords.words(what, vct, access.types(), access.texts)
        found.append(Line(f"activity:{what.activity}:{len(found)}", local_day(what.at), words))
    return tuple(found)


class HistoryScreen(Page):
    """Newest first; Enter opens the activity."""

    NAME = "history"
    AUTO_FOCUS = "Picker"

    def __init__(self, name: str) -> None:
        super().__init__()
        self._card = name

    def content(self) -> ComposeResult:
        """Filled once the log was read."""
        yield Picker(id="history")
        yield plain(self.say("history.none"), "none")

    def on_mount(self) -> None:
        """Read it."""
        self.query_one(".none").display = False
        self.start("read", lambda: lines(self.access, self._card), self._show)

    def _show(self, found: tuple[Line, ...]) -> None:
        self.query_one(Picker).show(found, COLUMNS)
        self.query_one(".none", Static).display = not found

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the activity."""
        event.stop()
        self.app.push_screen(ActivityScreen((event.option_id or "").split(":")[1]))
