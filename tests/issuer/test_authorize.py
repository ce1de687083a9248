"""A login on its way: each step opens once, for its own browser; nothing is given before the end."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from support.from_home import CLIENT, REDIRECT, callback
from support.issuer_home import FIVE, RESIDENT, with_declared

from credential import base64url
from issuer import tables
from issuer.brp.errors import Unavailable
from issuer.config import Declared, Field
from issuer.errors import FieldFault, IssuerError, LoginFault, PageFault
from issuer.service import authorize, desk
from issuer.service.authorize import CODE_SECONDS, LOGIN_SECONDS
from issuer.service.push import PUSHED_SECONDS
from signin.idtoken import Identity

LETTER_ADDRESS = "999991280"  # of 0518
URGENCY = Declared(
    kind="urgentie", fields=(Field(name="reason", nl="Reden", en="Reason", most=20),)
)


def unknown(fault: type[Exception], code: str, call, *given) -> None:
    with pytest.raises(fault) as found:
        call(*given)
    assert found.value.code == code


@pytest.mark.spec("RFC 9126", "4", "a request_uri is used once")
def test_a_pushed_request_starts_one_login(home):
    uri = home.wallet().pushed()
    started = home.start(uri)
    assert len(base64url.decode(started.cookie)) == 32
    assert len({started.cookie, started.state, started.nonce, started.verifier}) == 4
    unknown(PageFault, "authorize.request_unknown", home.start, uri)


@pytest.mark.spec("RFC 9126", "4", "a request_uri of another client")
def test_another_client_cannot_use_it(home):
    uri = home.wallet().pushed()
    unknown(PageFault, "authorize.other_client", home.start, uri, "other")
    home.start(uri)


@pytest.mark.spec("RFC 9126", "4", "an expired request_uri")
def test_it_expires(home):
    wallet = home.wallet()
    uri = wallet.pushed()
    home.later(wallet, PUSHED_SECONDS)
    unknown(PageFault, "authorize.request_unknown", home.start, uri)


def test_it_belongs_to_its_municipality(at_home):
    home = at_home(westhove=True)
    uri = home.wallet().pushed()
    other = home.town.office.municipality("0518")
    with pytest.raises(PageFault, match="request_unknown"):
        authorize.start(home.town.office, other, CLIENT, uri, home.town.now)
    home.start(uri)


@pytest.mark.parametrize("uri", ["", "https://x", "urn:ietf:params:oauth:request_uri:", "\u0660"])
def test_what_was_never_pushed_starts_nothing(home, uri):
    unknown(PageFault, "authorize.request_unknown", home.start, uri)


def test_of_fifty_browsers_with_one_request_one_starts(at_home, database_url):
    home = at_home(top=f'database = "{database_url}"\n')
    uri = home.wallet().pushed()

    def race(_number: int) -> str:
        try:
            home.start(uri)
        except PageFault as fault:
            return fault.code
        return "started"

    with ThreadPoolExecutor(50) as pool:
        answers = sorted(pool.map(race, range(50)))
    assert answers == ["authorize.request_unknown"] * 49 + ["started"]


@pytest.mark.spec("OpenID Connect Core 1.0", "3.1.2.5", "state comes back once, to its browser")
def test_the_way_back_from_the_provider(home):
    started, other = home.start(home.wallet().pushed()), home.start(home.wallet().pushed())
    office, now = home.town.office, home.town.now
    for cookie, state in (
        (started.cookie, other.state),
        (other.cookie, started.state),
        (started.cookie, ""),
        ("", started.state),
        ("\u00e9", "\u00e9"),
    ):
        unknown(LoginFault, "login.state", authorize.returned, office, cookie, state, now)
    assert authorize.returned(office, started.cookie, started.state, now).nonce == started.nonce
    unknown(
        LoginFault, "login.state", authorize.returned, office, started.cookie, started.state, now
    )
    late = now + LOGIN_SECONDS
    unknown(LoginFault, "login.state", authorize.returned, office, other.cookie, other.state, late)


def test_the_preview_says_what_is_given_and_what_not(at_home):
    home = at_home(westhove=True)
    wallet = home.wallet()
    wallet.identifier = "https://localhost:8441/0518"
    office = home.town.office
    uri = wallet.pushed(*FIVE)
    started = authorize.start(office, office.municipality("0518"), CLIENT, uri, home.town.now)
    shown = home.login(started, bsn=LETTER_ADDRESS)
    assert shown.municipality.code == "0518"
    assert shown.client_id == CLIENT
    assert shown.kinds == FIVE
    assert set(shown.granted) == set(FIVE) - {"woonadres"}
    assert [one.kind for one in shown.refused] == ["woonadres"]
    assert shown.reason is None
    again = authorize.preview(office, started.cookie, home.town.now)
    assert again == shown
    assert LETTER_ADDRESS not in repr(shown)


@pytest.mark.spec("Regie domain", "1.1", "a resident of elsewhere gets nothing here")
def test_someone_elses_resident(home):
    started = home.start(home.wallet().pushed())
    shown = home.login(started, bsn=LETTER_ADDRESS)
    assert shown.granted == {}
    assert shown.reason in ("brp.not_found", "desk.not_our_resident")
    unknown(PageFault, "login.choice", home.finish, started, "persoonsgegevens")
    assert callback(authorize.deny(home.town.office, started.cookie, home.town.now))["error"]


def test_a_login_without_a_number(home):
    started = home.start(home.wallet().pushed())
    with pytest.raises(LoginFault, match="no_bsn"):
        home.login(started, bsn=None)


def test_a_register_that_is_down_leaves_the_login_be(home, monkeypatch):
    started = home.start(home.wallet().pushed())
    fetch = home.town.office.source.fetch

    def down(*_args, **_more):
        raise Unavailable("brp.unavailable", "Regie domain 1.1")

    monkeypatch.setattr(home.town.office.source, "fetch", down)
    with pytest.raises(Unavailable):
        home.login(started)
    monkeypatch.setattr(home.town.office.source, "fetch", fetch)
    identity = Identity(subject="one", acr=None, claims={"bsn": RESIDENT})
    office = home.town.office
    assert authorize.identify(office, started.cookie, identity, home.town.now).granted


def test_nobody_is_shown_anything_before_they_are_known(home):
    started = home.start(home.wallet().pushed())
    unknown(LoginFault, "login.over", authorize.preview, home.town.office, started.cookie, 0)
    unknown(LoginFault, "login.over", home.finish, started, "persoonsgegevens")


@pytest.mark.spec("RFC 9207", "2", "the answer names the issuer, and brings state back")
def test_the_way_back_to_the_wallet(home):
    wallet = home.wallet()
    started = home.start(wallet.pushed(state="a b&c=d"))
    home.login(started)
    found = authorize.finish(
        home.town.office, started.cookie, ("persoonsgegevens",), home.town.now, fields={}
    )
    assert found.startswith(REDIRECT + "?")
    assert RESIDENT not in found
    answer = callback(found)
    assert set(answer) == {"code", "iss", "state"}
    assert answer["iss"] == wallet.identifier
    assert answer["state"] == "a b&c=d"
    assert len(base64url.decode(answer["code"])) == 32


def test_a_query_of_the_redirect_uri_stays(home):
    started = home.start(home.wallet().pushed(state=None))
    login = home.town.office.store.logins.find(base64url.sha256(started.cookie), home.town.now)
    from msgspec.structs import replace

    from issuer import authorization

    request = replace(login.request, redirect_uri="https://wallet.example/back?a=b")
    found = authorization.redirect(request, "https://i", {"code": "x"})
    assert found == "https://wallet.example/back?a=b&code=x&iss=https%3A%2F%2Fi"


@pytest.mark.spec("RFC 6749", "4.1.2.1", "the resident stops")
def test_stopping(home):
    wallet = home.wallet()
    started = home.start(wallet.pushed())
    office, now = home.town.office, home.town.now
    found = callback(authorize.deny(office, started.cookie, now))
    assert found == {
        "error": "access_denied",
        "iss": wallet.identifier,
        "state": "state of the wallet",
    }
    unknown(LoginFault, "login.over", authorize.deny, office, started.cookie, now)
    unknown(LoginFault, "login.over", home.finish, started, "persoonsgegevens")


@pytest.mark.parametrize("chosen", [(), ("woonadres",), ("persoonsgegevens", "rijbewijs")])
def test_only_what_was_asked_and_is_granted_can_be_chosen(home, chosen):
    started = home.start(home.wallet().pushed("persoonsgegevens"))
    home.login(started)
    unknown(PageFault, "login.choice", home.finish, started, *chosen)
    assert home.finish(started, "persoonsgegevens")["code"]


def test_what_was_not_chosen_is_not_granted(home):
    wallet = home.wallet()
    started = home.start(wallet.pushed("persoonsgegevens", "woonadres"))
    home.login(started)
    answer = wallet.ask_with_code(home.finish(started, "woonadres")["code"])
    assert answer.json()["scope"] == "woonadres"
    grant = home.town.office.store.grants.of_subject("0599", subject_of(home))[0]
    assert grant.kinds == ("woonadres",)


def subject_of(home) -> str:
    from issuer.accounting import subject

    return subject(home.municipality.subject_key, "0599", RESIDENT)


@pytest.mark.spec("OpenID4VCI 1.0", "5.2", "one login gives one code")
def test_of_fifty_presses_of_the_button_one_counts(at_home, database_url):
    home = at_home(top=f'database = "{database_url}"\n')
    started = home.start(home.wallet().pushed())
    home.login(started)

    def press(_number: int) -> str:
        try:
            return home.finish(started, "persoonsgegevens")["code"]
        except LoginFault as fault:
            return fault.code

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(press, range(50)))
    assert answers.count("login.over") == 49


def test_a_declared_kind_opens_an_application(home):
    with_declared(home.town, URGENCY)
    home.front.door.app = home.town.app
    wallet = home.wallet()
    started = home.start(wallet.pushed("persoonsgegevens", "urgentie"))
    shown = home.login(started)
    assert shown.declared == ("urgentie",)
    assert set(shown.granted) == {"persoonsgegevens"}
    unknown(FieldFault, "field.missing", home.finish, started, "urgentie")
    code = home.finish(started, "urgentie", fields={"urgentie": {"reason": "brand"}})["code"]
    answer = wallet.ask_with_code(code)
    assert answer.json()["scope"] == "urgentie"
    found = home.town.office.store.applications.of_kind("0599", subject_of(home), "urgentie")
    assert len(found) == 1


@pytest.mark.spec("Regie domain", "2.8", "a parent asks for a child")
def test_a_parent_logs_in_for_a_child(home):
    child = _under_16(home)
    started = home.start(home.wallet().pushed())
    assert home.login(started, bsn=child).reason == "refusal.under_16"
    started = home.start(home.wallet().pushed())
    shown = home.login(started, represented_bsn=child)
    assert set(shown.granted) == {"persoonsgegevens"}
    # Nobody asks for someone who may ask themselves.
    started = home.start(home.wallet().pushed())
    assert home.login(started, represented_bsn=RESIDENT).reason == "refusal.asks_themselves"


def _under_16(home) -> str:
    from support.register import records

    from issuer.eligibility import eligible
    from issuer.sources import Desk

    return next(
        bsn
        for bsn, record in records("0599").items()
        if eligible(record, home.town.now) == Desk("under_16")
    )


@pytest.mark.spec("House rules", "8", "what is kept between two pages opens with the cookie alone")
def test_the_database_tells_nothing_of_who_logged_in(home):
    wallet = home.wallet()
    started = home.start(wallet.pushed())
    home.login(started)
    with home.town.office.store._database.reading() as connection:
        (row,) = connection.execute(select(tables.logins)).all()
    assert RESIDENT.encode() not in row.sealed
    assert started.cookie not in str(row)
    code = home.finish(started, "persoonsgegevens")["code"]
    with home.town.office.store._database.reading() as connection:
        (row,) = connection.execute(select(tables.codes)).all()
    assert code not in str(row)
    assert RESIDENT not in str(row)
    wallet.ask_with_code(code)
    with home.town.office.store._database.reading() as connection:
        (row,) = connection.execute(select(tables.codes)).all()
        (token,) = connection.execute(select(tables.grant_tokens)).all()
    assert row.box is None
    assert wallet.token not in str(token)
    assert RESIDENT.encode() not in token.box


@pytest.mark.spec("Logboek Dataverwerkingen", "1", "a request from home is one line")
def test_the_processing_log(home):
    home.code(home.wallet(), "persoonsgegevens", "woonadres")
    with home.town.office.store._database.reading() as connection:
        rows = connection.execute(select(tables.processing)).all()
        queries = connection.execute(select(tables.brp_queries)).all()
    assert [row.name for row in rows] == ["request persoonsgegevens,woonadres"]
    assert rows[0].data_subject_id == subject_of(home)
    assert {row.official for row in queries} == {"login"}
    assert {row.municipality for row in queries if row.operation == "personen"} == {"0599"}


def test_what_is_over_is_forgotten(home):
    wallet = home.wallet()
    home.start(wallet.pushed())
    wallet.pushed()
    home.code(wallet)
    office, now = home.town.office, home.town.now
    desk.purge(office, now + max(LOGIN_SECONDS, CODE_SECONDS) + 1, 0)
    with office.store._database.reading() as connection:
        for table in (tables.pushed_requests, tables.logins, tables.codes):
            assert connection.execute(select(table)).all() == []


@pytest.mark.spec("Architecture", "Issuer", "an event ends what is on its way with older data")
@pytest.mark.parametrize("event", ["mark_changed", "end_of_subject"])
def test_an_event_ends_a_login_and_a_code_under_way(home, event):
    from issuer.accounting import subject

    one = home.town.office.municipality("0599")
    name = subject(one.subject_key, one.code, RESIDENT)
    wallet = home.wallet()
    code = home.code(wallet)
    started = home.start(wallet.pushed("persoonsgegevens"), wallet.client_id)
    home.login(started)
    getattr(home.town.office.store.grants, event)("0599", name)
    refused = wallet.ask_with_code(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    with pytest.raises(IssuerError):
        home.finish(started, "persoonsgegevens")
    # Whoever begins anew gets what is so now.
    assert home.granted("persoonsgegevens").token
