"""`huishouden`: how many are registered at the address; counts only (domain.md 2.6).

Nothing about other people: a partner registered elsewhere, or one who is not registered here,
would make any statement about partners untrue for some.
"""

from datetime import date
from typing import Final

from issuer.brp.dates import anniversary, earliest, latest
from issuer.brp.home import why_no_home
from issuer.brp.types import Child, Person, marked
from issuer.cards.draft import UNDER_INVESTIGATION, Draft
from issuer.sources import (
    Household,
    NotSearchable,
    PersonRecord,
    Refused,
    TooManyOccupants,
)

ADULT: Final = 18
MOST: Final = 30
# Says nothing about who makes it uncertain: that would be someone else's data.
UNCERTAIN: Final = "count_uncertain"


def fill(record: PersonRecord, draft: Draft) -> Refused | None:
    """The counts; without a certain home address only what the resident's own list proves."""
    match record.household:
        case Household(occupants):
            _count(record.person, occupants, draft)
        case TooManyOccupants():
            return Refused("too_many_at_address", {"limit": MOST})
        case NotSearchable() | None:
            _without_address(record.person, draft)
    return None


def _count(person: Person, occupants: tuple[Person, ...], draft: Draft) -> None:
    draft.put("persons_at_address", len(occupants))
    grown = [_adult(one, draft.today) for one in occupants]
    if None in grown:
        # One unknown birth date makes every count of adults a guess.
        draft.leave_out("adults", UNCERTAIN)
    else:
        draft.put("adults", grown.count(True))
    here = {
        one.burgerservicenummer: is_grown for one, is_grown in zip(occupants, grown, strict=True)
    }
    maybe_minor = [child for child in person.kinderen if _adult(child, draft.today) is not True]
    if any(child.burgerservicenummer is None for child in maybe_minor):
        draft.leave_out("minor_children_own", UNCERTAIN)
        return
    own = [
        here[child.burgerservicenummer]
        for child in maybe_minor
        if child.burgerservicenummer in here
    ]
    if None in own:
        draft.leave_out("minor_children_own", UNCERTAIN)
    else:
        draft.put("minor_children_own", own.count(False))


def _without_address(person: Person, draft: Draft) -> None:
    why = why_no_home(person.verblijfplaats)
    code = UNDER_INVESTIGATION if why == "address_under_investigation" else "no_home_address"
    draft.leave_out("persons_at_address", code)
    draft.leave_out("adults", code)
    if all(_adult(child, draft.today) for child in person.kinderen):
        # No minor children at all, so none at any address.
        draft.put("minor_children_own", 0)
    else:
        draft.leave_out("minor_children_own", code)


def _adult(one: Person | Child, today: date) -> bool | None:
    """Certainly grown up, certainly not, or None: of others nothing is assumed either way."""
    birth = one.geboorte
    if birth is None or "datum" in marked(birth.in_onderzoek):
        return None
    youngest, oldest = latest(birth.datum), earliest(birth.datum)
    if youngest is None or oldest is None:
        return None
    if anniversary(youngest, ADULT) <= today:
        return True
    return False if anniversary(oldest, ADULT) > today else None
