"""A wallet made from a backup, and the cards to fetch again after it."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, OptionList

from credential import words
from credential.plaintext import terminal_safe
from wallet import keyfile
from wallet.errors import Usage, WalletError
from wallet.service import awaited, backup, get
from wallet.service.awaited import Again
from wallet.service.backup import Opened
from wallet.service.looking import Look
from wallet.tui.page import Page
from wallet.tui.screens.get import GetScreen, KindsScreen
from wallet.tui.screens.unlock import typed
from wallet.tui.screens.writing import Asking
from wallet.tui.widgets import Line, Part, Picker, Tone, plain

COLUMNS = (38, 34)


class RestoreScreen(Asking):
    """Asks for the backup and its passphrase, and looks whether it can be put back here."""

    NAME = "restore"
    AUTO_FOCUS = "#file"

    def content(self) -> ComposeResult:
        """Two lines to type in."""
        with Vertical(classes="auto"):
            home = str(self.access.home)
            yield plain(self.say("restore.what", home=home), "spaced")
            yield plain(self.say("restore.file"), "strong")
            yield typed(id="file")
            yield plain(self.say("restore.phrase"), "strong")
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
        """Read it; nothing is made yet."""
        file, phrase = (self.query_one(f"#{name}", Input).value for name in ("file", "phrase"))
        home = self.access.home

        def look() -> Opened:
            backup.require_empty(home)
            return backup.open_file(Path(file).expanduser(), phrase)

        self.start("read", look, self._found, failed=self._failed)

    def _found(self, opened: Opened) -> None:
        self.app.push_screen(OwnPhraseScreen(opened))

    def _failed(self, error: WalletError) -> None:
        if isinstance(error, Usage):
            self.mind(error)
        else:
            self.refused(error)

    def back_message(self) -> str:
        """Nothing was made."""
        return ""


class OwnPhraseScreen(Asking):
    """What is in the backup, and a new passphrase for the wallet that comes of it."""

    NAME = "restore-phrase"
    AUTO_FOCUS = "#own"

    def __init__(self, opened: Opened) -> None:
        super().__init__()
        self._opened = opened

    def content(self) -> ComposeResult:
        """What was found, five words, two lines to type in."""
        from wallet.cli.render import local_time  # noqa: PLC0415 - only here

        opened = self._opened
        with Vertical(classes="auto"):
            yield plain(
                self.texts.get(
                    "restore.found",
                    when=local_time(opened.made_at),
                    count=opened.entries,
                    cards=len(opened.cards),
                ),
                "spaced",
            )
            scheme = self.texts.get("restore.scheme", **backup.scheme_of(opened))
            yield plain(terminal_safe(scheme, max_length=len(scheme)), "spaced")
            yield plain(self.say("restore.own-how"))
            yield plain(words.phrase(self.access.entropy), "strong", "spaced")
            yield plain(self.say("restore.own"), "strong")
            yield typed(password=True, id="own")
            yield plain(self.say("restore.again"), "strong")
            yield typed(password=True, id="again")
        yield self.answers(self.say("restore.go"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the next line, and after the last one the wallet."""
        event.stop()
        if event.input.id == "again":
            self.go_on()
        else:
            self.focus_next()

    def go_on(self) -> None:
        """Make it."""
        own, again = (self.query_one(f"#{name}", Input).value for name in ("own", "again"))
        try:
            keyfile.check_own_phrase(own)
        except Usage as error:
            self.mind(error)
            return
        if own.split() != again.split():
            self.mind(Usage("passphrase.differs"))
            return
        access = self.access

        def make() -> tuple[bool, tuple[Again, ...]]:
            access.restore(self._opened, own)
            whole = backup.whole(access.wallet)
            access.bring_list()
            return whole, awaited.again(access.wallet, now=access.now())

        self.start("restore", make, self._made, hold=True, failed=self._failed)

    def _made(self, found: tuple[bool, tuple[Again, ...]]) -> None:
        whole, again = found
        count = self._opened.entries
        said = self.say("restore.done" if whole else "restore.not-whole", count=count)
        self.regie.begin(AgainScreen() if again else GetScreen(), said)

    def _failed(self, error: WalletError) -> None:
        if isinstance(error, Usage):
            self.mind(error)
        else:
            self.refused(error)

    def back_message(self) -> str:
        """Nothing was made."""
        return ""


class AgainScreen(Page):
    """The cards that did not come along, per issuer; Enter fetches them after a login there."""

    NAME = "again"

    def content(self) -> ComposeResult:
        """Why, and the list."""
        yield plain(self.say("again.what"), "spaced")
        yield Picker(id="again")

    def on_screen_resume(self) -> None:
        """Read again: some may have come."""
        access = self.access
        self.start("read", lambda: awaited.again(access.wallet, now=access.now()), self._show)

    def _show(self, found: tuple[Again, ...]) -> None:
        if not found:
            self.leave(self.say("again.none"), Tone.GOOD)
            return
        self._found = {one.oin: one for one in found}
        lines: list[Line] = []
        for one in found:
            count = self.say("again.count", count=len(one.kinds))
            lines.append(Line(one.oin, terminal_safe(one.name), count, Tone.MIND))
            lines += [Line("", self.access.kind(kind), part=Part.DETAIL) for kind in one.kinds]
        picker = self.query_one(Picker)
        picker.show(tuple(lines), COLUMNS)
        picker.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter: these kinds, at this issuer."""
        event.stop()
        one, access = self._found[event.option_id or ""], self.access
        self.start(
            "get",
            lambda: get.look(access.wallet, access.fetch(), one.oin, one.kinds, now=access.now()),
            self._choose,
        )

    def _choose(self, found: Look) -> None:
        self.app.push_screen(KindsScreen(found))
