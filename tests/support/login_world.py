"""A municipality, its login provider and someone's browser, all over https on loopback."""

import dataclasses
import hashlib
import html
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import msgspec
from crash.servers import Served, Tls, listener, url
from support import issuer_home
from support.issuer_home import TestIssuerHome
from support.oidc_provider import CLIENT, ENOUGH, HIGH, SECRET, OidcProvider

from credential import base64url
from issuer.clock import monotonic
from issuer.config import Declared, Field, Limits, Login
from issuer.scheme import SchemeFolder
from issuer.service.office import Municipality, Office
from signin.client import OidcClient

WALLET = "http://127.0.0.1:50111/callback"
CODE = "0599"
VERIFIER = "v" * 43
URGENCY = Declared(
    kind="urgentie",
    fields=(
        Field(name="reden", nl="Reden", en="Reason", type="choice", choices=("medisch", "sociaal")),
        Field(name="uitleg", nl="Uitleg", en="Explanation", type="long", most=500),
        Field(name="telefoon", nl="Telefoon", en="Telephone", type="phone", required=False),
        Field(name="vanaf", nl="Vanaf", en="Since", type="date", required=False),
        Field(
            name="kinderen",
            nl="Kinderen thuis",
            en="Children at home",
            type="yesno",
            required=False,
        ),
        Field(name="aantal", nl="Aantal", en="Number", type="number", required=False),
    ),
)


class Browser:
    """A browser that follows redirects by hand and never leaves for the wallet by itself."""

    def __init__(self, issuer: str, context: ssl.SSLContext, lang: str) -> None:
        self.issuer = issuer
        self._http = httpx.Client(
            headers={"accept-language": lang}, verify=context, trust_env=False
        )
        self.seen: list[str] = []
        self.page = httpx.Response(200)
        self.at = ""

    def get(self, address: str, **headers: str) -> httpx.Response:
        """One request, no redirect followed."""
        self.at = urljoin(self.at, address)
        self.seen.append(self.at)
        self.page = self._http.get(self.at, headers=headers)
        return self.page

    def post(self, address: str, fields: Any, **headers: str) -> httpx.Response:
        self.at = urljoin(self.at, address)
        self.seen.append(self.at)
        sent = {
            "origin": self.issuer,
            "content-type": "application/x-www-form-urlencoded",
            **headers,
        }
        body = urlencode(fields, doseq=True)
        self.page = self._http.post(self.at, content=body, headers=sent)
        return self.page

    def follow(self) -> httpx.Response:
        """Every redirect, until there is a page or the wallet's address."""
        while self.page.is_redirect and not self.leaves:
            self.get(self.page.headers["location"])
        return self.page

    @property
    def leaves(self) -> bool:
        """Whether this browser is sent to the wallet."""
        return self.page.headers.get("location", "").startswith("http://")

    def answer(self) -> dict[str, str]:
        """What the wallet receives."""
        location = self.page.headers["location"]
        assert location.split("?")[0] == WALLET, location
        return {name: one[0] for name, one in parse_qs(urlsplit(location).query).items()}

    @property
    def denied(self) -> bool:
        """Whether the wallet hears that it gets nothing, and whose answer that is."""
        iss = f"{self.issuer}/{CODE}"
        expected = {"error": "access_denied", "state": "of the wallet", "iss": iss}
        return self.page.status_code == 303 and self.answer() == expected

    @property
    def text(self) -> str:
        """The words of the page."""
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", self.page.text)).split())

    def fields(self) -> dict[str, list[str]]:
        """What the form holds before anybody fills it in."""
        found: dict[str, list[str]] = {}
        for tag in re.findall(r"<input[^>]*>", self.page.text):
            name, value = (re.search(rf'{one}="([^"]*)"', tag) for one in ("name", "value"))
            box = 'type="checkbox"' in tag or 'type="radio"' in tag
            if name and (not box or " checked" in tag):
                found.setdefault(name[1], []).append(html.unescape(value[1] if value else ""))
        return found

    def submit(self, *, press: str | None = None, **changed: Any) -> httpx.Response:
        """Sends the form of the page with these values; `None` leaves one out."""
        action = re.search(r'<form method="post" action="([^"]*)"', self.page.text)
        assert action, self.page.text
        fields: dict[str, Any] = {**self.fields(), **changed}
        if press is not None:
            fields[press] = "yes"
        given = {name: value for name, value in fields.items() if value is not None}
        return self.post(html.unescape(action[1]), given)

    def cookie(self, name: str) -> str | None:
        return next((one.value for one in self._http.cookies.jar if one.name == name), None)

    def close(self) -> None:
        self._http.close()


