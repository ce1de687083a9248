"""What a person decides, as states (frozen types); what is done to them is in `transitions`.

    Received --take--> InProgress --decide--> Decided --card collected--> Issued
       |                |  ^   |                 |                          |
       |             ask|  |   |                 | refusal final,           | taken back,
       |                v  |   |                 | register corrected       | its day is over
       |   InformationRequested|                 v                          v
       |     (answered, or 14 days)            Closed <---------------------+
       +--withdraw, until it is decided--> Withdrawn

The term runs from the day it is received. It stands still while the resident is asked for more
(Awb 4:15), and is extended once, with a reason. A decision is a *besluit* (Wet BRP 2.60): it has a
reason and says how to object (Regie domain 2.9). The store writes a new state only over the state
the decision was made on (`store.applications`): of two clerks who decide at once exactly one does.
"""

from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

DAY: Final = 86_400
CORRECTION_DAYS: Final = 28
CORRECTION_EXTENSION_DAYS: Final = 56
CORRECTION_REMINDER_DAYS: Final = 7
ANSWER_SECONDS: Final = 14 * DAY
"""How long a resident has to send what was asked; then the term runs on (Awb 4:15)."""
OBJECTION_SECONDS: Final = 42 * DAY
"""Six weeks to object (Awb 6:7)."""
RECIPIENTS_SECONDS: Final = 56 * DAY
"""Recipients are told within eight weeks (Wet BRP 3.23)."""
NEVER: Final = 1 << 40

# Civil status (name, birth, sex, children) and nationality: what may take eight weeks more.
_LONGER: Final = {
    "persoonsgegevens": frozenset(
        (
            "family_name",
            "given_name",
            "initials",
            "name_prefix",
            "birthdate",
            "place_of_birth",
            "sex",
        )
    ),
    "huishouden": frozenset(("minor_children_own",)),
    "verblijfsrecht": frozenset(("nationalities", "dutch_nationality")),
}
SECTION: Final = "Regie domain 2.9"
_AT_THE_ADDRESS: Final = ("woonadres", "huishouden", "woongeschiedenis")


class Type(StrEnum):
    """What is applied for."""

    CARD = "card"
    CORRECTION = "correction"


class Outcome(StrEnum):
    """What was decided."""

    GRANTED = "granted"
    REFUSED = "refused"
    PARTLY = "partly"


class Why(StrEnum):
    """Why nothing more comes of it."""

    FINAL = "final"
    """It was refused, and the time to object is over."""
    CORRECTED = "corrected"
    REVOKED = "revoked"
    """The municipality took its decision back."""
    EXPIRED = "expired"
    """What was granted ended on its own day."""
    REPLACED = "replaced"
    """A later decision took its place."""


class Step(msgspec.Struct, frozen=True):
    """A phase, and since when."""

    phase: str
    at: int


class Terms(msgspec.Struct, frozen=True):
    """How long a decision may take."""

    days: int
    extension_days: int
    """0: no extension."""
    reminder_days: int


class Recipients(msgspec.Struct, frozen=True, kw_only=True):
    """Whether those who received the old data must be told, and whether they were."""

    tell: bool
    answered_at: int
    told_at: int | None = None
    told_by: str | None = None


class File(msgspec.Struct, frozen=True, kw_only=True):
    """What every state knows. It has no repr: the subject names a person."""

    case: str
    municipality: str
    subject: str
    type: Type
    kind: str
    about: tuple[str, ...] = ()
    """The claims a correction is about: names, never values."""
    received_at: int
    due_at: int
    extended_at: int | None = None
    supplements: int = 0
    history: tuple[Step, ...]

    def __repr__(self) -> str:
        return f"File({self.case})"


class _State(msgspec.Struct, frozen=True, tag_field="phase", kw_only=True):
    """One phase of a file. It has no repr: a clerk has a name."""

    file: File

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.file.case})"


class Received(_State, frozen=True, tag="received", kw_only=True):
    """Nobody looked at it yet."""


class InProgress(_State, frozen=True, tag="in_progress", kw_only=True):
    """A clerk works on it."""

    taken_by: str


class InformationRequested(_State, frozen=True, tag="information_requested", kw_only=True):
    """The resident was asked for more, and the term stands still."""

    taken_by: str
    asked_at: int
    answer_by: int


class Decided(_State, frozen=True, tag="decided", kw_only=True):
    """There is a decision; a granted card waits for its wallet, a correction for the register."""

    outcome: Outcome
    decided_by: str
    decided_at: int
    ends_at: int | None = None
    """When what was granted ends by itself."""
    recipients: Recipients | None = None


class Issued(_State, frozen=True, tag="issued", kw_only=True):
    """The card that was granted is in a wallet, which may come back for copies."""

    outcome: Outcome
    decided_by: str
    decided_at: int
    ends_at: int | None = None


class Closed(_State, frozen=True, tag="closed", kw_only=True):
    """Nothing more comes of it."""

    outcome: Outcome
    decided_by: str
    decided_at: int
    closed_at: int
    why: Why
    recipients: Recipients | None = None


