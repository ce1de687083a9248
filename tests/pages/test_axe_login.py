"""The pages of a login in a real browser: axe-core, narrow screens, and the way back to a wallet."""

import http.server
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from crash.servers import Served, Tls, listener, url
from support.chromium import Chromium, axe_core, binary
from support.login_world import CODE, Browser, LoginWorld, world
from support.oidc_provider import Lies
from support.verifier_pages import by_itself

import issuer
from examples.town.login.__main__ import BRP, clients
from examples.town.login.app import build
from examples.town.login.provider import Provider

RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
CONTRAST = "['color-contrast']"
LOOK = (
    "axe.run(document, {{runOnly: {rules}, resultTypes: ['violations', 'incomplete']}}).then("
    "r => r.violations.concat(r.incomplete).map("
    "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))"
)
ARRIVED = "location.pathname.endsWith('/aanvragen') && document.readyState === 'complete'"
EVERYTHING = (
    "persoonsgegevens",
    "woonadres",
    "huishouden",
    "woongeschiedenis",
    "verblijfsrecht",
    "urgentie",
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Chromium, on a machine that has it; in `.ci/run` it must be there."""
    if binary() is None or axe_core() is None:
        assert os.environ.get("REGIE_CI") != "1", "chromium and axe-core must be installed in CI"
        pytest.skip("needs chromium and axe-core: apt install chromium, npm pack axe-core@4.x")
    opened = Chromium(tmp_path_factory.mktemp("chromium"))
    opened.call("Security.setIgnoreCertificateErrors", ignore=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginWorld]:
    with world(tmp_path_factory.mktemp("login")) as made:
        yield made


def _arrive(there: LoginWorld, lang: str, bsn: str, lies: Lies | None = None) -> Browser:
    there.provider.person = {"sub": "one", "bsn": bsn}
    there.provider.lies = lies or Lies()
    return there.arrived(EVERYTHING, lang)


def _walk(there: LoginWorld, lang: str) -> dict[str, str]:
    """Every state of every page, in one language."""
    found = {}
    browser = _arrive(there, lang, "999999345")
    found["cards"] = browser.page.text
    browser.submit(**{"urgentie-telefoon": "geen", "urgentie-aantal": "veel"})
    found["cards faults"] = browser.page.text
    browser.submit(kind=None)
    found["nothing chosen"] = browser.page.text
    found["refused kinds"] = _arrive(there, lang, "999991929").page.text
    browser = _arrive(there, lang, "999993872")
    found["restricted"] = browser.page.text
    browser.submit(kind=["persoonsgegevens"])
    found["restricted not sure"] = browser.page.text
    sure = {"restricted": "yes", "kind": ["persoonsgegevens", "urgentie"]}
    browser.submit(**sure, **{"urgentie-reden": "medisch", "urgentie-uitleg": "Trap"})
    assert browser.leaves
    found["running"] = _arrive(there, lang, "999993872").page.text
    assert "urgentie-reden" not in found["running"]
    found["under 16"] = _arrive(there, lang, "999999412").page.text
    found["low level"] = _arrive(there, lang, "999999345", Lies(claims={"acr": "low"})).page.text
    browser = there.browser(lang)
    browser.get(f"{there.issuer}/{CODE}/authorize?client_id=x&request_uri=y")
    found["bad link"] = browser.page.text
    for text in found.values():
        assert f'<html lang="{lang}">' in text
    return found


@pytest.fixture(scope="module")
def pages(there: LoginWorld) -> dict[str, str]:
    style = (Path(issuer.__file__).parent / "pages" / "style.css").read_text("utf-8")
    found: dict[str, str] = {}
    for lang in ("nl", "en"):
        for name, page in _walk(there, lang).items():
            found[f"{lang} {name}"] = by_itself(page, style)
        _finish_everything(there)
    return found


def _finish_everything(there: LoginWorld) -> None:
    """The applications of one language are closed before the other."""
    from issuer.accounting import subject
    from issuer.service import applications

    office = there.town.office
    own = office.municipalities[CODE]
    name = subject(own.subject_key, own.code, "999993872")
    for one in applications.own(office, own, name, there.town.now):
        case = one.application.file.case
        applications.withdraw(office, own, name, case, there.town.now)


@pytest.fixture(scope="module")
def imitation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of the example town's login provider."""
    back = "https://localhost:8441/login/callback"
    given = {
        "people": {"secret": "x", "redirect_uri": back, "people": "residents"},
        "staff": {"secret": "x", "redirect_uri": back, "people": "clerks"},
    }
    tls, listening = Tls.make(tmp_path_factory.mktemp("tls") / "files"), listener()
    provider = Provider(url(listening), clients(given, BRP, ["0599", "0518"]))
    server = Served(build(provider), listening, tls)
    browser = Browser(provider.issuer, _trusting(tls), "nl")
    style = (BRP.parent / "login" / "pages" / "style.css").read_text("utf-8")
    found = {}
    try:
        for client in given:
            for lang in ("nl", "en"):
                browser.get(_authorize(provider.issuer, client, back, lang))
                found[f"{lang} provider {client}"] = by_itself(browser.follow().text, style)
        browser.get(f"{provider.issuer}/authorize")
        found["nl provider refused"] = by_itself(browser.page.text, style)
    finally:
        browser.close()
        server.stop()
    return found


def _authorize(issuer: str, client: str, back: str, lang: str) -> str:
    return (
        f"{issuer}/authorize?response_type=code&client_id={client}&redirect_uri={back}"
        f"&scope=openid&state=s&nonce=n&code_challenge=c&code_challenge_method=S256&ui_locales={lang}"
    )


def _trusting(tls: Tls) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=tls.ca)


