"""What the issuer asks of the register, what it protocols, and what stays hidden when it fails."""

import json
import logging
import traceback

import httpx
import pytest
from support.register import DESK, FOLDER, KEY, KINDS, NOW, Register, client, over_https

from issuer.brp.access import ApiKey
from issuer.brp.client import BrpClient
from issuer.brp.dates import Full
from issuer.brp.errors import (
    BrpError,
    Denied,
    NotABsn,
    NotFound,
    Rejected,
    Unavailable,
    Unreadable,
)
from issuer.brp.fields import ALWAYS, AT_THE_ADDRESS, fields_for
from issuer.brp.link import Link, LinkSettings
from issuer.brp.number import is_bsn
from issuer.brp.source import HaalCentraalSource
from issuer.cards import decide
from issuer.errors import SettingsFault
from issuer.register import create_app
from issuer.register.fields import LIMITED_PERSON, PERSON, exists, may_be_asked
from issuer.sources import Granted, NotSearchable, Occasion, Refused, TooManyOccupants

BSN = "999999345"
ATTEMPTS = 3
FAMILY = {"999999345", "999999357", "999999369", "999999370", "999999412"}
NAMES = ("Johan", "Esselink", "Hofdijk", "Rotterdam")


# ---- what is asked


def test_the_register_knows_every_field_that_is_ever_asked():
    for path in fields_for(KINDS):
        assert exists(path, PERSON)
        assert may_be_asked(path)
    for path in AT_THE_ADDRESS:
        assert exists(path, LIMITED_PERSON)
    assert AT_THE_ADDRESS == ("burgerservicenummer", "geboorte.datum")


@pytest.mark.spec("Architecture", "Issuer", "only the fields of the chosen kinds")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_only_the_fields_of_the_chosen_kind_are_asked(kind):
    register = Register()
    register.fetch(BSN, frozenset({kind}))
    first, *others = register.transport.questions()
    assert first["fields"] == list(fields_for(frozenset({kind})))
    assert set(ALWAYS) <= set(first["fields"])
    groups = {path.split(".")[0] for path in set(first["fields"]) - set(ALWAYS)}
    assert (
        groups
        == {
            "persoonsgegevens": {"naam", "geboorte", "geslacht"},
            "woonadres": {"verblijfplaats"},
            "huishouden": {"verblijfplaats", "kinderen"},
            "woongeschiedenis": {"datumInschrijvingInGemeente"},
            "verblijfsrecht": {"nationaliteiten", "verblijfstitel"},
        }[kind]
    )
    to = {
        "persoonsgegevens": [],
        "woonadres": ["verblijfplaatshistorie"],
        "huishouden": ["personen"],
        "woongeschiedenis": ["verblijfplaatshistorie"],
        "verblijfsrecht": [],
    }[kind]
    assert [one["to"] for one in others] == to


def test_the_address_alone_asks_single_days_of_the_history():
    register = Register()
    register.fetch("999991000", frozenset({"woonadres"}))
    days = [one["peildatum"] for one in register.transport.questions() if "peildatum" in one]
    assert days == ["2001-12-31", "1990-07-06"]


def test_nothing_more_is_asked_about_someone_who_gets_no_card():
    register = Register()
    for bsn in ("999990147", "999990317", "999996411", "999991061", "999990962"):
        record = register.fetch(bsn)
        assert record.stays is None
        assert record.household is None
    assert {one["to"] for one in register.transport.questions()} == {"personen"}
    assert len(register.transport.asked) == 5


def test_no_search_without_a_certain_home():
    for bsn in ("999991280", "999992570", "999990378"):
        record = Register().fetch(bsn, frozenset({"huishouden"}))
        assert isinstance(record.household, NotSearchable)


def test_own_residents_only():
    own = Occasion("clerk", "desk", "0599")
    register = Register()
    assert register.fetch(BSN, occasion=own).municipality_code == "0599"
    with pytest.raises(NotFound):
        register.fetch(BSN, occasion=Occasion("clerk", "desk", "0518"))


