"""`woonadres`: only a certain home address."""

import pytest
from support.people import address, day, record, stay
from support.register import NOW

from issuer.cards import decide
from issuer.sources import Granted, LeftOut, Refused

KIND = "woonadres"

pytestmark = pytest.mark.spec("Regie domain", "2.6", "woonadres")


def _decide(residence, **members):
    return decide(record(verblijfplaats=residence, **members), KIND, NOW)


def test_what_a_plain_card_says():
    assert _decide(address()).claims == {
        "address": {
            "street_address": "Perenlaan",
            "house_number": "12",
            "postal_code": "1234AB",
            "locality": "Voorbeeldstad",
            "country": "NL",
        },
        "municipality": "Voorbeeldstad",
        "bag_adresseerbaar_object": "0599010000000001",
        "resident_since": "2015-03-01",
        "source": "BRP",
        "reference_moment": "2026-01-01",
        "municipality_code": "0599",
    }


@pytest.mark.parametrize(
    ("residence", "code"),
    [
        (None, "address_unknown"),
        ({"type": "VerblijfplaatsOnbekend"}, "address_unknown"),
        ({"type": "VerblijfplaatsBuitenland", "verblijfadres": {"regel1": "x"}}, "address_abroad"),
        (address(functieAdres={"code": "B"}), "correspondence_address"),
        (address(functieAdres=None), "address_unknown"),
        (address(type="Locatie"), "location_only"),
        (address(indicatieVastgesteldVerblijftNietOpAdres=True), "not_at_address"),
        (address(inOnderzoek={"type": True}), "address_under_investigation"),
        (address(inOnderzoek={"functieAdres": True}), "address_under_investigation"),
        (
            address(verblijfadres={"inOnderzoek": {"postcode": True}}),
            "address_under_investigation",
        ),
    ],
)
def test_what_is_no_certain_home_address_is_refused_by_name(residence, code):
    assert _decide(residence) == Refused(code)


def test_found_gone_is_said_before_the_investigation_it_comes_with():
    both = address(indicatieVastgesteldVerblijftNietOpAdres=True, inOnderzoek={"type": True})
    assert _decide(both) == Refused("not_at_address")


def test_a_doubtful_municipality_is_a_doubtful_address():
    doubted = _decide(address(), inOnderzoek={"gemeenteVanInschrijving": True})
    assert doubted == Refused("address_under_investigation")


def test_only_the_moving_date_in_doubt_leaves_the_address():
    card = _decide(address(inOnderzoek={"datumVan": True}))
    assert isinstance(card, Granted)
    assert "resident_since" not in card.claims
    assert card.left_out == (LeftOut("resident_since", "under_investigation"),)


@pytest.mark.parametrize(("start", "said"), [("2015-03", "2015-03"), ("2015", "2015"), ("?", None)])
def test_an_incomplete_moving_date_stays_incomplete(start, said):
    card = _decide(address(datumVan=day(start)), stays=(stay(start),))
    assert card.claims.get("resident_since") == said


def test_every_part_of_a_house_number_arrives():
    lines = {
        "officieleStraatnaam": "Lange Perenlaan",
        "huisletter": "b",
        "huisnummertoevoeging": "3hg",
        "aanduidingBijHuisnummer": {"code": "to", "omschrijving": "tegenover"},
    }
    said = _decide(address(verblijfadres=lines)).claims["address"]
    assert said["street_address"] == "Lange Perenlaan"
    assert said["house_number"] == "to 12"
    assert said["house_letter"] == "b"
    assert said["house_number_addition"] == "3hg"


def test_a_town_the_register_does_not_have_is_not_invented():
    residence = address()
    del residence["verblijfadres"]["woonplaats"]
    assert "locality" not in _decide(residence).claims["address"]


def test_a_new_row_for_the_same_house_does_not_restart():
    rows = (stay("2015-03-01"), stay("2001-01-01", "2015-03-01", code="0600"))
    assert _decide(address(), stays=rows).claims["resident_since"] == "2001-01-01"
