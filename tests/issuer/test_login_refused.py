"""A login that goes wrong, or that somebody meddles with: a page, and nothing for the wallet."""

import asyncio
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from support.issuer_home import TestIssuerHome
from support.login_world import CODE, WALLET, Browser, LoginWorld, world
from support.oidc_provider import LOW, Lies

from issuer.service import authorize

NOTHING_SHARED = "Er is niets gedeeld."
CORE = "OpenID Connect Core 1.0"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginWorld]:
    with world(tmp_path_factory.mktemp("login")) as made:
        yield made


@pytest.fixture
def there(built: LoginWorld) -> Iterator[LoginWorld]:
    """The world with an honest provider and its own hour."""
    built.honest()
    now = built.town.now
    yield built
    built.town.now = built.provider.now = now


# ---- when it goes wrong ----------------------------------------------------------------------

FAULTS = {
    "low level": (Lies(claims={"acr": LOW}), "een te laag niveau", "access_denied"),
    "no level": (Lies(claims={"acr": ...}), "een te laag niveau", "access_denied"),
    "wrong nonce": (Lies(claims={"nonce": "x"}), "niet vaststellen wie u bent", "access_denied"),
    "another provider's token": (
        Lies(claims={"iss": "https://other.example"}),
        "niet vaststellen",
        "access_denied",
    ),
    "no number": (Lies(claims={"bsn": ...}), "niet wie u bent", "access_denied"),
    "number is no text": (Lies(claims={"bsn": 7}), "niet wie u bent", "access_denied"),
    "cancelled": (
        Lies(answer={"code": None, "error": "access_denied"}),
        "Inloggen afgebroken",
        "access_denied",
    ),
    "an error with a code": (
        Lies(answer={"error": "server_error"}),
        "liet u niet",
        "access_denied",
    ),
    "an error we do not know": (
        Lies(answer={"code": None, "error": "<b>", "error_description": "<script>"}),
        "liet u niet toe",
        "access_denied",
    ),
    "mix-up": (Lies(answer={"iss": "https://other.example"}), "niet vaststellen", "access_denied"),
    "no iss": (Lies(answer={"iss": None}), "niet vaststellen", "access_denied"),
    "no code": (Lies(answer={"code": None}), "niet vaststellen", "access_denied"),
    "token endpoint down": (
        Lies(token_status=503),
        "De inlogdienst is nu niet bereikbaar",
        "temporarily_unavailable",
    ),
}


@pytest.mark.spec(CORE, "3.1.2.7", "a login that does not hold gives a page, and no to the wallet")
@pytest.mark.parametrize(("lies", "said", "error"), FAULTS.values(), ids=FAULTS)
def test_login_fails(there: LoginWorld, lies: Lies, said: str, error: str) -> None:
    there.provider.lies = lies
    browser = there.arrived()
    assert browser.page.status_code == (503 if error == "temporarily_unavailable" else 403)
    assert said in browser.text
    assert NOTHING_SHARED in browser.text
    assert "<script>" not in browser.page.text
    english = re.search(r'href="([^"]*)" lang="en"', browser.page.text)
    assert english
    browser.get(english[1].replace("&amp;", "&"))
    assert "Nothing was shared." in browser.text
    assert browser.get(f"{there.issuer}/{CODE}/aanvragen").status_code == 403
    browser.get(
        f"{there.issuer}/{CODE}/mislukt?why={'login.unreachable' if '_un' in error else 'x'}"
    )
    browser.submit(press="stop")
    assert browser.answer() == {
        "error": error,
        "state": "of the wallet",
        "iss": f"{there.issuer}/{CODE}",
    }


@pytest.mark.parametrize("why", ["", "x", "page.busy", "login.", "login.<b>"])
def test_reason_in_the_address_is_only_a_name(there: LoginWorld, why: str) -> None:
    browser = there.arrived()
    browser.get(f"{there.issuer}/{CODE}/mislukt")
    browser.get(str(httpx.URL(f"{there.issuer}/{CODE}/mislukt", params={"why": why})))
    assert browser.page.status_code == 403
    assert "niet vaststellen wie u bent" in browser.text
    assert "<b>" not in browser.page.text


def test_whatever_the_register_says(there: LoginWorld) -> None:
    browser = there.arrived()
    browser.get(f"{there.issuer}/{CODE}/mislukt?why=brp.denied")
    assert browser.page.status_code == 503
    assert "Het register van inwoners is nu niet bereikbaar" in browser.text


