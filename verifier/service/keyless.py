"""What somebody asks without a rights key: lost, or of a wallet or paper that knows none."""

from typing import Final

from sqlalchemy import Connection

from credential import base64url
from credential.rights import Right, State
from verifier import dates
from verifier.service.deciding import outcome, reason
from verifier.service.office import Office
from verifier.store import cases as store
from verifier.store import effects
from verifier.store.effects import Held
from verifier.store.engine import hold
from verifier.store.rights import Asked, add

_NOBODY: Final = "none."
"""No thumbprint has a dot: by such a name a request is kept like any other."""


def ask_for(
    connection: Connection, office: Office, held: Held, right: Right, now: int
) -> tuple[Asked, bool]:
    """Record what somebody asked who has no rights key any more; an open one is not doubled.

    The second value says whether it is new.
    """
    # Two who ask at once get one case.
    hold(connection, f"rights/{held.rights_jkt or held.id}")
    for waiting in store.waiting(connection, office.sealer, held.rights_jkt, right.value):
        return waiting.asked, False
    if held.rights_jkt is None:  # their wallet knows no rights keys: nobody has this one
        key = f"{_NOBODY}{base64url.encode(office.entropy(24))}"
        held = effects.give_key(connection, held, key)
    drawn = base64url.encode(office.entropy(16))
    asked = Asked(
        id=office.entropy(12).hex(),
        rights_jkt=held.rights_jkt,
        jti=drawn,
        request_hash="",
        asked=right.value,
        received=now,
        due=dates.last_moment(now, office.config.rights.term),
        state=State.IN_PROGRESS.value,
        outcome=outcome(State.IN_PROGRESS, reason("received"), ()),
        answer="",
        remove_after=dates.last_moment(now, f"P{office.config.answer_months}M"),
        profile=held.profile,
    )
    add(connection, office.sealer, asked)
    return asked, True
