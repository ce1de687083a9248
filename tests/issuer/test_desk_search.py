"""Finding a resident: with a purpose, protocolled, without a number in any address."""

import json
import sqlite3

import httpx
import pytest
from support import issuer_home
from support.clerk_desk import BASE, ClerkDesk
from support.issuer_home import RESIDENT

from issuer.brp.errors import Unavailable
from issuer.brp.search import Search
from issuer.sealing import Sealer
from issuer.service.office import open_keys
from issuer.sources import ByName, ByNumber, Occasion

NAMED = {"surname": "Groot Esselink", "born": "27-5-1985"}


@pytest.fixture
def desk(town) -> ClerkDesk:
    return ClerkDesk(town)


def queries(desk: ClerkDesk) -> list[dict]:
    """The BRP protocol, each line with the number it is about."""
    town = desk.town
    keys = open_keys(town.home, town.office.settings)
    sealer = Sealer(keys.secret("protocol"), "brp-protocol", issuer_home.stream())
    connection = sqlite3.connect(town.home / "issuer.db")
    connection.row_factory = sqlite3.Row
    found = [dict(row) for row in connection.execute("select * from brp_queries")]
    connection.close()
    return [{**one, "bsn": sealer.open(one["person"], str(one["at"])).decode()} for one in found]


def test_by_number(desk):
    browser = desk.logged_in("desk")
    assert browser.search("9999.99.345").status_code == 200
    assert browser.path == "/desk/persoon"
    assert "Johan Groot Esselink" in browser.text
    assert "27-05-1985" in browser.text


def test_by_name_and_birth_date_the_clerk_chooses(desk):
    browser = desk.logged_in("desk")
    browser.search(**NAMED)
    assert browser.path == "/desk/gevonden"
    assert "999999345" in browser.text
    browser.post("/desk/gevonden", {"who": "0"})
    assert browser.path == "/desk/persoon"
    assert "Johan Groot Esselink" in browser.text


@pytest.mark.parametrize("born", ["27-05-1985", "27/5/1985", "27.5.1985", "1985-05-27"])
def test_a_birth_date_as_people_write_it(desk, born):
    browser = desk.logged_in("desk")
    browser.search(surname="groot esselink", born=born)
    assert browser.path == "/desk/gevonden"


@pytest.mark.spec("Wet BRP", "3.11", "a clerk's search: who asked, why, what, about whom")
def test_a_search_is_protocolled_with_clerk_and_purpose(desk):
    browser = desk.logged_in("desk", name="bram")
    browser.search(RESIDENT, purpose="question", reference="Z-2026/17")
    browser.search(**NAMED)
    by_number, by_name = queries(desk)
    assert (by_number["bsn"], by_number["found"]) == (RESIDENT, 1)
    assert by_number["official"] == by_name["official"] == "bram"
    assert by_number["purpose"] == "question Z-2026/17"
    assert by_number["municipality"] == "0599"
    assert by_number["operation"] == "personen"
    assert (by_name["bsn"], by_name["operation"]) == (RESIDENT, "naam")
    for one in (by_number, by_name):
        fields = json.loads(one["fields"])
        assert all(name.split(".")[0] in _NEEDED for name in fields), fields
    searched, chosen, again = desk.actions()[1:]
    assert [one["action"] for one in (searched, chosen, again)] == ["search", "choose", "search"]
    assert {one["clerk"] for one in (searched, chosen, again)} == {"bram"}
    assert searched["subject"] == chosen["subject"] is not None
    assert searched["purpose"] == "question Z-2026/17"
    assert again["subject"] is None  # nobody knew yet who it would be


_NEEDED = {"burgerservicenummer", "geboorte", "naam", "adressering"}


def test_who_is_not_found_was_looked_for(desk):
    browser = desk.logged_in("desk")
    assert browser.search(surname="Nergenshuizen", born="1-1-1980").status_code == 422
    assert "Niemand gevonden" in browser.text
    assert browser.search("999999011").status_code == 422
    by_name, by_number = queries(desk)
    assert (by_name["bsn"], by_name["found"]) == ("", 0)
    assert (by_number["bsn"], by_number["found"]) == ("999999011", 0)


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"purpose": ""}, "purpose", "Kies waarom"),
        ({"purpose": "curiosity"}, "purpose", "Kies waarom"),
        ({"bsn": ""}, "bsn", "Vul het burgerservicenummer in, of"),
        ({"bsn": "123456789"}, "bsn", "geen burgerservicenummer"),
        ({"bsn": "12345"}, "bsn", "geen burgerservicenummer"),
        ({"surname": "Groot"}, "bsn", "Niet allebei"),
        ({"bsn": "", "surname": "Groot"}, "born", "dag-maand-jaar"),
        ({"bsn": "", "born": "27-5-1985"}, "surname", "achternaam"),
        ({"bsn": "", "surname": "Groot", "born": "31-2-1985"}, "born", "dag-maand-jaar"),
        ({"reference": "999999345"}, "reference", "zaaknummer"),
        ({"reference": "zaak 9999.99.345"}, "reference", "zaaknummer"),
        ({"reference": "999-999-345"}, "reference", "zaaknummer"),
        ({"reference": "999/999345"}, "reference", "zaaknummer"),
        ({"reference": "9999  99345"}, "reference", "zaaknummer"),
        ({"reference": "<script>"}, "reference", "zaaknummer"),
        ({"reference": "x" * 41}, "reference", "zaaknummer"),
    ],
)
def test_what_does_not_fit_is_told_at_its_field_and_asks_nothing(desk, fields, field, said):
    browser = desk.logged_in("desk")
    browser.get("/desk/zoeken")
    browser.post("/desk/zoeken", {"purpose": "question", "bsn": RESIDENT, **fields})
    assert browser.answer.status_code == 422
    assert f'href="#{field}"' in browser.page
    assert said in browser.text
    assert queries(desk) == []
    assert desk.actions("search") == []


