"""The served register names everything that is wrong with a question (domain.md 1.3)."""

import json

import httpx
import pytest
from support.register import FOLDER, KEY, NOW, InProcess

from issuer.register import create_app
from issuer.register.app import HISTORIE, PERSONEN

pytestmark = pytest.mark.spec("Haal Centraal BRP", "personen 2, historie 2.0", "wrong questions")

BSN = "999999345"


@pytest.fixture(scope="module")
def http():
    headers = {"X-API-KEY": KEY, "Content-Type": "application/json"}
    transport = InProcess(create_app(FOLDER, KEY, lambda: NOW))
    with httpx.Client(transport=transport, base_url="https://r.example", headers=headers) as one:
        yield one


def _wrong(http, body, path=PERSONEN):
    answer = http.post(path, content=json.dumps(body))
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["title"] == "Een of meerdere parameters zijn niet correct."
    assert problem["code"] == "paramsValidation"
    assert problem["status"] == 400
    assert problem["instance"] == path
    assert problem["type"] == "https://datatracker.ietf.org/doc/html/rfc7231#section-6.5.1"
    names = ", ".join(one["name"] for one in problem["invalidParams"])
    assert problem["detail"] == f"De foutieve parameter(s) zijn: {names}."
    return [(one["name"], one["code"], one["reason"]) for one in problem["invalidParams"]]


def _by_bsn(**members):
    return {
        "type": "RaadpleegMetBurgerservicenummer",
        "burgerservicenummer": [BSN],
        "fields": ["naam"],
        **members,
    }


EXIST = "Parameter bevat een niet bestaande veldnaam."
ALLOWED = "Parameter bevat een niet toegestane veldnaam."
PATTERN = r"Waarde voldoet niet aan patroon ^[a-zA-Z0-9\._]{1,200}$."


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (None, [("fields", "required", "Parameter is verplicht.")]),
        ([], [("fields", "minItems", "Array bevat minder dan 1 items.")]),
        ("naam", [("fields", "array", "Parameter is geen array.")]),
        (["naam"] * 131, [("fields", "maxItems", "Array bevat meer dan 130 items.")]),
        (["anummer"], [("fields[0]", "fields", EXIST)]),
        (["naam", "naam.bestaatNiet"], [("fields[1]", "fields", EXIST)]),
        (["naam.voornamen.x"], [("fields[0]", "fields", EXIST)]),
        (["a*nummer"], [("fields[0]", "pattern", PATTERN)]),
        ([""], [("fields[0]", "pattern", PATTERN)]),
        (["naam\n"], [("fields[0]", "pattern", PATTERN)]),
        (["x" * 201], [("fields[0]", "pattern", PATTERN)]),
        ([7], [("fields[0]", "pattern", PATTERN)]),
        (["geheimhoudingPersoonsgegevens"], [("fields[0]", "fields", ALLOWED)]),
        (["opschortingBijhouding.reden.omschrijving"], [("fields[0]", "fields", ALLOWED)]),
        (["rni.deelnemer.code"], [("fields[0]", "fields", ALLOWED)]),
        (["verificatie.datum.datum"], [("fields[0]", "fields", ALLOWED)]),
        (["inOnderzoek.burgerservicenummer"], [("fields[0]", "fields", ALLOWED)]),
        (
            ["partners.aangaanHuwelijkPartnerschap.inOnderzoek.datum"],
            [("fields[0]", "fields", ALLOWED)],
        ),
        (
            ["verblijfplaats.indicatieVastgesteldVerblijftNietOpAdres"],
            [("fields[0]", "fields", ALLOWED)],
        ),
        (
            ["anummer", "naam", "rni"],
            [("fields[0]", "fields", EXIST), ("fields[2]", "fields", ALLOWED)],
        ),
    ],
)
def test_wrong_fields(http, fields, expected):
    body = _by_bsn(fields=fields)
    if fields is None:
        del body["fields"]
    assert _wrong(http, body) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("999999345", [("burgerservicenummer", "array", "Parameter is geen array.")]),
        ([], [("burgerservicenummer", "minItems", "Array bevat minder dan 1 items.")]),
        ([BSN] * 21, [("burgerservicenummer", "maxItems", "Array bevat meer dan 20 items.")]),
        (
            ["1234567890", "123456789", "<script>"],
            [
                (
                    "burgerservicenummer[0]",
                    "pattern",
                    "Waarde voldoet niet aan patroon ^[0-9]{9}$.",
                ),
                (
                    "burgerservicenummer[2]",
                    "pattern",
                    "Waarde voldoet niet aan patroon ^[0-9]{9}$.",
                ),
            ],
        ),
    ],
)
def test_wrong_numbers(http, numbers, expected):
    assert _wrong(http, _by_bsn(burgerservicenummer=numbers)) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"type": None}, [("type", "required", "Parameter is verplicht.")]),
        ({"type": "raadpleeg"}, [("type", "value", "Waarde is geen geldig zoek type.")]),
        ({"bestaatNiet": 1}, [("bestaatNiet", "unknownParam", "Parameter is niet verwacht.")]),
        (
            {"gemeenteVanInschrijving": "59"},
            [("gemeenteVanInschrijving", "pattern", "Waarde voldoet niet aan patroon ^[0-9]{4}$.")],
        ),
        (
            {"fields": ["x"], "nog": 1},
            [
                ("fields[0]", "fields", EXIST),
                ("nog", "unknownParam", "Parameter is niet verwacht."),
            ],
        ),
    ],
)
def test_wrong_parameters(http, members, expected):
    assert _wrong(http, _by_bsn(**members)) == expected


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, [("postcode", "required"), ("huisnummer", "required")]),
        (
            {"postcode": "", "huisnummer": ""},
            [("postcode", "required"), ("huisnummer", "required")],
        ),
        ({"postcode": "0123AB", "huisnummer": 1}, [("postcode", "pattern")]),
        ({"postcode": "1234AB", "huisnummer": "2e"}, [("huisnummer", "integer")]),
        ({"postcode": "1234AB", "huisnummer": 1.5}, [("huisnummer", "integer")]),
        ({"postcode": "1234AB", "huisnummer": True}, [("huisnummer", "integer")]),
        ({"postcode": "1234AB", "huisnummer": 0}, [("huisnummer", "minimum")]),
        ({"postcode": "1234AB", "huisnummer": 100_000}, [("huisnummer", "maximum")]),
        ({"postcode": "1234AB", "huisnummer": 1, "huisletter": "AB"}, [("huisletter", "pattern")]),
        (
            {"postcode": "1234AB", "huisnummer": 1, "huisnummertoevoeging": "12345"},
            [("huisnummertoevoeging", "pattern")],
        ),
        (
            {"postcode": "1234AB", "huisnummer": 1, "inclusiefOverledenPersonen": "ja"},
            [("inclusiefOverledenPersonen", "boolean")],
        ),
    ],
)
def test_wrong_searches(http, members, expected):
    body = {"type": "ZoekMetPostcodeEnHuisnummer", "fields": ["burgerservicenummer"], **members}
    assert [(name, code) for name, code, _ in _wrong(http, body)] == expected


