"""One activity: what was asked and shared, what they stated, what happened, and the rights."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from credential.plaintext import terminal_safe
from wallet import reminderwords
from wallet.cli.render import event_line, local_day, local_time, signed
from wallet.events import Outcome, Type
from wallet.naming import path_of_text
from wallet.outcomes import outcome_text
from wallet.phrases import claim_text
from wallet.service import accessdata, processing, reminders, rights, share
from wallet.service.accessdata import Told
from wallet.service.lookback import Lookback, look_back
from wallet.service.overview import card_events
from wallet.service.reminders import Reminder
from wallet.service.share import Done
from wallet.service.wallet import Wallet
from wallet.statements import statements
from wallet.store.rights import OVER, PASSING
from wallet.store.values import RightsCase
from wallet.texts import Texts
from wallet.tui import views
from wallet.tui.keys import key
from wallet.tui.page import Dialog, Page
from wallet.tui.screens.case import CaseScreen
from wallet.tui.screens.choosing import RightsScreen
from wallet.tui.screens.data import DataScreen
from wallet.tui.screens.evidence import EvidenceScreen
from wallet.tui.screens.processing import ProcessingScreen
from wallet.tui.screens.report import open_report
from wallet.tui.screens.right import RightScreen
from wallet.tui.widgets import Reading, Row, Tone, note, plain


class ActivityScreen(Page):
    """Everything the wallet knows of one activity, and the keys to act on it."""

    NAME = "activity"
    BINDINGS: ClassVar[list[BindingType]] = [
        key("w", "erase"),
        key("i", "access"),
        key("m", "report"),
        key("v", "rights"),
        key("b", "evidence"),
        key("g", "data"),
        key("x", "forget-activity"),
        key("s", "status", show=False),
        key("o", "receipt", show=False),
        key("d", "close-right", show=False),
        key("r", "resend", show=False),
        key("k", "open-case"),
        key("p", "processing"),
    ]
    AUTO_FOCUS = "Reading"

    def __init__(self, activity: str) -> None:
        super().__init__()
        self._activity = activity
        self._found: Lookback | None = None
        self._outcome = ""
        self._case, self._oin = "", ""
        self._due: tuple[Reminder, ...] = ()
        self._told: Told | None = None

    def content(self) -> ComposeResult:
        """Filled once it was read."""
        yield Reading(id="activity")

    def on_screen_resume(self) -> None:
        """Read again: an answer may have come."""
        wallet = self.access.wallet
        self.start("read", lambda: self._read(wallet), self._show)

    def _read(self, wallet: Wallet) -> Lookback:
        found = look_back(wallet, self._activity)
        events = card_events(wallet, found.activity)
        self._outcome = outcome_text(found.activity, self.texts, events)
        self._due = reminders.of_activity(wallet, found.activity.id, now=self.access.now())
        self._told = accessdata.told(wallet, found.activity.id)
        oin = found.activity.party_oin
        self._oin = oin if oin in {one.oin for one in processing.parties(wallet)} else ""
        held = wallet.store.cases()
        self._case = next((one.id for one in held if one.activity == found.activity.id), "")
        return found

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rights only where something was shared with an address to ask at."""
        found = self._found
        if action in ("status", "receipt") and not (found and found.can_ask):
            return False
        if action in ("erase", "access", "rights") and not (found and _reached(found)):
            return False
        if action == "report" and not (found and found.activity.type == Type.DISCLOSURE):
            return False
        if action == "data" and self._told is None:
            return False
        if action == "close_right" and not (found and _open(found)):
            return False
        if action == "evidence" and not (found and found.kept):
            return False
        if action == "open_case" and not (found and self._case):
            return False
        if action == "processing" and not (found and self._oin):
            return False
        if action == "resend" and not (found and found.activity.outcome == Outcome.UNKNOWN):
            return False
        return super().check_action(action, parameters)

    # --- what is shown --------------------------------------------------------------------------

    def _show(self, found: Lookback) -> None:
        self._found = found
        reading = self.query_one(Reading)
        place = reading.scroll_offset.y
        reading.remove_children()
        reading.mount_all(self._lines(found))
        self.call_after_refresh(reading.scroll_to, y=place, animate=False)
        self.refresh_bindings()

    def _lines(self, found: Lookback) -> Iterator[Widget]:
        activity, texts = found.activity, self.texts
        yield plain(views.who(activity, texts), "strong")
        yield note(views.tone(activity), self._outcome)
        if activity.receipt:
            good = activity.receipt == "verified"
            word = texts.find(f"share.receipt.{activity.receipt}") or activity.receipt
            yield note(Tone.GOOD if good else Tone.MIND, word)
        yield Row(self.say("activity.when"), local_time(activity.started))
        said = statements(texts, found.events)
        for label, text in said.first:
            yield Row(label, text)
        for label, text in signed(texts, found.signed):
            yield Row(label, text)
        yield from self._data(found)
        yield from self._rights(found)
        if said.rest:
            yield plain(texts.get(f"activity.about.{activity.type}"), "strong")
        for label, text in said.rest:
            yield Row(label, text)
        yield plain(texts.get("activity.events"), "strong")
        for entry in found.events:
            yield plain(terminal_safe(event_line(texts, entry)), "indent")
        if found.kept:
            yield plain(self.say("activity.kept"), "strong")
            yield plain(self.say("activity.kept-count", count=len(found.kept)), "indent")

    def _data(self, found: Lookback) -> Iterator[Widget]:
        texts, claims = self.texts, found.activity.claims
        shared = [name for name, claim in claims.items() if claim.shared]
        if shared:
            yield plain(texts.get(f"activity.{_how(found)}"), "strong")
        for title, held in self.access.by_card(shared).items():
            yield plain(title, "indent")
            for vct, path, label in held:
                value = _value(found, vct, path, texts)
                if claims[vct, path].erased:
                    value = f"{value}  ✓ {texts.get('activity.erased')}".strip()
                yield Row(label, value, classes="claim")
        if found.sent is None:
            yield plain(texts.get("activity.values-erased"), "quiet")
        left = [name for name, claim in claims.items() if claim.asked and not claim.shared]
        if left:
            yield plain(texts.get("activity.not-shared" if shared else "activity.asked"), "strong")
        for title, held in self.access.by_card(left).items():
            yield plain(f"{title}: {', '.join(label for _, _, label in held)}", "indent")

    def _rights(self, found: Lookback) -> Iterator[Widget]:
        if self._due:
            yield plain(self.say("activity.due"), "strong")
        for reminder in self._due:
            yield note(Tone.MIND, reminderwords.line(reminder, self.texts))
        if self._told is not None:
            told = self.say("activity.told", day=local_day(self._told.at))
            yield plain(told, "spaced", "indent")
        if not found.rights:
            return
        yield plain(self.say("activity.rights"), "strong")
        for case in found.rights:
            right = self.texts.find(f"right.{case.right}") or case.right
            state = self.texts.find(f"rights.states.{case.state}") or case.state
            yield plain(f"{local_time(case.asked_at)}  {right}: {state}", "indent")

    # --- what can be done -----------------------------------------------------------------------

    def action_erase(self) -> None:
        """Ask them to erase it; asks the resident first."""
        self.app.push_screen(RightScreen(self._activity, "erasure"))

    def action_access(self) -> None:
        """Ask what they have, and what they did with it."""
        self.app.push_screen(RightScreen(self._activity, "access"))

    def action_rights(self) -> None:
        """Everything that can be asked."""
        self.app.push_screen(RightsScreen(self._activity))

    def action_report(self) -> None:
        """To the supervisory authority."""
        open_report(self, self._activity)

    def action_data(self) -> None:
        """What they said they have."""
        self.app.push_screen(DataScreen(self._activity))

    def action_close_right(self) -> None:
        """Puts a request away; which one, and whether."""
        if self._found is None:
            return
        answers = {"keep": self.say("answer.back")}
        for case in _open(self._found):
            answers[f"case-{case.id}"] = self.texts.find(f"right.{case.right}") or case.right
        sentences = (self.say("activity.close-which"),)
        self.app.push_screen(Dialog(self.texts, sentences, answers), self._close_right)

    def _close_right(self, answer: str | None) -> None:
        if not (answer or "").startswith("case-"):
            return
        access, case = self.access, str(answer).removeprefix("case-")
        self.start(
            "write",
            lambda: rights.close(access.wallet, case, now=access.now()),
            lambda _: self._put_away(),
            hold=True,
        )

    def _put_away(self) -> None:
        self.on_screen_resume()
        self.tell(self.say("activity.closed"), Tone.GOOD)

    def action_status(self) -> None:
        """Ask how it stands."""
        self.app.push_screen(RightScreen(self._activity, "status"))

    def action_receipt(self) -> None:
        """Ask for the receipt."""
        self.app.push_screen(RightScreen(self._activity, "receipt"))

    def action_open_case(self) -> None:
        """The case this activity is about."""
        self.app.push_screen(CaseScreen(self._case))

    def action_processing(self) -> None:
        """What this municipality did with the data."""
        self.app.push_screen(ProcessingScreen(self._oin))

    def action_evidence(self) -> None:
        """The signed documents that are kept."""
        if self._found is not None:
            self.app.push_screen(EvidenceScreen(self._found.activity.id))

    def action_forget_activity(self) -> None:
        """Asks first; keeping is the first answer."""
        sentences = (
            self.texts.get("forget-activity.sure"),
            self.texts.get("forget-activity.warning"),
        )
        answers = {
            "keep": self.say("answer.keep"),
            "values": self.say("answer.forget-values"),
            "whole": self.say("answer.forget-whole"),
        }
        self.app.push_screen(Dialog(self.texts, sentences, answers), self._forget)

    def _forget(self, answer: str | None) -> None:
        access, name = self.access, self._activity
        store = access.wallet.store
        if answer == "values":
            self.start("forget", lambda: store.erase_sent(name), self._values_gone, hold=True)
        elif answer == "whole":
            self.start(
                "forget",
                lambda: store.forget_activity(name, at=access.now()),
                lambda _: self.leave(self.texts.get("forget-activity.done"), Tone.GOOD),
                hold=True,
            )

    def _values_gone(self, count: int) -> None:
        told = self.texts.get("forget-activity.values", count=count)
        wallet = self.access.wallet
        self.start("read", lambda: self._read(wallet), self._show)
        self.tell(told, Tone.GOOD)

    def action_resend(self) -> None:
        """The same bytes once more; asks first."""
        answers = {"keep": self.say("answer.no"), "resend": self.say("answer.resend")}
        dialog = Dialog(self.texts, (self.texts.get("share.resend"),), answers)
        self.app.push_screen(dialog, self._resend)

    def _resend(self, answer: str | None) -> None:
        if answer != "resend":
            return
        access = self.access
        self.start(
            "share",
            lambda: share.resend(access.wallet, access.fetch(), self._activity, now=access.now()),
            self._resent,
            hold=True,
        )

    def _resent(self, done: Done) -> None:
        from wallet.tui.screens.result import ResultScreen  # noqa: PLC0415 - it opens this screen

        self.app.push_screen(
            ResultScreen(done, "" if self._found is None else self._found.activity.party_name)
        )


def _reached(found: Lookback) -> bool:
    """Whether there is something of which something can be asked, in whatever way."""
    return found.can_ask or any(claim.shared for claim in found.activity.claims.values())


def _open(found: Lookback) -> tuple[RightsCase, ...]:
    """What the resident can put away."""
    return tuple(
        case for case in found.rights if case.state not in OVER and case.right not in PASSING
    )


def _how(found: Lookback) -> str:
    match found.activity.outcome:
        case Outcome.UNKNOWN | Outcome.INTENDED:
            return "maybe-shared"
        case Outcome.UNSENT:
            return "unsent"
        case _:
            return "shared"


def _value(found: Lookback, vct: str, path: str, texts: Texts) -> str:
    """The value at this path; of a part that was shared whole, all that is in it."""
    return ", ".join(
        claim_text(path_of_text(at), value, texts)
        for card in found.sent or ()
        for at, value in card.values
        if card.vct == vct and (at == path or at.startswith(f"{path}."))
    )
