"""From the wallet's link to the way back: a browser walks the pages of a login, over https."""

import asyncio
import dataclasses
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from support.issuer_home import TestIssuerHome
from support.login_world import CODE, URGENCY, VERIFIER, WALLET, Browser, LoginWorld, world
from support.oidc_provider import LOW, Lies, OidcProvider

from issuer.service import applications, authorize
from issuer.web.login import COOKIE
from issuer.web.pages import LANGUAGE_COOKIE, _source

RESIDENT = "999999345"
FIVE = ("persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht")
NOTHING_SHARED = "Er is niets gedeeld."
CORE = "OpenID Connect Core 1.0"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginWorld]:
    with world(tmp_path_factory.mktemp("login")) as made:
        yield made


@pytest.fixture
def there(built: LoginWorld) -> Iterator[LoginWorld]:
    """The world with an honest provider and its own hour."""
    honest = OidcProvider(built.provider.issuer, built.town.now)
    for field in dataclasses.fields(honest):
        setattr(built.provider, field.name, getattr(honest, field.name))
    now = built.town.now
    yield built
    built.town.now = built.provider.now = now


def person(there: LoginWorld, bsn: str, **claims: str) -> None:
    there.provider.person = {"sub": f"pairwise-{bsn[-3:]}", "bsn": bsn, **claims}


def denied(browser: Browser) -> bool:
    """The wallet hears that it gets nothing, and whose answer that is."""
    assert browser.page.status_code == 303
    assert browser.answer() == {
        "error": "access_denied",
        "state": "of the wallet",
        "iss": f"{browser.issuer}/{CODE}",
    }
    return True


# ---- the whole way ---------------------------------------------------------------------------


@pytest.mark.spec("OpenID4VCI 1.0", "5.1", "from the pushed request to the code, in a browser")
@pytest.mark.spec("RFC 9207", "2", "the answer names the issuer")
@pytest.mark.parametrize(("lang", "title"), [("nl", "Uw kaartjes"), ("en", "Your cards")])
def test_whole_journey(there: LoginWorld, lang: str, title: str) -> None:
    browser = there.arrived(FIVE, lang)
    assert browser.page.status_code == 200
    assert f"<h1>{title}</h1>" in browser.page.text
    assert f'<html lang="{lang}">' in browser.page.text
    assert browser.at == f"{there.issuer}/{CODE}/aanvragen"
    assert there.provider.asked[0]["ui_locales"] == lang
    assert there.provider.asked[0]["prompt"] == "login"
    assert browser.fields()["kind"] == list(FIVE)
    cookie = browser.cookie(COOKIE)
    assert cookie is not None
    assert len(cookie) == 43
    browser.submit()
    assert browser.page.status_code == 303
    answer = browser.answer()
    assert answer["state"] == "of the wallet"
    assert answer["iss"] == f"{there.issuer}/{CODE}"
    assert len(answer["code"]) == 43
    assert browser.cookie(COOKIE) is None
    assert browser.get(f"{there.issuer}/{CODE}/aanvragen").status_code == 403


@pytest.mark.spec("House rules", "8", "no number in a page, an address or a log line")
def test_no_number_anywhere(there: LoginWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    browser = there.arrived((*FIVE, "urgentie"))
    pages = [browser.page.text]
    browser.submit()
    pages.append(browser.page.text)
    browser.submit(**{"urgentie-reden": "medisch", "urgentie-uitleg": "Trap"})
    assert browser.leaves
    assert RESIDENT not in "".join(pages + browser.seen) + str(browser.page.headers)
    assert "Esselink" not in "".join(pages)
    assert RESIDENT not in caplog.text
    for file in there.town.home.glob("issuer.db*"):
        assert RESIDENT.encode() not in file.read_bytes()


def test_code_opens_what_was_chosen(there: LoginWorld) -> None:
    browser = there.arrived(FIVE)
    browser.submit(kind=["woonadres", "huishouden"])
    form = {
        "grant_type": "authorization_code",
        "client_id": "regie-wallet",
        "code": browser.answer()["code"],
        "redirect_uri": WALLET,
        "code_verifier": VERIFIER,
    }
    # Without a proof of a key it stays shut; that it is our code and our verifier is not the fault.
    answer = there.browser().post(f"{there.issuer}/{CODE}/token", form)
    assert answer.json()["error"] in ("invalid_dpop_proof", "use_dpop_nonce")


@pytest.mark.spec("RFC 6265bis", "4.1.3.2", "the cookie is for this host, over https, out of reach")
def test_cookie(there: LoginWorld) -> None:
    browser = there.browser()
    begun = browser.get(there.push(("woonadres",)))
    assert begun.status_code == 303
    given = begun.headers["set-cookie"]
    assert given.startswith("__Host-")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=900"):
        assert word in given
    assert "Domain" not in given
    assert begun.headers["cache-control"] == "no-store"


@pytest.mark.spec("Architecture", "Issuer", "pages load nothing, are not kept, framed or sent on")
def test_headers(there: LoginWorld) -> None:
    headers = there.arrived().page.headers
    policy = headers["content-security-policy"]
    assert headers.get_list("content-security-policy") == [policy]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:50111;" in policy
    assert "base-uri 'none'" in policy
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "max-age" in headers["strict-transport-security"]
    other = (
        there.browser().get(f"{there.issuer}/{CODE}/aanvragen").headers["content-security-policy"]
    )
    assert "form-action 'self';" in other


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("http://127.0.0.1:8080/callback", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/callback", "http:"),
        ("https://wallet.example/back?x=1", "https://wallet.example"),
        ("nl.voorbeeld.wallet:/back", "nl.voorbeeld.wallet:"),
        ("https://a;script-src *.example/x", "https:"),
        ("https://a'unsafe-inline'/x", "https:"),
    ],
)
def test_policy_names_the_wallet_and_nothing_more(uri: str, source: str) -> None:
    assert _source(uri) == source


