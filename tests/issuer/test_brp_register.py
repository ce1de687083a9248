"""The served example register answers as the Haal Centraal APIs do (domain.md 1.1 to 1.3)."""

import json

import httpx
import pytest
from support.register import FOLDER, KEY, NOW, InProcess, persons

from issuer.register import Limits, create_app
from issuer.register.app import HISTORIE, PERSONEN

pytestmark = pytest.mark.spec("Haal Centraal BRP", "personen 2, historie 2.0", "served register")

BSN = "999999345"
JSON = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}


def _http(now=NOW, limits=None, key=KEY):
    app = create_app(FOLDER, KEY, lambda: now, limits)
    return httpx.Client(
        transport=InProcess(app),
        base_url="https://register.example",
        headers={"X-API-KEY": key, **JSON},
    )


@pytest.fixture(scope="module")
def http():
    with _http() as one:
        yield one


def _ask(http, *fields, bsn=BSN, **more):
    body = {
        "type": "RaadpleegMetBurgerservicenummer",
        "burgerservicenummer": [bsn],
        "fields": list(fields),
        **more,
    }
    answer = http.post(PERSONEN, content=json.dumps(body))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return answer.json()["personen"]


def _one(http, *fields, bsn=BSN, **more):
    (found,) = _ask(http, *fields, bsn=bsn, **more)
    return found


def _by_bsn(**members):
    return {
        "type": "RaadpleegMetBurgerservicenummer",
        "burgerservicenummer": [BSN],
        "fields": ["naam"],
        **members,
    }


# ---- what is delivered


def test_only_the_asked_members_are_delivered(http):
    assert _one(http, "naam.geslachtsnaam") == {"naam": {"geslachtsnaam": "Groot Esselink"}}
    assert _one(http, "burgerservicenummer") == {"burgerservicenummer": BSN}


def test_a_whole_group_is_delivered_whole(http):
    assert _one(http, "naam", "naam.voornamen") == {"naam": persons()[BSN]["naam"]}


@pytest.mark.parametrize("field", ["geboorte.datum", "geboorte.datum.datum", "geboorte.datum.jaar"])
def test_part_of_a_date_brings_all_of_it(http, field):
    date = {"type": "Datum", "datum": "1985-05-27", "langFormaat": "27 mei 1985"}
    assert _one(http, field) == {"geboorte": {"datum": date}}


def test_part_of_a_table_value_brings_all_of_it(http):
    assert _one(http, "geslacht.code") == {"geslacht": {"code": "M", "omschrijving": "man"}}


def test_a_member_without_a_value_is_absent_and_an_empty_list_is_a_list(http):
    assert _one(http, "naam.voorvoegsel", "indicatieCurateleRegister") == {}
    assert _one(http, "kinderen", bsn="999991231") == {"kinderen": []}


def test_a_residence_and_a_nationality_say_what_they_are(http):
    assert _one(http, "verblijfplaats.verblijfadres.postcode") == {
        "verblijfplaats": {"type": "Adres", "verblijfadres": {"postcode": "3032CG"}}
    }
    (nationality,) = _one(http, "nationaliteiten.nationaliteit")["nationaliteiten"]
    assert nationality.keys() == {"type", "nationaliteit"}


def test_the_alias_of_a_residence_at_home_delivers_nothing_abroad(http):
    field = "verblijfplaatsBinnenland.verblijfadres.postcode"
    assert _one(http, field)["verblijfplaats"]["verblijfadres"] == {"postcode": "3032CG"}
    assert "verblijfplaats" not in _one(http, field, bsn="999990317")


@pytest.mark.parametrize(
    ("bsn", "member"),
    [("999993872", "geheimhoudingPersoonsgegevens"), ("999990147", "opschortingBijhouding")],
)
def test_some_members_always_come_along(http, bsn, member):
    assert _one(http, "aNummer", bsn=bsn).keys() == {"aNummer", member}


def test_marks_of_investigation_come_with_the_member_they_are_about(http):
    marks = _one(http, "geboorte.datum", bsn="999990019")["geboorte"]["inOnderzoek"]
    assert marks["datum"] is True
    assert "datumIngangOnderzoek" in marks
    assert "inOnderzoek" not in _one(http, "geboorte.plaats", bsn="999990019")["geboorte"]
    own = _one(http, "geslacht", "burgerservicenummer", bsn="999990524")["inOnderzoek"]
    assert own.keys() == {"geslacht", "burgerservicenummer", "datumIngangOnderzoekPersoon"}


def test_someone_found_gone_is_marked_with_any_member_of_the_residence(http):
    residence = _one(http, "verblijfplaats.datumVan", bsn="999992570")["verblijfplaats"]
    assert residence["indicatieVastgesteldVerblijftNietOpAdres"] is True
    assert residence["inOnderzoek"]["type"] is True
    assert residence["inOnderzoek"]["datumVan"] is True


