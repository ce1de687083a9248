"""Clerks log in at their own provider; what they may do comes from there, and ends with the day."""

import sqlite3

import pytest
from support import issuer_home
from support.clerk_desk import BASE, ClerkDesk
from support.issuer_home import RESIDENT

from issuer.service.clerks import LOGIN_SECONDS, LONGEST_SECONDS
from issuer.web.desk.login import LOGIN_COOKIE
from issuer.web.desk.room import COOKIE


@pytest.fixture
def desk(town) -> ClerkDesk:
    return ClerkDesk(town)


def test_the_way_in_says_what_happens(desk):
    browser = desk.browser()
    assert browser.get("/desk").status_code == 200
    assert "Inloggen" in browser.text
    browser.log_in("anna", ("desk",))
    assert (browser.answer.status_code, browser.path) == (200, "/desk")
    assert "Ingelogd: anna" in browser.text
    assert [one["action"] for one in desk.actions()] == ["login"]


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        ((), "geen rol"),
        (("something",), "geen rol"),
        (("decision", "audit"), "Wie controleert"),
        (("desk", "audit"), "Wie controleert"),
        (("desk", "decision", "audit"), "Wie controleert"),
    ],
)
def test_nobody_both_acts_and_audits(desk, roles, why):
    browser = desk.browser()
    browser.log_in("anna", roles)
    assert browser.answer.status_code == 403
    assert why in browser.text
    assert browser.session is None
    assert desk.actions() == []


@pytest.mark.parametrize("claims", [{"preferred_username": ...}, {"preferred_username": " "}])
def test_a_clerk_without_a_name_is_nobody(desk, claims):
    desk.provider.lies.claims = claims
    browser = desk.browser()
    browser.log_in("anna", ("desk",))
    assert browser.answer.status_code == 403
    assert browser.session is None


def test_roles_may_come_as_one_text(desk):
    desk.provider.lies.claims = {"roles": "openid desk decision"}
    browser = desk.browser()
    browser.log_in("anna", ())
    assert browser.answer.status_code == 200
    assert browser.get("/desk/zoeken").status_code == 200


@pytest.mark.spec(
    "OpenID Connect Core 1.0", "3.1.2.7", "an answer belongs to the browser that left"
)
def test_another_browser_cannot_finish_a_login(desk):
    victim, attacker = desk.browser(), desk.browser()
    desk.provider.person = {"sub": "eve", "preferred_username": "eve", "roles": ["desk"]}
    attacker.get("/desk/inloggen", follow=False)
    url = attacker.provider_answer(attacker.answer.headers["location"])
    victim.get("/desk/inloggen", follow=False)
    assert victim.get(url).status_code == 403
    assert victim.session is None
    assert attacker.get(url).status_code == 200


def test_an_answer_is_used_once(desk):
    browser = desk.browser()
    desk.provider.person = {"sub": "anna", "preferred_username": "anna", "roles": ["desk"]}
    browser.get("/desk/inloggen", follow=False)
    url = browser.provider_answer(browser.answer.headers["location"])
    login = browser.cookies.get(LOGIN_COOKIE)
    assert browser.get(url).status_code == 200
    browser.cookies.set(LOGIN_COOKIE, login, domain="localhost.local", path="/")
    assert browser.get(url, headers={"Cookie": f"{LOGIN_COOKIE}={login}"}).status_code == 403


def test_a_login_that_took_too_long_begins_again(desk):
    browser = desk.browser()
    desk.provider.person = {"sub": "anna", "preferred_username": "anna", "roles": ["desk"]}
    browser.get("/desk/inloggen", follow=False)
    url = browser.provider_answer(browser.answer.headers["location"])
    desk.town.now += LOGIN_SECONDS
    assert browser.get(url).status_code == 403


@pytest.mark.spec("RFC 9207", "2.4", "the answer is of the provider that was asked")
@pytest.mark.parametrize("answer", [{"iss": "https://other.example"}, {"iss": None}])
def test_an_answer_of_another_provider_is_refused(desk, answer):
    desk.provider.lies.answer = answer
    browser = desk.browser()
    browser.log_in("anna", ("desk",))
    assert browser.answer.status_code == 403
    assert "token" not in desk.provider.calls


