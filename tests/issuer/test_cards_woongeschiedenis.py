"""`woongeschiedenis`: stays without streets, and what follows from them."""

import json
from datetime import date

import pytest
from support.people import day, record, stay
from support.register import NOW

from issuer.cards import Rules, decide
from issuer.sources import Granted, LeftOut, Refused

KIND = "woongeschiedenis"

pytestmark = pytest.mark.spec("Regie domain", "2.6", "woongeschiedenis")

SINCE = ("residence_current_since", "years_at_address", "municipality_since", "region_since")
ELSEWHERE = {
    "verblijfadres": {"korteStraatnaam": "Appelweg", "huisnummer": 1, "postcode": "4321BA"},
    "adresseerbaarObjectIdentificatie": None,
}


def _card(*stays, rules=None, **members):
    decision = decide(record(stays=stays, **members), KIND, NOW, rules or Rules())
    assert isinstance(decision, Granted)
    return decision


def _since(card):
    return tuple(card.claims.get(name) for name in SINCE)


def _moved(start, end, code="0599", **members):
    return stay(start, end, code, **{**ELSEWHERE, **members})


def test_what_a_plain_card_says():
    abroad = {
        "type": "VerblijfplaatsBuitenland",
        "verblijfadres": {
            "land": {"code": "5010", "omschrijving": "België"},
            "regel1": "Kerkstraat 1",
        },
        "functieAdres": None,
        "gemeenteVanInschrijving": None,
    }
    card = _card(
        stay("2015-03-01"),
        stay("2010-05", "2015-03-01", **abroad),
        _moved("2001", "2010-05", code="0344"),
    )
    assert card.claims["stays"] == [
        {"municipality": "0599", "from": "2015-03-01"},
        {"from": "2010-05", "until": "2015-03-01", "country": "BE"},
        {"municipality": "0344", "from": "2001", "until": "2010-05"},
    ]
    assert _since(card) == ("2015-03-01", 10, "2015-03-01", None)
    said = json.dumps(card.claims)
    assert not any(street in said for street in ("Perenlaan", "Appelweg", "Kerkstraat", "1234AB"))


def test_no_history_is_refused():
    assert decide(record(stays=()), KIND, NOW) == Refused("history_empty")


@pytest.mark.parametrize(
    ("start", "since", "years"),
    [
        ("2016-01-01", "2016-01-01", 10),
        ("2016-01-02", "2016-01-02", 9),
        ("2016", "2016", 9),
        ("2015-12", "2015-12", 10),
        ("?", None, None),
    ],
)
def test_years_are_full_years_that_are_certain(start, since, years):
    assert _since(_card(stay(start)))[:2] == (since, years)


@pytest.mark.parametrize(
    ("current", "why"),
    [
        (stay("2015-03-01", functieAdres={"code": "B"}), "no_home_address"),
        (stay("2015-03-01", inOnderzoek={"type": True}), "under_investigation"),
        (stay("2015-03-01", verblijftNietOpAdresVanaf=day("2020-01-01")), "under_investigation"),
    ],
)
def test_without_a_certain_home_there_is_no_residence_time(current, why):
    card = _card(current)
    assert _since(card)[:2] == (None, None)
    assert {LeftOut("residence_current_since", why), LeftOut("years_at_address", why)} <= set(
        card.left_out
    )


def test_a_place_without_an_address_is_a_home():
    place = stay("2015-03-01", type="Locatie", verblijfadres={"locatiebeschrijving": "Woonboot"})
    assert _since(_card(place))[:2] == ("2015-03-01", 10)


def test_a_stay_under_investigation_is_left_out_with_the_day_it_began():
    card = _card(
        stay("2015-03-01"),
        _moved("2010-01-01", "2015-03-01", inOnderzoek={"datumVan": True}),
        stay("2001-01-01", "2010-01-01", code="0344"),
    )
    assert card.claims["stays"] == [
        {"municipality": "0599", "from": "2015-03-01"},
        {"municipality": "0344", "from": "2001-01-01"},
    ]
    assert LeftOut("stays", "under_investigation") in card.left_out


@pytest.mark.spec("Regie domain", "6", "residence does not restart by corrections or mergers")
def test_a_correction_does_not_restart():
    assert _since(_card(stay("2011-02-05"), stay("1998-04-01", "2011-02-05")))[0] == "1998-04-01"


