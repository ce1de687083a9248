"""A verifier of the example corporation in a temporary home, with a clock a test can move."""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, TypeVar

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_der_x509_certificate
from starlette.types import ASGIApp
from support.holder_simulator import Answer, Card, CardMaker, Holder, Lies, Request
from support.scheme import VERIFIER, VOORBEELDWONEN, TestScheme, build

from credential.receipt import Disclosed
from verifier import clock, config, keys
from verifier.cli.setup import DEFAULT_PROFILES
from verifier.service import sync
from verifier.service.verifier import Verifier, open_verifier
from verifier.store import Store, register, transactions
from verifier.transaction import Answered
from verifier.web.app import build as build_app

T = TypeVar("T")
DEFAULTS = Path(config.__file__).parent / "defaults"


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


@dataclass
class Moment:
    """The clock of a test."""

    at: int

    def __call__(self) -> int:
        return self.at


@dataclass
class VerifierHome:
    """The home, the mirror it syncs from, and the municipality's cards."""

    folder: Path
    scheme: TestScheme
    clock: Moment
    maker: CardMaker
    profiles: tuple[str, ...] = DEFAULT_PROFILES
    party: str = VOORBEELDWONEN
    database: str = ""
    """The address of an empty database; without one a file in the home."""
    settings: str = ""
    """More settings, as they stand in the file."""
    _opened: Verifier | None = field(default=None)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def mirror(self) -> Path:
        return self.folder / "mirror"

    def make(self, base_url: str = VERIFIER) -> "VerifierHome":
        ours = self.scheme.verifier(self.party)
        self.home.mkdir(mode=0o700)
        (self.home / config.FILE).write_text(
            f'base_url = "{base_url}"\nservice_id = "inschrijving"\n'
            f'scheme = "{self.mirror / "scheme"}"\nstatus = "{self.mirror}"\n'
            f'fingerprint = "{self.scheme.fingerprint.hex()}"\n'
            + (f'database = "{self.database}"\n' if self.database else "")
            + self.settings
        )
        settings = config.load(self.home)
        keys.create(settings.keys, clock.random_bytes)
        key = self.scheme.keys[self.party][f"{ours.party.services[0].id}.access"]
        (settings.keys / keys.ACCESS_KEY).write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        registrations = settings.certificates / "registration"
        registrations.mkdir(parents=True)
        pem = load_der_x509_certificate(ours.access.x5c[0]).public_bytes(serialization.Encoding.PEM)
        (settings.certificates / "access.pem").write_bytes(pem)
        for use, compact in ours.registrations.items():
            (registrations / f"{use}.jwt").write_text(compact)
        settings.profiles.mkdir()
        for name in self.profiles:
            text = (DEFAULTS / f"{name}.toml").read_text("utf-8")
            (settings.profiles / f"{name}.toml").write_text(text)
        Store.open(settings.database, migrate=True).close()
        return self

    def publish(self, *lists: tuple[str, bytes], aggregation: bool = True) -> None:
        """Put the scheme and these status lists on the mirror."""
        self.scheme.write(self.mirror / "scheme")
        for path, data in (*lists, *((self.maker.aggregation(),) if aggregation else ())):
            file = self.mirror / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def sync(self) -> sync.Synced:
        return sync.sync(config.load(self.home), self.clock.at)

    def open(self) -> Verifier:
        if self._opened is None:
            self._opened = open_verifier(self.home, now=self.clock)
        return self._opened

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def app(self) -> ASGIApp:
        return build_app(self.open())

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=True),
            base_url=VERIFIER,
        )

    def cards(self, kinds: tuple[str, ...] = ("persoonsgegevens", "verblijfsrecht")) -> list[Card]:
        return [self.maker.card(kind) for kind in kinds]

    def holder(self, http: httpx.AsyncClient, cards: list[Card] | None = None) -> Holder:
        return Holder(http, self.cards() if cards is None else cards, self.clock.at)

    def database_bytes(self) -> bytes:
        """Every byte of every database file."""
        return b"".join(
            file.read_bytes() for file in sorted(self.home.glob("verifier.db*")) if file.is_file()
        )


def make_home(
    folder: Path, *, build_scheme: TestScheme | None = None, **members: Any
) -> VerifierHome:
    made = build_scheme or build()
    home = VerifierHome(folder, made, Moment(made.now), CardMaker(made), **members).make()
    home.publish(home.maker.status_list())
    home.sync()
    return home


@dataclass
class Browser:
    """A browser at the pages: keeps its cookie, follows redirects, reads what is there."""

    http: httpx.AsyncClient
    lang: str = "nl"
    origin: str = VERIFIER
    page: str = ""
    status: int = 0
    url: str = ""

    async def get(self, path: str) -> "Browser":
        return self._read(await self.http.get(path, follow_redirects=True))

    async def post(self, path: str, **fields: str) -> "Browser":
        sent = await self.http.post(
            path, data=fields, headers={"origin": self.origin}, follow_redirects=True
        )
        return self._read(sent)

    async def start(self, profile: str = "inschrijven") -> "Browser":
        return await self.post(f"/{self.lang}/{profile}")

    def _read(self, response: httpx.Response) -> "Browser":
        self.page, self.status, self.url = response.text, response.status_code, str(response.url)
        return self

    def _link(self, pattern: str) -> str:
        found = re.search(pattern, self.page)
        assert found, self.page
        return unescape(found[1])

    @property
    def same_device(self) -> str:
        return self._link(r'id="same-device" href="([^"]+)"')

    @property
    def other_device(self) -> str:
        return self._link(r'id="other-device"[^>]*>([^<]+)<')

    @property
    def number(self) -> str:
        return self._link(r'id="number">([^<]+)<')


def attempt(
    home: VerifierHome, lies: Lies | None = None, cards: list[Card] | None = None
) -> tuple[Answer, Answered]:
    """One answer of a holder, and what became of the request."""

    async def work() -> tuple[Answer, Answered]:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http, cards)
            request = await holder.fetch(browser.other_device)
            answer = await holder.answer(request, lies)
            transaction = request.payload["response_uri"].rsplit("/", 1)[1]
            verifier = home.open()
            found = transactions.find(verifier.store, verifier.sealer, transaction)
            return answer, found  # type: ignore[return-value]

    return run(work())


def requests(home: VerifierHome, count: int) -> list[Request]:
    async def work() -> list[Request]:
        async with home.client() as http:
            holder = home.holder(http)
            made = []
            for _ in range(count):
                http.cookies.clear()  # a browser each: two of one moment would be in no order
                made.append(await holder.fetch((await Browser(http).start()).other_device))
            return made

    return run(work())


def body_of(holder: Holder, request: Request, lies: Lies | None = None) -> bytes:
    return str(httpx.QueryParams(holder.form(request, lies))).encode()


def nothing_kept(home: VerifierHome) -> bool:
    return register.registrations(home.open().store, None) == []


def arrived(answer_form: Any) -> tuple[Disclosed, ...]:
    """What a presentation disclosed, the way a wallet knows it."""
    from credential import sdjwt

    found = []
    for query_id, (compact,) in answer_form.items():
        opened = sdjwt.dangerous_reopen(sdjwt.parse(compact, typ="dc+sd-jwt"))
        found.append(Disclosed(query_id, str(opened.payload["vct"]), opened.disclosed()))
    return tuple(found)
