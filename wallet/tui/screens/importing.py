"""Logs of others: looked at from a file, kept apart, searched apart, and taken away again."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from credential.log import Fault
from wallet.cli.render import local_time
from wallet.errors import Usage, WalletError
from wallet.service import exporting, importing
from wallet.service.exporting import Checked
from wallet.service.importing import Segment
from wallet.store.foreign import ForeignLog
from wallet.store.projection import Activity
from wallet.tui import views
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.screens.unlock import typed
from wallet.tui.screens.writing import Asking
from wallet.tui.widgets import Line, Picker, Reading, Tone, note, plain

MOST: Final = 200
MOST_FAULTS: Final = 20
COLUMNS: Final = (44, 28)
LISTED: Final = (28, 20)


class ImportScreen(Asking):
    """Asks for a file and its passphrase; looks, and keeps nothing yet."""

    NAME = "import"
    AUTO_FOCUS = "#file"

    def content(self) -> ComposeResult:
        """Two lines to type in."""
        with Vertical(classes="auto"):
            yield plain(self.say("import.what"), "spaced")
            yield plain(self.say("import.file"), "strong")
            yield typed(id="file")
            yield plain(self.say("import.phrase"), "strong")
            yield typed(password=True, id="phrase")
        yield self.answers(self.say("import.read"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the next line, and after the last one the file."""
        event.stop()
        if event.input.id == "phrase":
            self.go_on()
        else:
            self.focus_next()

    def go_on(self) -> None:
        """Open it and judge it."""
        file, phrase = (self.query_one(f"#{name}", Input).value for name in ("file", "phrase"))
        wallet, now = self.access.wallet, self.access.now()

        def look() -> tuple[bytes, Checked]:
            content = exporting.open_file(Path(file).expanduser(), phrase)
            return content, exporting.judge(wallet, content, now=now)

        self.start("import", look, self._found, failed=self._failed)

    def _found(self, found: tuple[bytes, Checked]) -> None:
        self.app.switch_screen(FoundScreen(*found))

    def _failed(self, error: WalletError) -> None:
        if isinstance(error, Usage):
            self.mind(error)
        else:
            self.refused(error)

    def back_message(self) -> str:
        """Nothing came in."""
        return ""


def told(page: Page, checked: Checked) -> Iterator[Widget]:
    """The verdict, what is wrong, and whose word it is."""
    texts, judged = page.texts, checked.judgement
    count = len(judged.statements)
    if checked.ok:
        yield note(Tone.GOOD, page.say("foreign.holds", count=count))
    else:
        yield note(Tone.BAD, page.say("foreign.broken", count=count))
    for fault in judged.faults[:MOST_FAULTS]:
        yield note(Tone.BAD, _fault(page, fault))
    if len(judged.faults) > MOST_FAULTS:
        yield plain(page.say("foreign.more", count=len(judged.faults) - MOST_FAULTS), "indent")
    if checked.exported.withheld:
        yield plain(texts.get("export.withheld", count=checked.exported.withheld), "indent")
    yield plain(texts.get("export.word"), "quiet")


def _fault(page: Page, fault: Fault) -> str:
    what = page.texts.find(f"fault.{fault.code}")
    what = what or page.texts.get("export.fault", code=fault.code)
    return page.texts.get("verify.fault", n=fault.n, what=what)


class FoundScreen(Page):
    """What a file holds: the verdict, and each statement with whose it is."""

    NAME = "found"
    BINDINGS: ClassVar[list[BindingType]] = [key("k", "keep-log")]
    AUTO_FOCUS = "Reading"

    def __init__(self, content: bytes, checked: Checked) -> None:
        super().__init__()
        self._content, self._checked = content, checked

    def content(self) -> ComposeResult:
        """Verdict first, statements below."""
        texts = self.texts
        with Reading():
            yield from told(self, self._checked)
            for one in self._checked.judgement.statements[:MOST]:
                who = (
                    texts.get("export.own")
                    if one.signed_by is None
                    else texts.get("export.signed-by", name=one.signed_by)
                )
                event = texts.get(f"event.{one.kind}")
                yield plain(f"{one.n}  {local_time(one.at)}  {event}  [{who}]", "indent")
            yield plain(self.say("foreign.not-kept"), "spaced", "quiet")

    def action_keep_log(self) -> None:
        """Keep it, apart."""
        wallet, content, now = self.access.wallet, self._content, self.access.now()
        self.start(
            "import", lambda: importing.bring_in(wallet, content, now=now), self._kept, hold=True
        )

    def _kept(self, found: Segment) -> None:
        screen = ForeignScreen(found.kept.activity)
        self.app.switch_screen(screen)
        said = self.say("foreign.kept")
        screen.call_after_refresh(lambda: screen.tell(said, Tone.GOOD))


