"""One case: where it is, until when, what is asked, what was decided, and what can be done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from credential.plaintext import terminal_safe
from wallet import casewords
from wallet.attachments import Attachment
from wallet.errors import WalletError
from wallet.issuance import Issuance
from wallet.service import cases, casework, collecting, get
from wallet.service.cases import Standing
from wallet.service.looking import Look
from wallet.store.values import Case, Pending
from wallet.tui import views
from wallet.tui.access import Access
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.screens.get import KindsScreen
from wallet.tui.screens.receive import ReceiveScreen
from wallet.tui.screens.refresh import RefreshScreen
from wallet.tui.screens.writing import FilesScreen, SendScreen, WordsScreen
from wallet.tui.widgets import Reading, Row, Tone, note, plain


@dataclass(frozen=True)
class CaseView:
    """A case with what the resident wrote in it."""

    found: Standing
    written: tuple[tuple[str, str], ...] = field(repr=False)


def view(access: Access, case_id: str) -> CaseView:
    """The case as the wallet knows it now."""
    found = cases.one(access.wallet, case_id)
    said = cases.written(access.wallet, found.case.activity)
    return CaseView(found, tuple(casewords.written(found, said, access.texts, access.types())))


class CaseScreen(Page):
    """What became of one request to the municipality."""

    NAME = "case"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("n", "look"),
        key("a", "supplement"),
        key("j", "recipients"),
        key("h", "fetch-new"),
        key("i", "withdraw"),
    ]
    AUTO_FOCUS = "Reading"

    def __init__(self, case_id: str, told: str = "") -> None:
        super().__init__()
        self._case, self._told = case_id, told
        self._view: CaseView | None = None

    def content(self) -> ComposeResult:
        """Filled once it was read."""
        yield Reading(id="case")

    def on_screen_resume(self) -> None:
        """Read again, every time this screen comes back."""
        self.start("read", lambda: view(self.access, self._case), self._show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done in this phase."""
        file = None if self._view is None else self._view.found.file
        possible = {
            "supplement": file is not None and file.may_supplement,
            "recipients": file is not None and file.ask_recipients and file.tell_recipients is None,
            "fetch_new": self._view is not None and self._view.found.to_fetch,
            "withdraw": file is not None and file.may_withdraw,
        }
        return possible.get(action, True) and super().check_action(action, parameters)

    # --- what is shown --------------------------------------------------------------------------

    def _show(self, found: CaseView) -> None:
        self._view = found
        reading = self.query_one(Reading)
        reading.remove_children()
        reading.mount_all(self._lines(found))
        if self._told:
            self.tell(self._told, Tone.GOOD)
            self._told = ""
        self.refresh_bindings()

    def _lines(self, view: CaseView) -> Iterator[Widget]:
        found, texts, file = view.found, self.texts, view.found.file
        yield plain(casewords.title(found, texts), "strong")
        tone = views.case_tone(found)
        yield note(tone, casewords.phase(found, texts))
        yield plain(casewords.now_sentence(found, texts), "indent")
        if file is not None:
            term = casewords.term(file, texts, self.access.now())
            if term:
                yield plain(term, "indent")
            for sentence in casewords.asked(file, texts):
                yield plain(self.say("case.for-you"), "strong")
                yield note(Tone.MIND, sentence)
                answered = "supplement" if file.phase == "information_requested" else "recipients"
                yield plain(self.say(f"case.press.{answered}"), "indent")
            if found.to_fetch:
                yield plain(self.say("case.press.fetch-new"), "indent")
            said = casewords.ruling(found, texts)
            if said:
                yield plain(self.say("case.decision"), "strong")
            for sentence in said:
                yield plain(sentence, "indent", "spaced")
        yield plain(self.say("case.about"), "strong")
        yield Row(self.say("case.where"), terminal_safe(found.issuer))
        yield Row(self.say("case.number"), found.case.id)
        for label, text in view.written:
            yield Row(label, text)
        if file is not None and file.history:
            yield plain(texts.get("case.history"), "strong")
            for line in casewords.history(file, texts):
                yield plain(line, "indent")

    # --- what can be done -----------------------------------------------------------------------

    def action_look(self) -> None:
        """Asks the municipality how it stands."""
        access = self.access
        self.start("look", lambda: look(access), self._looked)

    def _looked(self, failure: WalletError | None) -> None:
        self.on_screen_resume()
        if failure is not None:
            self.refused(failure)
        else:
            self.tell(self.say("case.looked"), Tone.GOOD)

    def action_supplement(self) -> None:
        """What was asked: words, then files, then one look before it goes."""
        if self._view is None or self._view.found.file is None:
            return
        asked = casewords.asked(self._view.found.file, self.texts)
        question = (*asked, self.say("case.supplement"))
        self.app.push_screen(WordsScreen(question, self._with_words, needed=False))

    def _with_words(self, page: Page, text: str) -> None:
        def with_files(page: Page, files: tuple[Attachment, ...]) -> None:
            if not text and not files:
                page.tell(self.say("case.empty"), Tone.MIND)
                return
            rows = ((self.texts.get("case.text.supplement"), text),) if text else ()
            issuer = "" if self._view is None else terminal_safe(self._view.found.issuer)
            page.app.push_screen(
                SendScreen(issuer, rows, files, lambda last: self._supplement(last, text, files))
            )

        page.app.push_screen(FilesScreen(self.say("case.files"), with_files))

    def _supplement(self, last: SendScreen, text: str, files: tuple[Attachment, ...]) -> None:
        access, name = self.access, self._case
        last.start(
            "send",
            lambda: casework.supplement(
                access.wallet, access.fetch(), name, text, files, now=access.now()
            ),
            lambda done: self._sent(self.texts.get("case.supplemented", issuer=done.issuer)),
            hold=True,
        )

    def _sent(self, told: str) -> None:
        """Back to this case, over the screens that led to it."""
        self._told = told
        while self.app.screen is not self:
            self.app.pop_screen()

    def action_recipients(self) -> None:
        """Whether others must be told; a plain question with two answers."""
        sentences = (self.texts.get("case.recipients"), self.say("case.recipients-what"))
        answers = {
            "later": self.say("answer.later"),
            "tell": self.say("answer.tell"),
            "no-tell": self.say("answer.no-tell"),
        }
        self.app.push_screen(Dialog(self.texts, sentences, answers), self._recipients)

    def _recipients(self, answer: str | None) -> None:
        if answer not in ("tell", "no-tell"):
            return
        access, name, tell = self.access, self._case, answer == "tell"
        self.start(
            "send",
            lambda: casework.tell_recipients(
                access.wallet, access.fetch(), name, tell, now=access.now()
            ),
            lambda _: self._acted(self.texts.get(f"case.told.{'yes' if tell else 'no'}")),
            hold=True,
        )

    def action_withdraw(self) -> None:
        """Asks first; going on with it is the first answer."""
        answers = {"keep": self.say("answer.go-on"), "withdraw": self.say("answer.withdraw")}
        sentences = (self.texts.get("case.withdraw"), self.say("case.withdraw-what"))
        self.app.push_screen(Dialog(self.texts, sentences, answers), self._withdraw)

    def _withdraw(self, answer: str | None) -> None:
        if answer != "withdraw":
            return
        access, name = self.access, self._case
        self.start(
            "send",
            lambda: casework.withdraw(access.wallet, access.fetch(), name, now=access.now()),
            lambda done: self._acted(self.texts.get("case.withdrawn", issuer=done.issuer)),
            hold=True,
        )

    def action_fetch_new(self) -> None:
        """The card that was granted, or the one in the place of what was wrong."""
        if self._view is None:
            return
        case = self._view.found.case
        if case.type == "correction":
            self.app.push_screen(RefreshScreen())
        else:
            self.start("read", lambda: promised(self.access, case), self._fetch)

    def _fetch(self, pending: Pending | None) -> None:
        if pending is not None:
            self.app.push_screen(ReceiveScreen(collecting.standing(pending, "pending")))
            return
        # Asked elsewhere, on the pages of the municipality: this wallet has to log in for it.
        assert self._view is not None
        access, case = self.access, self._view.found.case
        self.start(
            "get",
            lambda: get.look(
                access.wallet, access.fetch(), case.issuer_oin, (case.kind,), now=access.now()
            ),
            self._log_in,
        )

    def _log_in(self, found: Look) -> None:
        self.app.push_screen(KindsScreen(found))

    def _acted(self, told: str) -> None:
        self._told = told
        self.on_screen_resume()


def look(access: Access) -> WalletError | None:
    """Asks every municipality; the first refusal, if any."""
    failures = cases.refresh(access.wallet, access.fetch(), now=access.now())
    return failures[0].error if failures else None


def promised(access: Access, case: Case) -> Pending | None:
    """What waits for this card, if this wallet asked for it."""
    for pending in access.wallet.store.issuances():
        issuance = Issuance.read(pending.document)
        kinds = {item.kind for item in issuance.items if item.open}
        if issuance.issuer_oin == case.issuer_oin and case.kind in kinds:
            return pending
    return None