def test_restricted_disclosure_is_told():
    assert Register().fetch("999993872").restricted
    assert not Register().fetch(BSN).restricted


def test_more_than_thirty_at_the_address(tmp_path):
    persons = json.loads((FOLDER / "personen.json").read_text("utf-8"))["personen"]
    (one,) = [person for person in persons if person["burgerservicenummer"] == BSN]
    crowd = [{**one, "burgerservicenummer": f"8{i:08}"} for i in range(30)]
    (tmp_path / "personen.json").write_text(json.dumps({"personen": [one, *crowd]}))
    (tmp_path / "verblijfplaatshistorie.json").write_text('{"historie": {}}')
    register = Register(folder=tmp_path)
    record = register.fetch(BSN, frozenset({"huishouden"}))
    assert isinstance(record.household, TooManyOccupants)
    assert decide(record, "huishouden", NOW) == Refused("too_many_at_address", {"limit": 30})
    # Nobody's data was given: only the question is protocolled.
    assert [(entry.operation, entry.found) for entry in register.log.entries] == [
        ("personen", True),
        ("adres", False),
    ]


# ---- what is protocolled


@pytest.mark.spec("Regie domain", "1.4", "every query protocolled, each person found")
def test_every_question_is_protocolled_with_each_person_found():
    register = Register()
    register.fetch(BSN)
    by_operation = {}
    for entry in register.log.entries:
        by_operation.setdefault(entry.operation, []).append(entry)
        assert (entry.official, entry.purpose, entry.at, entry.found) == (
            "clerk",
            "desk",
            NOW,
            True,
        )
    assert {
        operation: {one.bsn for one in entries} for operation, entries in by_operation.items()
    } == {
        "personen": {BSN},
        "adres": FAMILY,
        "historie": {BSN},
    }
    assert by_operation["personen"][0].fields == fields_for(KINDS)
    assert by_operation["adres"][0].fields == AT_THE_ADDRESS
    assert by_operation["adres"][0].kinds == {"huishouden"}
    assert by_operation["historie"][0].kinds == {"woongeschiedenis", "woonadres"}


def test_a_question_about_nobody_is_protocolled_too():
    register = Register()
    with pytest.raises(NotFound):
        register.fetch("999999990")
    (entry,) = register.log.entries
    assert (entry.bsn, entry.found) == ("999999990", False)


def test_no_protocol_no_data():
    class LogIsFull(Exception):
        pass

    class Broken:
        def record(self, entries):
            raise LogIsFull

    source = HaalCentraalSource(client(transport=Register().transport), Broken())
    with pytest.raises(LogIsFull):
        source.fetch(BSN, KINDS, NOW, occasion=DESK)


@pytest.mark.parametrize(
    "bsn",
    [
        "",
        "99999934",
        "999999346",
        "9999993450",
        "000000000",
        "999999345 ",
        "٩٩٩٩٩٩٣٤٥",
        "abcdefghi",
    ],
)
def test_what_is_no_bsn_is_never_asked(bsn):
    register = Register()
    with pytest.raises(NotABsn):
        register.fetch(bsn)
    assert not register.transport.asked
    assert not is_bsn(bsn)


# ---- when it goes wrong


