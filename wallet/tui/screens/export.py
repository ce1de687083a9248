"""The log to a file for others: where to, and under which passphrase; or as a page to read."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Checkbox, Input

from wallet.errors import Usage, WalletError
from wallet.service import exporting
from wallet.service.exporting import Made
from wallet.tui.screens.unlock import asked, typed
from wallet.tui.screens.writing import Asking
from wallet.tui.widgets import Tick, Tone, plain

PROPOSED = "regie-log.jwe"
PAGE = "regie-log.html"


class ExportScreen(Asking):
    """Asks for a file and a passphrase of its own, twice; then writes everything in the log."""

    NAME = "export"
    AUTO_FOCUS = "#file"

    def content(self) -> ComposeResult:
        """Three lines to type in."""
        with Vertical(classes="auto"):
            yield plain(self.say("export.what"), "spaced")
            yield asked(self.say("export.file"), typed(value=PROPOSED, id="file"))
            with Vertical(id="secret", classes="auto"):
                yield asked(self.say("export.phrase"), typed(password=True, id="phrase"))
                yield asked(self.say("export.again"), typed(password=True, id="again"))
            yield Tick(self.say("export.readable"), id="readable")
        yield self.answers(self.say("export.write"))

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """A page to read has no passphrase, and says so."""
        event.stop()
        readable, file = event.value, self.query_one("#file", Input)
        self.query_one("#secret").display = not readable
        if file.value in (PROPOSED, PAGE):
            file.value = PAGE if readable else PROPOSED
        if readable:
            self.tell(self.texts.get("export.keep-page"), Tone.MIND)

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
        readable = self.query_one(Tick).value
        if not file or (phrase != again and not readable):
            self.mind(Usage("passphrase.differs"))
            return
        wallet, now, lang = self.access.wallet, self.access.now(), self.texts.lang
        path = Path(file).expanduser()

        def write() -> Made:
            if readable:
                return exporting.export_readable(wallet, path, lang, activities=None, now=now)
            return exporting.export(wallet, path, phrase, activities=None, now=now)

        self.start(
            "export",
            write,
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
