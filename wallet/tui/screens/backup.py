"""Everything that can move to another computer, in one encrypted file."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from wallet.errors import Usage, WalletError
from wallet.service import backup
from wallet.service.backup import Made
from wallet.tui.screens.unlock import asked, typed
from wallet.tui.screens.writing import Asking
from wallet.tui.widgets import Tone, plain

PROPOSED = "regie.backup"


class BackupScreen(Asking):
    """Asks for a file and a passphrase of its own, twice; then writes it and reads it back."""

    NAME = "backup"
    AUTO_FOCUS = "#file"

    def content(self) -> ComposeResult:
        """Three lines to type in."""
        with Vertical(classes="auto"):
            yield plain(self.texts.get("backup.what"), "spaced")
            yield asked(self.say("backup.file"), typed(value=PROPOSED, id="file"))
            yield asked(self.say("backup.phrase"), typed(password=True, id="phrase"))
            yield asked(self.say("backup.again"), typed(password=True, id="again"))
        yield self.answers(self.say("backup.write"))

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
            "backup",
            lambda: backup.backup(wallet, path, phrase, now=now),
            lambda made: self._done(path, made),
            hold=True,
            failed=self._failed,
        )

    def _done(self, file: Path, made: Made) -> None:
        done = self.texts.get("backup.done", file=file.name, count=made.entries)
        self.leave(f"{done} {self.say('backup.keep')}", Tone.GOOD)

    def _failed(self, error: WalletError) -> None:
        if isinstance(error, Usage):
            self.mind(error)
        else:
            self.refused(error)

    def back_message(self) -> str:
        """Nothing was written."""
        return ""