def test_language_is_kept(there: LoginWorld) -> None:
    browser = there.arrived()
    english = re.search(r'href="([^"]*)" lang="en"', browser.page.text)
    assert english
    browser.get(english[1])
    assert "Your cards" in browser.text
    assert browser.cookie(LANGUAGE_COOKIE) == "en"
    browser.get(f"{there.issuer}/{CODE}/aanvragen")
    assert "Your cards" in browser.text
    browser.submit()
    assert browser.leaves


# ---- what is shown and chosen ----------------------------------------------------------------


def test_chosen_by_the_resident(there: LoginWorld) -> None:
    browser = there.arrived(FIVE)
    browser.submit(kind=None)
    assert browser.page.status_code == 422
    assert "Kies minstens één kaartje" in browser.text
    assert 'href="#kinds"' in browser.page.text
    assert browser.page.text.count('id="kinds"') == 1
    assert "kind" not in browser.fields()
    browser.submit(kind=["woonadres"])
    assert browser.answer()["code"]


@pytest.mark.parametrize("kinds", [["urgentie"], ["woonadres", "bag-object"], ["<b>"]])
def test_choice_that_was_not_offered(there: LoginWorld, kinds: list[str]) -> None:
    browser = there.arrived(("woonadres",))
    browser.submit(kind=kinds)
    assert browser.page.status_code == 400
    assert NOTHING_SHARED in browser.text


def test_stop(there: LoginWorld) -> None:
    browser = there.arrived(FIVE)
    browser.submit(press="stop")
    assert denied(browser)
    assert browser.cookie(COOKIE) is None


@pytest.mark.spec(
    "RFC 6749", "4.1.2", "one code for one login, however often the button is pressed"
)
def test_pressed_twice(there: LoginWorld) -> None:
    browser = there.arrived()
    page, at, cookie = browser.page, browser.at, browser.cookie(COOKIE)
    browser.submit()
    assert browser.leaves
    browser.page, browser.at = page, at
    browser._http.cookies.set(COOKIE, cookie or "", domain="localhost.local", path="/")
    browser.submit()
    assert browser.page.status_code == 403
    assert "al afgerond" in browser.text


@pytest.mark.spec("Regie domain", "2.8", "what is not given is said, with the reason and the desk")
def test_refused_kind(there: LoginWorld) -> None:
    person(there, "999991929")  # at a correspondence address
    browser = there.arrived(FIVE)
    assert browser.page.status_code == 200
    assert "woonadres" not in browser.fields()["kind"]
    assert "persoonsgegevens" in browser.fields()["kind"]
    assert "U staat op een briefadres" in browser.text
    assert "Ga naar de balie van Gemeente Voorbeeldstad" in browser.text
    browser.submit()
    assert browser.leaves


@pytest.mark.spec("Regie domain", "2.8", "who gets no card at all reads why; the wallet hears no")
@pytest.mark.parametrize(
    ("bsn", "reason"),
    [
        ("999999412", "U bent jonger dan 16 jaar"),
        ("999991061", "Voor u is een curator aangesteld"),
        ("999990147", "staat als overleden"),
        ("999990111", "niet bij deze gemeente ingeschreven"),
        ("999990007", "niet bij deze gemeente ingeschreven"),
    ],
)
def test_not_eligible(there: LoginWorld, bsn: str, reason: str) -> None:
    person(there, bsn)
    browser = there.arrived((*FIVE, "urgentie"))
    assert browser.page.status_code == 200
    assert "U krijgt nu geen kaartjes" in browser.text
    assert reason in browser.text
    assert "balie" in browser.text
    assert NOTHING_SHARED in browser.text
    assert bsn not in browser.page.text
    assert "kind" not in browser.fields()
    browser.submit(kind=["persoonsgegevens"])  # whatever the form says
    assert denied(browser)