class LoginWorld:
    """The servers, and what a wallet does before the browser opens."""

    def __init__(self, town: TestIssuerHome, provider: OidcProvider, ca: str) -> None:
        self.town = town
        self.provider = provider
        self.issuer = town.office.settings.base_url
        self.ca = ca
        self._context = ssl.create_default_context(cafile=ca)
        self._browsers: list[Browser] = []

    def browser(self, lang: str = "nl") -> Browser:
        made = Browser(self.issuer, self._context, lang)
        self._browsers.append(made)
        return made

    def push(self, kinds: tuple[str, ...], **changed: str | None) -> str:
        """The address that a wallet opens after it pushed its request."""
        asked = {
            "response_type": "code",
            "client_id": "regie-wallet",
            "redirect_uri": WALLET,
            "scope": " ".join(kinds),
            "state": "of the wallet",
            "code_challenge": base64url.encode(hashlib.sha256(VERIFIER.encode()).digest()),
            "code_challenge_method": "S256",
            **changed,
        }
        form = {name: value for name, value in asked.items() if value is not None}
        answer = self.browser().post(f"{self.issuer}/{CODE}/par", form)
        assert answer.status_code == 201, answer.text
        query = {"client_id": form["client_id"], "request_uri": answer.json()["request_uri"]}
        return f"{self.issuer}/{CODE}/authorize?{urlencode(query)}"

    def arrived(self, kinds: tuple[str, ...] = ("persoonsgegevens",), lang: str = "nl") -> Browser:
        """A browser that logged in, at the page with its cards."""
        browser = self.browser(lang)
        browser.get(self.push(kinds))
        browser.follow()
        return browser

    def honest(self) -> None:
        """The provider tells the truth again, about someone with five cards."""
        fresh = OidcProvider(self.provider.issuer, self.town.now)
        for field in dataclasses.fields(fresh):
            setattr(self.provider, field.name, getattr(fresh, field.name))

    def person(self, bsn: str, **claims: str) -> None:
        """Who logs in next."""
        self.provider.person = {"sub": f"pairwise-{bsn[-3:]}", "bsn": bsn, **claims}

    def close(self) -> None:
        for one in self._browsers:
            one.close()


def _issuing_urgency(office: Office, here: str) -> dict[str, Municipality]:
    """The municipalities at this address, each issuing what a person decides on too."""
    found = {}
    for code, one in office.municipalities.items():
        kinds = (*one.settings.kinds, URGENCY.kind)
        settings = msgspec.structs.replace(one.settings, kinds=kinds)
        found[code] = dataclasses.replace(one, settings=settings, identifier=f"{here}/{code}")
    return found


def _fetched(town: TestIssuerHome) -> SchemeFolder:
    """The scheme as `sync` leaves it on disk."""
    found = SchemeFolder(town.home / "scheme", town.scheme.fingerprint)
    town.scheme.write(found.folder / "1")
    found.put_in_force("1")
    return found


@contextmanager
def world(folder: Path, *, with_scheme: bool = False, **settings: Any) -> Iterator[LoginWorld]:
    """A whole world; `settings` change those of the issuer, who may know who vouches for wallets."""
    tls = Tls.make(folder / "tls")
    home = folder / "home"
    home.mkdir()
    town = issuer_home.make(home)
    theirs, ours = listener(), listener()
    provider = OidcProvider(url(theirs), town.now)
    login = Login(
        issuer=provider.issuer,
        client_id=CLIENT,
        client_secret_file="unused",
        acr_values=(HIGH, ENOUGH),
    )
    # The clock of a test stands still, so nothing is ever given back to a bucket.
    limits = Limits(tokens_per_minute=10_000, requests_per_minute=10_000, pages_per_minute=10_000)
    here = url(ours)
    given = {"base_url": here, "login": login, "declared": (URGENCY,), "limits": limits}
    issuer_home.with_settings(town, **given, **settings)
    client = OidcClient(login, SECRET.encode(), town.office.entropy, monotonic, tls_ca=Path(tls.ca))
    town.office = dataclasses.replace(
        town.office,
        login=client,
        municipalities=_issuing_urgency(town.office, here),
        scheme=_fetched(town) if with_scheme else None,
    )
    servers = [Served(provider.app, theirs, tls), Served(town.app, ours, tls)]  # type: ignore[arg-type]
    made = LoginWorld(town, provider, tls.ca)
    try:
        yield made
    finally:
        made.close()
        town.office.close()
        for server in servers:
            server.idle()  # whoever was connected is gone, and the server noticed
            server.stop()
