"""Cards on their way: the number to read aloud, and what came."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Digits

from credential.plaintext import terminal_safe
from wallet.service import requests
from wallet.service.collecting import Progress
from wallet.service.requests import CardsWaiting
from wallet.tui import panel, views
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.panel import Item, Told
from wallet.tui.widgets import Reading, Tone, note, plain


class ReceiveScreen(Page):
    """Waits for the clerk, asks every few seconds, and shows the cards when they are there."""

    NAME = "receive"
    BINDINGS: ClassVar[list[BindingType]] = [key("o", "collect"), key("v", "panel-number")]
    AUTO_FOCUS = "Reading"

    def __init__(self, progress: Progress, *, item: Item | None = None) -> None:
        super().__init__()
        self._progress, self._item = progress, item

    def content(self) -> ComposeResult:
        """Filled by what the issuer answered."""
        yield Reading(id="progress")

    def on_mount(self) -> None:
        """Shows how it stands, and asks again by itself."""
        self._show("")
        if self.regie.poll:
            self.set_interval(self.regie.poll, self._poll)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing to collect when everything came; reading aloud only where it can be played."""
        waiting = self._progress.state == "pending"
        if action == "collect" and not waiting:
            return False
        if action == "panel_number" and not (waiting and self._item and self._item.number):
            return False
        return super().check_action(action, parameters)

    def action_collect(self) -> None:
        """Asks the issuer now."""
        self._collect("collect")

    def _collect(self, doing: str) -> None:
        access = self.access
        self.start(
            doing,
            lambda: requests.collect(access.wallet, access.fetch(), now=access.now()),
            self._collected,
        )

    def _poll(self) -> None:
        # Somebody else's turn: the next time comes soon enough.
        if self._progress.state == "pending" and not self.access.turn.locked() and self.is_current:
            self._collect("")

    def _collected(self, found: tuple[CardsWaiting, ...]) -> None:
        mine = next((one for one in found if one.progress.id == self._progress.id), None)
        if mine is None:
            return
        self._progress = mine.progress
        error = "" if mine.error is None else self.say("receive.unreachable")
        self._show(error)

    def _show(self, error: str) -> None:
        progress, reading = self._progress, self.query_one(Reading)
        reading.remove_children()
        issuer = terminal_safe(progress.issuer)
        match progress.state:
            case "pending" if not progress.number:
                reading.mount(
                    *self._came(),
                    note(Tone.BUSY, self.say("receive.deciding", issuer=issuer)),
                    plain(self.say("receive.meanwhile"), "indent"),
                )
            case "pending":
                number = f"{progress.number[:3]} {progress.number[3:]}"
                reading.mount(
                    plain(self.say("receive.read", issuer=issuer), "strong"),
                    Vertical(Digits(number), classes="number"),
                    plain(self.say("receive.number", number=number), "spaced"),
                    plain(self.say("receive.why"), "spaced", "quiet"),
                    note(Tone.BUSY, self.say("receive.waiting", issuer=issuer)),
                )
            case "expired":
                reading.mount(note(Tone.BAD, self.texts.get("add.expired", issuer=issuer)))
            case _:
                reading.mount(*self._came(), plain(self.say("receive.done"), "spaced"))
        if error:
            self.tell(error, Tone.MIND)
        self.refresh_bindings()

    def _came(self) -> list[Vertical]:
        came = [
            note(
                Tone.GOOD,
                self.say(
                    "receive.card",
                    title=self.access.kind(card.kind),
                    copies=views.copies_left(card.copies, self.texts),
                ),
            )
            for card in self._progress.received
        ]
        came += [note(Tone.BAD, text) for text in views.denied_lines(self._progress, self.texts)]
        return [Vertical(*came, classes="auto")]

    def back_message(self) -> str:
        """What is still on its way can be found on the first screen."""
        return self.say("receive.later") if self._progress.state == "pending" else ""

    # --- the panel ----------------------------------------------------------------------------

    def action_panel_number(self) -> None:
        """Somebody reads the number to the clerk."""
        item = self._item
        if item is not None:
            self.start("panel", lambda: panel.run(item.number, self._progress.number), self._read)

    def _read(self, told: Told) -> None:
        self._collect("")
        self.tell(told.say)