def test_a_case_number_that_only_looks_like_a_person_is_fine(desk):
    browser = desk.logged_in("desk")
    assert browser.search(RESIDENT, reference="2026-0999999345").status_code == 200


def test_a_search_that_the_register_does_not_answer_was_made(desk, monkeypatch):
    def down(*_args, **_more):
        raise Unavailable("brp.unavailable", "Architecture, Issuer", why="timeout")

    monkeypatch.setattr("issuer.brp.client.BrpClient.by_bsn", down)
    browser = desk.logged_in("desk")
    assert browser.search(RESIDENT).status_code == 502
    assert RESIDENT not in browser.page
    assert [one["action"] for one in desk.actions()] == ["login", "search"]
    assert [one["found"] for one in queries(desk)] == [0]


def test_a_choice_is_only_of_who_was_found(desk):
    browser = desk.logged_in("desk")
    for who in ("1", "-1", "x", ""):
        browser.search(**NAMED)
        assert browser.post("/desk/gevonden", {"who": who}).status_code == 409
    assert desk.actions("choose") == []


def test_another_search_in_another_window_is_noticed(desk):
    """The old page names its people by place: it must not choose from the new ones."""
    browser = desk.logged_in("desk")
    browser.search(**NAMED)
    old = browser.hidden("/desk/gevonden")
    browser.search(surname="Meijden", born="17-4-1959")
    browser.send("POST", "/desk/gevonden", data={**old, "who": "0"}, headers={"Origin": BASE})
    assert browser.answer.status_code == 409
    assert "ander venster" in browser.text
    assert desk.actions("choose") == []


def test_more_people_than_a_register_gives_asks_for_given_names(desk, monkeypatch):
    from issuer.brp.errors import TooManyResults

    def many(*_args, **_more):
        raise TooManyResults("brp.too_many_results", "Regie domain 1.1")

    monkeypatch.setattr("issuer.brp.client.BrpClient.by_name", many)
    browser = desk.logged_in("desk")
    assert browser.search(**NAMED).status_code == 422
    assert "voornamen" in browser.text


def test_given_names_narrow_it_down(desk):
    browser = desk.logged_in("desk")
    assert browser.search(**NAMED, given_names="Johan").status_code == 200
    assert browser.search(**NAMED, given_names="Piet").status_code == 422


class _Kept:
    def __init__(self):
        self.entries = []

    def record(self, entries):
        self.entries += entries


class _Register:
    """What a client was asked, answered with these people."""

    def __init__(self, *people):
        self.people = people

    def by_bsn(self, *_asked):
        return self.people

    def by_name(self, *_asked):
        return self.people


def test_an_answer_about_someone_else_is_no_answer():
    from support.people import person

    from issuer.brp.errors import NotABsn, Unreadable

    kept = _Kept()
    search = Search(_Register(person()), kept, 1, Occasion("anna", "question", "0599"))
    with pytest.raises(Unreadable):
        search.people(ByNumber(RESIDENT))
    with pytest.raises(NotABsn):
        search.people(ByNumber("123456789"))
    (found,) = search.people(ByName("Klaverblad", "1980-06-15"))
    assert found.bsn == person().burgerservicenummer
    assert [one.operation for one in kept.entries] == ["personen", "naam"]


@pytest.mark.spec("House rules", "8", "no number in an address")
def test_no_address_has_a_number_or_a_name(desk):
    browser = desk.logged_in("desk", "decision")
    browser.search(RESIDENT)
    browser.preview()
    browser.offer()
    for path in ("/desk/geschiedenis", "/desk/terugnemen", "/desk/persoon"):
        browser.get(path)
    browser.search(**NAMED)
    browser.post("/desk/gevonden", {"who": "0"})
    for url in browser.asked:
        address = str(httpx.URL(url))
        assert RESIDENT not in address
        assert "sselink" not in address
        assert "1985" not in address
