"""From when time alone may make a card say something else."""

from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest
from support.register import NOW, records

from issuer import cards
from issuer.brp.dates import Full, Unknown, Year
from issuer.brp.types import ResidenceTitle
from issuer.cards.again import ask_again_at
from issuer.sources import Granted, Household, PersonRecord

PERSON = frozenset({"persoonsgegevens"})
HOUSEHOLD = frozenset({"huishouden"})
RIGHT = frozenset({"verblijfsrecht"})


def at(*day: int) -> int:
    return int(datetime(*day, tzinfo=UTC).timestamp())


def record(kinds: frozenset[str], born: object, **person: object) -> PersonRecord:
    """A resident with this birth date, asked for these kinds, who lives alone."""
    some = records()["999999345"]
    birth = msgspec.structs.replace(some.person.geboorte, datum=born)
    made = msgspec.structs.replace(some.person, geboorte=birth, kinderen=(), **person)
    return replace(some, kinds=kinds, person=made, household=Household((made,)))


@pytest.mark.spec("Regie domain", "2.6", "the birthdays that the age flags are about")
@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2010, 1, 2), at(2026, 1, 2)),  # 16: who asks
        (date(2008, 1, 2), at(2026, 1, 2)),  # 18
        (date(2008, 1, 1), at(2029, 1, 1)),  # was 18 today: next is 21
        (date(2005, 1, 2), at(2026, 1, 2)),  # 21
        (date(1959, 1, 2), at(2026, 1, 2)),  # 67: pension
        (date(1959, 1, 1), None),
        (date(1940, 1, 1), None),
    ],
)
def test_birthdays(born, expected):
    assert ask_again_at(record(PERSON, Full(born)), NOW) == expected


def test_a_date_that_is_not_whole_counts_from_its_last_day():
    assert ask_again_at(record(PERSON, Year(2008)), NOW) == at(2026, 12, 31)
    assert ask_again_at(record(PERSON, Unknown()), NOW) is None


def test_a_card_without_ages_does_not_ask_for_them():
    assert ask_again_at(record(RIGHT, Full(date(2008, 1, 2))), NOW) is None
    assert ask_again_at(record(HOUSEHOLD, Full(date(1980, 1, 1))), NOW) is None


def test_whoever_grows_up_at_the_address():
    alone = record(HOUSEHOLD, Full(date(1980, 1, 1)))
    youth = msgspec.structs.replace(
        alone.person, geboorte=msgspec.structs.replace(alone.person.geboorte, datum=Year(2008))
    )
    family = replace(alone, household=Household((alone.person, youth)))
    # From the first day they may be 18 the count is no longer certain.
    assert ask_again_at(family, at(2025, 12, 31)) == at(2026, 1, 1)
    assert ask_again_at(family, NOW) == at(2026, 12, 31)


@pytest.mark.spec("Regie domain", "1.2", "a title ends on its end date")
def test_the_end_of_a_title():
    title = ResidenceTitle(datum_ingang=Full(date(2025, 1, 1)), datum_einde=Full(date(2026, 3, 1)))
    found = record(RIGHT, Full(date(1980, 1, 1)), verblijfstitel=title)
    assert ask_again_at(found, NOW) == at(2026, 3, 1)
    later = ResidenceTitle(datum_ingang=Full(date(2026, 2, 1)), datum_einde=Full(date(2027, 3, 1)))
    found = record(RIGHT, Full(date(1980, 1, 1)), verblijfstitel=later)
    assert ask_again_at(found, NOW) == at(2026, 2, 1)


@pytest.mark.parametrize("kind", ["persoonsgegevens", "huishouden", "verblijfsrecht"])
def test_until_then_a_card_says_the_same(kind):
    """Over all test persons: the day before says what today says, the facts of the day left out."""
    changed = 0
    for one in records().values():
        own = replace(one, kinds=frozenset({kind}))
        until = ask_again_at(own, NOW)
        before = (until or at(2100, 1, 1)) - 1
        assert told(own, kind, NOW) == told(own, kind, before)
        if until is not None:
            changed += told(own, kind, NOW) != told(own, kind, until)
    assert changed


def told(one: PersonRecord, kind: str, moment: int) -> object:
    decision = cards.decide(one, kind, moment)
    if not isinstance(decision, Granted):
        return decision
    claims = {**decision.claims}
    claims.pop("reference_moment")
    return claims
