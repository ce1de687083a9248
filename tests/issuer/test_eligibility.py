"""Who gets cards: first match wins (domain.md 2.8)."""

import calendar

import pytest
from support.people import day, record
from support.register import NOW

from issuer.eligibility import eligible
from issuer.sources import Cards, Desk, NoCards

pytestmark = pytest.mark.spec("Regie domain", "2.8", "who gets what")


def _suspended(code):
    return {"reden": {"code": code}}


def _born(text):
    return {"datum": day(text)}


@pytest.mark.parametrize(
    ("code", "route"),
    [
        ("O", "deceased"),
        ("E", "emigrated"),
        ("R", "non_resident"),
        ("M", "suspended"),
        ("F", "suspended"),
        (".", "suspended"),
        ("X", "suspended"),
    ],
)
def test_a_list_no_longer_kept_up_gets_no_cards(code, route):
    assert eligible(record(opschortingBijhouding=_suspended(code)), NOW) == NoCards(route)


def test_first_match_wins():
    everything = record(
        opschortingBijhouding=_suspended("O"), geboorte={}, indicatieCurateleRegister=True
    )
    assert eligible(everything, NOW) == NoCards("deceased")
    child = record(geboorte=_born("2015-01-01"), indicatieCurateleRegister=True)
    assert eligible(child, NOW) == Desk("under_16")


def test_register_of_non_residents_gets_none_even_without_suspension():
    abroad = record(gemeenteVanInschrijving={"code": "1999"})
    assert eligible(abroad, NOW) == NoCards("non_resident")


@pytest.mark.parametrize("birth", [{}, _born("?")])
def test_unknown_birth_date_goes_to_the_desk(birth):
    assert eligible(record(geboorte=birth), NOW) == Desk("birth_date_unknown")


@pytest.mark.parametrize(
    ("born", "route"),
    [
        ("2010-01-01", Cards()),
        ("2010-01-02", Desk("under_16")),
        ("2009-12", Cards()),
        ("2010-01", Desk("under_16")),
        ("2009", Cards()),
        ("2010", Desk("under_16")),
    ],
)
def test_sixteen_counts_from_the_last_day_it_may_be(born, route):
    assert eligible(record(geboorte=_born(born)), NOW) == route


def test_born_on_29_february_is_sixteen_on_1_march():
    leap = record(geboorte=_born("2008-02-29"))
    assert eligible(leap, calendar.timegm((2024, 2, 28, 23, 59, 59))) == Desk("under_16")
    assert eligible(leap, calendar.timegm((2024, 2, 29, 0, 0, 0))) == Cards()
    other = record(geboorte=_born("2004-02-29"))
    assert eligible(other, calendar.timegm((2020, 2, 29, 0, 0, 0))) == Cards()
    common = record(geboorte=_born("2012-02-29"))
    assert eligible(common, calendar.timegm((2028, 2, 29, 0, 0, 0))) == Cards()


def test_a_curator_acts_at_the_desk():
    assert eligible(record(indicatieCurateleRegister=True), NOW) == Desk("curator")
    doubted = record(inOnderzoek={"indicatieCurateleRegister": True})
    assert eligible(doubted, NOW) == Desk("legal_capacity_under_investigation")