def test_moving_does_restart_and_so_does_a_gap():
    assert _since(_card(stay("2011-02-05"), _moved("1998-04-01", "2011-02-05")))[0] == "2011-02-05"
    assert _since(_card(stay("2011-02-05"), stay("1998-04-01", "2010-02-05")))[0] == "2011-02-05"


def test_a_correspondence_address_at_the_same_door_does_restart():
    rows = (stay("2011-02-05"), stay("1998-04-01", "2011-02-05", functieAdres={"code": "B"}))
    assert _since(_card(*rows))[0] == "2011-02-05"


def test_a_merger_keeps_the_time_in_the_municipality():
    # Didam (0218) went into Montferland (1955) on 1 January 2005.
    own = {
        "gemeenteVanInschrijving": {"code": "1955", "omschrijving": "Montferland"},
        "datumInschrijvingInGemeente": day("2005-01-01"),
    }
    rows = (
        _moved("2012-01-01", None, code="1955"),
        stay("2005-01-01", "2012-01-01", code="1955"),
        stay("1998-10-12", "2005-01-01", code="0218"),
        _moved("1983-09-01", "1998-10-12", code="0218"),
        stay("1980-01-01", "1983-09-01", code="0344"),
    )
    card = _card(*rows, rules=Rules(frozenset({"1955"})), **own)
    assert _since(card) == ("2012-01-01", 14, "1983-09-01", "1983-09-01")


@pytest.mark.spec("Regie domain", "6", "a merger that table 33 does not know yet restarts nothing")
def test_a_merger_of_the_settings_keeps_the_time_in_the_municipality():
    # Made up: 0518 went into 0599 on 6 July 2026, which no published table says.
    own = {
        "gemeenteVanInschrijving": {"code": "0599"},
        "datumInschrijvingInGemeente": day("2026-07-06"),
    }
    rows = (
        stay("2026-07-06", code="0599"),
        stay("1998-10-12", "2026-07-06", code="0518"),
        _moved("1983-09-01", "1998-10-12", code="0518"),
    )
    mergers = {"0518": (frozenset({"0599"}), date(2026, 7, 6))}
    region = frozenset({"0599", "0518"})
    assert _since(_card(*rows, rules=Rules(region, mergers), **own))[2] == "1983-09-01"
    assert _since(_card(*rows, rules=Rules(region), **own))[2] == "2026-07-06"
    other = {"0518": (frozenset({"0599"}), date(2026, 7, 7))}
    assert _since(_card(*rows, rules=Rules(region, other), **own))[2] == "2026-07-06"


def test_moving_into_a_successor_before_the_merger_is_no_merger():
    own = {
        "gemeenteVanInschrijving": {"code": "1955"},
        "datumInschrijvingInGemeente": day("2006-01-01"),
    }
    rows = (stay("2006-01-01", code="1955"), stay("1998-10-12", "2006-01-01", code="0218"))
    assert _since(_card(*rows, **own))[2] == "2006-01-01"


def test_the_registered_day_counts_where_nothing_merged():
    rows = (stay("2016-01-02"), stay("2015-02-08", "2016-01-02"))
    assert _since(_card(*rows, datumInschrijvingInGemeente=day("2016-01-02")))[2] == "2016-01-02"


def test_region_since_counts_every_municipality_of_the_region():
    rows = (
        stay("2018-01-01"),
        _moved("2010-01-01", "2018-01-01", code="0530"),
        _moved("2000-01-01", "2010-01-01", code="0344"),
    )
    region = Rules(frozenset({"0599", "0530"}))
    assert _since(_card(*rows, rules=region))[3] == "2010-01-01"
    assert _since(_card(*rows))[3] is None
    assert _since(_card(*rows, rules=Rules(frozenset({"0344"}))))[3] is None


def test_a_doubtful_municipality_says_nothing_about_since():
    card = _card(
        stay("2015-03-01"),
        rules=Rules(frozenset({"0599"})),
        inOnderzoek={"gemeenteVanInschrijving": True},
    )
    assert _since(card)[2:] == (None, None)
    assert "municipality_code" not in card.claims
