"""A profile held against its registration: not one claim, day or ground beyond what was granted."""

from credential import periods, registration
from credential.names import path_text
from credential.receipt import Retention
from credential.registration import Registration
from verifier.errors import NotReady
from verifier.profiles.model import BoundProfile, Profile


def bind(profile: Profile, registered: Registration) -> BoundProfile:
    """Hold a profile against its registration; more than was registered is refused."""
    if registered.intended_use_id != profile.intended_use:
        raise NotReady("profile.intended_use", "Regie trust 2.2", profile=profile.id)
    excess = registration.over_asked(profile.query, registered)
    if excess:
        first = excess[0]
        raise NotReady(
            "profile.over_asked",
            "Regie trust 2.8",
            profile=profile.id,
            query=first.query_id,
            path=path_text(first.path) if first.path else "*",
        )
    _same_basis(profile, registered)
    return BoundProfile(profile, registered, _retention(profile, registered))


def _same_basis(profile: Profile, registered: Registration) -> None:
    """Residents were told on which ground: another one is another agreement (AVG 13(1)(c))."""
    granted = {basis.gdpr for basis in registered.legal_basis or ()}
    if profile.basis is not None and profile.basis not in granted:
        raise NotReady(
            "profile.basis",
            "Regie trust 2.2",
            profile=profile.id,
            member="basis",
            basis=profile.basis,
        )


def _retention(profile: Profile, registered: Registration) -> Retention:
    """Shorter than was promised is allowed; longer, or from another moment, is not."""
    stated = registered.retention
    if stated is None:
        raise NotReady("profile.retention", "Regie formats 3", profile=profile.id)
    promised = Retention(stated.duration, stated.starts)
    own = profile.retention
    if own is None:
        return promised
    if own.starts != promised.starts:
        raise _longer(profile, "retention.starts")
    if not periods.within(own.duration, promised.duration):
        raise _longer(profile, "retention.duration")
    return own


def _longer(profile: Profile, member: str) -> NotReady:
    return NotReady(
        "profile.retention_longer", "Regie formats 3", profile=profile.id, member=member
    )