def test_a_title_that_ended_is_not_delivered(http):
    assert _one(http, "verblijfstitel", bsn="999990159") == {}
    assert "verblijfstitel" in _one(http, "verblijfstitel", bsn="999990809")
    eve, day = 1_432_857_600, 1_432_944_000  # 29 and 30 May 2015: the title ends on the 30th
    assert "verblijfstitel" in _one(_http(eve), "verblijfstitel", bsn="999990159")
    assert _one(_http(day), "verblijfstitel", bsn="999990159") == {}


def test_the_age_is_of_today(http):
    assert _one(http, "leeftijd", bsn="999991383") == {"leeftijd": 17}
    assert _one(_http(NOW + 25 * 86_400), "leeftijd", bsn="999991383") == {"leeftijd": 18}
    assert "leeftijd" not in _one(http, "leeftijd", bsn="999992351")


def test_own_residents_only_when_asked_so(http):
    assert _ask(http, "naam", gemeenteVanInschrijving="0518") == []
    assert len(_ask(http, "naam", gemeenteVanInschrijving="0599")) == 1


def test_an_unknown_number_gives_an_empty_list(http):
    assert _ask(http, "naam", bsn="999999990") == []


# ---- searches


def _search(http, kind, status=200, **members):
    body = {"type": kind, "fields": ["burgerservicenummer"], **members}
    answer = http.post(PERSONEN, content=json.dumps(body))
    assert answer.status_code == status, answer.text
    found = answer.json()
    return (
        sorted(one["burgerservicenummer"] for one in found["personen"]) if status == 200 else found
    )


FAMILY = ["999999345", "999999357", "999999369", "999999370", "999999412"]


def test_search_by_bag_object_and_by_designation(http):
    home = persons()[BSN]["verblijfplaats"]
    for kind, name in (
        ("ZoekMetAdresseerbaarObjectIdentificatie", "adresseerbaarObjectIdentificatie"),
        ("ZoekMetNummeraanduidingIdentificatie", "nummeraanduidingIdentificatie"),
    ):
        assert _search(http, kind, **{name: home[name]}) == FAMILY


@pytest.mark.parametrize("postcode", ["3032CG", "3032 cg", "3032 CG"])
def test_search_by_postcode_and_number(http, postcode):
    assert _search(http, "ZoekMetPostcodeEnHuisnummer", postcode=postcode, huisnummer=651) == FAMILY
    assert (
        _search(http, "ZoekMetPostcodeEnHuisnummer", postcode=postcode, huisnummer="651") == FAMILY
    )


def test_letter_and_addition_narrow_the_search(http):
    found = {"postcode": "3511BT", "huisnummer": 400}
    kind = "ZoekMetPostcodeEnHuisnummer"
    assert "999990160" in _search(http, kind, **found)
    assert "999990160" in _search(http, kind, **found, huisletter="l", huisnummertoevoeging="TOE")
    assert "999990160" not in _search(http, kind, **found, huisletter="X")


def test_the_dead_are_found_only_when_asked_for(http):
    place = {"postcode": "3065PE", "huisnummer": 51}
    kind = "ZoekMetPostcodeEnHuisnummer"
    assert _search(http, kind, **place) == ["999994001"]
    assert _search(http, kind, **place, inclusiefOverledenPersonen=True) == [
        "999990147",
        "999994001",
    ]


def test_above_thirty_the_search_is_refused(tmp_path):
    home = persons()[BSN]["verblijfplaats"]
    crowd = [
        {
            "burgerservicenummer": f"9{i:08}",
            "verblijfplaats": home,
            "gemeenteVanInschrijving": {"code": "0599"},
        }
        for i in range(31)
    ]
    (tmp_path / "personen.json").write_text(json.dumps({"personen": crowd}))
    (tmp_path / "verblijfplaatshistorie.json").write_text('{"historie": {}}')
    app = create_app(tmp_path, KEY, lambda: NOW)
    with httpx.Client(
        transport=InProcess(app), base_url="https://r.example", headers={"X-API-KEY": KEY, **JSON}
    ) as crowded:
        problem = _search(
            crowded, "ZoekMetPostcodeEnHuisnummer", 400, postcode="3032CG", huisnummer=651
        )
    assert problem["code"] == "tooManyResults"
    assert problem["title"] == "Teveel zoekresultaten."
    assert (
        problem["detail"]
        == "Meer dan maximum van 30 zoekresultaten gevonden. Verfijn de zoekopdracht."
    )


