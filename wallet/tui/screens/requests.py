"""Everything that waits: cases, applications, cards on their way, questions, rights."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static

from credential.plaintext import terminal_safe
from wallet import reminderwords
from wallet.casefile import UNDER_WAY
from wallet.errors import WalletError
from wallet.issuance import Issuance
from wallet.service import awaited, cases, collecting, partycases, reminders, requests
from wallet.service.cases import Standing
from wallet.service.reminders import Reminder
from wallet.store.values import Pending
from wallet.texts import Texts
from wallet.tui import doorway, views
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.application import ApplicationScreen
from wallet.tui.screens.case import CaseScreen
from wallet.tui.screens.receive import ReceiveScreen
from wallet.tui.widgets import Line, Part, Picker, Tone, plain

COLUMNS = (34, 38)


@dataclass(frozen=True)
class Looked:
    """What came of asking everybody: cards that arrived, and the first who could not be asked."""

    received: int
    failure: WalletError | None


def waiting(access: Access, *, closed: bool = False) -> tuple[Line, ...]:
    """What waits, the cases first; with `closed` also the cases that are over."""
    wallet, texts, now = access.wallet, access.texts, access.now()
    held = cases.held(wallet)
    due = reminders.due(wallet, now=now)
    found = [_due(one, texts) for one in due]
    under_way = [one for one in held if one.shown(now)]
    under_way.sort(key=lambda one: not _late(one, now))
    found += [views.case_line(one, texts, now) for one in under_way]
    applications = sorted(
        partycases.held(wallet, now=now), key=lambda one: one.due is None or one.due >= now
    )
    found += [views.application_line(one, texts, now) for one in applications]
    found += [
        views.issuance_line(pending, Issuance.read(pending.document).issuer_name, texts)
        for pending in wallet.store.issuances()
    ]
    found += [views.question_line(one, texts) for one in requests.questions(wallet, now=now)]
    late = {one.case for one in due}
    for right in requests.rights_open(wallet):
        if right.id in late:
            continue
        activity = wallet.store.activity(right.activity)
        party = "" if activity is None else activity.party_name
        found.append(views.right_line(right, party, texts))
    found += [
        Line(f"again:{one.oin}", terminal_safe(one.name), texts.get("tui.home.again"), Tone.MIND)
        for one in awaited.again(wallet, now=now)
    ]
    over = [views.case_line(one, texts, now) for one in held if not one.shown(now)]
    if closed and over:
        found += [Line("", texts.get("tui.requests.over"), part=Part.HEADING), *over]
    return tuple(found)


def _late(one: Standing, now: int) -> bool:
    """Whether they should have decided already."""
    return one.file is not None and one.phase in UNDER_WAY and one.file.due < now


def _due(one: Reminder, texts: Texts) -> Line:
    """Something that is late, or proof to ask for."""
    party = terminal_safe(one.party) or texts.get("reminder.somebody")
    return Line(f"activity:{one.activity}", party, reminderwords.short(one, texts), Tone.MIND)


def look(access: Access, *, parties: bool) -> Looked:
    """Asks every municipality how it stands, and collects the cards that are ready.

    `parties`: also the organisations where an application stands; only when the resident says so.
    """
    wallet, fetch, now = access.wallet, access.fetch(), access.now()
    failures = [one.error for one in cases.refresh(wallet, fetch, now=now)]
    if parties:
        failures += [one.error for one in partycases.refresh(wallet, fetch, now=now)]
    came = requests.collect(wallet, fetch, now=now)
    received = sum(len(one.progress.received) for one in came)
    return Looked(received, failures[0] if failures else None)


def open_line(page: Page, chosen: str) -> None:
    """Enter on something that waits opens it."""
    what, _, name = chosen.partition(":")
    match what:
        case "case":
            page.app.push_screen(CaseScreen(name))
        case "application":
            page.app.push_screen(ApplicationScreen(name))
        case "activity":
            page.app.push_screen(ActivityScreen(name))
        case "again":
            from wallet.tui.screens.restore import AgainScreen  # noqa: PLC0415 - after a move

            page.app.push_screen(AgainScreen())
        case "question":
            doorway.open_question(page, name)
        case "issuance":
            store = page.access.wallet.store
            page.start("read", lambda: store.issuance(name), lambda found: _receive(page, found))
        case _:
            pass


def _receive(page: Page, pending: Pending | None) -> None:
    if pending is not None:
        page.app.push_screen(ReceiveScreen(collecting.standing(pending, "pending")))


class RequestsScreen(Page):
    """The list, and a look with everybody the moment it opens."""

    NAME = "requests"
    BINDINGS: ClassVar[list[BindingType]] = [key("n", "look")]
    AUTO_FOCUS = "Picker"

    def __init__(self) -> None:
        super().__init__()
        self._asked = False

    def content(self) -> ComposeResult:
        """The list, or that there is nothing."""
        yield Picker(id="requests")
        yield plain("", "none")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        self.start("read", lambda: waiting(self.access, closed=True), self._show)

    def _show(self, found: tuple[Line, ...]) -> None:
        picker, none = self.query_one(Picker), self.query_one(".none", Static)
        picker.show(found, COLUMNS)
        picker.display, none.display = bool(found), not found
        none.update(self.say("requests.none"))
        picker.focus()
        if not self._asked:
            self._asked = True
            self._look(parties=False)

    def action_look(self) -> None:
        """Asks everybody now."""
        self._look(parties=True)

    def _look(self, *, parties: bool) -> None:
        self.start("look", lambda: look(self.access, parties=parties), self._looked)

    def _looked(self, found: Looked) -> None:
        self.on_screen_resume()
        if found.failure is not None:
            self.tell(views.refusal_line(found.failure, self.texts), Tone.MIND)
        elif found.received:
            self.tell(self.say("requests.came", count=found.received), Tone.GOOD)
        else:
            self.tell(self.say("requests.looked"), Tone.GOOD)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens the line."""
        event.stop()
        open_line(self, event.option_id or "")
