"""Is the log whole, and the eight words to keep elsewhere."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from wallet import log
from wallet.cli.render import local_time
from wallet.store import Store
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.export import ExportScreen
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
    BINDINGS: ClassVar[list[BindingType]] = [key("e", "export")]
    AUTO_FOCUS = "Reading"

    def content(self) -> ComposeResult:
        """Filled when the walk is done."""
        yield Reading(id="log")

    def on_mount(self) -> None:
        """Start at once."""
        store = self.access.wallet.store
        self.start("verify", lambda: _walk(store), self._show)

    def action_export(self) -> None:
        """To a file, for others."""
        self.app.push_screen(ExportScreen())

    def _show(self, found: LogView) -> None:
        report, texts = found.report, self.texts
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
        ]
        self.query_one(Reading).mount_all(lines)


def _walk(store: Store) -> LogView:
    report = log.verify(store)
    n, words = log.head_words(store)
    return LogView(report, n, tuple(words))