# ---- media types, keys, limits


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"type": 1, "type": 2}', b'{"a": NaN}', b"\xff", b" " * 40_000]
)
def test_what_is_not_one_json_object_is_refused(http, body):
    answer = http.post(PERSONEN, content=body)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Request body is geen geldige JSON."


def _problem(answer):
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == problem["status"]
    return problem["status"], problem["code"], problem["title"]


def test_errors_about_the_request_as_such(http):
    body = json.dumps(_by_bsn())
    assert _problem(http.post(PERSONEN, content=body, headers={"X-API-KEY": "other"})) == (
        401,
        "authentication",
        "Niet correct geauthenticeerd.",
    )
    assert _problem(http.get(PERSONEN)) == (
        405,
        "methodNotAllowed",
        "Gebruikte bevragingsmethode is niet toegestaan.",
    )
    assert _problem(http.post(PERSONEN, content=body, headers={"Accept": "application/xml"})) == (
        406,
        "notAcceptable",
        "Gevraagde content type wordt niet ondersteund.",
    )
    assert _problem(http.post(PERSONEN, content=body, headers={"Content-Type": "text/plain"})) == (
        415,
        "unsupportedMediaType",
        "Media Type wordt niet ondersteund.",
    )
    assert _problem(http.post("/haalcentraal/api/brp/anders", content=body))[:2] == (
        404,
        "notFound",
    )


def test_no_answer_is_kept_in_a_cache(http):
    assert http.post(PERSONEN, content=json.dumps(_by_bsn())).headers["cache-control"] == "no-store"


def test_a_key_may_be_limited_to_fields_and_in_rate():
    with _http(limits=Limits(fields=frozenset({"burgerservicenummer"}))) as limited:
        assert _problem(limited.post(PERSONEN, content=json.dumps(_by_bsn()))) == (
            403,
            "autorisation",
            "U bent niet geautoriseerd voor één of meerdere opgegeven field waarden.",
        )
        assert _one(limited, "burgerservicenummer") == {"burgerservicenummer": BSN}
    with _http(limits=Limits(questions_a_minute=2)) as slow:
        codes = [slow.post(PERSONEN, content=json.dumps(_by_bsn())).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert slow.post(PERSONEN, content="{}").headers["retry-after"] == "60"


def test_a_fault_inside_tells_nothing(tmp_path):
    (tmp_path / "personen.json").write_text(
        json.dumps({"personen": [{"burgerservicenummer": BSN, "geboorte": "stuk"}]})
    )
    (tmp_path / "verblijfplaatshistorie.json").write_text('{"historie": {}}')
    app = create_app(tmp_path, KEY, lambda: NOW)
    with httpx.Client(
        transport=InProcess(app), base_url="https://r.example", headers={"X-API-KEY": KEY, **JSON}
    ) as broken:
        answer = broken.post(PERSONEN, content=json.dumps(_by_bsn()))
    assert _problem(answer) == (500, "serverError", "Interne server fout.")
    assert BSN not in answer.text


# ---- residence history


def _stays(http, bsn="999990792", **members):
    answer = http.post(HISTORIE, content=json.dumps({"burgerservicenummer": bsn, **members}))
    assert answer.status_code == 200, answer.text
    return [one["datumVan"]["datum"] for one in answer.json()["verblijfplaatsen"]]


def test_history_on_a_day(http):
    kind = "RaadpleegMetPeildatum"
    assert _stays(http, type=kind, peildatum="1999-02-27") == ["1998-08-02"]
    assert _stays(http, type=kind, peildatum="1999-02-28") == ["1999-02-28"]
    assert _stays(http, type=kind, peildatum="1970-01-01") == []


def test_history_in_a_period_newest_first(http):
    kind = "RaadpleegMetPeriode"
    assert _stays(http, type=kind, datumVan="1990-01-01", datumTot="2000-02-28") == [
        "1999-02-28",
        "1998-08-02",
        "1989-09-12",
    ]
    assert _stays(http, type=kind, datumVan="1800-01-01", datumTot="2026-01-02") == [
        "2000-02-28",
        "1999-02-28",
        "1998-08-02",
        "1989-09-12",
        "1987-05-27",
        "1981-03-12",
        "1978-04-18",
    ]
    assert (
        _stays(http, bsn="999999990", type=kind, datumVan="1990-01-01", datumTot="2000-02-28") == []
    )


def test_history_tells_suspension_and_secrecy(http):
    body = {
        "type": "RaadpleegMetPeildatum",
        "burgerservicenummer": "999990792",
        "peildatum": "2020-01-01",
    }
    assert (
        http.post(HISTORIE, content=json.dumps(body)).json()["geheimhoudingPersoonsgegevens"]
        is True
    )
