"""A resident at the counter of the corporation, with a wallet or with an extract on paper."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import httpx
from support.holder_simulator import PERSON, Answer, Card
from support.staff_desk import Browser, StaffDesk
from support.verifier_home import DEFAULTS, make_home

from credential import paper as extracts
from credential.names import vct_of
from credential.paper import Part
from credential.statuslist import StatusReference
from verifier import config
from verifier.service import paper as papers

PAPER = "inschrijven-papier"
HERE = f"/medewerkers/balie/papier/{PAPER}"
FAMILY, EMAIL = "Papier-Achternaam", "z@voorbeeld.nl"
SEEN = {"document": "passport", "same": "yes", "email": EMAIL}


def make_desk(folder: Path, **settings: Any) -> StaffDesk:
    """A corporation that takes paper too."""
    home = make_home(folder, **settings)
    shutil.copyfile(DEFAULTS / f"{PAPER}.toml", config.load(home.home).profiles / f"{PAPER}.toml")
    return StaffDesk(home)


def start(browser: Browser, profile: str = "inschrijven") -> None:
    browser.get("/medewerkers")
    browser.post("/medewerkers/balie/start", {"profile": profile, "speaks": "nl"})
    assert browser.path == "/medewerkers/balie/bezig"


def answer(desk: StaffDesk, link: str, cards: list[Card] | None = None, **knobs: Any) -> Answer:
    """The resident scans the code with a wallet, and shares."""

    async def work() -> Answer:
        transport = httpx.ASGITransport(app=desk.app)
        async with httpx.AsyncClient(
            transport=transport, base_url=desk.verifier.config.base_url
        ) as http:
            holder = desk.home.holder(http, cards)
            return await holder.answer(await holder.fetch(link), **knobs)

    return asyncio.run(work())


def card(desk: StaffDesk, kind: str, **claims: Any) -> Card:
    return desk.home.maker.card(kind, {**PERSON[kind], **claims})


def extract(desk: StaffDesk, person: str = "p" * 43, *, adult: bool = True) -> str:
    issuer = desk.home.scheme.issuer()
    bound = desk.verifier.paper[PAPER]
    people: dict[str, dict[str, Any]] = {
        "persoonsgegevens": {
            "given_name": "Anna",
            "family_name": FAMILY,
            "age_over_18": adult,
            "birthdate": "1990-01-01",
            "housing_pseudonym": person,
        },
        "verblijfsrecht": {"housing_residence_right": True, "housing_pseudonym": person},
    }
    parts = [
        Part(vct_of(kind), claims, StatusReference(issuer.status_prefix + "1", 100 + n))
        for n, (kind, claims) in enumerate(people.items())
    ]
    return extracts.make(
        papers.purpose_of(bound.registration),
        parts,
        identifier="i" * 22,
        now=desk.home.clock.at,
        signer=issuer.card.signer,
        x5c=issuer.card.x5c,
    )


def check(browser: Browser, text: str = "", picture: bytes = b"") -> None:
    browser.get(HERE)
    files: dict[str, Any] = {"text": (None, text)}
    if picture:
        files["file"] = ("foto.png", picture, "image/png")
    browser.post(HERE, files=files)
