"""Looking for a home together: inviting one other person, joining, leaving (Regie domain 2.7).

Nothing is asked about the other: two wallets, two presentations, two registrations, one dossier.
An invitation is a code of 192 random bits in a link, good for once and for seven days; its keyed
hash is all that is stored. A session keeps that hash, and joining is a plain yes in the browser
that proved to belong to the wallet: who lures somebody else to a link joins nobody.
"""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from credential import base64url
from verifier import dates
from verifier.processing import Activity
from verifier.profiles import Action, BoundProfile
from verifier.service import processing
from verifier.service.verifier import Verifier
from verifier.store import dossiers as store
from verifier.store.dossiers import Refusal
from verifier.transaction import Bound, Outcome

__all__ = [
    "ALONE",
    "Invited",
    "Refusal",
    "Together",
    "awaits",
    "invite",
    "invite_into",
    "invited",
    "join",
    "leave",
    "profile_of",
    "shown",
    "view",
]

INVITED_FOR: Final = "P7D"
_ROLE: Final = "resident"


@dataclass(frozen=True)
class Invited:
    """A code to hand to one other person; it is shown once, and kept nowhere."""

    code: str = field(repr=False)
    until: int


@dataclass(frozen=True)
class Together:
    """A dossier as one of its members sees it: the other's number and time, nothing else."""

    number: str
    members: tuple[tuple[str, int], ...]
    """The number of each registration and since when, the oldest first."""
    others: tuple[tuple[str, int], ...]
    invited_until: int | None


ALONE: Final = Together("", (), (), None)


def profile_of(verifier: Verifier) -> BoundProfile | None:
    """The profile by which somebody joins, if there is one."""
    return next(
        (one for one in verifier.profiles.values() if one.profile.action is Action.JOIN), None
    )


def invite(verifier: Verifier, bound: Bound) -> Invited | Refusal:
    """An invitation by the person whose result this is."""
    registration = _theirs(bound)
    if registration is None:
        return Refusal.NOT_REGISTERED
    return _invite(verifier, registration, bound.about.trace, _ROLE)


def invite_into(verifier: Verifier, number: str, *, role: str) -> str | Refusal:
    """The hash of a fresh invitation into the dossier of this number, for `sessions.start`.

    For a system or an employee of the organisation that starts the second person's session: the
    code itself is thrown away. Joining still takes that person's own yes.
    """
    member = store.first_of(verifier.store, number)
    if member is None:
        return Refusal.OVER
    found = _invite(verifier, member, None, role)
    return found if isinstance(found, Refusal) else hashed(verifier, found.code)


def _invite(
    verifier: Verifier, registration: str, trace: str | None, role: str
) -> Invited | Refusal:
    now = verifier.now()
    code = base64url.encode(verifier.entropy(24))
    until = dates.last_moment(now, INVITED_FOR)
    with verifier.store.writing() as connection:
        refused = store.invite(
            connection,
            registration,
            dossier=base64url.encode(verifier.entropy(18)),
            number=_number(verifier),
            code=hashed(verifier, code),
            now=now,
            until=until,
        )
        if refused is not None:
            return refused
        _note(verifier, connection, registration, trace, now, role)
    return Invited(code, until)


def hashed(verifier: Verifier, code: str) -> str:
    """What is stored of a code, and what a session that was started with it carries."""
    return verifier.sealer.session(f"dossier:{code}")


def invited(verifier: Verifier, code: str) -> str | None:
    """The hash of a code that somebody may join by now: for `sessions.start(dossier=…)`."""
    found = hashed(verifier, code)
    return found if store.is_open(verifier.store, found, verifier.now()) else None


def awaits(verifier: Verifier, bound: Bound) -> bool:
    """Whether this visit came by an invitation that is still open: then a yes is asked."""
    invitation = bound.about.dossier
    return invitation is not None and store.is_open(verifier.store, invitation, verifier.now())


def join(verifier: Verifier, bound: Bound) -> Refusal | None:
    """The yes of the person whose result this is; `None` when they look together now."""
    registration, invitation = _theirs(bound), bound.about.dossier
    if registration is None:
        return Refusal.NOT_REGISTERED
    if invitation is None:
        return Refusal.OVER
    now = verifier.now()
    with verifier.store.writing() as connection:
        refused = store.join(connection, registration, invitation, now)
        if refused is None:
            _note(verifier, connection, registration, bound.about.trace, now)
    return refused


def leave(verifier: Verifier, bound: Bound) -> bool:
    """Stop looking together: both keep their registration and their time."""
    registration = _theirs(bound)
    if registration is None:
        return False
    with verifier.store.writing() as connection:
        left = store.leave(connection, registration)
        if left:
            _note(verifier, connection, registration, bound.about.trace, verifier.now())
    return left


def view(verifier: Verifier, registration: str) -> Together | None:
    """The dossier of a registration: for its person, for staff and for other systems."""
    found = store.of_registration(verifier.store, registration, verifier.now())
    if found is None:
        return None
    return Together(
        number=found.number,
        members=tuple((one.number, one.since) for one in found.members),
        others=tuple(
            (one.number, one.since) for one in found.members if one.registration != registration
        ),
        invited_until=found.invited_until,
    )


def shown(verifier: Verifier, bound: Bound) -> Together | None:
    """What a person's own result shows of it; `None` when nobody can look together here."""
    if bound.registration is None or profile_of(verifier) is None:
        return None
    return view(verifier, bound.registration) or ALONE


def _theirs(bound: Bound) -> str | None:
    return bound.registration if bound.outcome is Outcome.ACCEPTED else None


def _note(
    verifier: Verifier,
    connection: Connection,
    registration: str,
    trace: str | None,
    now: int,
    role: str = _ROLE,
) -> None:
    processing.note(
        connection,
        verifier,
        Activity.JOIN,
        subject=registration,
        disclosure=None,
        role=role,
        trace=trace,
        now=now,
    )


def _number(verifier: Verifier) -> str:
    digits = f"{int.from_bytes(verifier.entropy(8), 'big') % 10**12:012d}"
    return "-".join((digits[:4], digits[4:8], digits[8:]))
