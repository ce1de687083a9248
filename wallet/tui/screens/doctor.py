"""Is the wallet in order: every line says what it means and what to do."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from wallet import doctorwords, hygiene
from wallet.findings import Finding, Verdict
from wallet.progress import Progress
from wallet.service import doctor
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Page
from wallet.tui.widgets import Reading, Tone, note, plain

TONES = {Verdict.GOOD: Tone.GOOD, Verdict.MIND: Tone.MIND, Verdict.BAD: Tone.BAD}


def examine(access: Access, how: Progress) -> tuple[Finding, ...]:
    """The whole check-up."""
    outside = doctor.outside(access.home, hygiene.clean_environment())
    return (*outside, *doctor.inside(access.wallet, now=access.now(), report=how))


class DoctorScreen(Page):
    """What is wrong first, then what to mind, then what is in order."""

    NAME = "doctor"
    BINDINGS: ClassVar[list[BindingType]] = [key("h", "repair")]
    AUTO_FOCUS = "Reading"

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Finding, ...] = ()

    def content(self) -> ComposeResult:
        """Filled by the check-up."""
        yield Reading(id="doctor")

    def on_mount(self) -> None:
        """Starts at once."""
        self._examine()

    def stopped(self) -> None:
        """Without its result there is nothing to read."""
        self.leave(self.say("progress.stopped"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Repairing only what can be repaired."""
        if action == "repair" and not doctor.repairs(self._found):
            return False
        return super().check_action(action, parameters)

    def action_repair(self) -> None:
        """Everything the wallet can put right by itself; then looks again."""
        access, wanted = self.access, doctor.repairs(self._found)

        def task() -> None:
            for one in wanted:
                doctor.repair(access.wallet, access.fetch(), one, now=access.now())

        self.start("repair", task, lambda _: self._examine())

    def _examine(self) -> None:
        how, access = Progress(), self.access
        self.start("doctor", lambda: examine(access, how), self._show, progress=how)

    def _show(self, found: tuple[Finding, ...]) -> None:
        self._found = found
        texts = self.texts
        worst = doctor.worst(found)
        lines: list[Widget] = [note(TONES[worst], texts.get(f"doctor.all.{worst.value}"))]
        for verdict in (Verdict.BAD, Verdict.MIND, Verdict.GOOD):
            of_this = [one for one in found if one.verdict is verdict]
            if of_this:
                lines.append(plain(texts.get(f"doctor.heading.{verdict.value}"), "strong"))
            for one in of_this:
                lines.append(note(TONES[verdict], doctorwords.what(one, texts)))
                more = doctorwords.then(one, texts)
                if more:
                    lines.append(plain(f"  {more}", "indent"))
                if verdict is not Verdict.GOOD:
                    said = doctorwords.links(one, texts)
                    lines += [plain(f"  {link}", "indent") for link in said]
        reading = self.query_one(Reading)
        reading.remove_children()
        reading.mount_all(lines)
        self.refresh_bindings()
