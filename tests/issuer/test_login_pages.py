"""From the wallet's link to the way back: a browser walks the pages of a login, over https."""

import re
from collections.abc import Iterator

import pytest
from support.login_world import CODE, URGENCY, VERIFIER, WALLET, LoginWorld, world

from issuer.service import applications
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
    built.honest()
    now = built.town.now
    yield built
    built.town.now = built.provider.now = now


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
    assert browser.denied
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
    there.person("999991929")  # at a correspondence address
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
    there.person(bsn)
    browser = there.arrived((*FIVE, "urgentie"))
    assert browser.page.status_code == 200
    assert "U krijgt nu geen kaartjes" in browser.text
    assert reason in browser.text
    assert "balie" in browser.text
    assert NOTHING_SHARED in browser.text
    assert bsn not in browser.page.text
    assert "kind" not in browser.fields()
    browser.submit(kind=["persoonsgegevens"])  # whatever the form says
    assert browser.denied


def test_for_a_child(there: LoginWorld) -> None:
    """Who acts for a child gets the child's cards; for an adult who can ask, nothing."""
    there.person(RESIDENT, represented_bsn="999999369")
    browser = there.arrived()
    assert browser.fields()["kind"] == ["persoonsgegevens"]
    browser.submit()
    assert browser.leaves
    there.person(RESIDENT, represented_bsn="999999357")
    assert "Dat kunt u niet voor een ander doen" in there.arrived().text


@pytest.mark.spec("Regie domain", "2.9", "restricted disclosure is said, and asked once more")
def test_restricted(there: LoginWorld) -> None:
    there.person("999993872")
    browser = there.arrived()
    assert "Uw gegevens zijn geheim" in browser.text
    browser.submit()
    assert browser.page.status_code == 422
    assert 'href="#restricted"' in browser.page.text
    browser.submit(restricted="yes")
    assert browser.leaves


# ---- what a person decides on ----------------------------------------------------------------


def test_declared_kind(there: LoginWorld) -> None:
    there.person("999999357")
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
    there.person("999991267")
    browser = there.arrived(("persoonsgegevens", "urgentie"))
    browser.submit(kind=["persoonsgegevens"], **{"urgentie-aantal": "veel"})
    assert browser.leaves


@pytest.mark.parametrize("name", [field.name for field in URGENCY.fields])
def test_every_field_has_a_label(there: LoginWorld, name: str) -> None:
    there.person("999992600")
    page = there.arrived(("urgentie",)).page.text
    field = next(one for one in URGENCY.fields if one.name == name)
    assert field.nl in page
    assert (f"{field.nl} (niet verplicht)" in page) is not field.required
