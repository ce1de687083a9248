"""The register changes while it is served, tells whose record did, and is searched by name."""

import json
from datetime import date

import httpx
import pytest
from support.changing import OVERLEDEN, VERHUISD
from support.people import day
from support.register import FOLDER, KEY, NOW, InProcess, persons

from issuer.brp.access import ApiKey
from issuer.brp.changes import UPDATES, UpdateFeed
from issuer.brp.errors import Unreadable
from issuer.brp.link import Link, LinkSettings
from issuer.register import create_app
from issuer.register.app import HISTORIE, PERSONEN, WIJZIGINGEN

BSN = "999999345"
OTHER = "999999357"
DAY = 86_400

pytestmark = pytest.mark.spec("BRP Update API", "1.0", "whose record changed, by day")


class Served:
    def __init__(self, folder):
        self.file = folder / "changes.jsonl"
        self.now = NOW
        app = create_app(FOLDER, KEY, lambda: self.now, changes=self.file)
        self.http = httpx.Client(
            transport=InProcess(app),
            base_url="https://register.example",
            headers={"X-API-KEY": KEY, "Accept": "application/json"},
        )

    def add(self, patch, bsn=BSN, **more):
        with self.file.open("a") as file:
            line = {"burgerservicenummer": bsn, "persoon": patch, **more}
            file.write(json.dumps(line) + "\n")

    def changed(self, **parameters):
        answer = self.http.get(WIJZIGINGEN, params=parameters)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/hal+json"
        return answer.json()["burgerservicenummers"]

    def person(self, *fields, bsn=BSN):
        body = {
            "type": "RaadpleegMetBurgerservicenummer",
            "burgerservicenummer": [bsn],
            "fields": list(fields),
        }
        (found,) = self.http.post(PERSONEN, json=body).json()["personen"]
        return found

    def search(self, **question):
        body = {"fields": ["burgerservicenummer"], **question}
        return self.http.post(PERSONEN, json=body)

    def found(self, **question):
        answer = self.search(**question)
        assert answer.status_code == 200, answer.text
        return {one["burgerservicenummer"] for one in answer.json()["personen"]}

    def stays(self, bsn=BSN):
        body = {
            "type": "RaadpleegMetPeriode",
            "burgerservicenummer": bsn,
            "datumVan": "1900-01-01",
            "datumTot": "2030-01-01",
        }
        return self.http.post(HISTORIE, json=body).json()["verblijfplaatsen"]


@pytest.fixture
def served(tmp_path):
    return Served(tmp_path)


# ---- the feed


def test_each_number_once_from_a_day_on(served):
    assert served.changed() == []
    served.add({"aNummer": "1"}, datum="2025-12-30")
    served.add({"aNummer": "2"}, OTHER)
    served.add({"aNummer": "3"})
    assert served.changed() == [BSN, OTHER]
    assert served.changed(vanaf="2026-01-01") == [OTHER, BSN]
    assert served.changed(vanaf="2026-01-02") == []
    served.now += DAY
    served.add({"aNummer": "4"}, OTHER)
    assert served.changed(vanaf="2026-01-02") == [OTHER]


@pytest.mark.parametrize("query", [{"vanaf": "gisteren"}, {"vanaf": ""}, {"bsn": BSN}])
def test_a_wrong_question_is_named(served, query):
    answer = served.http.get(WIJZIGINGEN, params=query)
    assert answer.status_code == 400
    assert answer.json()["code"] == "paramsValidation"
    assert BSN not in answer.text


def test_who_may_not_ask_gets_what_the_api_says(served):
    assert served.http.get(WIJZIGINGEN, headers={"X-API-KEY": "x"}).status_code == 401
    assert served.http.get(WIJZIGINGEN, headers={"Accept": "text/html"}).status_code == 406
    answer = served.http.post(WIJZIGINGEN)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_a_line_counts_when_it_is_whole(served):
    with served.file.open("w") as file:
        file.write('{"burgerservicenummer": "' + BSN + '", "persoon":')
        file.flush()
        assert served.changed() == []
        file.write(' {"aNummer": "1"}}\n\n')
        file.flush()
        assert served.changed() == [BSN]
        assert served.changed() == [BSN]


def test_a_line_that_says_nothing_is_not_passed_over_in_silence(served):
    served.file.write_text("{}\n")
    answer = served.http.get(WIJZIGINGEN)
    assert (answer.status_code, answer.json()["code"]) == (500, "serverError")


def _feed(answer):
    link = Link(
        LinkSettings("https://register.example" + UPDATES, ApiKey(KEY)),
        transport=httpx.MockTransport(answer),
        wait=lambda _seconds: None,
    )
    return UpdateFeed(link)


def test_the_day_is_asked_and_a_number_is_in_no_address():
    seen = []

    def answer(request):
        seen.append(request.url)
        body = {"_links": {}, "burgerservicenummers": [BSN, OTHER, BSN, "12", "123456789"]}
        return httpx.Response(200, json=body)

    feed = _feed(answer)
    assert feed.changed_since(date(2026, 1, 2)) == (BSN, OTHER)
    feed.changed_since(None)
    assert [str(url).partition("wijzigingen")[2] for url in seen] == ["?vanaf=2026-01-02", ""]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"burgerservicenummers": [1]}', b'{"burgerservicenummers": "x"}']
)
def test_a_feed_that_cannot_be_read_is_not_an_empty_one(body):
    with pytest.raises(Unreadable) as caught:
        _feed(lambda _request: httpx.Response(200, content=body)).changed_since(None)
    assert caught.value.__context__ is None


# ---- what happens to people