class ImportedScreen(Page):
    """The logs of others that are kept."""

    NAME = "imported"
    BINDINGS: ClassVar[list[BindingType]] = [key("i", "import")]

    def content(self) -> ComposeResult:
        """The list."""
        yield plain("", "none")
        yield Picker(id="imported")

    def on_screen_resume(self) -> None:
        """Read again: one may have gone."""
        store = self.access.wallet.store
        self.start("read", store.foreign_logs, self._show)

    def _show(self, found: tuple[ForeignLog, ...]) -> None:
        none, picker = self.query_one(".none", Static), self.query_one(Picker)
        none.update(self.say("imported.none"))
        none.display, picker.display = not found, bool(found)
        picker.show(tuple(self._line(one) for one in found), LISTED)
        if found:
            picker.focus()

    def _line(self, one: ForeignLog) -> Line:
        whole = one.faults == 0
        when = f"{self.say('foreign.at')} {local_time(one.imported_at)}"
        stood = self.say("imported.whole" if whole else "imported.not-whole")
        lines = self.say("imported.lines", count=one.entries)
        return Line(one.activity, when, stood, Tone.GOOD if whole else Tone.BAD, lines)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter opens it."""
        event.stop()
        self.app.push_screen(ForeignScreen(event.option_id or ""))

    def action_import(self) -> None:
        """Another file."""
        self.app.push_screen(ImportScreen())


class ForeignScreen(Page):
    """One log of somebody else: its verdict as of now, and what it tells."""

    NAME = "foreign"
    BINDINGS: ClassVar[list[BindingType]] = [key("slash", "search"), key("x", "forget-log")]

    def __init__(self, log: str) -> None:
        super().__init__()
        self._log = log
        self._events: dict[str, Counter[str]] = {}

    def content(self) -> ComposeResult:
        """The verdict, a line to search in, the list."""
        yield Vertical(id="verdict", classes="auto")
        search = typed(placeholder=self.say("foreign.search"), id="search")
        search.display = False
        yield search
        yield Picker(id="activities")

    def on_mount(self) -> None:
        """Judge it anew: what was revoked since counts."""
        wallet, now = self.access.wallet, self.access.now()
        self.start("import", lambda: importing.one(wallet, self._log, now=now), self._judged)

    def _judged(self, found: Segment) -> None:
        for one in found.checked.exported.entries:
            self._events.setdefault(one.activity, Counter())[one.kind.value] += 1
        self.query_one("#verdict", Vertical).mount_all(told(self, found.checked))
        self._read()

    def _read(self) -> None:
        store, search = self.access.wallet.store, self.query_one("#search", Input).value
        self.start(
            "read",
            lambda: store.foreign_activities(self._log, search=search, limit=MOST),
            self._show,
        )

    def _show(self, found: tuple[Activity, ...]) -> None:
        picker = self.query_one(Picker)
        lines = (views.activity_line(one, self.texts, self._events[one.id]) for one in found)
        picker.show(tuple(lines), COLUMNS)
        if not found:
            self.tell(self.texts.get("activities.none"))
        if not self.query_one("#search").has_focus:
            picker.focus()

    def action_search(self) -> None:
        """Words to search for, in this log alone."""
        search = self.query_one("#search", Input)
        search.display = True
        search.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: search."""
        event.stop()
        self.query_one(Picker).focus()
        self._read()

    def action_back(self) -> None:
        """Escape: first out of a search, then back."""
        search = self.query_one("#search", Input)
        if search.display:
            search.value, search.display = "", False
            self._read()
        else:
            super().action_back()

    def action_forget_log(self) -> None:
        """Asks first; keeping is the first answer."""
        sentences = (self.say("foreign.sure"), self.say("foreign.sure-what"))
        answers = {"keep": self.say("answer.keep"), "whole": self.say("answer.forget-whole")}
        self.app.push_screen(Dialog(self.texts, sentences, answers), self._forget)

    def _forget(self, answer: str | None) -> None:
        if answer != "whole":
            return
        store, now = self.access.wallet.store, self.access.now()
        self.start(
            "forget",
            lambda: store.forget_activity(self._log, at=now),
            lambda _: self.leave(self.say("foreign.gone"), Tone.GOOD),
            hold=True,
        )
