"""`huishouden`: how many are registered at the address; counts only (domain 2.6).

Nothing about other people: a partner registered elsewhere, or one who is not registered here,
would make any statement about partners untrue for some.
"""

from datetime import date
from typing import Final

from issuer.brp.dates import has_reached
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
        draft.leave_out("adults", "birth_date_of_other_unknown")
    else:
        draft.put("adults", grown.count(True))
    here = {
        one.burgerservicenummer: is_grown for one, is_grown in zip(occupants, grown, strict=True)
    }
    maybe_minor = [
        child for child in person.kinderen if _child_adult(child, draft.today) is not True
    ]
    if any(child.burgerservicenummer is None for child in maybe_minor):
        draft.leave_out("minor_children_own", "child_unknown")
        return
    own = [
        here[child.burgerservicenummer]
        for child in maybe_minor
        if child.burgerservicenummer in here
    ]
    if None in own:
        draft.leave_out("minor_children_own", "birth_date_of_other_unknown")
    else:
        draft.put("minor_children_own", own.count(False))


def _without_address(person: Person, draft: Draft) -> None:
    why = why_no_home(person.verblijfplaats)
    code = UNDER_INVESTIGATION if why == "address_under_investigation" else "no_home_address"
    draft.leave_out("persons_at_address", code)
    draft.leave_out("adults", code)
    if all(_child_adult(child, draft.today) for child in person.kinderen):
        # No minor children at all, so none at any address.
        draft.put("minor_children_own", 0)
    else:
        draft.leave_out("minor_children_own", code)


def _adult(person: Person, today: date) -> bool | None:
    birth = person.geboorte
    if "datum" in marked(birth.in_onderzoek):
        return None
    return has_reached(birth.datum, ADULT, today)


def _child_adult(child: Child, today: date) -> bool | None:
    birth = child.geboorte
    if birth is None or "datum" in marked(birth.in_onderzoek):
        return None
    return has_reached(birth.datum, ADULT, today)