def test_a_login_that_was_stopped_says_so(desk):
    desk.provider.lies.answer = {"error": "access_denied", "code": None}
    browser = desk.browser()
    browser.log_in("anna", ("desk",))
    assert browser.answer.status_code == 403
    assert "gestopt" in browser.text


def test_a_parameter_twice_is_no_answer(desk):
    browser = desk.browser()
    desk.provider.person = {"sub": "anna", "preferred_username": "anna", "roles": ["desk"]}
    browser.get("/desk/inloggen", follow=False)
    url = browser.provider_answer(browser.answer.headers["location"])
    assert browser.get(url + "&code=again").status_code == 403


@pytest.mark.spec(
    "RFC 6265bis", "4.1.3", "the session is this host's alone, and no script reads it"
)
def test_the_cookie_is_for_this_host_alone(desk):
    browser = desk.browser()
    desk.provider.person = {"sub": "anna", "preferred_username": "anna", "roles": ["desk"]}
    browser.get("/desk/inloggen", follow=False)
    browser.get(browser.provider_answer(browser.answer.headers["location"]), follow=False)
    set_cookie = {
        one.partition("=")[0]: one for one in browser.answer.headers.get_list("set-cookie")
    }
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in set_cookie[COOKIE]
    assert "Domain" not in set_cookie[COOKIE]
    assert "Max-Age=0" in set_cookie[LOGIN_COOKIE]


@pytest.mark.spec("Architecture", "Issuer", "a session gets its name at the login, from us")
def test_a_session_planted_before_is_not_the_one_after(desk):
    planted = "A" * 43
    browser = desk.browser()
    browser.cookies.set(COOKIE, planted, domain="localhost.local", path="/")
    browser.log_in("anna", ("desk",))
    assert browser.session not in (None, planted)
    thief = desk.browser()
    assert thief.get("/desk/zoeken", headers={"Cookie": f"{COOKIE}={planted}"}).status_code == 403


def test_logging_in_again_ends_the_session_before(desk):
    browser = desk.logged_in("desk")
    before = browser.session
    browser.log_in("anna", ("desk",))
    assert browser.session != before
    old = desk.browser()
    assert old.get("/desk/zoeken", headers={"Cookie": f"{COOKIE}={before}"}).status_code == 403


def test_who_leaves_is_gone_and_the_next_one_logs_in_anew(desk):
    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    before = browser.session
    assert browser.post("/desk/uitloggen").status_code == 200
    assert browser.session is None
    assert RESIDENT not in browser.page
    old = desk.browser()
    assert old.get("/desk/persoon", headers={"Cookie": f"{COOKIE}={before}"}).status_code == 403
    assert "/desk/inloggen?again=1" in browser.page
    browser.get("/desk/inloggen?again=1", follow=False)
    assert "prompt=login" in browser.answer.headers["location"]


def test_a_session_left_alone_ends(desk):
    browser = desk.logged_in("desk")
    desk.town.now += 30 * 60 - 1
    assert browser.get("/desk/zoeken").status_code == 200
    desk.town.now += 30 * 60
    assert browser.get("/desk/zoeken").status_code == 403
    assert "niet (meer) ingelogd" in browser.text


def test_a_page_that_renews_itself_keeps_nobody_in(desk):
    browser = desk.logged_in("desk")
    for _ in range(3):
        desk.town.now += 10 * 60 - 1
        assert browser.get("/desk/zaken?live=1").status_code == 200
    desk.town.now += 3
    assert browser.get("/desk/zaken?live=1").status_code == 403


