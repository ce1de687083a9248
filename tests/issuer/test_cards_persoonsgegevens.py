"""`persoonsgegevens`: names and birth as certain as the register is."""

import calendar

import pytest
from support.people import FIRST_NAME, SURNAME, day, record
from support.register import NOW

from issuer.cards import decide
from issuer.sources import Granted, LeftOut, Refused

KIND = "persoonsgegevens"


def _card(now=NOW, **members):
    decision = decide(record(**members), KIND, now)
    assert isinstance(decision, Granted)
    return decision


def _birth(text, **marks):
    return {"datum": day(text), **({"inOnderzoek": marks} if marks else {})}


def test_what_a_plain_card_says():
    assert _card().claims == {
        "given_name": FIRST_NAME,
        "initials": "Z.",
        "family_name": SURNAME,
        "birthdate": "1980-06-15",
        "age_over_18": True,
        "age_over_21": True,
        "aow_age_reached": False,
        "sex": 2,
        "source": "BRP",
        "reference_moment": "2026-01-01",
        "municipality_code": "0599",
    }


@pytest.mark.parametrize(
    ("prefix", "whole"),
    [
        ("van der", f"van der {SURNAME}"),
        ("d'", f"d'{SURNAME}"),
        ("'t", f"'t {SURNAME}"),
        (None, SURNAME),
    ],
)
def test_the_family_name_includes_the_prefix(prefix, whole):
    claims = _card(naam={"geslachtsnaam": SURNAME, "voorvoegsel": prefix}).claims
    assert claims["family_name"] == whole
    assert claims.get("name_prefix") == prefix
    assert "given_name" not in claims


@pytest.mark.spec("Regie domain", "6", "incomplete dates are never filled in")
@pytest.mark.parametrize("born", ["1980-06", "1980"])
def test_an_incomplete_birth_date_is_no_birthdate(born):
    card = _card(geboorte=_birth(born))
    assert "birthdate" not in card.claims
    assert LeftOut("birthdate", "date_incomplete") in card.left_out
    assert card.claims["age_over_18"] is True


@pytest.mark.spec("Regie domain", "2.4", "age flags take the last day it may be")
@pytest.mark.parametrize(
    ("born", "over_18"),
    [
        ("2008-01-01", True),
        ("2008-01-02", False),
        ("2007-12", True),
        ("2008-01", False),
        ("2007", True),
        ("2008", False),
    ],
)
def test_age_flags_are_conservative(born, over_18):
    assert _card(geboorte=_birth(born)).claims["age_over_18"] is over_18


def test_a_flag_turns_true_on_the_birthday():
    eve = calendar.timegm((2026, 1, 25, 23, 59, 59))
    born = _birth("2008-01-26")
    assert _card(eve, geboorte=born).claims["age_over_18"] is False
    assert _card(eve + 1, geboorte=born).claims["age_over_18"] is True


@pytest.mark.spec("Regie domain", "1.5", "a value under investigation is left out")
def test_a_birth_date_under_investigation_gives_no_flag_either():
    card = _card(geboorte=_birth("1980-06-15", datum=True))
    for claim in ("birthdate", "age_over_18", "age_over_21", "aow_age_reached"):
        assert claim not in card.claims
        assert LeftOut(claim, "under_investigation") in card.left_out


@pytest.mark.parametrize(
    ("mark", "gone"),
    [
        ("voornamen", {"given_name", "initials"}),
        ("geslachtsnaam", {"family_name", "name_prefix"}),
        ("voorvoegsel", {"family_name", "name_prefix"}),
    ],
)
def test_a_name_under_investigation_is_left_out(mark, gone):
    name = {"voornamen": "A", "voorletters": "A.", "voorvoegsel": "de", "geslachtsnaam": "B"}
    card = _card(naam={**name, "inOnderzoek": {mark: True}})
    assert not gone & card.claims.keys()
    assert {one.claim for one in card.left_out} == gone


def test_nothing_certain_about_who_this_is_refuses_the_card():
    marks = {"voornamen": True, "geslachtsnaam": True, "voorletters": True}
    doubted = record(
        naam={"geslachtsnaam": "B", "inOnderzoek": marks}, geboorte=_birth("1980-01-01", datum=True)
    )
    assert decide(doubted, KIND, NOW) == Refused("person_under_investigation")


def test_place_of_birth_only_with_a_country_that_exists():
    born = {"datum": day("1980-01-01"), "plaats": {"omschrijving": "Odessa"}}
    former = {**born, "land": {"code": "9049", "omschrijving": "Sovjet-Unie"}}
    assert _card(geboorte=former).claims["place_of_birth"] == {"locality": "Odessa"}
    present = {**born, "land": {"code": "6038", "omschrijving": "Oekraïne"}}
    assert _card(geboorte=present).claims["place_of_birth"] == {
        "locality": "Odessa",
        "country": "UA",
    }
    doubted = {**present, "inOnderzoek": {"plaats": True}}
    assert _card(geboorte=doubted).claims["place_of_birth"] == {"country": "UA"}


@pytest.mark.parametrize(("code", "sex"), [("M", 1), ("V", 2), ("O", None)])
def test_unknown_sex_is_no_claim(code, sex):
    assert _card(geslacht={"code": code}).claims.get("sex") == sex


def test_a_number_under_investigation_carries_no_pseudonym():
    assert _card().with_pseudonym
    assert not _card(inOnderzoek={"burgerservicenummer": True}).with_pseudonym


def test_how_someone_is_addressed_plays_no_part():
    name = {"voornamen": "A", "geslachtsnaam": "B", "aanduidingNaamgebruik": {"code": "P"}}
    assert _card(naam=name).claims["family_name"] == "B"


def test_what_was_not_asked_is_not_decided():
    little = record(kinds=frozenset({"woonadres"}))
    assert decide(little, KIND, NOW) == Refused("not_fetched", {"kind": KIND})
    assert decide(record(), "urgentie", NOW) == Refused("kind_not_offered", {"kind": "urgentie"})


def test_a_decision_never_precedes_eligibility():
    dead = record(opschortingBijhouding={"reden": {"code": "O"}})
    assert decide(dead, KIND, NOW) == Refused("deceased")
