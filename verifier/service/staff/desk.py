"""A resident at the counter: a request that a clerk starts, answered by the resident's wallet.

The clerk's page is the page that waits, so the code from the wallet is typed there (formats.md 5).
What the wallet sent is not shown to the clerk: only what it led to.
"""

from dataclasses import dataclass

from credential.strictjson import Object
from verifier.errors import Refused
from verifier.processing import Activity
from verifier.profiles import BoundProfile
from verifier.service import register, sessions
from verifier.service.register import Standing
from verifier.service.sessions import Waiting
from verifier.service.staff import log
from verifier.service.staff.log import Employee
from verifier.service.verifier import Verifier
from verifier.service.webhooks import Event, emit
from verifier.staff import Act, Reason
from verifier.store import register as store
from verifier.store.transactions import Typed
from verifier.texts import Language
from verifier.transaction import Bound, Origin


@dataclass(frozen=True)
class Running:
    """What waits for the resident's wallet."""

    profile: BoundProfile
    waiting: Waiting | None
    bound: Bound | None


def offered(verifier: Verifier) -> list[BoundProfile]:
    """The profiles that a clerk may start for somebody."""
    return [one for one in verifier.profiles.values() if one.profile.desk]


def start(verifier: Verifier, employee: Employee, profile: str, lang: Language) -> str:
    """A request for the person at the counter; returns the session that waits for it."""
    found = next((one for one in offered(verifier) if one.id == profile), None)
    if found is None:
        raise Refused("staff.no_profile", "Architecture, Verifier", status=404)
    with verifier.store.writing() as connection:
        log.record(connection, verifier, employee, Act.START, now=verifier.now(), reference=profile)
    session = sessions.new_session(verifier)
    sessions.start(verifier, found, lang, session, origin=Origin.DESK, started_by=employee.id)
    return session


def running(verifier: Verifier, session: str, profile: str) -> Running:
    """How far it is."""
    found = verifier.profile(profile)
    return Running(
        found,
        sessions.waiting(verifier, session, profile),
        sessions.result(verifier, session, profile),
    )


def typed(
    verifier: Verifier, employee: Employee, session: str, profile: str, code: str
) -> tuple[Typed, str]:
    """The code that the resident reads from the wallet, and the session from now on."""
    outcome, fresh = sessions.typed(verifier, session, code)
    if outcome is Typed.RIGHT:
        bound = sessions.result(verifier, fresh, profile)
        assert bound is not None
        with verifier.store.writing() as connection:
            log.looked(
                connection,
                verifier,
                employee,
                Act.RESULT,
                now=verifier.now(),
                activity=Activity.DESK_CHECK,
                registration=bound.registration,
                disclosure=bound.disclosure,
                reference=profile,
                reason=Reason.DESK,
            )
    return outcome, fresh


def standing(verifier: Verifier, bound: Bound) -> Standing | None:
    """The registration that the answer led to or found."""
    return register.standing(verifier, bound)


def complete(verifier: Verifier, employee: Employee, bound: Bound, email: str | None) -> bool:
    """How to reach the person, as they told the clerk; with that the registration is complete."""
    if bound.registration is None:
        return False
    now = verifier.now()
    with verifier.store.writing() as connection:
        done = store.complete(connection, verifier.sealer, bound.registration, email, now)
        if done:
            log.looked(
                connection,
                verifier,
                employee,
                Act.CONTACT,
                now=now,
                activity=Activity.CONTACT,
                registration=bound.registration,
                reason=Reason.DESK,
            )
            found = store.by_id(connection, bound.registration)
            if found is not None:
                told: Object = {"registration": found.number, "profile": found.profile}
                emit(connection, verifier, Event.REGISTRATION_COMPLETED, told, now)
    return done
