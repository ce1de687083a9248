"""What time asks of applications, and what it does: reminders, ends, erasure."""

from dataclasses import dataclass
from typing import Final

from issuer.application import (
    DAY,
    RECIPIENTS_SECONDS,
    Application,
    Closed,
    Decided,
    InformationRequested,
    InProgress,
    Received,
    Why,
    at,
    standing,
    to_correct,
    to_tell,
)
from issuer.service.casefiles import change, end_copies, open_dossier, seal, terms
from issuer.service.office import Office
from issuer.store.applications import Change, StoredApplication

_UNDECIDED: Final = ("received", "in_progress", "information_requested")


@dataclass(frozen=True, repr=False)
class Reminder:
    """What a clerk must do, and by when."""

    application: Application
    what: str
    """`decide`, `correct` (the register) or `tell` (the recipients)."""
    due: int
    late: bool


def reminders(office: Office, now: int, *, municipality: str | None = None) -> list[Reminder]:
    """What is near its term or past it, the most urgent first."""
    phases = (*_UNDECIDED, "decided", "closed")
    found = []
    for stored in office.store.applications.in_phases(phases, municipality):
        one = _reminder(office, at(stored.application, now), now)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: (one.due, one.application.file.case))


def _reminder(office: Office, state: Application, now: int) -> Reminder | None:
    match state:
        case Received() | InProgress():
            due_at = state.file.due_at
            if now < due_at - terms(office, state.file).reminder_days * DAY:
                return None
            return Reminder(state, "decide", due_at, late=now >= due_at)
        case InformationRequested():
            # The term stands still (Awb 4:15).
            return None
        case Decided() if to_correct(state):
            return Reminder(state, "correct", state.file.due_at, late=now >= state.file.due_at)
        case Decided() | Closed() if to_tell(state) and state.recipients is not None:
            due_at = state.recipients.answered_at + RECIPIENTS_SECONDS
            return Reminder(state, "tell", due_at, late=now >= due_at)
        case _:
            return None


def settle(office: Office, now: int) -> int:
    """Ends what was granted up to a day that is over, and erases what is not needed any more.

    Safe to run twice; returns how many applications it touched.
    """
    touched = 0
    for stored in office.store.applications.over(now):
        touched += _settle(office, stored, now)
    return touched


def _settle(office: Office, stored: StoredApplication, now: int) -> bool:
    state = at(stored.application, now)
    file = state.file
    if state != stored.application:
        if isinstance(state, Closed) and state.why is Why.EXPIRED:
            end_copies(office, file, frozenset({file.kind}), "other", "expired", now, at_once=True)
        office.store.applications.change(
            file.case,
            lambda found: change(
                office,
                found,
                at(found.application, now),
                open_dossier(office, found),
                now,
            ),
        )
        return True
    if stored.erase_at is None or now < stored.erase_at:
        return False
    if not standing(state):
        return office.store.applications.forget(file.case, stored.version)

    def erase(found: StoredApplication) -> Change:
        kept = open_dossier(office, found).after_erasure()
        sealed = seal(office, file.case, kept)
        return Change(found.application, sealed, erase_at=None, wipe=True)

    office.store.applications.change(file.case, erase)
    return True