class Withdrawn(_State, frozen=True, tag="withdrawn", kw_only=True):
    """The resident took it back before there was a decision."""

    withdrawn_at: int


Open: TypeAlias = Received | InProgress | InformationRequested
Over: TypeAlias = Decided | Issued | Closed
Application: TypeAlias = Open | Over | Withdrawn


def correction_terms(kind: str, about: tuple[str, ...]) -> Terms:
    """Four weeks; eight more only for civil status or nationality (Wet BRP 2.58)."""
    longer = not _LONGER.get(kind, frozenset()).isdisjoint(about)
    extension = CORRECTION_EXTENSION_DAYS if longer else 0
    return Terms(CORRECTION_DAYS, extension, CORRECTION_REMINDER_DAYS)


def touched(kind: str) -> tuple[str, ...]:
    """The kinds that rest on the same data: a wrong address is wrong on all of them."""
    return _AT_THE_ADDRESS if kind in _AT_THE_ADDRESS else (kind,)


def phase(application: Application) -> str:
    """The name of the phase on the wire and in the store."""
    return application.file.history[-1].phase


def receive(file: File) -> Received:
    """It came in, and the term runs."""
    return Received(file=step(file, "received", file.received_at))


def at(application: Application, now: int) -> Application:
    """The application as it stands at `now`: what time alone does has been done."""
    match application:
        case InformationRequested() if now >= application.answer_by:
            return resume(application, application.taken_by, application.answer_by)
        case Decided(outcome=Outcome.REFUSED) if now >= objection_until(application):
            return close(application, Why.FINAL, objection_until(application))
        case Decided() | Issued() if application.ends_at is not None and now >= application.ends_at:
            return close(application, Why.EXPIRED, application.ends_at)
        case _:
            return application


def due(application: Application) -> int:
    """When there must be a decision; while the resident is asked, at the latest."""
    if isinstance(application, InformationRequested):
        return application.file.due_at + application.answer_by - application.asked_at
    return application.file.due_at


def moment(application: Application) -> int:
    """When the next thing must happen or happens by itself; far away if nothing does."""
    match application:
        case Decided(outcome=Outcome.REFUSED):
            return objection_until(application)
        case Decided() | Issued() if not to_correct(application):
            return application.ends_at or NEVER
        case _:
            return due(application)


def objection_until(application: Over) -> int:
    """From then on nobody can object any more."""
    return application.decided_at + OBJECTION_SECONDS


def erase_at(application: Application, keep_seconds: int) -> int | None:
    """When what was sealed in it goes: a set time after nobody can object any more."""
    match application:
        case Received() | InProgress() | InformationRequested():
            return None
        case Decided() if to_correct(application):
            # A clerk still needs it to correct the register.
            return None
        case Decided() | Issued():
            return objection_until(application) + keep_seconds
        case Closed(why=Why.REVOKED):
            # Taking back is a decision too.
            return application.closed_at + OBJECTION_SECONDS + keep_seconds
        case Closed():
            return max(application.closed_at, objection_until(application)) + keep_seconds
        case Withdrawn():
            return application.withdrawn_at + keep_seconds


def standing(application: Application) -> bool:
    """Whether a card may be made of it now."""
    return (
        isinstance(application, Decided | Issued)
        and application.file.type is Type.CARD
        and application.outcome is not Outcome.REFUSED
    )


def to_correct(application: Application) -> bool:
    """Whether a clerk must still see to it that the register holds what was granted."""
    return (
        isinstance(application, Decided)
        and application.file.type is Type.CORRECTION
        and application.outcome is not Outcome.REFUSED
    )


def asks_recipients(application: Application, now: int) -> bool:
    """Whether the resident may say that recipients must be told (Wet BRP 3.23)."""
    return (
        isinstance(application, Decided | Closed)
        and application.file.type is Type.CORRECTION
        and application.outcome is not Outcome.REFUSED
        and now < application.decided_at + RECIPIENTS_SECONDS
        and (application.recipients is None or application.recipients.told_at is None)
    )


def to_tell(application: Application) -> bool:
    """Whether a clerk must still tell the recipients (Wet BRP 3.23)."""
    return (
        isinstance(application, Decided | Closed)
        and application.recipients is not None
        and application.recipients.tell
        and application.recipients.told_at is None
    )


# ---- parts


def step(file: File, name: str, now: int) -> File:
    """The same file, one phase further."""
    return msgspec.structs.replace(file, history=(*file.history, Step(name, now)))


def resume(found: InformationRequested, clerk: str, now: int) -> InProgress:
    """The term runs on, as much later as it stood still."""
    file = msgspec.structs.replace(found.file, due_at=found.file.due_at + now - found.asked_at)
    return InProgress(file=step(file, "in_progress", now), taken_by=clerk)


def close(found: Decided | Issued, why: Why, now: int) -> Closed:
    """Nothing more comes of it from now on."""
    return Closed(
        file=step(found.file, "closed", now),
        outcome=found.outcome,
        decided_by=found.decided_by,
        decided_at=found.decided_at,
        closed_at=now,
        why=why,
        recipients=found.recipients if isinstance(found, Decided) else None,
    )
