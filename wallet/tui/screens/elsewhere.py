"""A letter ready to send, and the ways to send it; which of them was begun is on record (TS7)."""

from dataclasses import dataclass, field
from pathlib import Path as File
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList

from credential.plaintext import terminal_safe
from credential.rights import Right
from wallet import browser, letters
from wallet.letters import Letter
from wallet.service import drafting, elsewhere, report
from wallet.service.elsewhere import Channel, Way
from wallet.service.lookback import look_back
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.screens.data import SaveScreen
from wallet.tui.screens.right import ALL, Asking
from wallet.tui.widgets import Line, Picker, Reading, Tone, plain

COLUMNS = (18, 56)


@dataclass(frozen=True)
class Draft:
    """The letter, who it is for, and how they are reached."""

    party: str
    ways: tuple[Way, ...]
    letter: Letter = field(repr=False)


class LetterScreen(Page):
    """Ways on top, the letter below; what it is about is said by who made it."""

    BINDINGS: ClassVar[list[BindingType]] = [key("tab", "read-letter", "app.focus_next")]

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self._begun = False

    def content(self) -> ComposeResult:
        """Why a letter, how it goes, what it says."""
        yield plain("", "spaced", "why")
        yield Picker(id="ways")
        yield Reading(id="letter")

    def on_mount(self) -> None:
        """Draft it."""
        self.start("read", self.draft, self._show)

    def _show(self, found: Draft) -> None:
        self._draft = found
        self.query_one(".why").update(self.why(found))  # type: ignore[attr-defined]
        lines = [
            Line(way.channel.value, self.say(f"way.{way.channel.value}"), way.contact)
            for way in found.ways
        ]
        lines.append(Line("file", self.say("way.file"), self.say(f"way.file-what.{self.NAME}")))
        picker, reading = self.query_one(Picker), self.query_one(Reading)
        picker.show(tuple(lines), COLUMNS)
        reading.mount(plain(found.letter.subject, "strong"))
        reading.mount_all(plain(line) for line in found.letter.body.splitlines())
        picker.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a way: one question, then it is on record and opens."""
        event.stop()
        if self._draft is None:
            return
        if event.option_id == "file":
            self._save()
            return
        way = next(one for one in self._draft.ways if one.channel.value == event.option_id)
        sentences = (self.say("way.sure", contact=way.contact), self.say(f"way.then.{way.channel}"))
        answers = {
            "no": self.say("answer.back"),
            "write": self.say("answer.only-log"),
            "open": self.say("answer.open"),
        }
        if way.channel is Channel.PHONE:
            answers.pop("open")
        self.app.push_screen(
            Dialog(self.texts, sentences, answers), lambda answer: self._chosen(way, answer)
        )

    def _chosen(self, way: Way, answer: str | None) -> None:
        if answer not in ("write", "open"):
            return
        self.start(
            "write",
            lambda: self.record(way),
            lambda _: self._open(way) if answer == "open" else self._logged(way),
            hold=True,
        )

    def _open(self, way: Way) -> None:
        """The program for it; the text passes other programs only after the question above."""
        assert self._draft is not None
        mail = way.channel is Channel.MAIL
        link = letters.mailto(self._draft.letter, way.contact) if mail else way.contact
        program = browser.beside_terminal()
        if program is None or not program(link):
            self._begun = True
            self.tell(self.texts.get("elsewhere.no-program"), Tone.MIND)
        else:
            self._logged(way)

    def _logged(self, way: Way) -> None:
        self._begun = True
        self.tell(self.say(f"way.logged.{self.NAME}", contact=way.contact), Tone.GOOD)

    def _save(self) -> None:
        screen = SaveScreen(self.say(f"way.save.{self.NAME}"), self.proposed(), self.write)
        self.app.push_screen(screen)

    # --- what the two kinds of letter differ in ---------------------------------------------

    def draft(self) -> Draft:
        """The letter and the ways; in a thread."""
        raise NotImplementedError

    def why(self, found: Draft) -> str:
        """One sentence above the ways."""
        raise NotImplementedError

    def record(self, way: Way) -> object:
        """It is begun this way; in a thread."""
        raise NotImplementedError

    def proposed(self) -> str:
        """The name of the file."""
        raise NotImplementedError

    def write(self, file: File) -> object:
        """Writes the file; in a thread."""
        raise NotImplementedError

    def back_message(self) -> str:
        """Nothing was begun."""
        return "" if self._begun else self.say("right.not-asked")


class ElsewhereScreen(LetterScreen):
    """A right at an organisation that takes no requests from a wallet."""

    NAME = "elsewhere"

    def __init__(self, activity: str, right: Right, asking: Asking = ALL) -> None:
        super().__init__()
        self._activity, self._right, self._asking = activity, right, asking

    def heading(self) -> str:
        """Which right."""
        return f"Regie · {self.say(f'title.right.{self._right.value}')}"

    def draft(self) -> Draft:
        """In the words of the law, with the data by name."""
        wallet, asking = self.access.wallet, self._asking
        found = look_back(wallet, self._activity)
        changes = (
            ((asking.item, asking.wish.proposed),)
            if asking.item is not None and asking.wish is not None
            else ()
        )
        letter = drafting.ask(
            wallet,
            found,
            self._right,
            self.texts,
            claims=asking.claims,
            changes=changes,
            words=asking.text,
        )
        ways = elsewhere.ways(wallet, self._activity)
        return Draft(found.activity.party_name, ways, letter)

    def why(self, found: Draft) -> str:
        """They take no requests from a wallet."""
        return self.say("elsewhere.why", party=terminal_safe(found.party))

    def record(self, way: Way) -> object:
        """In the log, for the reminder."""
        asking = self._asking
        return elsewhere.begin(
            self.access.wallet,
            self._activity,
            self._right,
            way,
            claims=asking.claims,
            proposed=None if asking.wish is None else asking.wish.proposed,
            text=asking.text,
            now=self.access.now(),
        )

    def proposed(self) -> str:
        """A letter."""
        return "brief.txt"

    def write(self, file: File) -> object:
        """The letter alone; nothing was begun by that."""
        assert self._draft is not None
        report.save(self._draft.letter.text.encode(), file)
        return None
