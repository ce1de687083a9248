"""When time alone may change what a card says: a birthday, the beginning or end of a title.

From that moment on the register is asked again before copies are given (domain.md 2.6). Years at
an address are left out: they grow once a year, and the card says at which moment they were right.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from issuer.brp.codes import pension_day
from issuer.brp.dates import BrpDate, anniversary, day_of, earliest, latest
from issuer.cards.huishouden import ADULT
from issuer.cards.persoonsgegevens import AGES
from issuer.eligibility import OWN_REQUEST
from issuer.sources import Household, PersonRecord


def ask_again_at(record: PersonRecord, now: int) -> int | None:
    """The first moment after `now` at which a claim of this record may be another; or none."""
    today = day_of(now)
    days = [day for day in _days(record) if day is not None and day > today]
    if not days:
        return None
    return int(datetime.combine(min(days), time(), UTC).timestamp())


def _days(record: PersonRecord) -> Iterator[date | None]:
    person = record.person
    yield _birthday(person.geboorte.datum, OWN_REQUEST)
    if "persoonsgegevens" in record.kinds:
        for age in AGES:
            yield _birthday(person.geboorte.datum, age)
        yield pension_day(person.geboorte.datum)
    if "huishouden" in record.kinds:
        yield from _grown_ups(record)
    if "verblijfsrecht" in record.kinds and person.verblijfstitel is not None:
        yield latest(person.verblijfstitel.datum_ingang)
        yield earliest(person.verblijfstitel.datum_einde)


def _grown_ups(record: PersonRecord) -> Iterator[date | None]:
    """When someone at the address, or a child of the resident, certainly or possibly turns 18."""
    births = [child.geboorte for child in record.person.kinderen]
    if isinstance(record.household, Household):
        births += [one.geboorte for one in record.household.occupants]
    for birth in births:
        if birth is not None:
            oldest = earliest(birth.datum)
            yield None if oldest is None else anniversary(oldest, ADULT)
            yield _birthday(birth.datum, ADULT)


def _birthday(birth: BrpDate | None, years: int) -> date | None:
    youngest = latest(birth)
    return None if youngest is None else anniversary(youngest, years)