def test_for_a_child(there: LoginWorld) -> None:
    """Who acts for a child gets the child's cards; for an adult who can ask, nothing."""
    person(there, RESIDENT, represented_bsn="999999369")
    browser = there.arrived()
    assert browser.fields()["kind"] == ["persoonsgegevens"]
    browser.submit()
    assert browser.leaves
    person(there, RESIDENT, represented_bsn="999999357")
    assert "Dat kunt u niet voor een ander doen" in there.arrived().text


@pytest.mark.spec("Regie domain", "2.9", "restricted disclosure is said, and asked once more")
def test_restricted(there: LoginWorld) -> None:
    person(there, "999993872")
    browser = there.arrived()
    assert "Uw gegevens zijn geheim" in browser.text
    browser.submit()
    assert browser.page.status_code == 422
    assert 'href="#restricted"' in browser.page.text
    browser.submit(restricted="yes")
    assert browser.leaves


# ---- what a person decides on ----------------------------------------------------------------


def test_declared_kind(there: LoginWorld) -> None:
    person(there, "999999357")
    browser = there.arrived(("persoonsgegevens", "urgentie"))
    assert "U hoort binnen 56 dagen wat het wordt" in browser.text
    evil = "<script>alert(1)</script>"
    browser.submit(
        **{
            "urgentie-uitleg": evil,
            "urgentie-telefoon": "geen",
            "urgentie-vanaf": "31-01-2026",
            "urgentie-aantal": "veel",
            "urgentie-kinderen": "misschien",
        }
    )
    assert browser.page.status_code == 422
    assert "<title>Fout: Uw kaartjes" in browser.page.text
    order = re.findall(r'<a href="#urgentie-(\w+)">', browser.page.text)
    assert order == ["reden", "telefoon", "vanaf", "kinderen", "aantal"]
    for name in order:
        assert f'id="urgentie-{name}"' in browser.page.text
        assert f'id="urgentie-{name}-fault"' in browser.page.text
    assert evil not in browser.page.text
    assert "&lt;script&gt;" in browser.page.text
    browser.submit(
        **{"urgentie-reden": "medisch", "urgentie-uitleg": evil, "urgentie-kinderen": "yes"}
        | dict.fromkeys(("urgentie-telefoon", "urgentie-vanaf", "urgentie-aantal"))
    )
    assert browser.leaves, browser.text
    office = there.town.office
    (case,) = _open_cases(there)
    assert case.dossier.fields == {"reden": "medisch", "uitleg": evil, "kinderen": True}
    again = there.arrived(("persoonsgegevens", "urgentie"))
    assert "U hebt dit al aangevraagd" in again.text
    assert "urgentie-reden" not in again.page.text
    again.submit()
    assert again.leaves
    assert len(_open_cases(there)) == 1
    applications.withdraw(
        office,
        office.municipalities[CODE],
        case.application.file.subject,
        case.application.file.case,
        there.town.now,
    )


def _open_cases(there: LoginWorld) -> list[applications.View]:
    from issuer.accounting import subject

    office = there.town.office
    own = office.municipalities[CODE]
    name = subject(own.subject_key, own.code, "999999357")
    return applications.own(office, own, name, there.town.now)


def test_declared_kind_not_wanted(there: LoginWorld) -> None:
    """Unticked, its fields are not looked at and no case is opened."""
    person(there, "999991267")
    browser = there.arrived(("persoonsgegevens", "urgentie"))
    browser.submit(kind=["persoonsgegevens"], **{"urgentie-aantal": "veel"})
    assert browser.leaves


@pytest.mark.parametrize("name", [field.name for field in URGENCY.fields])
def test_every_field_has_a_label(there: LoginWorld, name: str) -> None:
    person(there, "999992600")
    page = there.arrived(("urgentie",)).page.text
    field = next(one for one in URGENCY.fields if one.name == name)
    assert field.nl in page
    assert (f"{field.nl} (niet verplicht)" in page) is not field.required


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


@pytest.mark.parametrize("why", ["", "x", "page.busy", "login.", "login.<b>", "brp.nonsense"])
def test_reason_in_the_address_is_only_a_name(there: LoginWorld, why: str) -> None:
    browser = there.arrived()
    browser.get(f"{there.issuer}/{CODE}/mislukt")
    browser.get(str(httpx.URL(f"{there.issuer}/{CODE}/mislukt", params={"why": why})))
    assert browser.page.status_code in (403, 503)
    assert "niet vaststellen wie u bent" in browser.text
    assert "<b>" not in browser.page.text


def test_provider_is_down_from_the_start(there: LoginWorld) -> None:
    office = there.town.office
    assert office.login is not None
    known, office.login._known = office.login._known, None
    there.provider.lies = Lies(raw=b"")
    browser = there.arrived()
    assert browser.page.status_code == 403
    office.login._known, office.login._down_at = known, None
    browser.submit(press="stop")
    assert denied(browser)


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
    person(there, "999999357")
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
