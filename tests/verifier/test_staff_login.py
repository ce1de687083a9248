"""Employees log in at their own provider; what they may do comes from there, one role at a time."""

from pathlib import Path

import pytest
from support.staff_desk import SETTINGS, Browser, StaffDesk
from support.verifier_home import VerifierHome, make_home

from verifier import config
from verifier.errors import NotReady
from verifier.service.staff.access import LOGIN_SECONDS
from verifier.web.staff.login import LOGIN_COOKIE
from verifier.web.staff.room import COOKIE

ROLES = ("desk", "register", "privacy", "audit")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> VerifierHome:
    return make_home(tmp_path_factory.mktemp("staff"))


@pytest.fixture
def desk(home: VerifierHome) -> StaffDesk:
    return StaffDesk(home)


def test_without_the_setting_there_are_no_pages(tmp_path: Path) -> None:
    plain = make_home(tmp_path)

    async def work() -> int:
        async with plain.client() as http:
            return (await http.get("/medewerkers")).status_code

    from support.verifier_home import run

    assert run(work()) == 404
    plain.close()


def test_the_way_in(desk: StaffDesk) -> None:
    browser = desk.browser()
    assert browser.get("/medewerkers").status_code == 200
    assert "U logt in bij uw eigen organisatie" in browser.text
    before = len(desk.log())
    browser.log_in("anna", ("register",))
    assert (browser.status, browser.path) == (200, "/medewerkers")
    assert "Ingelogd: anna (inschrijvingen)" in browser.text
    assert [one["act"] for one in desk.log()[before:]] == ["login"]


@pytest.mark.spec("OpenID Connect Core 1.0", "5.7", "on record is a keyed hash of iss and sub")
def test_on_record_without_a_name(desk: StaffDesk) -> None:
    desk.logged_in("desk", name="anna-van-der-balie")
    desk.browser().log_in("another-name", ("desk",), sub="anna-van-der-balie")
    desk.browser().log_in("anna-van-der-balie", ("desk",), sub="somebody else")
    one, renamed, other = (line["employee"] for line in desk.log("login")[-3:])
    assert one == renamed != other
    assert len(one) == 64
    assert b"anna-van-der-balie" not in desk.home.database_bytes()


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        ((), "geen rol"),
        (("something",), "geen rol"),
        (("audit", "register"), "Wie controleert"),
        (ROLES, "Wie controleert"),
    ],
)
@pytest.mark.spec("Architecture", "Verifier", "who audits has no other role")
def test_who_may_not_come_in(desk: StaffDesk, roles: tuple[str, ...], why: str) -> None:
    browser = desk.browser()
    browser.log_in("eve", roles)
    assert browser.status == 403
    assert why in browser.text
    assert browser.session is None


def test_one_role_per_session(desk: StaffDesk) -> None:
    browser = desk.logged_in("privacy", "desk")
    assert browser.path == "/medewerkers/rol"
    assert browser.get("/medewerkers/verzoeken").status_code == 200
    assert browser.path == "/medewerkers/rol"
    browser.post("/medewerkers/rol", {"role": "register"})
    assert browser.status == 403
    browser.get("/medewerkers/rol")
    browser.post("/medewerkers/rol", {"role": "privacy"})
    assert (browser.status, browser.path) == (200, "/medewerkers")
    assert browser.get("/medewerkers/verzoeken").status_code == 200
    assert browser.get("/medewerkers/balie/bezig").status_code == 403
    # Chosen once: another role takes another login.
    token = browser.hidden("/medewerkers/uitloggen")["csrf"]
    browser.post("/medewerkers/rol", {"role": "desk", "csrf": token})
    assert browser.get("/medewerkers/balie/bezig").status_code == 403


