"""An employee's browser at the corporation, and the provider where employees log in."""

import asyncio
import dataclasses
import html
import re
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import select
from support.issuer_home import InMemoryRegister
from support.oidc_provider import CLIENT, SECRET, OidcProvider
from support.scheme import VERIFIER
from support.verifier_home import VerifierHome

from signin.client import OidcClient
from verifier import config
from verifier.service.verifier import Verifier
from verifier.tables import PROCESSING, STAFF_LOG
from verifier.web.app import build
from verifier.web.staff.room import COOKIE

PROVIDER = "https://login.example"
SETTINGS = f"""
[staff]
issuer = "{PROVIDER}"
client_id = "{CLIENT}"
client_secret_file = "keys/login-staff"
"""
FORM = "application/x-www-form-urlencoded"


class StaffDesk:
    """A verifier whose employees can log in; its clock is the home's."""

    def __init__(self, home: VerifierHome, settings: str = SETTINGS) -> None:
        self.home = home
        self.provider = OidcProvider(PROVIDER, home.clock.at, acr=None)
        secret = home.home / "keys" / "login-staff"
        secret.touch(0o600)
        secret.write_text(SECRET)
        file = home.home / config.FILE
        if "[staff]" not in file.read_text():
            with file.open("a") as out:
                out.write(settings)
        home.close()
        opened = home.open()
        assert opened.config.staff is not None
        assert opened.staff is not None
        opened.staff.close()
        client = OidcClient(
            opened.config.staff,
            SECRET.encode(),
            opened.entropy,
            lambda: float(home.clock.at),
            transport=InMemoryRegister(self.provider.app),
        )
        self.verifier: Verifier = dataclasses.replace(opened, staff=client)
        home._opened = self.verifier
        self.app = build(self.verifier)

    def browser(self, **headers: str) -> "Browser":
        return Browser(self, headers)

    def logged_in(self, *roles: str, name: str = "anna", **headers: str) -> "Browser":
        """An employee with one of these roles, at the first page."""
        browser = self.browser(**headers)
        browser.log_in(name, roles)
        return browser

    def log(self, act: str | None = None) -> list[dict[str, Any]]:
        """The log of employees, oldest first."""
        with self.verifier.store.reading() as connection:
            rows = connection.execute(select(STAFF_LOG).order_by(STAFF_LOG.c.id))
            found = [dict(row._mapping) for row in rows]
        return [one for one in found if act in (None, one["act"])]

    def processing(self, activity: str) -> list[dict[str, Any]]:
        with self.verifier.store.reading() as connection:
            rows = connection.execute(select(PROCESSING).where(PROCESSING.c.activity == activity))
            return [dict(row._mapping) for row in rows]


class Browser:
    """Cookies, links and forms of one window; it follows redirects to this host alone."""

    def __init__(self, desk: StaffDesk, headers: dict[str, str]) -> None:
        self.desk = desk
        self.headers = headers
        self.cookies = httpx.Cookies()
        self.answer: httpx.Response
        self.asked: list[str] = []

    # ---- the line ------------------------------------------------------------------------

    def send(self, method: str, path: str, *, follow: bool = True, **rest: Any) -> httpx.Response:
        url = path if path.startswith("https://") else VERIFIER + path
        for _ in range(10):
            answer = asyncio.run(self._once(method, url, rest))
            self.answer = answer
            target = answer.headers.get("location")
            if not follow or target is None:
                return answer
            url, method, rest = str(httpx.URL(url).join(target)), "GET", {}
            if not url.startswith(VERIFIER):
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
        headers = {"Origin": VERIFIER, **rest.pop("headers", {})}
        if "files" not in rest:
            headers["Content-Type"] = FORM
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

    @property
    def status(self) -> int:
        return self.answer.status_code

    def hidden(self, action: str) -> dict[str, str]:
        """The hidden fields of the form that goes to this address."""
        form = re.search(rf'(?s)<form[^>]* action="{re.escape(action)}".*?</form>', self.page)
        found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0] if form else "")
        return {name: html.unescape(value) for name, value in found}

    @property
    def link(self) -> str:
        """The link for a wallet, as it stands on the page."""
        found = re.search(r'class="link">([^<]+)<', self.page)
        assert found is not None, self.text
        return html.unescape(found[1])

    # ---- an employee -----------------------------------------------------------------------

    def log_in(self, name: str, roles: tuple[str, ...], **claims: Any) -> httpx.Response:
        provider = self.desk.provider
        provider.person = {
            "sub": name,
            "preferred_username": name,
            "roles": list(roles),
            **claims,
        }
        provider.now = self.desk.home.clock.at
        self.get("/medewerkers/inloggen", follow=False)
        return self.get(self.provider_answer())

    def provider_answer(self) -> str:
        """Where the provider sends the browser after the employee logged in there."""
        url = self.answer.headers["location"]

        async def once() -> str:
            transport = httpx.ASGITransport(app=self.desk.provider.app)
            async with httpx.AsyncClient(transport=transport) as client:
                return str((await client.get(url)).headers["location"])

        return asyncio.run(once())

    @property
    def session(self) -> str | None:
        return self.cookies.get(COOKIE)
