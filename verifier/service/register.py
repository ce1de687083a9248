"""Completing a registration, and what a person's own browser may know of it."""

from dataclasses import dataclass

from verifier import dates
from verifier.service.verifier import Verifier
from verifier.store import erasing
from verifier.store import register as store
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


def erase(verifier: Verifier, bound: Bound) -> bool:
    """End the registration of the person who just showed to be the same; all of it goes."""
    if bound.registration is None or bound.outcome is not Outcome.ACCEPTED:
        return False
    now = verifier.now()
    remove_after = dates.last_moment(now, f"P{verifier.config.answer_months}M")
    return erasing.erase_registration(
        verifier.store, verifier.sealer, bound.registration, now, remove_after
    )


def complete(verifier: Verifier, bound: Bound, email: str) -> bool:
    """Keep how the person can be reached, and with that complete the registration, once."""
    if bound.registration is None or bound.outcome is not Outcome.ACCEPTED:
        return False
    return store.confirm(verifier.store, verifier.sealer, bound.registration, email, verifier.now())
