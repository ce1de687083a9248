"""Taking in what somebody asks about their own data who has no wallet, or lost it.

Whoever takes it in looked at the identity document; what becomes of it is decided by the privacy
officer, within the same term as for everybody (AVG 12(3)).
"""

from dataclasses import dataclass
from typing import Final

from credential.rights import Right
from credential.strictjson import Object
from verifier.errors import NothingFound
from verifier.processing import Activity
from verifier.service import keyless
from verifier.service.staff import log
from verifier.service.staff.log import Employee
from verifier.service.verifier import Verifier
from verifier.service.webhooks import Event, emit
from verifier.staff import Act, Reason
from verifier.store import effects, register

RIGHTS: Final = (
    Right.ACCESS,
    Right.RECTIFICATION,
    Right.ERASURE,
    Right.RESTRICTION,
    Right.OBJECTION,
)


@dataclass(frozen=True)
class Taken:
    """The number of the request, and when there is an answer at the latest."""

    case: str
    due: int


def take(verifier: Verifier, employee: Employee, number: str, right: Right) -> Taken:
    """Record the request; one that is open already is not doubled."""
    now = verifier.now()
    with verifier.store.writing() as connection:
        found = register.by_number(connection, number)
        # Once the visit it was founded by went, what is left of it is asked about.
        held = None if found is None else effects.oldest(connection, found.id)
        if found is None or held is None:
            raise NothingFound("registration.none", "Regie formats 3")
        asked, new = keyless.ask_for(connection, verifier, held, right, now)
        told: Object = {
            "case": asked.id,
            "right": right.value,
            "state": "in_progress",
            "registration": number,
            "profile": held.profile,
        }
        if new:
            emit(connection, verifier, Event.RIGHT_ASKED, told, now)
        log.looked(
            connection,
            verifier,
            employee,
            Act.ASK,
            now=now,
            activity=Activity.RIGHTS,
            registration=found.id,
            disclosure=held.id,
            reference=asked.id,
            reason=Reason.RIGHTS,
        )
    assert asked.due is not None
    return Taken(asked.id, asked.due)
