"""Wie kreeg mijn gegevens? What a municipality did with your data: when, why, who, which."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import OptionList

from credential.plaintext import terminal_safe
from wallet.cli.render import local_time
from wallet.processingwords import query_lines, step_lines
from wallet.service import processing
from wallet.service.processing import Processing
from wallet.session import StoredSession
from wallet.tui.page import Page
from wallet.tui.widgets import Line, Picker, Reading, Tone, note, plain


class ProcessingScreen(Page):
    """Asks the municipality that was named, or which one where there are more."""

    NAME = "processing"

    def __init__(self, oin: str = "") -> None:
        super().__init__()
        self._oin = oin

    def content(self) -> ComposeResult:
        """A list of municipalities, and what one of them told."""
        yield plain(self.say("processing.which"), "spaced", "which")
        yield Picker(id="parties")
        yield Reading(id="told")

    def on_mount(self) -> None:
        """One municipality is asked at once."""
        self._show_list(())
        wallet = self.access.wallet
        self.start("read", lambda: processing.parties(wallet), self._begin)

    def _begin(self, found: tuple[StoredSession, ...]) -> None:
        wanted = [one for one in found if one.oin == self._oin] or list(found)
        if not wanted:
            self._fill([note(Tone.MIND, self.say("processing.nobody"))])
        elif len(wanted) == 1:
            self._ask(wanted[0].oin)
        else:
            self._show_list(tuple(Line(one.oin, "", terminal_safe(one.name)) for one in wanted))

    def _show_list(self, lines: tuple[Line, ...]) -> None:
        picker = self.query_one(Picker)
        picker.show(lines, (0, 0))
        picker.display = self.query_one(".which").display = bool(lines)
        self.query_one(Reading).display = not lines
        (picker if lines else self.query_one(Reading)).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: ask this one."""
        event.stop()
        if event.option_id:
            self._show_list(())
            self._ask(event.option_id)

    def _ask(self, oin: str) -> None:
        access = self.access
        self.start(
            "processing",
            lambda: processing.fetch_own(
                access.wallet, access.fetch(), oin, lang=access.texts.lang, now=access.now()
            ),
            lambda found: self._fill(list(self._lines(found))),
        )

    def _lines(self, found: Processing) -> Iterator[Widget]:
        texts, issuer = self.texts, terminal_safe(found.issuer)
        if not found.steps and not found.queries:
            yield note(Tone.GOOD, texts.get("processing.none", issuer=issuer))
            return
        yield plain(self.say("processing.intro", issuer=issuer), "spaced", "quiet")
        yield plain(texts.get("processing.queries", issuer=issuer), "strong")
        for query in found.queries:
            yield from _item(local_time(query.at), query_lines(query, texts))
        if not found.queries:
            yield plain(texts.get("processing.no-queries"), "indent")
        yield plain(texts.get("processing.steps", issuer=issuer), "strong")
        for step in found.steps:
            yield from _item(local_time(step.at), step_lines(step, texts))
        if not found.steps:
            yield plain(texts.get("processing.no-steps"), "indent")

    def _fill(self, lines: list[Widget]) -> None:
        reading = self.query_one("#told", VerticalScroll)
        reading.remove_children()
        reading.mount_all(lines)
        reading.focus()


def _item(when: str, lines: list[str]) -> Iterator[Widget]:
    first, *more = lines
    yield plain(f"{when}  {first}", "indent")
    for line in more:
        yield plain(line, "meaning")
