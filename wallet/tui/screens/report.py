"""Reporting to the supervisory authority: words of one's own, the letter, the evidence (TS8)."""

from pathlib import Path as File

from credential.plaintext import terminal_safe
from wallet.service import drafting, report
from wallet.service.elsewhere import Way
from wallet.service.report import Facts
from wallet.tui.page import Page
from wallet.tui.screens.elsewhere import Draft, LetterScreen
from wallet.tui.screens.writing import WordsScreen


class ReportWords(WordsScreen):
    """Words of one's own with a report; they may be left out."""

    def back_message(self) -> str:
        """Nothing was reported."""
        return self.say("report.nothing")


def open_report(page: Page, activity: str) -> None:
    """First what the resident wants to say, then the letter."""
    question = (page.say("report.words"), page.say("rights.why-how"))

    def then(last: Page, text: str) -> None:
        last.app.switch_screen(ReportScreen(activity, report.require_words(text)))

    page.app.push_screen(ReportWords(question, then, needed=False))


class ReportScreen(LetterScreen):
    """The letter to the authority, and one file with all the evidence."""

    NAME = "report"

    def __init__(self, activity: str, words: str) -> None:
        super().__init__()
        self._activity, self._words = activity, words
        self._facts: Facts | None = None

    def draft(self) -> Draft:
        """With what the log itself shows."""
        wallet, now = self.access.wallet, self.access.now()
        found = self._facts = report.facts(wallet, self._activity, now=now)
        letter = drafting.report(
            wallet,
            found,
            self.texts,
            words=self._words,
            files=report.names(wallet, found.activity.id),
        )
        return Draft(found.activity.party_name, found.ways, letter)

    def why(self, found: Draft) -> str:
        """Who the authority is, or that nobody said."""
        facts = self._facts
        name = "" if facts is None else facts.authority.get("name", "")
        if name:
            return self.texts.get("report.authority", name=terminal_safe(name))
        return self.texts.get("report.authority-unknown", party=terminal_safe(found.party))

    def record(self, way: Way) -> object:
        """In the log, for the reminder."""
        assert self._facts is not None
        assert self._draft is not None
        now = self.access.now()
        return report.begin(self.access.wallet, self._facts, way, self._draft.letter, now=now)

    def proposed(self) -> str:
        """Letter and evidence in one."""
        return "melding.zip"

    def write(self, file: File) -> object:
        """The bundle, and on record that it was made."""
        assert self._facts is not None
        assert self._draft is not None
        wallet, now, letter = self.access.wallet, self.access.now(), self._draft.letter
        report.save(report.bundle(wallet, self._facts, letter, now=now), file)
        self._begun = True
        return report.begin(wallet, self._facts, None, letter, now=now)

    def back_message(self) -> str:
        """Nothing was reported."""
        return "" if self._begun else self.say("report.nothing")
