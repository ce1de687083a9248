"""A clerk's browser at the desk of a municipality, and the provider where clerks log in."""

import asyncio
import dataclasses
import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
from support.issuer_home import (
    FIVE,
    RESIDENT,
    InMemoryRegister,
    TestIssuerHome,
    stream,
    with_declared,
)
from support.oidc_provider import CLIENT, SECRET, OidcProvider
from support.wallet_simulator import WalletSimulator, new_key

from credential.desk import confirmation_number
from issuer.accounting import subject
from issuer.config import Clerks, Declared, Desk, Field
from issuer.dossier import Claimed
from issuer.evidence import Attachment
from issuer.service import applications
from issuer.web.desk.room import COOKIE
from signin.client import OidcClient

BASE = "https://localhost:8441"
PROVIDER = "https://login.example"
CHILD = "999999369"  # 13 years old
WARD = "999991061"  # under curatorship
SECRET_ONE = "999993872"  # asked the municipality not to give data to others


class ClerkDesk:
    """An issuer whose clerks can log in; its clock is the town's."""

    def __init__(self, town: TestIssuerHome, **settings: Any) -> None:
        self.town = town
        self.provider = OidcProvider(PROVIDER, town.now, acr=None)
        clerks = Clerks(issuer=PROVIDER, client_id=CLIENT, client_secret_file="unused")
        client = OidcClient(
            clerks,
            SECRET.encode(),
            stream("clerks"),
            lambda: float(self.town.now),
            transport=InMemoryRegister(self.provider.app),
        )
        changed = msgspec.structs.replace(town.office.settings, clerks=clerks, **settings)
        town.office = dataclasses.replace(town.office, settings=changed, clerks=client)
        self._app = None

    @property
    def app(self) -> Any:
        if self._app is None:
            self._app = self.town.app
        return self._app

    def browser(self, **headers: str) -> "Browser":
        return Browser(self, headers)

    def logged_in(self, *roles: str, name: str = "anna", **headers: str) -> "Browser":
        """A clerk with these roles, at the start page."""
        browser = self.browser(**headers)
        browser.log_in(name, roles or ("desk",))
        return browser

    def actions(self, action: str | None = None) -> list[dict[str, Any]]:
        """The desk log, oldest first."""
        from sqlalchemy import select

        from issuer.tables import desk_actions

        with self.town.office.store._database.reading() as connection:
            rows = connection.execute(select(desk_actions).order_by(desk_actions.c.action_id))
            found = [dict(row._mapping) for row in rows]
        return [one for one in found if action in (None, one["action"])]


def four_eyes(town: TestIssuerHome) -> ClerkDesk:
    return ClerkDesk(town, desk=Desk(four_eyes=True))


