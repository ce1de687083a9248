"""What keeps the desk the clerk's own: sessions, forms, origins, roles, headers, limits."""

import html
import re

import pytest
from starlette.routing import Route
from support.clerk_desk import (
    BASE,
    PROVIDER,
    ClerkDesk,
    apply,
    with_applications,
)
from support.issuer_home import RESIDENT

from issuer.web.desk.room import COOKIE

MAY = {
    ("GET", "/desk"): "dea",
    ("POST", "/desk/uitloggen"): "dea",
    ("GET", "/desk/zoeken"): "de",
    ("POST", "/desk/zoeken"): "de",
    ("GET", "/desk/gevonden"): "de",
    ("POST", "/desk/gevonden"): "de",
    ("GET", "/desk/persoon"): "de",
    ("POST", "/desk/persoon"): "d",
    ("POST", "/desk/persoon/klaar"): "de",
    ("GET", "/desk/voorbeeld"): "d",
    ("POST", "/desk/aanbod"): "d",
    ("POST", "/desk/uittreksel"): "d",
    ("GET", "/desk/zaken"): "d",
    ("GET", "/desk/zaken/{case}"): "d",
    ("POST", "/desk/zaken/{case}/getal"): "d",
    ("POST", "/desk/zaken/{case}/stoppen"): "d",
    ("GET", "/desk/aanvragen"): "de",
    ("GET", "/desk/aanvragen/{case}"): "de",
    ("GET", "/desk/aanvragen/{case}/bijlage/{number:int}"): "de",
    ("POST", "/desk/aanvragen/{case}/{step}"): "de",
    ("GET", "/desk/geschiedenis"): "de",
    ("GET", "/desk/terugnemen"): "e",
    ("POST", "/desk/terugnemen"): "e",
    ("GET", "/desk/certificaten"): "dea",
    ("GET", "/desk/controle"): "a",
    ("POST", "/desk/controle"): "a",
}
"""Each address, and who may: desk, decision (e), audit."""
OPEN = {("GET", "/desk/inloggen"), ("GET", "/desk/callback")}
ROLES = {"d": "desk", "e": "decision", "a": "audit"}


@pytest.fixture
def desk(town) -> ClerkDesk:
    with_applications(town)
    return ClerkDesk(town)


def addresses(desk: ClerkDesk) -> set[tuple[str, str]]:
    """Every address of the desk that the application really has."""
    return {
        (method, route.path)
        for route in desk.app.routes
        if isinstance(route, Route) and route.path.startswith("/desk")
        for method in route.methods - {"HEAD"}
        if "{rest" not in route.path
    }


def fill(path: str) -> str:
    """An address of this pattern, of things that do not exist."""
    return path.replace(":int", "").format(case="ABCDEFGH", step="nemen", number=1)


def test_the_table_is_complete(desk):
    assert addresses(desk) == set(MAY) | OPEN


@pytest.mark.spec("Architecture", "Issuer", "each page of the desk is for its roles alone")
@pytest.mark.parametrize("letter", "dea")
def test_every_address_looks_at_the_role(desk, letter):
    browser = desk.logged_in(ROLES[letter])
    for (method, path), letters in MAY.items():
        if path == "/desk/uitloggen":
            continue
        browser.get("/desk")
        data = browser.hidden("/desk/uitloggen") if method == "POST" else None
        browser.send(method, fill(path), data=data, headers={"Origin": BASE}, follow=False)
        refused = "Met uw rol kan dit niet" in browser.text
        assert refused == (letter not in letters), (method, path, browser.text)
        assert (browser.answer.status_code == 403) == refused, (method, path)


def test_nobody_comes_in_without_a_session(desk):
    for cookie in ({}, {"Cookie": f"{COOKIE}=x"}, {"Cookie": f"{COOKIE}={'A' * 43}"}):
        browser = desk.browser(**cookie)
        for method, path in MAY:
            if (method, path) == ("GET", "/desk"):
                continue
            data = {"csrf": "x"} if method == "POST" else None
            browser.send(method, fill(path), data=data, headers={"Origin": BASE})
            assert browser.answer.status_code == 403, (method, path)
            assert "Log opnieuw in" in browser.text
    assert desk.actions() == []


def test_a_cookie_that_is_no_token_is_nobody(desk):
    browser = desk.browser()
    for value in ("é", "a" * 5000, '"', ""):
        headers = {b"Cookie": f"{COOKIE}={value}".encode("latin-1")}
        assert browser.get("/desk/zoeken", headers=headers).status_code == 403


@pytest.mark.spec("RFC 6819", "4.4.1.8", "a form is of this very session")
@pytest.mark.parametrize("csrf", [None, "", "x", "of another"])
def test_no_form_without_its_own_token(desk, csrf):
    browser, other = desk.logged_in("desk", "decision"), desk.logged_in("desk", name="eve")
    token = other.hidden("/desk/uitloggen")["csrf"] if csrf == "of another" else csrf
    before = len(desk.actions())
    for method, path in sorted(MAY):
        if method == "GET" or MAY[method, path] == "a":
            continue
        data = {"purpose": "question", "bsn": RESIDENT, "sure": "yes"}
        if token is not None:
            data["csrf"] = token
        browser.send("POST", fill(path), data=data, headers={"Origin": BASE})
        assert browser.answer.status_code == 403, path
        assert "kwam niet van deze website" in browser.text
    assert len(desk.actions()) == before
    assert browser.get("/desk/zoeken").status_code == 200  # not logged out either