PAGES = {
    "register": ["/medewerkers/inschrijvingen", "/medewerkers/inschrijvingen/0000-0000-0000"],
    "desk": [
        "/medewerkers/balie/bezig",
        "/medewerkers/balie/uitkomst",
        "/medewerkers/balie/bewijs",
    ],
    "privacy": ["/medewerkers/verzoeken", "/medewerkers/verzoeken/x"],
    "audit": ["/medewerkers/controle"],
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.spec("RFC 9110", "15.5.4", "an address of another role is refused, whatever is sent")
def test_forced_browsing(desk: StaffDesk, role: str) -> None:
    browser = desk.logged_in(role)
    token = browser.hidden("/medewerkers/uitloggen")["csrf"]
    for other, pages in PAGES.items():
        for page in pages:
            status = browser.get(page).status_code
            assert (status == 403) is (other != role), (page, status)
    posts = {
        "register": ["/medewerkers/inschrijvingen", "/medewerkers/inschrijvingen/1/beeindigen"],
        "desk": ["/medewerkers/balie/start", "/medewerkers/balie/papier-inschrijven"],
        "privacy": ["/medewerkers/verzoeken/x/beslissen", "/medewerkers/verzoeken/x/opheffen"],
        "audit": ["/medewerkers/controle", "/medewerkers/controle/export"],
    }
    for other, pages in posts.items():
        if other != role:
            for page in pages:
                assert browser.post(page, {"csrf": token}).status_code == 403, page


@pytest.mark.parametrize("page", [one for pages in PAGES.values() for one in pages])
def test_nobody_who_is_not_logged_in(desk: StaffDesk, page: str) -> None:
    browser = desk.browser()
    assert browser.get(page).status_code == 403
    assert "U bent niet ingelogd" in browser.text


def begin(desk: StaffDesk, browser: Browser, query: str = "") -> str:
    desk.provider.person = {"sub": "anna", "preferred_username": "anna", "roles": ["desk"]}
    desk.provider.now = desk.home.clock.at
    browser.get(f"/medewerkers/inloggen{query}", follow=False)
    return browser.provider_answer()


@pytest.mark.spec(
    "OpenID Connect Core 1.0", "3.1.2.7", "an answer belongs to the browser that left"
)
def test_another_browser_cannot_finish_a_login(desk: StaffDesk) -> None:
    victim, attacker = desk.browser(), desk.browser()
    url = begin(desk, attacker)
    victim.get("/medewerkers/inloggen", follow=False)
    assert victim.get(url).status_code == 403
    assert victim.session is None
    assert attacker.get(url).status_code == 200


def test_an_answer_is_used_once_and_in_time(desk: StaffDesk) -> None:
    browser = desk.browser()
    url = begin(desk, browser)
    login = browser.cookies.get(LOGIN_COOKIE)
    assert browser.get(url).status_code == 200
    assert browser.get(url, headers={"Cookie": f"{LOGIN_COOKIE}={login}"}).status_code == 403
    late = desk.browser()
    url = begin(desk, late)
    desk.home.clock.at += LOGIN_SECONDS
    assert late.get(url).status_code == 403


@pytest.mark.spec("RFC 9207", "2.4", "the answer is of the provider that was asked")
def test_an_answer_of_another_provider_is_refused(desk: StaffDesk) -> None:
    desk.provider.lies.answer = {"iss": "https://other.example"}
    browser = desk.logged_in("desk")
    assert browser.status == 403
    assert "token" not in desk.provider.calls


def test_a_parameter_twice_is_no_answer(desk: StaffDesk) -> None:
    browser = desk.browser()
    url = begin(desk, browser)
    assert browser.get(f"{url}&state=other").status_code == 403


def test_provider_that_does_not_answer(desk: StaffDesk) -> None:
    desk.provider.lies.raw = b"<html>"
    browser = desk.browser()
    browser.get("/medewerkers/inloggen")
    assert browser.status in (403, 503)
    assert "Dat ging niet goed" in browser.text


@pytest.mark.spec(
    "OWASP ASVS", "3.2.1", "a new session at login: a token set before is worth nothing"
)
def test_session_fixation(desk: StaffDesk) -> None:
    browser = desk.browser()
    browser.cookies.set(COOKIE, "x" * 43, domain="localhost.local", path="/")
    browser.log_in("anna", ("desk",))
    first = browser.session
    assert first is not None
    assert first != "x" * 43
    browser.log_in("anna", ("desk",))
    assert browser.session != first
    old = desk.browser()
    assert old.get("/medewerkers", headers={"Cookie": f"{COOKIE}={first}"}).status_code == 200
    assert "Ingelogd" not in old.text


def test_cookie_is_for_this_host_alone(desk: StaffDesk) -> None:
    browser = desk.browser()
    url = begin(desk, browser)
    browser.get(url, follow=False)
    cookie = next(
        one for one in browser.answer.headers.get_list("set-cookie") if one.startswith(COOKIE)
    )
    for part in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


def test_time_outs(desk: StaffDesk) -> None:
    browser = desk.logged_in("register")
    for _ in range(3):
        desk.home.clock.at += 29 * 60
        assert browser.get("/medewerkers/inschrijvingen").status_code == 200
    desk.home.clock.at += 30 * 60
    assert browser.get("/medewerkers/inschrijvingen").status_code == 403
    busy = desk.logged_in("register")
    for _ in range(10 * 3):
        desk.home.clock.at += 20 * 60
        last = busy.get("/medewerkers/inschrijvingen").status_code
    assert last == 403  # however busy: after ten hours everybody logs in again


def test_a_page_that_renews_itself_keeps_no_session_awake(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    for _ in range(3):
        desk.home.clock.at += 9 * 60
        assert browser.get("/medewerkers?live=1").status_code == 200
        assert "Ingelogd" in browser.text
    desk.home.clock.at += 9 * 60
    browser.get("/medewerkers?live=1")
    assert "Ingelogd" not in browser.text


@pytest.mark.spec("OpenID Connect Core 1.0", "3.1.2.1", "who takes over proves it anew, by max_age")
def test_out_and_somebody_else(desk: StaffDesk) -> None:
    browser = desk.logged_in("desk")
    session = browser.session
    browser.post("/medewerkers/uitloggen")
    assert "U bent uitgelogd" in browser.text
    assert 'href="/medewerkers/inloggen?again=1"' in browser.page
    assert desk.log()[-1]["act"] == "logout"
    again = desk.browser()
    again.get("/medewerkers", headers={"Cookie": f"{COOKIE}={session}"})
    assert "Ingelogd" not in again.text
    url = begin(desk, browser, "?again=1")
    asked = desk.provider.asked[-1]
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    desk.provider.lies.claims = {"auth_time": desk.home.clock.at - 61}
    assert browser.get(url).status_code == 403
    assert "opnieuw laten zien wie u bent" in browser.text


@pytest.mark.spec("RFC 6819", "4.4.1.8", "a form of another session, page or site does nothing")
def test_foreign_forms(desk: StaffDesk) -> None:
    mine, other = desk.logged_in("audit"), desk.logged_in("audit", name="bram")
    mine.get("/medewerkers/controle")
    token = other.hidden("/medewerkers/uitloggen")["csrf"]
    before = len(desk.log())
    for fields, headers in (
        ({"csrf": ""}, {}),
        ({"csrf": token}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
        ({}, {"Origin": "null"}),
    ):
        mine.get("/medewerkers/controle")
        mine.post("/medewerkers/controle", {"since": "2026-01-01", **fields}, headers=headers)
        assert mine.status == 403, fields
    assert len(desk.log()) == before
    mine.get("/medewerkers/controle")
    assert mine.post("/medewerkers/controle").status_code == 200
    mine.post("/medewerkers/uitloggen", {"csrf": token})
    assert mine.status == 403
    assert mine.get("/medewerkers/controle").status_code == 200


WRONG = [
    ("issuer", '"http://login.example"'),
    ("issuer", '"https://login.example?x=1"'),
    ("client_id", '""'),
    ("audit_role", '"desk"'),
    ("scopes", '["profile"]'),
    ("acr_values", '"high"'),
    ("session_minutes", "0"),
    ("session_minutes", "121"),
    ("longest_hours", "13"),
    ("log_months", "5"),
    ("roles_claim", "7"),
    ("tls_ca", "7"),
]


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_unsafe_settings(home: VerifierHome, tmp_path: Path, key: str, value: str) -> None:
    lines = [line for line in SETTINGS.splitlines() if not line.startswith(f"{key} ")]
    base = (home.home / config.FILE).read_text().partition("[staff]")[0]
    (tmp_path / config.FILE).write_text(base + "\n".join([*lines, f"{key} = {value}"]))
    with pytest.raises(NotReady) as found:
        config.load(tmp_path)
    assert found.value.params["key"] == f"staff.{key}"


def test_secret_that_others_can_read(desk: StaffDesk) -> None:
    secret = desk.home.home / "keys" / "login-staff"
    secret.chmod(0o644)
    desk.home.close()
    with pytest.raises(NotReady, match=r"keys\.mode"):
        desk.home.open()
    secret.chmod(0o600)
