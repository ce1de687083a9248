"""Completing a registration, and what a person's own browser may know of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from credential.rights import Right
from credential.strictjson import Object
from verifier import dates
from verifier.processing import Activity
from verifier.service import access, processing
from verifier.service.keyless import ask_for
from verifier.service.verifier import Verifier
from verifier.service.webhooks import Event, emit
from verifier.store import effects, erasing, retention
from verifier.store import register as store
from verifier.store.engine import again
from verifier.transaction import Bound, Outcome


@dataclass(frozen=True)
class Standing:
    """A registration as its person sees it; `again` when it stood before this visit."""

    number: str
    since: int
    complete: bool
    again: bool


def standing(verifier: Verifier, bound: Bound) -> Standing | None:
    """The registration that a result led to or found."""
    if bound.registration is None or bound.outcome is not Outcome.ACCEPTED:
        return None
    found = store.find(verifier.store, bound.registration)
    if found is None or found.ended is not None:
        return None
    return Standing(
        number=found.number,
        since=found.since,
        complete=found.confirmed is not None,
        again=found.founded_by != bound.disclosure,
    )


class Erasing(StrEnum):
    """What came of it when somebody wanted everything erased at the page."""

    DONE = "done"
    ASKED = "asked"
    """A person decides: something of it must be kept for now."""
    NOTHING = "nothing"


@dataclass(frozen=True)
class Theirs:
    """What is held of the person who showed at the page to be the same."""

    number: str
    since: int
    ended: int | None
    held: tuple[Object, ...] = field(repr=False)


def theirs(verifier: Verifier, bound: Bound) -> Theirs | None:
    """Everything held of whoever lost the rights keys (Regie formats 4); ended ones too."""
    if bound.registration is None or bound.outcome is not Outcome.ACCEPTED:
        return None
    found = store.find(verifier.store, bound.registration)
    if found is None:
        return None
    held = access.everything(verifier, found.id)
    _note(verifier, Activity.RIGHTS, found.id, bound)
    return Theirs(found.number, found.since, found.ended, held)


def erase(verifier: Verifier, bound: Bound) -> Erasing:
    """Erase everything held of the person who just showed to be the same.

    What was allocated and still runs is for a person to decide on, as with the rights key.
    """
    if bound.registration is None or bound.outcome is not Outcome.ACCEPTED:
        return Erasing.NOTHING
    theirs, now = bound.registration, verifier.now()

    def once() -> Erasing:
        with verifier.store.writing() as connection:
            came = [
                _erase(connection, verifier, registration, now)
                for registration in access.registrations_of(connection, theirs)
            ]
        if Erasing.ASKED in came:
            return Erasing.ASKED
        return Erasing.DONE if came else Erasing.NOTHING

    came = again(once)
    verifier.store.scrub()
    return came


def _erase(connection: Connection, verifier: Verifier, registration: str, now: int) -> Erasing:
    """One registration: at once, or asked where something of it is kept for a tenancy."""
    staying = retention.staying(connection, registration)
    founding = effects.founding(connection, registration)
    if staying:
        # The one it was founded by stands for the rest; each home is decided on by itself.
        whole = founding is not None and founding.registration is not None
        for held in (founding, *staying) if founding is not None and whole else staying:
            ask_for(connection, verifier, held, Right.ERASURE, now)
        return Erasing.ASKED
    standing = store.by_id(connection, registration)
    if standing is not None:
        about: Object = {"registration": standing.number, "profile": standing.profile}
        ended: Object = {**about, "event": "erased"}
        emit(connection, verifier, Event.REGISTRATION_ENDED, ended, now)
        gone: Object = {"receipt": None if founding is None else founding.jti, **about}
        emit(connection, verifier, Event.DATA_ERASED, gone, now)
    until = dates.last_moment(now, f"P{verifier.config.answer_months}M")
    erasing.erase(connection, verifier.sealer, registration, now, until)
    return Erasing.DONE


def complete(verifier: Verifier, bound: Bound, email: str) -> bool:
    """Keep how the person can be reached, and with that complete the registration, once."""
    if bound.registration is None or bound.outcome is not Outcome.ACCEPTED:
        return False
    now = verifier.now()
    with verifier.store.writing() as connection:
        if not store.complete(connection, verifier.sealer, bound.registration, email, now):
            return False
        processing.note(
            connection,
            verifier,
            Activity.CONTACT,
            subject=bound.registration,
            disclosure=None,
            role="resident",
            trace=bound.about.trace,
            now=now,
        )
        found = store.by_id(connection, bound.registration)
        if found is not None:
            told: Object = {"registration": found.number, "profile": found.profile}
            emit(connection, verifier, Event.REGISTRATION_COMPLETED, told, now)
    return True


def _note(verifier: Verifier, activity: Activity, registration: str, bound: Bound) -> None:
    with verifier.store.writing() as connection:
        processing.note(
            connection,
            verifier,
            activity,
            subject=registration,
            disclosure=None,
            role="resident",
            trace=bound.about.trace,
            now=verifier.now(),
        )
