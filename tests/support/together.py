"""People with a wallet and a browser of their own, who look for a home together."""

from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
from support.holder_simulator import PERSON, Card, Holder
from support.verifier_home import Browser, VerifierHome

from verifier.service import dossiers
from verifier.store import register
from verifier.store.register import Listed

DAY = 86_400


@dataclass
class Person:
    """Somebody with a wallet and a browser of their own."""

    home: VerifierHome
    http: httpx.AsyncClient
    name: str
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser(self.http)

    @property
    def cards(self) -> list[Card]:
        said = {"housing_pseudonym": f"pseudonym-of-{self.name}", "given_name": self.name}
        return [
            self.home.maker.card(
                kind, {k: v for k, v in (PERSON[kind] | said).items() if k in PERSON[kind]}
            )
            for kind in ("persoonsgegevens", "verblijfsrecht")
        ]

    async def share(self, profile: str) -> "Person":
        """From the page with the button to the end, with this person's own wallet."""
        async with self.home.client() as wallet:
            holder = Holder(wallet, self.cards, self.home.clock.at)
            answer = await holder.answer(await holder.fetch(self.browser.same_device))
        await self.browser.get(answer.body["redirect_uri"])
        if self.browser.url.endswith("/gegevens"):
            await self.browser.post(f"/nl/{profile}/gegevens", email=f"{self.name}@voorbeeld.nl")
        return self

    async def sign_up(self) -> "Person":
        await self.browser.start("inschrijven")
        return await self.share("inschrijven")

    async def invite(self) -> str:
        await self.browser.post("/nl/inschrijven/samen/uitnodigen")
        return (
            self.browser._link(r'id="uitnodiging">([^<]+)<') if self.browser.status == 200 else ""
        )

    async def open(self, link: str) -> "Person":
        await self.browser.post(httpx.URL(link).path)
        return self

    async def accept(self, link: str) -> "Person":
        await self.open(link)
        await self.share("mede-aanvrager")
        if self.browser.url.endswith("/samen"):
            await self.browser.post("/nl/mede-aanvrager/samen")
        return self

    @property
    def page(self) -> str:
        return unescape(self.browser.page)


def people(home: VerifierHome, *names: str) -> Any:
    """Each with a cookie jar of their own."""

    class Group:
        async def __aenter__(self) -> list[Person]:
            self.clients = [home.client() for _ in names]
            for client in self.clients:
                await client.__aenter__()
            return [
                Person(home, http, name) for http, name in zip(self.clients, names, strict=True)
            ]

        async def __aexit__(self, *_: object) -> None:
            for client in self.clients:
                await client.__aexit__(None, None, None)

    return Group()


def listed(home: VerifierHome) -> dict[str, Listed]:
    """Every registration, by the given name of whom it is."""
    verifier = home.open()
    found = register.registrations(verifier.store, verifier.sealer)
    return {str(one.values[0][2]): one for one in found if one.values}


def dossier_of(home: VerifierHome, name: str) -> dossiers.Together | None:
    return dossiers.view(home.open(), listed(home)[name].registration.id)


def rows(home: VerifierHome) -> int:
    with home.open().store.reading() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM dossiers").scalar_one()


async def pair(home: VerifierHome, anna: Person, bram: Person) -> str:
    await anna.sign_up()
    link = await anna.invite()
    home.clock.at += DAY
    await bram.accept(link)
    await anna.sign_up()  # a result is shown for an hour; who comes back shares once more
    return link