class Browser:
    """Cookies, links and forms of one window; it follows redirects to this host alone."""

    def __init__(self, desk: ClerkDesk, headers: dict[str, str]) -> None:
        self.desk = desk
        self.headers = headers
        self.cookies = httpx.Cookies()
        self.answer: httpx.Response
        self.asked: list[str] = []

    # ---- the line ------------------------------------------------------------------------

    def send(self, method: str, path: str, *, follow: bool = True, **rest: Any) -> httpx.Response:
        url = path if path.startswith("https://") else BASE + path
        for _ in range(10):
            answer = asyncio.run(self._once(method, url, rest))
            self.answer = answer
            target = answer.headers.get("location")
            if not follow or target is None:
                return answer
            url, method, rest = str(httpx.URL(url).join(target)), "GET", {}
            if not url.startswith(BASE):
                return answer
        raise AssertionError("too many redirects")

    async def _once(self, method: str, url: str, rest: dict[str, Any]) -> httpx.Response:
        self.asked.append(url)
        headers = {**self.headers, **rest.pop("headers", {})}
        transport = httpx.ASGITransport(app=self.desk.app)
        async with httpx.AsyncClient(transport=transport, cookies=self.cookies) as client:
            answer = await client.request(method, url, headers=headers, **rest)
            self.cookies = client.cookies
        return answer

    def get(self, path: str, **rest: Any) -> httpx.Response:
        return self.send("GET", path, **rest)

    def post(self, path: str, data: dict[str, Any] | None = None, **rest: Any) -> httpx.Response:
        """The form on the page as it stands, with these fields filled in."""
        fields = {**self.hidden(path), **(data or {})}
        form = "application/x-www-form-urlencoded"
        headers = {"Origin": BASE, "Content-Type": form, **rest.pop("headers", {})}
        return self.send("POST", path, data=fields, headers=headers, **rest)

    # ---- the page ------------------------------------------------------------------------

    @property
    def page(self) -> str:
        return self.answer.text

    @property
    def text(self) -> str:
        """What a person reads, on one line."""
        body = re.sub(r"(?s)<head>.*</head>", " ", self.page)
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())

    @property
    def path(self) -> str:
        return urlsplit(self.asked[-1]).path

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that goes to this address."""
        form = re.search(rf'(?s)<form[^>]* action="{re.escape(action)}".*?</form>', self.page)
        found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0] if form else "")
        return {name: html.unescape(value) for name, value in found}

    # ---- a clerk ---------------------------------------------------------------------------

    def log_in(self, name: str, roles: tuple[str, ...], **claims: Any) -> httpx.Response:
        provider = self.desk.provider
        provider.person = {
            "sub": name,
            "preferred_username": name,
            "roles": list(roles),
            **claims,
        }
        provider.now = self.desk.town.now
        self.get("/desk/inloggen", follow=False)
        return self.get(self.provider_answer(self.answer.headers["location"]))

    def provider_answer(self, url: str) -> str:
        """Where the provider sends the browser after the person logged in there."""

        async def once() -> str:
            transport = httpx.ASGITransport(app=self.desk.provider.app)
            async with httpx.AsyncClient(transport=transport) as client:
                return str((await client.get(url)).headers["location"])

        return asyncio.run(once())

    @property
    def session(self) -> str | None:
        return self.cookies.get(COOKIE)

    def search(self, bsn: str = "", **fields: str) -> httpx.Response:
        self.get("/desk/zoeken")
        return self.post("/desk/zoeken", {"purpose": "card-issuance", "bsn": bsn, **fields})

    def preview(self, *kinds: str, relation: str = "self", seen: str = "") -> httpx.Response:
        self.get("/desk/persoon")
        wanted = list(kinds or ("persoonsgegevens",))
        return self.post("/desk/persoon", {"kind": wanted, "relation": relation, "seen": seen})

    def offer(self) -> httpx.Response:
        return self.post("/desk/aanbod")

    @property
    def case(self) -> str:
        return self.path.rpartition("/")[2]

    def code(self) -> str:
        """The spoken code, which stands on a page of its own."""
        here = self.path
        self.get(f"{here}?code=1")
        found = re.search(r'class="number">(\d{3}) (\d{3})<', self.page)
        assert found is not None
        self.get(here)
        return found[1] + found[2]

    @property
    def link(self) -> str:
        """The offer link, as the wallet reads it from the page."""
        found = re.search(r'class="link">([^<]+)<', self.page)
        assert found is not None
        query = parse_qs(urlsplit(html.unescape(found[1])).query)
        return query["credential_offer_uri"][0]


# ---- on the way to a card ---------------------------------------------------------------------


def offered(desk: ClerkDesk, *kinds: str, name: str = "anna") -> Browser:
    """A clerk at the page of an offer."""
    browser = desk.logged_in("desk", name=name)
    browser.search(RESIDENT)
    browser.preview(*(kinds or FIVE))
    assert browser.offer().status_code == 200, browser.text
    return browser


def redeemed(desk: ClerkDesk, browser: Browser) -> WalletSimulator:
    """A wallet that holds the token of the offer on the page."""
    wallet = desk.town.wallet()
    assert wallet.redeem(browser.link, browser.code()).status_code == 200
    return wallet


def issued(desk: ClerkDesk, *kinds: str) -> Browser:
    """A clerk with both roles, at a resident who has these cards."""
    browser = offered(desk, *kinds)
    page = browser.path
    wallet = redeemed(desk, browser)
    browser.get(page)
    browser.post(f"{page}/getal", {"number": confirmation_number(wallet.jkt)})
    for kind in kinds:
        assert wallet.ask_cards(kind, [new_key(), new_key()]).status_code == 200
    clerk = desk.logged_in("desk", "decision", name="dora")
    clerk.search(RESIDENT)
    return clerk


# ---- what residents ask ------------------------------------------------------------------------

URGENCY = Declared(
    kind="urgentie",
    fields=(
        Field(name="category", nl="Waarom is het dringend?", en="Why is it urgent?"),
        Field(name="story", nl="Vertel meer", en="Tell more", type="long", required=False),
        Field(name="home", nl="Heeft u nu een woning?", en="Do you have a home?", type="yesno"),
    ),
)
PDF = b"%PDF-1.4 a letter of the housing advisor"


def with_applications(town: TestIssuerHome) -> None:
    """Residents may apply for urgency."""
    with_declared(town, URGENCY)


def subject_of(town: TestIssuerHome, bsn: str = RESIDENT) -> str:
    municipality = town.office.municipality("0599")
    return subject(municipality.subject_key, municipality.code, bsn)


def apply(town: TestIssuerHome, bsn: str = RESIDENT, **fields: Any) -> str:
    """A resident applies for urgency, with a letter."""
    opened = applications.open_card(
        town.office,
        town.office.municipality("0599"),
        subject_of(town, bsn),
        "urgentie",
        {"category": "medical", "home": "yes", **fields},
        [Attachment("application/pdf", PDF)],
        town.now,
    )
    return opened.application.file.case


def correct(town: TestIssuerHome, bsn: str = RESIDENT) -> str:
    """A resident says that their address is wrong."""
    claimed = Claimed(path=("address", "house_number"), held="651", is_held=True, claimed="653")
    opened = applications.open_correction(
        town.office,
        town.office.municipality("0599"),
        subject_of(town, bsn),
        "woonadres",
        [claimed],
        "We never lived at <b>651</b>.",
        [],
        town.now,
    )
    return opened.application.file.case
