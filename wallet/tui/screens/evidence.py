"""The signed documents behind an activity: verified when the screen opens, and told in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from wallet.cli.render import local_time
from wallet.errors import Usage
from wallet.proofwords import facts_of, labels, name_of, verdict_of
from wallet.service import evidence
from wallet.service.evidence import Examined
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.screens.unlock import typed
from wallet.tui.screens.writing import Asking
from wallet.tui.widgets import Reading, Row, Tone, note, plain


class EvidenceScreen(Page):
    """Whether each document holds, who signed it, and what it says."""

    NAME = "evidence"
    BINDINGS: ClassVar[list[BindingType]] = [key("s", "save-evidence")]
    AUTO_FOCUS = "Reading"

    def __init__(self, activity: str) -> None:
        super().__init__()
        self._activity, self._now = activity, 0
        self._found: tuple[Examined, ...] = ()
        self._claims: tuple[tuple[str, str], ...] = ()

    def content(self) -> ComposeResult:
        """Filled when everything was verified."""
        yield Reading(id="evidence")

    def on_mount(self) -> None:
        """Verify at once."""
        wallet, name, now = self.access.wallet, self._activity, self.access.now()
        self._now = now

        def look() -> tuple[Examined, ...]:
            found = wallet.store.activity(name)
            self._claims = () if found is None else tuple(found.claims)
            return evidence.examine(wallet, name, now=now)

        self.start("evidence", look, self._show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Files only of what is there."""
        if action == "save_evidence" and not self._found:
            return False
        return super().check_action(action, parameters)

    def _show(self, found: tuple[Examined, ...]) -> None:
        self._found = found
        self.query_one(Reading).mount_all(self._lines())
        self.refresh_bindings()

    def _lines(self) -> Iterator[Widget]:
        texts = self.texts
        label = labels(self._claims, self.access.types(), texts.lang)
        for one in self._found:
            yield plain(name_of(one, texts), "strong")
            tone = Tone.GOOD if one.holds else Tone.BAD
            yield note(tone, verdict_of(one, texts, local_time))
            proves = texts.find(f"proves.{one.role}")
            if proves and one.holds:
                yield plain(proves[:1].upper() + proves[1:] + ".", "indent")
            for what, said in facts_of(one, texts, local_time, label):
                yield Row(what, said, classes="claim")
            yield plain(f"SHA-256 {one.sha256}", "indent", "quiet")
        if not self._found:
            yield plain(texts.get("proof.none"), "spaced")
        else:
            as_of = self._found[0].as_of
            yield plain(texts.get("proof.as-of", when=local_time(self._now)), "spaced", "quiet")
            if as_of < self._now:
                yield note(Tone.MIND, texts.get("proof.old-list", when=local_time(as_of)))

    def action_save_evidence(self) -> None:
        """As files, for others to check."""
        self.app.push_screen(SaveEvidenceScreen(self._found))


class SaveEvidenceScreen(Asking):
    """Asks for a folder that is there."""

    NAME = "save-evidence"
    AUTO_FOCUS = "Input"

    def __init__(self, found: tuple[Examined, ...]) -> None:
        super().__init__()
        self._found = found

    def content(self) -> ComposeResult:
        """One line to type in."""
        with Vertical(classes="auto"):
            yield plain(self.say("evidence.folder"), "strong")
            yield typed(value=".")
        yield self.answers(self.say("export.write"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: write them."""
        event.stop()
        self.go_on()

    def go_on(self) -> None:
        """Each document in a file of its own; nothing is written over."""
        folder = Path(self.query_one(Input).value).expanduser()
        try:
            evidence.save(folder, self._found)
        except Usage as error:
            self.mind(error)
            return
        told = self.say("evidence.saved", count=len(self._found), folder=folder.absolute().name)
        self.leave(told, Tone.GOOD)

    def back_message(self) -> str:
        """Nothing was written."""
        return ""
