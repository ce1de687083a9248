"""`huishouden`: counts of who is registered, nothing about anyone."""

import json

import msgspec
import pytest
from support.people import BSN, address, day, person, record
from support.register import NOW, persons, records

from issuer.brp.types import Person
from issuer.cards import decide
from issuer.sources import Granted, Household, LeftOut, NotSearchable, Refused, TooManyOccupants

KIND = "huishouden"
CHILD, OTHER = "999990032", "999990081"

pytestmark = pytest.mark.spec("Regie domain", "2.6", "huishouden")


def _occupant(bsn, born, **marks):
    birth = {"datum": day(born), **({"inOnderzoek": marks} if marks else {})}
    return msgspec.convert({"burgerservicenummer": bsn, "geboorte": birth}, Person)


def _card(*others, **members):
    household = Household((person(), *others))
    decision = decide(record(household=household, **members), KIND, NOW)
    assert isinstance(decision, Granted)
    return decision


def _child(born="2015-05-05", bsn=CHILD):
    numbered = {"burgerservicenummer": bsn} if bsn else {}
    return {**numbered, "geboorte": {"datum": day(born)}}


def _counts(card):
    claims = card.claims
    return tuple(
        claims.get(name) for name in ("persons_at_address", "adults", "minor_children_own")
    )


def test_alone():
    assert _counts(_card()) == (1, 1, 0)


def test_own_minor_children_are_those_who_live_here():
    here = _occupant(CHILD, "2015-05-05")
    assert _counts(_card(here, kinderen=[_child()])) == (2, 1, 1)
    assert _counts(_card(here)) == (2, 1, 0)
    assert _counts(_card(kinderen=[_child()])) == (1, 1, 0)


def test_a_grown_child_is_an_adult():
    here = _occupant(CHILD, "2000-05-05")
    assert _counts(_card(here, kinderen=[_child("2000-05-05")])) == (2, 2, 0)


@pytest.mark.parametrize(
    "other", [_occupant(OTHER, "?"), _occupant(OTHER, "1990-01-01", datum=True)]
)
def test_one_uncertain_birth_date_makes_the_adults_uncertain(other):
    card = _card(other)
    assert _counts(card) == (2, None, 0)
    # Not a word about whose, or why: that is someone else's data.
    assert card.left_out == (LeftOut("adults", "count_uncertain"),)


@pytest.mark.parametrize(
    ("born", "adults"), [("2007", 2), ("2008", None), ("2009", 1), ("2008-01", None)]
)
def test_a_partial_birth_date_counts_only_when_it_settles(born, adults):
    assert _counts(_card(_occupant(OTHER, born)))[1] == adults


def test_a_child_without_a_number_cannot_be_counted():
    card = _card(_occupant(OTHER, "2015-01-01"), kinderen=[_child(bsn=None)])
    assert _counts(card) == (2, 1, None)


def test_above_the_limit_of_the_search_it_is_refused():
    decision = decide(record(household=TooManyOccupants()), KIND, NOW)
    assert decision == Refused("too_many_at_address", {"limit": 30})


@pytest.mark.parametrize(
    ("residence", "why"),
    [
        (address(functieAdres={"code": "B"}), "no_home_address"),
        (address(inOnderzoek={"type": True}), "under_investigation"),
    ],
)
def test_without_a_certain_home_only_what_is_true_anyway(residence, why):
    without = {"verblijfplaats": residence, "household": NotSearchable()}
    card = decide(record(**without), KIND, NOW)
    assert _counts(card) == (None, None, 0)
    assert {one.code for one in card.left_out} == {why}
    with_child = decide(record(**without, kinderen=[_child()]), KIND, NOW)
    assert _counts(with_child) == (None, None, None)


def _registered_with(bsn):
    """Everyone alive at the same address, read from the file: by BAG object, else by number."""
    mine = persons()[bsn]["verblijfplaats"]
    lines = mine["verblijfadres"]
    found = set()
    for other, one in persons().items():
        theirs = one["verblijfplaats"]
        if one.get("opschortingBijhouding", {}).get("reden", {}).get("code") == "O":
            continue
        if "adresseerbaarObjectIdentificatie" in mine:
            keys, left, right = ("adresseerbaarObjectIdentificatie",), mine, theirs
        else:
            optional = tuple({"huisletter", "huisnummertoevoeging"} & lines.keys())
            keys, left = ("postcode", "huisnummer", *optional), lines
            right = theirs.get("verblijfadres", {})
        if all(left[key] == right.get(key) for key in keys):
            found.add(other)
    return found


def test_counts_equal_the_register():
    counted = 0
    for bsn, one in records().items():
        decision = decide(one, KIND, NOW)
        if isinstance(decision, Granted) and "persons_at_address" in decision.claims:
            counted += 1
            assert decision.claims["persons_at_address"] == len(_registered_with(bsn))
    assert counted == 129


def test_the_family_of_the_story():
    card = decide(records()["999999345"], KIND, NOW)
    assert _counts(card) == (5, 2, 3)


def test_nothing_of_anyone_else_is_in_the_card():
    card = _card(_occupant(OTHER, "1990-01-01"), kinderen=[_child()])
    said = json.dumps(card.claims)
    for secret in (BSN, OTHER, CHILD, "1990", "2015"):
        assert secret not in said