@pytest.mark.spec("RFC 6454", "7", "a form of another origin is refused, whatever it holds")
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://localhost:8442"},
        {"Origin": BASE, "Sec-Fetch-Site": "cross-site"},
        {"Origin": BASE, "Sec-Fetch-Site": "same-site"},
    ],
)
def test_no_form_of_another_origin(desk, headers):
    browser = desk.logged_in("desk")
    browser.get("/desk/zoeken")
    data = {**browser.hidden("/desk/zoeken"), "purpose": "question", "bsn": RESIDENT}
    browser.send("POST", "/desk/zoeken", data=data, headers=headers)
    assert browser.answer.status_code == 403
    assert desk.actions("search") == []


def test_a_form_twice_or_of_another_kind_is_no_form(desk):
    browser = desk.logged_in("desk")
    browser.get("/desk/zoeken")
    csrf = browser.hidden("/desk/zoeken")["csrf"]
    twice = f"csrf={csrf}&csrf={csrf}&bsn={RESIDENT}&purpose=question".encode()
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": BASE}
    assert browser.send("POST", "/desk/zoeken", content=twice, headers=form).status_code == 403
    files = {"csrf": (None, csrf)}
    answer = browser.send("POST", "/desk/zoeken", files=files, headers={"Origin": BASE})
    assert answer.status_code == 415
    long = b"csrf=" + b"x" * 70_000
    assert browser.send("POST", "/desk/zoeken", content=long, headers=form).status_code == 413


@pytest.mark.spec("CSP 3", "2", "nothing inline, no other host, in nobody's frame, kept by no one")
def test_headers_of_every_page(desk):
    case = apply(desk.town)
    browser = desk.logged_in("desk", "decision")
    browser.search(RESIDENT)
    browser.preview()
    browser.offer()
    offer = browser.path
    paths = [
        "/desk",
        "/desk/zoeken",
        "/desk/persoon",
        "/desk/geschiedenis",
        "/desk/terugnemen",
        "/desk/zaken",
        offer,
        f"{offer}?code=1",
        "/desk/aanvragen",
        f"/desk/aanvragen/{case}",
        "/desk/controle",
        "/desk/nergens",
    ]
    for path in paths:
        answer = browser.get(path)
        parts = [one.split() for one in answer.headers["content-security-policy"].split(";")]
        policy = {name: sources for name, *sources in parts}
        assert policy["default-src"] == ["'none'"]
        assert policy["frame-ancestors"] == ["'none'"]
        assert policy["base-uri"] == ["'none'"]
        assert policy["form-action"] == ["'self'"]
        assert policy["style-src"] == ["'self'"]
        assert "script-src" not in policy
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert len(answer.headers.get_list("content-security-policy")) == 1
        page = answer.text
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", page), path
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page), path


def test_the_way_to_the_provider_is_a_link_and_its_address_tells_nothing(desk):
    browser = desk.browser()
    browser.get("/desk/inloggen", follow=False)
    target = browser.answer.headers["location"]
    assert target.startswith(f"{PROVIDER}/authorize?")
    assert browser.answer.headers["cache-control"] == "no-store"
    assert "code_challenge_method=S256" in target


def test_who_logs_in_too_often_waits(desk):
    browser = desk.browser()
    for _ in range(desk.town.office.settings.limits.pages_per_minute):
        browser.get("/desk/callback")
    assert browser.get("/desk/callback").status_code == 429
    assert browser.get("/desk").status_code == 200  # colleagues behind the same address go on
    desk.town.now += 60
    assert browser.get("/desk/callback").status_code == 403


def test_no_log_line_knows_anyone(desk, caplog):
    caplog.set_level("DEBUG")
    browser = desk.logged_in("desk", "decision")
    browser.search(RESIDENT)
    browser.preview()
    browser.offer()
    browser.get("/desk/geschiedenis")
    browser.post("/desk/aanbod")
    browser.get("/desk/nergens")
    for value in (RESIDENT, "Esselink", "anna", browser.session):
        assert value not in caplog.text


def test_nothing_of_a_session_has_a_repr(desk):
    from issuer.service import clerks

    browser = desk.logged_in("desk")
    browser.search(RESIDENT)
    browser.preview()
    browser.offer()
    session = clerks.read(desk.town.office, browser.session, desk.town.now, stays=True)
    for one in (session, session.clerk, session.clerk.at_desk, session.clerk.shown):
        assert RESIDENT not in repr(one)
        assert "Esselink" not in repr(one)
        assert "anna" not in repr(one)


def test_both_languages_and_the_choice_stays(desk):
    browser = desk.logged_in("desk", **{"Accept-Language": "en-GB"})
    browser.get("/desk/zoeken")
    assert '<html lang="en">' in browser.page
    assert "Find a resident" in browser.text
    browser.get("/desk/zoeken?lang=nl")
    assert "Inwoner zoeken" in browser.text
    browser.get("/desk/zaken")
    assert '<html lang="nl">' in browser.page


def test_the_other_language_is_there_after_a_form_too(desk):
    """A page that answers a form has an address of its own."""
    case = apply(desk.town)
    browser = desk.logged_in("desk", "decision")
    browser.search(RESIDENT)
    browser.preview()
    browser.offer()
    offer = browser.path
    hidden = browser.hidden("/desk/uitloggen")
    for path, status in (
        (f"{offer}/getal", 422),
        (f"/desk/aanvragen/{case}/vragen", 422),
        ("/desk/zoeken", 422),
        ("/desk/aanbod", 409),
        ("/desk/uitloggen", 200),
    ):
        browser.send("POST", path, data=hidden, headers={"Origin": BASE})
        assert browser.answer.status_code == status, path
        link = re.search(r'href="([^"]+)" lang="en"', browser.page)
        assert link is not None
        browser.get(html.unescape(link[1]))
        assert browser.answer.status_code == 200, link[1]
        assert '<html lang="en">' in browser.page
        browser.get("/desk?lang=nl")
