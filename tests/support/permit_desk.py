"""The permit desk of the example municipality: the same organisation, now as the one that asks."""

import re
from pathlib import Path
from typing import Any

import httpx
from support.holder_simulator import Answer, Card, CardMaker, Lies
from support.scheme import (
    ISSUER,
    REGISTRY,
    VERIFIER,
    VOORBEELDSTAD,
    TestScheme,
    build,
)
from support.verifier_home import DEFAULTS, Browser, Moment, VerifierHome, run

from registrar import parties
from verifier import config

SCHEME = Path(__file__).parents[2] / "examples" / "town" / "scheme"
PATH = "vergunning"
COMPANY = {
    "kvk_number": "68750110",
    "name": "Verzonnen Terrasbouw BV",
    "legal_form": "Besloten vennootschap",
    "establishment_number": "000037178598",
    "main_activity": "5610 Restaurants",
    "representative_authorised": True,
    "source": "KVK",
    "reference_moment": "2026-01-01",
}
BUILDING = {
    "bag_nummeraanduiding": "0599200099990031",
    "address": {
        "street_address": "Stadhuisplein",
        "house_number": "12",
        "house_letter": "A",
        "postal_code": "3012AR",
        "locality": "Voorbeeldstad",
    },
    "purposes_of_use": ["winkelfunctie", "kantoorfunctie"],
    "floor_area": 215,
    "object_status": "Verblijfsobject in gebruik",
    "source": "BAG",
    "reference_moment": "2025-12-30",
}
WORDS = "Een terras van zes tafels voor de deur, van april tot oktober."
FORM = {"activity": "terras", "description": WORDS, "start": "2026-04-01"}
PDF = b"%PDF-1.7\n1 0 obj\nplattegrond van het geheime terras\n%%EOF\n"


def scheme() -> TestScheme:
    """The example scheme, with the permit desk as a service of the municipality."""
    made = build()
    text = (SCHEME / f"{VOORBEELDSTAD}.toml").read_text("utf-8")
    text += (SCHEME / "services" / "vergunningenloket.toml").read_text("utf-8")
    values = {"issuer": ISSUER, "permit": VERIFIER, "mirror": REGISTRY}
    made.add(parties.parse(parties.fill(text, values), "vergunningenloket.toml"))
    made.publish()
    return made


def permit_home(
    folder: Path, made: TestScheme | None = None, settings: str = "", database: str = ""
) -> VerifierHome:
    """A home of the permit desk, synced and ready."""
    made = made or scheme()
    home = VerifierHome(
        folder,
        made,
        Moment(made.now),
        CardMaker(made),
        profiles=(),
        party=VOORBEELDSTAD,
        database=database,
    ).make()
    text = (DEFAULTS / f"{PATH}.toml").read_text("utf-8")
    (home.home / "profiles" / f"{PATH}.toml").write_text(text)
    if settings:
        with (home.home / config.FILE).open("a") as file:
            file.write(settings)
    home.publish(home.maker.status_list())
    home.sync()
    return home


def cards(home: VerifierHome, **company: Any) -> list[Card]:
    """The two cards of a representative; other values, or none, where given."""
    claims = {name: value for name, value in (COMPANY | company).items() if value is not None}
    return [
        home.maker.card("kvk-inschrijving", claims),
        home.maker.card("bag-object", BUILDING),
    ]


class Applicant:
    """Somebody at the pages of the permit desk, with a wallet on the same device."""

    def __init__(self, home: VerifierHome, http: httpx.AsyncClient, lang: str = "nl") -> None:
        self.home = home
        self.http = http
        self.lang = lang
        self.browser = Browser(http, lang=lang)

    @property
    def page(self) -> str:
        return self.browser.page

    async def get(self, place: str = "") -> "Applicant":
        await self.browser.get(f"/{self.lang}/{PATH}{place}")
        return self

    async def post(self, place: str = "", **fields: str) -> "Applicant":
        await self.browser.post(f"/{self.lang}/{PATH}{place}", **fields)
        return self

    async def upload(
        self, name: str, data: bytes, place: str = "/bijlagen", **fields: str
    ) -> "Applicant":
        sent = await self.http.post(
            f"/{self.lang}/{PATH}{place}",
            data=fields,
            files={"file": (name, data, "application/octet-stream")},
            headers={"origin": VERIFIER},
            follow_redirects=True,
        )
        self.browser._read(sent)
        return self

    async def fill(self, **fields: str) -> "Applicant":
        """Begin, and answer the questions."""
        await self.post()
        return await self.post("/aanvraag", **(FORM | fields))

    async def answer(self, wallet: list[Card] | None = None, lies: Lies | None = None) -> Answer:
        """Share and sign, with the wallet on this device."""
        await self.post("/delen")
        holder = self.home.holder(self.http, wallet or cards(self.home))
        request = await holder.fetch(self.browser.same_device)
        return await holder.answer(request, lies)

    async def share(self, wallet: list[Card] | None = None) -> Answer:
        """Share, sign, and come back in this browser."""
        answer = await self.answer(wallet)
        await self.browser.get(answer.body["redirect_uri"])
        return answer

    async def submit(self) -> str:
        """Hand it in; its number."""
        await self.post("/indienen")
        return self.browser.number

    async def apply(self) -> tuple[Answer, str]:
        """Everything at once."""
        await self.fill()
        await self.upload("plattegrond.pdf", PDF)
        answer = await self.share()
        return answer, await self.submit()


def at_desk(home: VerifierHome, work: Any) -> Any:
    """Run something with a browser at the pages."""

    async def all_of_it() -> Any:
        async with home.client() as http:
            return await work(Applicant(home, http))

    return run(all_of_it())


def text_of(page: str) -> str:
    """The words of a page, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