def _answering(*answers):
    """A client whose register gives these answers, and the requests it got."""
    seen = []

    def handle(request):
        seen.append(request)
        answer = answers[min(len(seen), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    waits = []
    settings = LinkSettings("https://register.example", ApiKey(KEY))
    link = Link(settings, transport=httpx.MockTransport(handle), wait=waits.append)
    return (
        BrpClient(link),
        seen,
        waits,
    )


def _person(**members):
    return httpx.Response(200, json={"personen": [{"burgerservicenummer": BSN, **members}]})


OWN = {
    "gemeenteVanInschrijving": {"code": "0599"},
    "geboorte": {"datum": {"type": "Datum", "datum": "1985-05-27"}},
}
ECHO = {"code": "paramsValidation", "detail": f"{BSN} Johan Groot Esselink Hofdijk Rotterdam"}


def _fetch(brp, kinds=frozenset()):
    return HaalCentraalSource(brp, Register().log).fetch(BSN, kinds, NOW, occasion=DESK)


@pytest.mark.parametrize(
    ("first", "tries"),
    [
        (httpx.ConnectError(f"no route for {BSN}"), 2),
        (httpx.ReadTimeout("slow"), 2),
        (httpx.Response(503), 2),
        (httpx.Response(429, headers={"Retry-After": "2"}), 2),
        (httpx.Response(502), 2),
    ],
)
def test_a_passing_fault_is_tried_again(first, tries):
    brp, seen, waits = _answering(first, _person(**OWN))
    assert _fetch(brp).bsn == BSN
    assert len(seen) == tries
    assert waits == [2.0] if getattr(first, "status_code", 0) == 429 else [0.2]


@pytest.mark.parametrize(
    ("answer", "kind", "code", "tries"),
    [
        (httpx.ConnectError(f"no route for {BSN}"), Unavailable, "brp.unavailable", ATTEMPTS),
        (httpx.ReadTimeout(BSN), Unavailable, "brp.unavailable", ATTEMPTS),
        (httpx.Response(503, json=ECHO), Unavailable, "brp.unavailable", ATTEMPTS),
        (httpx.Response(500, json=ECHO), Unavailable, "brp.unavailable", 1),
        (httpx.Response(401, json=ECHO), Denied, "brp.denied", 1),
        (httpx.Response(403, json=ECHO), Denied, "brp.no_permission", 1),
        (httpx.Response(400, json=ECHO), Rejected, "brp.rejected", 1),
        (httpx.Response(400, text=BSN), Rejected, "brp.rejected", 1),
        (httpx.Response(406, json=ECHO), Rejected, "brp.rejected", 1),
        (
            httpx.Response(302, headers={"Location": f"https://elsewhere.example/{BSN}"}),
            Rejected,
            "brp.rejected",
            1,
        ),
        (httpx.Response(200, text=f"<html>{BSN} Johan"), Unreadable, "brp.unreadable", 1),
        (
            httpx.Response(200, json={"personen": [{"burgerservicenummer": 1}]}),
            Unreadable,
            "brp.unreadable",
            1,
        ),
        (_person(naam={"voornamen": ["Johan"]}), Unreadable, "brp.unreadable", 1),
        (_person(geboorte={"datum": {"type": BSN}}), Unreadable, "brp.unreadable", 1),
        (_person(), Unreadable, "brp.unreadable", 1),
        (
            httpx.Response(200, json={"personen": [{**OWN, "burgerservicenummer": "999990019"}]}),
            Unreadable,
            "brp.unreadable",
            1,
        ),
        (
            httpx.Response(200, json={"personen": [{**OWN, "burgerservicenummer": BSN}] * 2}),
            Unreadable,
            "brp.unreadable",
            1,
        ),
        (httpx.Response(200, content=b" " * 4_200_000), Unreadable, "brp.unreadable", 1),
        (httpx.Response(200, json={"personen": []}), NotFound, "brp.not_found", 1),
    ],
)
@pytest.mark.spec("House rules", "8", "errors hold no personal data")
def test_an_error_has_a_code_and_nothing_of_anyone(answer, kind, code, tries, caplog):
    brp, seen, _ = _answering(answer)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(kind) as caught:
        _fetch(brp)
    assert caught.value.code == code
    assert isinstance(caught.value, BrpError)
    assert len(seen) == tries
    told = (
        "".join(traceback.format_exception(caught.value))
        + repr(caught.value)
        + repr(caught.value.params)
    )
    told += caplog.text
    assert caught.value.__context__ is None
    for secret in (BSN, KEY, *NAMES):
        assert secret not in told


def test_the_number_and_the_key_are_never_in_a_url():
    brp, seen, _ = _answering(_person(**OWN))
    _fetch(brp)
    for request in seen:
        assert request.method == "POST"
        assert BSN not in str(request.url)
        assert KEY not in str(request.url)
        assert request.headers["x-api-key"] == KEY


def test_a_record_shows_nothing_of_itself():
    record = Register().fetch(BSN)
    for value in (
        record,
        record.person,
        record.person.naam,
        record.household,
        record.stays,
        record.person.geboorte.datum,
    ):
        for secret in (BSN, *NAMES, "1985", "3032"):
            assert secret not in repr(value)
            assert secret not in str(value)
    decision = decide(record, "persoonsgegevens", NOW)
    assert isinstance(decision, Granted)
    assert "Johan" not in repr(decision)
    assert isinstance(record.person.geboorte.datum, Full)
    assert "1985" not in f"{record.person.geboorte.datum}"


def test_settings_show_no_key_and_refuse_plain_http():
    assert KEY not in repr(LinkSettings("https://r.example", ApiKey(KEY)))
    assert KEY not in repr(ApiKey(KEY))
    with pytest.raises(SettingsFault) as caught:
        client("http://register.example")
    assert caught.value.params == {"key": "brp.url"}


# ---- over real https


def test_over_https_with_the_served_register(tmp_path):
    app = create_app(FOLDER, KEY, lambda: NOW)
    with over_https(app, tmp_path) as (base, ca):
        register = Register()
        with client(base, ca=ca) as brp:
            record = HaalCentraalSource(brp, register.log).fetch(BSN, KINDS, NOW, occasion=DESK)
        in_process = register.fetch(BSN)
        for kind in KINDS:
            assert decide(record, kind, NOW) == decide(in_process, kind, NOW)
        with client(base, ca=ca, key="other") as brp, pytest.raises(Denied):
            _fetch(brp)
        with client(base) as brp, pytest.raises(Unavailable):
            _fetch(brp)
    with client(base, ca=ca) as brp, pytest.raises(Unavailable):
        _fetch(brp)


# ---- a question that ends in a fault was asked all the same


@pytest.mark.spec("Regie domain", "1.4", "a query without a usable answer is protocolled too")
@pytest.mark.parametrize(
    ("answer", "error", "found"),
    [
        (httpx.Response(503), Unavailable, False),
        (httpx.Response(401), Denied, False),
        (httpx.Response(200, content=b"{"), Unreadable, True),
    ],
)
def test_a_question_without_a_usable_answer_is_protocolled(answer, error, found):
    log = Register().log
    transport = httpx.MockTransport(lambda _request: answer)
    source = HaalCentraalSource(client(transport=transport), log)
    with pytest.raises(error):
        source.fetch(BSN, KINDS, NOW, occasion=DESK)
    (entry,) = log.entries
    assert (entry.operation, entry.bsn, entry.found) == ("personen", BSN, found)


@pytest.mark.spec("Regie domain", "1.4", "a query that found nobody is protocolled too")
def test_an_address_where_nobody_is_found_is_protocolled():
    register = Register()

    def answers(request: httpx.Request) -> httpx.Response:
        if b"ZoekMet" in request.content:
            kind = json.loads(request.content)["type"]
            return httpx.Response(200, json={"type": kind, "personen": []})
        return register.transport.handle_request(request)

    source = HaalCentraalSource(client(transport=httpx.MockTransport(answers)), register.log)
    with pytest.raises(Unreadable):
        source.fetch(BSN, frozenset({"huishouden"}), NOW, occasion=DESK)
    assert [(one.operation, one.bsn, one.found) for one in register.log.entries] == [
        ("personen", BSN, True),
        ("adres", BSN, False),
    ]


def test_an_answer_without_end_is_not_read_to_its_end():
    read = []

    def endless():
        yield b'{"type":"RaadpleegMetBurgerservicenummer","personen":[],"pad":"'
        for number in range(64):
            read.append(number)
            yield b"x" * 262_144
        yield b'"}'

    transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=endless()))
    with pytest.raises(Unreadable):
        client(transport=transport).by_bsn(BSN, ALWAYS, None)
    assert len(read) <= 20
