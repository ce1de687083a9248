"""The log to a file for others: where to, and under which passphrase."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from wallet.errors import Usage, WalletError
from wallet.service import exporting
from wallet.service.exporting import Made
from wallet.tui.screens.unlock import typed
from wallet.tui.screens.writing import Asking
from wallet.tui.widgets import Tone, plain

PROPOSED = "regie-log.jwe"


class ExportScreen(Asking):
    """Asks for a file and a passphrase of its own, twice; then writes everything in the log."""

    NAME = "export"
    AUTO_FOCUS = "#file"

    def content(self) -> ComposeResult:
        """Three lines to type in."""
        with Vertical(classes="auto"):
            yield plain(self.say("export.what"), "spaced")
            yield plain(self.say("export.file"), "strong")
            yield typed(value=PROPOSED, id="file")
            yield plain(self.say("export.phrase"), "strong")
            yield typed(password=True, id="phrase")
            yield plain(self.say("export.again"), "strong")
            yield typed(password=True, id="again")
        yield self.answers(self.say("export.write"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the next line, and after the last one the file."""
        event.stop()
        if event.input.id == "again":
            self.go_on()
        else:
            self.focus_next()

    def go_on(self) -> None:
        """Write it."""
        file, phrase, again = (
            self.query_one(f"#{name}", Input).value for name in ("file", "phrase", "again")
        )
        if not file or phrase != again:
            self.mind(Usage("passphrase.differs"))
            return
        wallet, now = self.access.wallet, self.access.now()
        path = Path(file).expanduser()
        self.start(
            "export",
            lambda: exporting.export(wallet, path, phrase, activities=None, now=now),
            lambda made: self._done(path, made),
            hold=True,
            failed=self._failed,
        )

    def _done(self, file: Path, made: Made) -> None:
        self.tell(self.texts.get("export.done", file=file.name, count=made.activities), Tone.GOOD)

    def _failed(self, error: WalletError) -> None:
        if isinstance(error, Usage):
            self.mind(error)
        else:
            self.refused(error)