@pytest.mark.spec("WCAG 2.2", "AA", "axe-core finds nothing on any page of a login, light or dark")
def test_axe(pages: dict[str, str], imitation: dict[str, str], chromium: Chromium) -> None:
    axe = axe_core()
    assert axe is not None
    chromium.evaluate(axe.read_text("utf-8") + ";0")
    keep = os.environ.get("REGIE_PICTURES")
    found: dict[str, list[str]] = {}
    for name, page in {**pages, **imitation}.items():
        chromium.show(page)
        for colours, rules in (("dark", CONTRAST), ("light", RULES)):
            chromium.colours(colours)
            if faults := chromium.evaluate(LOOK.format(rules=rules)):
                found[f"{name}, {colours}"] = faults
        for width in (320, 1200):
            chromium.width(width)
            if chromium.evaluate("document.documentElement.scrollWidth") > width:
                found[f"{name}, {width} px"] = ["too wide"]
            if keep:
                Path(keep, f"{name} {width}.png".replace(" ", "-")).write_bytes(chromium.picture())
    assert found == {}


class _Wallet(http.server.BaseHTTPRequestHandler):
    """Where the wallet waits for its browser (RFC 8252, 7.3)."""

    got: list[str]

    def do_GET(self) -> None:
        if self.path.startswith("/callback"):
            self.got.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(params=["127.0.0.1", "::1"])
def wallet(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[str]]]:
    host: str = request.param
    handler = type("Wallet", (_Wallet,), {"got": []})
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = type("Server", (http.server.HTTPServer,), {"address_family": family})
    server = kind((host, 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    shown = f"[{host}]" if ":" in host else host
    yield f"http://{shown}:{server.server_address[1]}/callback", handler.got
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.spec("RFC 8252", "7.3", "a real browser reaches the wallet, whatever the page forbids")
@pytest.mark.parametrize("button", ["", "stop"])
def test_real_browser_comes_back(
    there: LoginWorld, chromium: Chromium, wallet: tuple[str, list[str]], button: str
) -> None:
    there.provider.person, there.provider.lies = {"sub": "one", "bsn": "999999345"}, Lies()
    redirect_uri, got = wallet
    _open(chromium, there.push(("persoonsgegevens",), redirect_uri=redirect_uri))
    assert chromium.evaluate("document.styleSheets[0].cssRules.length") > 10, "the sheet is let in"
    press = f"button[name={button}]" if button else "button:not([name])"
    chromium.evaluate(f"document.querySelector('form {press}').click()")
    _until(lambda: got)
    answer = {name: one[0] for name, one in parse_qs(urlsplit(got[0]).query).items()}
    assert answer["iss"] == f"{there.issuer}/{CODE}"
    assert ("error" in answer) == bool(button)


def test_real_browser_stays_where_the_policy_says(there: LoginWorld, chromium: Chromium) -> None:
    """The policy is what lets it through: a form of the page may not end anywhere else."""
    there.provider.person, there.provider.lies = {"sub": "one", "bsn": "999999345"}, Lies()
    _open(chromium, there.push(("persoonsgegevens",)))
    refused = chromium.evaluate(
        "new Promise(done => {"
        "document.addEventListener('securitypolicyviolation', e => done(e.effectiveDirective));"
        "const f = document.querySelector('form'); f.action = 'https://evil.example/'; f.submit();"
        "})"
    )
    assert refused == "form-action"


def _open(chromium: Chromium, address: str) -> None:
    """The page at the end of this address, and not the one before it."""
    chromium.call("Page.navigate", url="about:blank")
    chromium.call("Page.navigate", url=address)
    _until(lambda: chromium.evaluate(ARRIVED))


def _until(holds: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            if holds():
                return
        except AssertionError:  # the page was just replaced
            pass
        assert time.monotonic() < until
        time.sleep(0.05)


def test_walk_meets_every_template(pages: dict[str, str]) -> None:
    """A page that is added is walked to."""
    templates = Path(issuer.__file__).parent / "pages" / "login"
    assert {one.name for one in templates.iterdir()} == {
        "cards.html",
        "refused.html",
        "failed.html",
    }
    assert any(re.search(r'id="fouten"', page) for page in pages.values())