def test_moving_closes_a_stay_and_opens_one(served):
    before = served.stays()
    served.add(VERHUISD)
    after = served.stays()
    assert after[0]["verblijfadres"]["korteStraatnaam"] == "Perenlaan"
    assert after[0]["gemeenteVanInschrijving"]["code"] == "0599"
    assert after[1]["datumTot"] == after[0]["datumVan"] == VERHUISD["verblijfplaats"]["datumVan"]
    assert after[2:] == before[1:]
    new = {"type": "ZoekMetAdresseerbaarObjectIdentificatie"}
    name = "adresseerbaarObjectIdentificatie"
    assert served.found(**new, **{name: "0599010000000001"}) == {BSN}
    assert BSN not in served.found(**new, **{name: "0599010000110069"})


def test_a_correction_of_the_address_is_no_move(served):
    before = served.stays()
    served.add({"verblijfplaats": {"inOnderzoek": {"verblijfadres": True}}})
    after = served.stays()
    assert len(after) == len(before)
    assert after[0]["inOnderzoek"] == {"verblijfadres": True}
    assert after[1:] == before[1:]


def test_dying_being_named_and_a_mark_taken_away(served):
    served.add({"naam": {"geslachtsnaam": "Nieuwenhuis", "inOnderzoek": {"voornamen": True}}})
    name = served.person("naam")["naam"]
    assert (name["geslachtsnaam"], name["inOnderzoek"]) == ("Nieuwenhuis", {"voornamen": True})
    served.add({"naam": {"inOnderzoek": None}})
    assert "inOnderzoek" not in served.person("naam")["naam"]
    served.add(OVERLEDEN)
    assert served.person("naam")["opschortingBijhouding"]["reden"]["code"] == "O"


def test_someone_new_is_born(served):
    served.add({"geboorte": {"datum": day("2026-01-01")}, **VERHUISD}, "999990019")
    served.add({"geboorte": {"datum": day("2026-01-01")}, **VERHUISD}, "123456782")
    assert served.person("geboorte.datum", bsn="123456782")["geboorte"]["datum"] == day(
        "2026-01-01"
    )
    assert len(served.stays("123456782")) == 1


# ---- searching by name and birth date


JOHAN = persons()[BSN]
BY_NAME = {
    "type": "ZoekMetGeslachtsnaamEnGeboortedatum",
    "geslachtsnaam": JOHAN["naam"]["geslachtsnaam"],
    "geboortedatum": JOHAN["geboorte"]["datum"]["datum"],
}


@pytest.mark.spec("Regie domain", "1.1", "search by surname and birth date")
def test_found_by_name_and_birth_date(served):
    assert served.found(**BY_NAME) == {BSN}
    name = BY_NAME["geslachtsnaam"]
    assert served.found(**{**BY_NAME, "geslachtsnaam": name.upper()}) == {BSN}
    assert served.found(**{**BY_NAME, "geslachtsnaam": name[:4] + "*"}) == {BSN}
    assert served.found(**BY_NAME, voornamen="joh*", geslacht="m") == {BSN}
    assert served.found(**BY_NAME, voornamen="Piet") == set()
    assert served.found(**BY_NAME, geslacht="V") == set()
    assert served.found(**{**BY_NAME, "geboortedatum": "1985-05-28"}) == set()
    assert served.found(**BY_NAME, gemeenteVanInschrijving="0518") == set()


def test_the_dead_are_found_when_asked_for(served):
    served.add(OVERLEDEN)
    assert served.found(**BY_NAME) == set()
    assert served.found(**BY_NAME, inclusiefOverledenPersonen=True) == {BSN}


@pytest.mark.parametrize(
    ("change", "name", "code"),
    [
        ({"geslachtsnaam": "Es*"}, "geslachtsnaam", "pattern"),
        ({"geslachtsnaam": "*sen"}, "geslachtsnaam", "pattern"),
        ({"geslachtsnaam": "<script>"}, "geslachtsnaam", "pattern"),
        ({"geslachtsnaam": "Naam\n"}, "geslachtsnaam", "pattern"),
        ({"geslachtsnaam": ""}, "geslachtsnaam", "required"),
        ({"geboortedatum": "19850527"}, "geboortedatum", "date"),
        ({"geboortedatum": ""}, "geboortedatum", "required"),
        ({"geslacht": "X"}, "geslacht", "pattern"),
        ({"voornamen": "a*b"}, "voornamen", "pattern"),
        ({"voorvoegsel": "van der langste"}, "voorvoegsel", "pattern"),
        ({"postcode": "1234AB"}, "postcode", "unknownParam"),
        ({"fields": ["verblijfplaats"]}, "fields[0]", "fields"),
    ],
)
def test_a_wrong_search_names_the_parameter(served, change, name, code):
    answer = served.search(**{**BY_NAME, **change})
    assert answer.status_code == 400
    (wrong,) = answer.json()["invalidParams"]
    assert (wrong["name"], wrong["code"]) == (name, code)


def test_both_missing_parameters_are_named_in_order(served):
    answer = served.search(type=BY_NAME["type"])
    assert answer.json()["detail"] == "De foutieve parameter(s) zijn: geboortedatum, geslachtsnaam."


@pytest.mark.spec("Regie domain", "1.1", "at most 10 people by name")
@pytest.mark.parametrize(("more", "status"), [(9, 200), (10, 400)])
def test_more_than_ten_of_one_name(served, more, status):
    for number in range(more):
        served.add({"naam": JOHAN["naam"], "geboorte": JOHAN["geboorte"]}, f"8{number:08}")
    answer = served.search(**BY_NAME)
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"] == "tooManyResults"
        assert "maximum van 10" in answer.json()["detail"]
