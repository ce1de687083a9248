"""The first screen: what waits, the cards, what happened last, and the doors to everything else."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import OptionList, Static

from wallet.events import Outcome
from wallet.service import refresh, sync
from wallet.service.sync import Synced
from wallet.store import Filter
from wallet.tui import doorway, panel
from wallet.tui.access import Access
from wallet.tui.glance import Standing, standing
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.panel import Item, Told
from wallet.tui.screens.activities import ActivitiesScreen
from wallet.tui.screens.card import CardScreen
from wallet.tui.screens.get import GetScreen
from wallet.tui.screens.link import LinkScreen
from wallet.tui.screens.menu import MenuScreen
from wallet.tui.screens.processing import ProcessingScreen
from wallet.tui.screens.refresh import RefreshScreen
from wallet.tui.screens.requests import RequestsScreen, open_line
from wallet.tui.screens.right import RightScreen
from wallet.tui.screens.who import WhoScreen
from wallet.tui.widgets import SIGNS, Picker, Tone, note, plain

COLUMNS = (20, 25)
WAITING = (34, 36)
NEWS = (44, 28)
MARGINS = 8
AROUND = 5
"""Lines of this screen that are not for lists: the bar, what else can be done, the two below."""


class HomeScreen(Page):
    """Cards with their state, and what waits."""

    NAME = "home"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("l", "link"),
        key("o", "get"),
        key("a", "activities"),
        key("w", "who"),
        key("m", "menu"),
        key("v", "refresh", show=False),
        key("r", "requests", show=False),
        key("p", "processing", show=False),
        key("s", "sync", show=False),
        key("escape", "back", show=False),
    ]

    def content(self) -> ComposeResult:
        """Notices, what waits, cards, what happened, and the panel if there is one."""
        yield Vertical(id="notices")
        yield plain(self.say("home.waiting"), "strong")
        yield Picker(id="waiting", chained=True)
        yield note(Tone.GOOD, self.say("home.nothing-waits"))
        yield plain("", "with-whom", "sign")
        yield plain(self.say("home.cards"), "strong")
        yield Picker(id="cards", chained=True)
        yield plain("", "none")
        yield plain(self.say("home.news"), "strong", "news")
        yield Picker(id="news", chained=True)
        yield plain(self.say("home.more"), "spaced", "quiet")
        if self.regie.panel is not None:
            with Vertical(id="panel"):
                yield plain("", "said")
                yield plain("", "keys")

    def on_mount(self) -> None:
        """Labels of the panel can change while the wallet is open."""
        self._labels: dict[str, str] = {}
        self._found: Standing | None = None
        self._draw_panel()
        access = self.access
        self.start("", lambda: refresh.due(access.wallet, now=access.now()), self._look_after)

    def _look_after(self, due: bool) -> None:
        """Once a week the cards are looked after by themselves, at the start and never later."""
        if due and self.app.screen is self:
            self.app.push_screen(RefreshScreen(trigger="wallet"))

    def on_resize(self) -> None:
        """The panel is as wide as the terminal, and the news as long as there is room."""
        self._draw_panel()
        self._draw_news()

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        self.start("read", lambda: standing(self.access), self._show)

    def _show(self, found: Standing) -> None:
        self._found = found
        notices = self.query_one("#notices", Vertical)
        notices.remove_children()
        notices.mount_all(note(Tone.MIND, text) for text in found.notices)
        waiting, held = self.query_one("#waiting", Picker), self.query_one("#cards", Picker)
        waiting.show(found.waiting, WAITING)
        held.show(found.cards, COLUMNS)
        fresh = bool(found.waiting) and not waiting.display
        waiting.display = bool(found.waiting)
        self.query_one("#body > .sign", Static).display = not found.waiting
        with_whom = self.query_one(".with-whom", Static)
        with_whom.update(f"{SIGNS[Tone.PLAIN]} {found.with_whom}")
        with_whom.display = bool(found.with_whom)
        held.display = bool(found.cards)
        none = self.query_one(".none", Static)
        none.display = not found.cards
        none.update(self.say("home.none"))
        self._draw_news()
        if fresh or self.focused is None or not self.focused.display:
            lists = (waiting, held, self.query_one("#news", Picker))
            first = next((one for one in lists if one.display), None)
            if first is not None:
                first.focus()
        self.regie.next_link()

    def _draw_news(self) -> None:
        found = self._found
        if found is None:
            return
        panel_height = 0 if self.regie.panel is None else self.query_one("#panel").outer_size.height
        room = self.app.size.height - AROUND - panel_height
        shown = found.news_in(room, self.app.size.width - MARGINS)
        news = self.query_one("#news", Picker)
        news.show(shown, NEWS)
        for part in (news, self.query_one(".news")):
            part.display = bool(shown)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """This is the first screen: there is nothing to go back to."""
        return action != "back" and super().check_action(action, parameters)

    def action_link(self) -> None:
        """Paste a link, or name an image."""
        self.app.push_screen(LinkScreen())

    def action_activities(self) -> None:
        """Everything that was asked and done."""
        self.app.push_screen(ActivitiesScreen())

    def action_who(self) -> None:
        """Who has what."""
        self.app.push_screen(WhoScreen())

    def action_menu(self) -> None:
        """Everything else."""
        self.app.push_screen(MenuScreen())

    def action_get(self) -> None:
        """Cards from a municipality, after logging in there."""
        self.app.push_screen(GetScreen())

    def action_refresh(self) -> None:
        """Fresh cards and the newest states from every municipality."""
        self.app.push_screen(RefreshScreen())

    def action_requests(self) -> None:
        """Everything that waits, asked for anew."""
        self.app.push_screen(RequestsScreen())

    def action_processing(self) -> None:
        """What a municipality did with the data."""
        self.app.push_screen(ProcessingScreen())

    def action_sync(self) -> None:
        """The newest list of organisations."""
        access = self.access
        self.start(
            "sync", lambda: sync.sync(access.wallet, access.fetch(), now=access.now()), self._synced
        )

    def _synced(self, found: Synced) -> None:
        self.access.forget_types()
        name = "sync.changed" if found.changed else "sync.same"
        text = self.texts.get(
            name, sequence=found.sequence, operator=found.operator, issuers=found.issuers
        )
        if found.new_root:
            text = f"{text} {self.say('sync.root')}"
        self.tell(text, Tone.GOOD)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a line opens it."""
        event.stop()
        what, _, name = (event.option_id or "").partition(":")
        if what == "card":
            self.app.push_screen(CardScreen(name))
        else:
            open_line(self, event.option_id or "")

    # --- the panel ----------------------------------------------------------------------------

    def on_key(self, event: Key) -> None:
        """A key of the panel."""
        shown = self.regie.panel
        item = None if shown is None else shown.item(event.character or "")
        if item is None or self.held:
            return
        event.stop()
        match item.opens:
            case "who":
                self.action_who()
            case "erase":
                self.start("read", lambda: _newest_shared(self.access), self._erase)
            case _:
                if item.run:
                    self.start(
                        "panel", lambda: panel.run(item.run), lambda told: self._told(item, told)
                    )

    def _told(self, item: Item, told: Told) -> None:
        if told.label:
            self._labels[item.key] = told.label
        self._draw_panel("" if told.link else told.say)
        if told.link:
            doorway.open_link(self, told.link, spoken=told.tx_code, said=told.say, item=item)

    def _draw_panel(self, said: str = "") -> None:
        shown = self.regie.panel
        if shown is None:
            return
        words = [f"{one.key} {self._labels.get(one.key, one.label)}" for one in shown.items]
        self.query_one("#panel .keys", Static).update(_filled(words, self.app.size.width - 4))
        line = self.query_one("#panel .said", Static)
        line.update(said)
        line.display = bool(said)

    def _erase(self, activity: str | None) -> None:
        if activity is None:
            self.tell(self.say("home.nothing-shared"), Tone.MIND)
        else:
            self.app.push_screen(RightScreen(activity, "erasure"))


def _filled(words: list[str], width: int) -> str:
    """As many on a line as fit; none is broken in two."""
    lines = [""]
    for word in words:
        longer = f"{lines[-1]}   {word}" if lines[-1] else word
        if len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def _newest_shared(access: Access) -> str | None:
    """The newest disclosure of which something can still be asked."""
    store = access.wallet.store
    found = store.activities(Filter(outcome=Outcome.SHARED.value, limit=50))
    return next((one.id for one in found if store.rights_key(one.id) is not None), None)
