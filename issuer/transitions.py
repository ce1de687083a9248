"""What residents and clerks do with an application: pure transitions of `issuer.application`."""

from typing import Final

import msgspec

from issuer.application import (
    ANSWER_SECONDS,
    DAY,
    SECTION,
    Application,
    Closed,
    Decided,
    File,
    InformationRequested,
    InProgress,
    Issued,
    Outcome,
    Received,
    Recipients,
    Terms,
    Why,
    Withdrawn,
    asks_recipients,
    at,
    close,
    resume,
    standing,
    step,
    to_correct,
    to_tell,
)
from issuer.errors import DeskFault, NothingFound, WalletFault

MOST_SUPPLEMENTS: Final = 10

# ---- what the resident does


def supplement(application: Application, now: int) -> Received | InProgress:
    """Something was added; if it was asked for, the term runs on from here (Awb 4:15)."""
    match at(application, now):
        case Received() | InProgress() as found:
            return msgspec.structs.replace(found, file=_more(found.file))
        case InformationRequested() as found:
            resumed = resume(found, found.taken_by, now)
            return msgspec.structs.replace(resumed, file=_more(resumed.file))
        case _:
            raise _over_for_wallet()


def withdraw(application: Application, now: int) -> Withdrawn:
    """The resident takes it back, before there is a decision."""
    match at(application, now):
        case Received() | InProgress() | InformationRequested() as found:
            return Withdrawn(file=step(found.file, "withdrawn", now), withdrawn_at=now)
        case Withdrawn() as gone:
            return gone
        case _:
            raise _over_for_wallet()


def answer_recipients(application: Application, tell: bool, now: int) -> Decided | Closed:
    """The resident says whether recipients must be told; until they are, that may change."""
    found = at(application, now)
    if not asks_recipients(found, now) or not isinstance(found, Decided | Closed):
        raise WalletFault("invalid_request", "application.recipients", "Wet BRP 3.23", status=409)
    if found.recipients is not None and found.recipients.tell == tell:
        return found
    return msgspec.structs.replace(found, recipients=Recipients(tell=tell, answered_at=now))


# ---- what a clerk does


def take(application: Application, clerk: str, now: int, *, over: bool = False) -> InProgress:
    """This clerk works on it from now on; `over`: also from a colleague."""
    match at(application, now):
        case Received() as found:
            return InProgress(file=step(found.file, "in_progress", now), taken_by=clerk)
        case InformationRequested() as found if over or found.taken_by == clerk:
            return resume(found, clerk, now)
        case InProgress() as found if over or found.taken_by == clerk:
            return msgspec.structs.replace(found, taken_by=clerk)
        case InProgress() | InformationRequested():
            raise DeskFault("application.taken", "Architecture, Issuer")
        case _ as found:
            raise _not_now(found)


def ask(application: Application, clerk: str, now: int) -> InformationRequested:
    """The resident is asked for more, and the term stands still (Awb 4:15)."""
    found = _in_progress(application, now)
    return InformationRequested(
        file=step(found.file, "information_requested", now),
        taken_by=clerk,
        asked_at=now,
        answer_by=now + ANSWER_SECONDS,
    )


def extend(application: Application, terms: Terms, now: int) -> InProgress:
    """More time, once, before the term is over; the reason goes to the resident."""
    found = _in_progress(application, now)
    if not terms.extension_days:
        raise DeskFault("application.no_extension", "Wet BRP 2.58")
    if found.file.extended_at is not None:
        raise DeskFault("application.extended_already", SECTION)
    if now >= found.file.due_at:
        raise DeskFault("application.extended_late", SECTION)
    due_at = found.file.due_at + terms.extension_days * DAY
    file = msgspec.structs.replace(found.file, due_at=due_at, extended_at=now)
    return msgspec.structs.replace(found, file=file)


def decide(
    application: Application,
    clerk: str,
    outcome: Outcome,
    *,
    four_eyes: bool,
    ends_at: int | None,
    now: int,
) -> Decided:
    """The decision; there is one, and it is not changed."""
    found = _in_progress(application, now)
    if four_eyes and clerk == found.taken_by:
        raise DeskFault("desk.four_eyes", "Regie formats 6")
    if ends_at is not None and ends_at <= now:
        raise DeskFault("application.ends_before", SECTION)
    return Decided(
        file=step(found.file, "decided", now),
        outcome=outcome,
        decided_by=clerk,
        decided_at=now,
        ends_at=ends_at,
    )


def corrected(application: Application, now: int) -> Closed:
    """The register holds what was granted."""
    found = at(application, now)
    if isinstance(found, Decided) and to_correct(found):
        return close(found, Why.CORRECTED, now)
    raise _not_now(found)


def end(application: Application, why: Why, now: int) -> Closed:
    """What was granted is granted no longer; what time ended already stays as it is."""
    found = at(application, now)
    if isinstance(found, Decided | Issued) and standing(found):
        return close(found, why, now)
    if isinstance(found, Closed) and found.why is why:
        return found
    raise _not_now(found)


def collected(application: Application, now: int) -> Issued:
    """A batch of the granted card is being handed out."""
    found = at(application, now)
    if isinstance(found, Issued):
        return found
    if isinstance(found, Decided) and standing(found):
        return Issued(
            file=step(found.file, "issued", now),
            outcome=found.outcome,
            decided_by=found.decided_by,
            decided_at=found.decided_at,
            ends_at=found.ends_at,
        )
    raise WalletFault("credential_request_denied", "application.ended", "OpenID4VCI 1.0 8.3.1.2")


def told(application: Application, clerk: str, now: int) -> Decided | Closed:
    """A clerk told the recipients (Wet BRP 3.23)."""
    found = at(application, now)
    if isinstance(found, Decided | Closed) and found.recipients is not None and to_tell(found):
        done = msgspec.structs.replace(found.recipients, told_at=now, told_by=clerk)
        return msgspec.structs.replace(found, recipients=done)
    raise NothingFound("application.nobody_to_tell", "Wet BRP 3.23")


# ---- parts


def _more(file: File) -> File:
    if file.supplements >= MOST_SUPPLEMENTS:
        raise WalletFault("invalid_request", "application.supplements", SECTION, status=409)
    return msgspec.structs.replace(file, supplements=file.supplements + 1)


def _in_progress(application: Application, now: int) -> InProgress:
    found = at(application, now)
    if not isinstance(found, InProgress):
        raise _not_now(found)
    return found


def _not_now(found: Application) -> DeskFault:
    match found:
        case Received():
            return DeskFault("application.not_taken", SECTION)
        case InProgress():
            return DeskFault("application.not_decided", SECTION)
        case InformationRequested():
            return DeskFault("application.waiting", "Awb 4:15")
        case Withdrawn():
            return DeskFault("application.withdrawn", SECTION)
        case Decided() | Issued() | Closed():
            return DeskFault("application.decided_already", SECTION)


def _over_for_wallet() -> WalletFault:
    return WalletFault("invalid_request", "application.over", SECTION, status=409)