def test_provider_is_down_from_the_start(there: LoginWorld) -> None:
    office = there.town.office
    assert office.login is not None
    known, office.login._known = office.login._known, None
    office.login._line._down_at = None
    there.provider.lies = Lies(raw=b"")
    browser = there.arrived()
    assert browser.page.status_code == 403
    office.login._known, office.login._line._down_at = known, None
    browser.submit(press="stop")
    assert browser.denied


def test_register_is_silent(there: LoginWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    from issuer.brp.errors import Unavailable

    def silent(*_given: object, **_named: object) -> None:
        raise Unavailable("brp.unavailable", "Architecture, Issuer", why="timeout")

    monkeypatch.setattr(there.town.office.source, "fetch", silent)
    browser = there.arrived()
    assert browser.page.status_code == 503
    assert "Het register van inwoners is nu niet bereikbaar" in browser.text
    browser.submit(press="stop")
    assert browser.answer()["error"] == "temporarily_unavailable"


# ---- whose login it is -----------------------------------------------------------------------


def away(there: LoginWorld) -> tuple[Browser, str]:
    """A browser that comes back from the provider, just before it does."""
    browser = there.browser()
    browser.get(there.push(("persoonsgegevens",)))
    browser.get(browser.page.headers["location"])
    return browser, browser.page.headers["location"]


@pytest.mark.spec(CORE, "3.1.2.5", "a state that is not this browser's is refused")
def test_state_swapped(there: LoginWorld) -> None:
    mine, _ = away(there)
    _, theirs = away(there)
    mine.get(theirs)
    mine.follow()
    assert mine.page.status_code == 403
    assert "hoort niet bij deze browser" in mine.text
    assert there.provider.calls.count("token") == 0


@pytest.mark.spec("RFC 6749", "10.12", "a login forced upon another browser is refused")
def test_login_csrf(there: LoginWorld) -> None:
    _, link = away(there)
    victim = there.browser()
    victim.get(link)
    assert victim.page.status_code == 403
    assert NOTHING_SHARED in victim.text
    assert not victim.leaves
    assert there.provider.calls.count("token") == 0


@pytest.mark.spec("RFC 9700", "4.5", "a stolen code does not work in another login")
def test_code_injected(there: LoginWorld) -> None:
    mine, link = away(there)
    there.person("999999357")
    _, theirs = away(there)
    stolen = parse_qs(urlsplit(theirs).query)["code"][0]
    own = parse_qs(urlsplit(link).query)["code"][0]
    mine.get(link.replace(own, stolen))
    mine.follow()
    assert mine.page.status_code == 403
    assert "niet vaststellen wie u bent" in mine.text


def test_answer_works_once(there: LoginWorld) -> None:
    browser, link = away(there)
    browser.get(link)
    browser.get(link)
    browser.follow()
    assert browser.page.status_code == 403
    assert there.provider.calls.count("token") == 1
    browser.get(f"{there.issuer}/{CODE}/aanvragen")
    assert browser.page.status_code == 200, "the first answer still counts"


@pytest.mark.parametrize("more", ["&state=x", "&code=x", "&iss=x"])
def test_name_twice_in_the_answer(there: LoginWorld, more: str) -> None:
    browser, link = away(there)
    assert browser.get(link + more).status_code == 400
    assert there.provider.calls.count("token") == 0


def test_too_late(there: LoginWorld) -> None:
    browser, link = away(there)
    there.town.now += authorize.LOGIN_SECONDS
    assert browser.get(link).status_code == 403
    there.town.now -= authorize.LOGIN_SECONDS
    known = there.arrived()
    there.town.now += authorize.LOGIN_SECONDS
    known.submit()
    assert known.page.status_code == 403
    assert "duurde te lang" in known.text


def test_another_municipality(there: LoginWorld) -> None:
    browser = there.arrived()
    assert browser.get(f"{there.issuer}/0518/aanvragen").status_code == 404


# ---- forms that are not ours -----------------------------------------------------------------


@pytest.mark.spec("RFC 6819", "4.4.1.8", "a form that this server did not make for this session")
@pytest.mark.parametrize("page", ["aanvragen", "mislukt"])
def test_foreign_form(there: LoginWorld, page: str) -> None:
    browser, other = there.arrived(), there.arrived()
    if page == "mislukt":
        for one in (browser, other):
            one.get(f"{there.issuer}/{CODE}/mislukt?why=login.level")
    good = browser.fields()
    foreign = other.fields()["csrf"]
    address = browser.at
    for fields, headers in (
        ({**good, "csrf": ""}, {}),
        ({**good, "csrf": foreign}, {}),
        ({**good, "csrf": good["csrf"] * 2}, {}),
        ({name: value for name, value in good.items() if name != "csrf"}, {}),
        (good, {"origin": "https://evil.example"}),
        (good, {"origin": "null"}),
        (good, {"sec-fetch-site": "cross-site"}),
        (good, {"sec-fetch-site": "same-site"}),
    ):
        answer = browser.post(address, {**fields, "stop": "yes"}, **headers)
        assert answer.status_code == 403, (fields, headers)
        assert not browser.leaves
    browser.get(address)
    assert browser.submit(press="stop").status_code == 303


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=1"] * 200), "application/x-www-form-urlencoded", 400),
    ],
)
def test_body_that_is_no_form(there: LoginWorld, content: bytes, media: str, status: int) -> None:
    browser = there.arrived()
    answer = browser._http.post(browser.at, content=content, headers={"content-type": media})
    assert answer.status_code == status
    assert "text/html" in answer.headers["content-type"]
    assert NOTHING_SHARED in answer.text


