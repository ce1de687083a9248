"""Is the log whole, and the eight words to keep elsewhere."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from wallet import log
from wallet.cli.render import local_time
from wallet.progress import Progress, Report
from wallet.store import Store
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.backup import BackupScreen
from wallet.tui.screens.export import ExportScreen
from wallet.tui.screens.importing import ImportedScreen
from wallet.tui.screens.qr import QrScreen
from wallet.tui.widgets import Reading, Tone, note, plain


@dataclass(frozen=True)
class LogView:
    """The verdict and the head."""

    report: log.Report
    n: int
    words: tuple[str, ...]


class LogScreen(Page):
    """Walks the whole chain, and shows its head."""

    NAME = "log"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("e", "export"),
        key("o", "imported"),
        key("b", "backup"),
        key("q", "qr", show=False),
    ]
    AUTO_FOCUS = "Reading"

    def __init__(self) -> None:
        super().__init__()
        self._words: tuple[str, ...] = ()

    def content(self) -> ComposeResult:
        """Filled when the walk is done."""
        yield Reading(id="log")

    def on_mount(self) -> None:
        """Start at once."""
        store, how = self.access.wallet.store, Progress()
        self.start("verify", lambda: _walk(store, how), self._show, progress=how)

    def stopped(self) -> None:
        """Without the verdict there is nothing here."""
        self.leave(self.say("log.stopped"))

    def action_imported(self) -> None:
        """The logs of others."""
        self.app.push_screen(ImportedScreen())

    def action_backup(self) -> None:
        """To another computer."""
        self.app.push_screen(BackupScreen())

    def action_qr(self) -> None:
        """The words for a telephone: they are to be kept elsewhere."""
        if self._words:
            self.app.push_screen(QrScreen(self.say("qr.words"), " ".join(self._words), self.texts))

    def action_export(self) -> None:
        """To a file, for others."""
        self.app.push_screen(ExportScreen())

    def _show(self, found: LogView) -> None:
        report, texts = found.report, self.texts
        self._words = found.words
        tone, name = (Tone.GOOD, "ok") if report.ok else (Tone.BAD, "broken")
        lines: list[Widget] = [note(tone, texts.get(f"verify.{name}", count=report.entries))]
        for fault in report.faults:
            what = texts.get(f"fault.{fault.code}")
            lines.append(note(Tone.BAD, texts.get("verify.fault", n=fault.n, what=what)))
        if report.removed:
            lines.append(plain(texts.get("verify.removed", count=len(report.removed)), "spaced"))
        if report.mended:
            lines.append(plain(texts.get("verify.mended"), "spaced"))
        lines += [
            plain(self.say("log.words"), "strong"),
            plain("  ".join(found.words), "spaced"),
            plain(
                self.say("log.keep", n=found.n, when=local_time(self.access.now())),
                "spaced",
                "quiet",
            ),
            plain(self.say("qr.press"), "quiet"),
        ]
        self.query_one(Reading).mount_all(lines)


def _walk(store: Store, how: Report) -> LogView:
    report = log.verify(store, report=how)
    n, words = log.head_words(store)
    return LogView(report, n, tuple(words))
