"""What an organisation has of this resident, and what it did with it, as it told."""

from collections.abc import Callable
from pathlib import Path as File
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input

from credential.names import Path, path_text
from credential.plaintext import terminal_safe
from wallet import accesswords
from wallet.cli.render import local_day
from wallet.errors import NoMatch, WalletError
from wallet.service import accessdata
from wallet.service.accessdata import Told
from wallet.store.projection import Activity
from wallet.tui import views
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.unlock import typed
from wallet.tui.screens.writing import Asking
from wallet.tui.widgets import Reading, Tone, plain

PROPOSED = "inzage.json"


class DataScreen(Page):
    """The last answer to a request for access; it stays in the wallet until it is wiped."""

    NAME = "data"
    BINDINGS: ClassVar[list[BindingType]] = [key("b", "save-data")]
    AUTO_FOCUS = "Reading"

    def __init__(self, activity: str) -> None:
        super().__init__()
        self._activity = activity
        self._about: Activity | None = None

    def content(self) -> ComposeResult:
        """Filled once it was read."""
        yield Reading(id="data")

    def on_mount(self) -> None:
        """Read it."""
        self.start("read", self._read, self._show)

    def _read(self) -> Told:
        wallet = self.access.wallet
        self._about = wallet.store.activity(self._activity)
        found = accessdata.told(wallet, self._activity)
        if found is None:
            raise NoMatch("data.none")
        return found

    def _show(self, told: Told) -> None:
        reading = self.query_one(Reading)
        if self._about is not None:
            reading.mount(plain(views.who(self._about, self.texts), "strong"))
        reading.mount(plain(self.texts.get("data.at", day=local_day(told.at)), "quiet"))
        for heading, lines in accesswords.parts(told, self.texts, self._label):
            reading.mount(plain(heading, "strong"))
            reading.mount_all(plain(line, "indent") for line in lines)

    def _label(self, path: Path) -> str:
        text = path_text(path)
        claims = {} if self._about is None else self._about.claims
        vct = next((vct for vct, known in claims if known == text), None)
        return terminal_safe(text) if vct is None else self.access.label_text(vct, text)

    def action_save_data(self) -> None:
        """All of it in a file for the owner alone."""
        wallet, activity = self.access.wallet, self._activity
        self.app.push_screen(
            SaveScreen(
                self.say("data.save"),
                PROPOSED,
                lambda file: accessdata.save(wallet, activity, file),
            )
        )


class SaveScreen(Asking):
    """Where to: one line, and the file is written."""

    NAME = "save"
    AUTO_FOCUS = "Input"

    def __init__(self, question: str, proposed: str, write: Callable[[File], object]) -> None:
        super().__init__()
        self._question, self._proposed, self._write = question, proposed, write

    def content(self) -> ComposeResult:
        """The question and the line."""
        yield plain(self._question, "spaced")
        yield typed(value=self._proposed, id="file")
        yield plain(self.say("save.private"), "quiet")
        yield self.answers(self.say("answer.save"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: write it."""
        event.stop()
        self.go_on()

    def go_on(self) -> None:
        """Write it."""
        name = self.query_one(Input).value.strip()
        if not name:
            return
        file = File(name).expanduser()
        self.start(
            "write",
            lambda: self._write(file),
            lambda _: self.leave(self.say("save.done", file=file.name), Tone.GOOD),
            hold=True,
            failed=self._failed,
        )

    def _failed(self, error: WalletError) -> None:
        self.tell(views.refusal_line(error, self.texts), Tone.MIND)

    def back_message(self) -> str:
        """Nothing was written."""
        return self.say("save.nothing")