def test_no_session_outlives_a_working_day(desk):
    browser = desk.logged_in("desk")
    for _ in range(LONGEST_SECONDS // 1_200 - 1):
        desk.town.now += 1_200
        assert browser.get("/desk/zaken").status_code == 200
    desk.town.now += 1_200
    assert browser.get("/desk/zaken").status_code == 403


def test_maintenance_forgets_what_is_over(desk):
    from issuer.web import server

    browser = desk.logged_in("desk")
    browser.get("/desk/inloggen", follow=False)
    server.maintain(desk.town.office, desk.town.now + 30 * 60, None)
    rows = sqlite3.connect(desk.town.home / "issuer.db")
    assert rows.execute("select count(*) from clerk_sessions").fetchone() == (0,)
    assert rows.execute("select count(*) from clerk_logins").fetchone() == (0,)
    assert len(desk.actions()) == 1
    server.maintain(desk.town.office, desk.town.now + 5 * 366 * 86_400, None)
    assert desk.actions() == []
    rows.close()


def test_a_clerk_works_for_the_municipality_the_login_names(tmp_path):
    town = issuer_home.make(tmp_path, westhove=True)
    try:
        desk = ClerkDesk(town)
        browser = desk.browser()
        for claims in ({}, {"municipality": "9999"}, {"municipality": ["0599", "0518"]}):
            browser.log_in("anna", ("desk",), **claims)
            assert browser.answer.status_code == 403, claims
        browser.log_in("anna", ("desk",), municipality="0518")
        assert "Gemeente Westhove" in browser.text
        # A resident of the other municipality is nobody's business here.
        assert browser.search(RESIDENT).status_code == 422
        assert "Niemand gevonden" in browser.text
        browser.log_in("anna", ("desk",), municipality=["0599", "elsewhere"])
        assert browser.search(RESIDENT).status_code == 200
    finally:
        town.office.close()


def test_without_a_provider_there_is_no_desk(town):
    import asyncio

    import httpx

    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=town.app)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get(f"{BASE}/desk")

    assert asyncio.run(once()).status_code == 404


@pytest.mark.spec("Architecture", "Issuer", "what a session knows opens with the cookie alone")
def test_the_database_does_not_say_who_stands_at_the_desk(desk):
    from issuer.errors import SettingsFault
    from issuer.sealing import Sealer

    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    browser.preview()
    data = b"".join(one.read_bytes() for one in desk.town.home.glob("issuer.db*"))
    assert RESIDENT.encode() not in data
    assert b"Esselink" not in data
    row = sqlite3.connect(desk.town.home / "issuer.db").execute(
        "select session_hash, sealed from clerk_sessions"
    )
    session_hash, sealed = row.fetchone()
    with pytest.raises(SettingsFault):
        Sealer(desk.town.office.secret, "clerk-session", desk.town.office.entropy).open(
            sealed, session_hash
        )


@pytest.mark.spec(
    "OpenID Connect Core 1.0", "5.7", "iss and sub say who somebody is; a name can be another's"
)
def test_a_name_on_record_belongs_to_one_login(desk):
    def named(sub: str, name: str) -> str:
        browser = desk.browser()
        browser.log_in(name, ("desk",), sub=sub)
        assert browser.answer.status_code == 200
        return desk.actions("login")[-1]["clerk"]

    assert named("one", "anna") == "anna"
    assert named("two", "anna") == "anna (2)"
    assert named("one", "anna-renamed") == "anna"
    assert named("two", "bram") == "anna (2)"


@pytest.mark.spec("OpenID Connect Core 1.0", "3.1.2.1", "who takes over proves it anew, by max_age")
def test_after_leaving_the_provider_must_ask_again(desk):
    desk.provider.person = {"sub": "anna", "preferred_username": "anna", "roles": ["desk"]}
    browser = desk.browser()
    browser.get("/desk/inloggen?again=1", follow=False)
    back = browser.provider_answer(browser.answer.headers["location"])
    asked = desk.provider.asked[-1]
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    desk.provider.lies.claims = {"auth_time": desk.town.now - 61}
    assert browser.get(back).status_code == 403
    desk.provider.lies.claims = {}
    browser.get("/desk/inloggen?again=1", follow=False)
    back = browser.provider_answer(browser.answer.headers["location"])
    assert browser.get(back).status_code == 200