def test_a_wrong_question_never_comes_back(http):
    secret = "Zonnebloem 999999345"
    for body in (
        _by_bsn(burgerservicenummer=[secret]),
        _by_bsn(fields=[secret]),
        _by_bsn(gemeenteVanInschrijving=secret),
        {**_by_bsn(), secret: 1},
        {"type": secret},
    ):
        assert secret not in http.post(PERSONEN, content=json.dumps(body)).text


def test_a_search_may_ask_less_than_a_look_up(http):
    body = {"type": "ZoekMetPostcodeEnHuisnummer", "postcode": "3032CG", "huisnummer": 651}
    for field in (
        "verblijfplaats.verblijfadres.huisletter",
        "kinderen",
        "aNummer",
        "naam.aanduidingNaamgebruik",
    ):
        assert _wrong(http, {**body, "fields": [field]}) == [
            ("fields[0]", "fields", "Parameter bevat een niet bestaande veldnaam.")
        ]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"type": "RaadpleegMetPeildatum"}, [("peildatum", "required", "Parameter is verplicht.")]),
        (
            {"type": "RaadpleegMetPeildatum", "peildatum": "2020-02-30"},
            [("peildatum", "date", "Waarde is geen geldige datum.")],
        ),
        (
            {"type": "RaadpleegMetPeriode", "datumVan": "2020-01-01", "datumTot": "2020-01-01"},
            [("datumTot", "date", "datumTot moet na datumVan liggen.")],
        ),
        (
            {"type": "RaadpleegMetPeildatum", "peildatum": "2020-01-01", "fields": ["x"]},
            [("fields", "unknownParam", "Parameter is niet verwacht.")],
        ),
        ({"type": "Zoek"}, [("type", "value", "Waarde is geen geldig zoek type.")]),
    ],
)
def test_wrong_history_questions(http, members, expected):
    assert _wrong(http, {"burgerservicenummer": BSN, **members}, HISTORIE) == expected