# ---- the wallet's link -----------------------------------------------------------------------


def _page_without_a_way_out(browser: Browser, status: int) -> None:
    assert browser.page.status_code == status
    assert "location" not in browser.page.headers
    assert "set-cookie" not in browser.page.headers
    assert "text/html" in browser.page.headers["content-type"]
    assert NOTHING_SHARED in browser.text
    assert WALLET not in browser.page.text


@pytest.mark.spec(
    "RFC 9126", "4", "a request of another, unknown or used before: a page, no redirect"
)
@pytest.mark.parametrize(
    "query",
    [
        "",
        "client_id=regie-wallet",
        "client_id=regie-wallet&request_uri=urn:ietf:params:oauth:request_uri:none",
        "client_id=regie-wallet&redirect_uri=https://evil.example&response_type=code&scope=woonadres",
        "client_id=regie-wallet&request_uri=https://evil.example/request",
    ],
)
def test_bad_link(there: LoginWorld, query: str) -> None:
    browser = there.browser()
    browser.get(f"{there.issuer}/{CODE}/authorize?{query}")
    _page_without_a_way_out(browser, 400)


@pytest.mark.spec("RFC 9126", "7.3", "a request is used once")
def test_link_used_twice(there: LoginWorld) -> None:
    link = there.push(("woonadres",))
    first, second = there.browser(), there.browser()
    assert first.get(link).status_code == 303
    second.get(link)
    _page_without_a_way_out(second, 400)


def test_link_of_another_wallet(there: LoginWorld) -> None:
    link = there.push(("woonadres",))
    browser = there.browser()
    browser.get(link.replace("regie-wallet", "other-wallet"))
    _page_without_a_way_out(browser, 400)
    assert browser.get(link).status_code == 303, "a wrong guess must not use it up"


def test_link_that_is_only_looked_at(there: LoginWorld) -> None:
    link = there.push(("woonadres",))
    browser = there.browser()
    browser.get(link, **{"sec-purpose": "prefetch;prerender"})
    _page_without_a_way_out(browser, 405)
    assert browser._http.head(link).status_code == 405
    browser.get(link + "&request_uri=x")
    _page_without_a_way_out(browser, 400)
    assert browser.get(link).status_code == 303


def test_unknown_municipality(there: LoginWorld) -> None:
    browser = there.browser()
    browser.get(f"{there.issuer}/9999/authorize?client_id=regie-wallet&request_uri=x")
    _page_without_a_way_out(browser, 404)


@pytest.mark.parametrize("path", ["0599/authorize", "login/callback", "0599/aanvragen"])
def test_without_a_login_provider_there_are_no_pages(town: TestIssuerHome, path: str) -> None:
    async def ask() -> int:
        transport = httpx.ASGITransport(app=town.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(
            transport=transport, base_url=town.office.settings.base_url
        ) as client:
            return (await client.get(f"/{path}")).status_code

    assert asyncio.run(ask()) == 404
