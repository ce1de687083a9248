"""One application at an organisation: where it is, until when, what was said, what happened."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from credential.plaintext import terminal_safe
from wallet import casewords
from wallet.errors import WalletError
from wallet.service import partycases
from wallet.store.values import PartyCase
from wallet.tui import views
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.widgets import Reading, Row, Tone, note, plain


def look(access: Access) -> WalletError | None:
    """Asks the organisations how it stands; why that failed."""
    failed = partycases.refresh(access.wallet, access.fetch(), now=access.now())
    return failed[0].error if failed else None


class ApplicationScreen(Page):
    """What became of what was signed for one organisation."""

    NAME = "application"
    BINDINGS: ClassVar[list[BindingType]] = [key("n", "look"), key("a", "activity")]
    AUTO_FOCUS = "Reading"

    def __init__(self, activity: str) -> None:
        super().__init__()
        self._activity = activity

    def content(self) -> ComposeResult:
        """Filled once it was read."""
        yield Reading(id="case")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        wallet = self.access.wallet
        self.start("read", lambda: partycases.one(wallet, self._activity), self._show)

    def _show(self, case: PartyCase) -> None:
        reading = self.query_one(Reading)
        reading.remove_children()
        reading.mount_all(self._lines(case))

    def _lines(self, case: PartyCase) -> Iterator[Widget]:
        texts = self.texts
        first, *others = casewords.application(case, texts)
        yield plain(first, "strong")
        yield note(
            views.CASE_TONES.get(case.phase, Tone.PLAIN), casewords.application_phase(case, texts)
        )
        for sentence in others[1:]:
            yield plain(sentence.strip(), "indent")
        yield plain(self.say("case.about"), "strong")
        yield Row(self.say("application.where"), terminal_safe(case.party))
        yield Row(self.say("case.number"), terminal_safe(case.number))
        steps = casewords.application_history(case, texts)
        if steps:
            yield plain(texts.get("case.history"), "strong")
        for line in steps:
            yield plain(line, "indent")

    def action_look(self) -> None:
        """Asks the organisation how it stands."""
        access = self.access
        self.start("look", lambda: look(access), self._looked)

    def _looked(self, failure: WalletError | None) -> None:
        self.on_screen_resume()
        if failure is not None:
            self.refused(failure)
        else:
            self.tell(self.say("case.looked"), Tone.GOOD)

    def action_activity(self) -> None:
        """What was shared and signed for it."""
        self.app.push_screen(ActivityScreen(self._activity))
