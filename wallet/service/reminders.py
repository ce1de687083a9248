"""What is due: answers the law's month has passed for, and data that should be gone by now.

AVG 12(3): one month, or as they extended it with a signed answer; of the supervisory authority
three months (AVG 78(2)). After the day an organisation said it would erase: asking for proof.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from credential import periods
from wallet.service.wallet import Wallet
from wallet.store import deadlines
from wallet.store.values import RightsCase

REPORT: Final = "report"
TERM: Final = "P1M"
REPORT_TERM: Final = "P3M"
_NOTHING_DUE: Final = "needs_confirmation"
_YEAR: Final = timedelta(days=366)
"""How long after the day it is of use to ask."""


class Due(StrEnum):
    """What the resident may want to do something about."""

    LATE = "late"
    PROOF = "proof"


@dataclass(frozen=True)
class Reminder:
    """One thing that is due since `day` (seconds); `right` is what was asked, if anything was."""

    kind: Due
    activity: str
    party: str
    day: int
    right: str = ""
    case: str = ""


@dataclass(frozen=True)
class Standing:
    """How many organisations still have something, and which of them erases first, and when."""

    organisations: int
    first: str
    day: str


def deadline(case: RightsCase) -> int | None:
    """The last second they have: as they signed, else the law's; nothing where none runs.

    What the resident said yes to already waits for them, whatever they ask next.
    """
    if case.state == _NOTHING_DUE and not case.document.get("confirmed"):
        return None
    if case.due is not None:
        return case.due
    term = REPORT_TERM if case.right == REPORT else TERM
    return periods.end_of(periods.after(periods.day_of(case.asked_at), term))


def late(case: RightsCase, now: int) -> bool:
    """Whether that moment has passed."""
    last = deadline(case)
    return last is not None and last < now


def due(wallet: Wallet, *, now: int) -> tuple[Reminder, ...]:
    """Everything that is due, what was asked first before it; of one organisation once."""
    store, today = wallet.store, periods.day_of(now)
    found: list[Reminder] = []
    for case in store.rights_waiting():
        last = deadline(case)
        if last is not None and last < now:
            about = store.activity(case.activity)
            party = "" if about is None else about.party_name
            found.append(Reminder(Due.LATE, case.activity, party, last, case.right, case.id))
    asked = {one.activity for one in found}
    for kept in deadlines.overdue(store, today.isoformat(), (today - _YEAR).isoformat()):
        if kept.activity not in asked:
            day = periods.end_of(date.fromisoformat(kept.until))
            found.append(Reminder(Due.PROOF, kept.activity, kept.party, day))
    return tuple(found)


def of_activity(wallet: Wallet, activity: str, *, now: int) -> tuple[Reminder, ...]:
    """What is due about one activity, for beside the entry."""
    return tuple(one for one in due(wallet, now=now) if one.activity == activity)


def standing(wallet: Wallet, *, now: int) -> Standing:
    """Who still has something, by what this wallet knows."""
    first = deadlines.next_to_go(wallet.store, periods.day_of(now).isoformat())
    count = deadlines.holders(wallet.store)
    return Standing(count, first.party, first.until) if first else Standing(count, "", "")
