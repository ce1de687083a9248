"""Every page a person can meet, in one language, as the server sends it."""

import re
from pathlib import Path

import httpx
from support.holder_simulator import PERSON, Card, Lies
from support.verifier_home import Browser, VerifierHome

import verifier

KINDS = ("persoonsgegevens", "verblijfsrecht")


def _cards(home: VerifierHome, person: str, **claims: object) -> list[Card]:
    """The two cards of one person, with other values where given."""
    found = []
    for kind in KINDS:
        own = PERSON[kind] | {"housing_pseudonym": person}
        own |= {name: value for name, value in claims.items() if name in own}
        found.append(home.maker.card(kind, own))
    return found


class Walk:
    """One person's way through the pages; every page met is kept under a name."""

    def __init__(self, home: VerifierHome, lang: str, http: httpx.AsyncClient) -> None:
        self.home = home
        self.lang = lang
        self.http = http
        self.browser = Browser(http, lang=lang)
        self.pages: dict[str, str] = {}

    def keep(self, name: str) -> None:
        assert name not in self.pages
        self.pages[name] = self.browser.page

    async def get(self, path: str, name: str) -> None:
        await self.browser.get(f"/{self.lang}/{path}".rstrip("/"))
        self.keep(name)

    async def post(self, path: str, name: str, **fields: str) -> None:
        await self.browser.post(f"/{self.lang}/{path}", **fields)
        self.keep(name)

    async def answer(
        self, profile: str, cards: list[Card] | None, lies: Lies | None = None
    ) -> dict[str, str]:
        """Start, and share on the same device; what the wallet is answered."""
        await self.browser.start(profile)
        holder = self.home.holder(self.http, cards)
        request = await holder.fetch(self.browser.same_device)
        return (await holder.answer(request, lies)).body

    async def shared(self, profile: str, cards: list[Card], name: str) -> None:
        """Share, and see what comes of it."""
        body = await self.answer(profile, cards)
        await self.browser.get(body["redirect_uri"])
        self.keep(name)


async def walk(home: VerifierHome, lang: str) -> dict[str, str]:
    """All states of all pages."""
    async with home.client() as http:
        one = Walk(home, lang, http)
        await _plain(one)
        await _sign_up(one)
        await _later(one)
        await _together(one)
        await _refusals(one)
        await _rights(one)
        return one.pages


async def _plain(one: Walk) -> None:
    for path in ("inschrijven", "profiel-aanvullen", "woonduur", "toewijzing", "rechten"):
        await one.get(path, f"start {path}")
    await one.get("", "home")
    for path in (
        "privacy",
        "zonder-wallet",
        "toegankelijkheid",
        "verantwoording",
        "bestaat-niet",
    ):
        await one.get(path, path)
    await one.get("inschrijven/klaar", "no session")
    await one.get("inschrijven/terug/unknown", "other window")


async def _sign_up(one: Walk) -> None:
    person = f"walker-{one.lang}"
    await one.browser.start()
    one.keep("share")
    await one.get("inschrijven/live", "live waiting")
    await one.post("inschrijven/code", "code shape", code="12")
    await one.post("inschrijven/code", "code waiting", code="123456")
    body = await one.answer("inschrijven", _cards(one.home, person))
    wrong = f"{(int(body['confirm_code']) + 1) % 1_000_000:06d}"
    await one.post("inschrijven/code", "code wrong", code=wrong)
    await one.browser.post(f"/{one.lang}/inschrijven/code", code=wrong)
    await one.post("inschrijven/code", "code over", code=wrong)
    await one.shared("inschrijven", _cards(one.home, person), "contact")
    await one.post("inschrijven/gegevens", "contact fault", email="<b>&a@b")
    await one.post("inschrijven/gegevens", "result", email="z@voorbeeld.nl")
    await one.shared("inschrijven", _cards(one.home, person), "result again")
    cards = [
        one.home.maker.card(kind, PERSON[kind] | {"housing_pseudonym": who})
        for kind, who in (("woonadres", person), ("huishouden", person))
    ]
    await one.shared("profiel-aanvullen", cards, "supplement")
    unknown = PERSON["huishouden"] | {"housing_pseudonym": f"unknown-{one.lang}"}
    await one.shared(
        "profiel-aanvullen", [one.home.maker.card("huishouden", unknown)], "supplement unknown"
    )


def _own(one: Walk, kinds: tuple[str, ...], **claims: object) -> list[Card]:
    """Cards of the person who signed up, with other values where given."""
    own = {"housing_pseudonym": f"walker-{one.lang}"} | claims
    return [
        one.home.maker.card(
            kind, {name: own.get(name, value) for name, value in PERSON[kind].items()}
        )
        for kind in kinds
    ]


async def _later(one: Walk) -> None:
    """What somebody who is registered shares afterwards."""
    await one.shared("woonduur", _own(one, ("woongeschiedenis",)), "residence")
    allocation = (*KINDS, "woonadres", "huishouden", "woongeschiedenis")
    await one.shared("toewijzing", _own(one, allocation), "allocation")
    malformed = _own(one, allocation, persons_at_address="5")
    await one.shared("toewijzing", malformed, "allocation refused")


async def _together(one: Walk) -> None:
    """Two people towards one dossier, and apart again."""
    person = f"walker-{one.lang}"
    await one.shared("inschrijven", _cards(one.home, person), "together offered")
    await one.post("inschrijven/samen/uitnodigen", "together invited")
    found = re.search(r'id="uitnodiging">[^<]*/(samen/[^<]+)<', one.browser.page)
    assert found
    async with one.home.client() as http:
        two = Walk(one.home, one.lang, http)
        two.pages = one.pages
        await two.get(found[1], "together opened")
        await two.browser.post(f"/{one.lang}/{found[1]}")
        holder = one.home.holder(http, _cards(one.home, f"second-{one.lang}"))
        body = (await holder.answer(await holder.fetch(two.browser.same_device))).body
        await two.browser.get(body["redirect_uri"])
        await two.post("mede-aanvrager/gegevens", "together asked", email="t@voorbeeld.nl")
        await two.post("mede-aanvrager/samen", "together")
        await one.post("inschrijven/samen/uitnodigen", "together full")
        await two.get(found[1], "together over")
        await two.post("mede-aanvrager/samen/stoppen", "together left")
        await two.get("mede-aanvrager", "together uninvited")


async def _refusals(one: Walk) -> None:
    now = one.home.clock.at
    other = f"other-{one.lang}"
    await one.shared("inschrijven", _cards(one.home, other, age_over_18=False), "too young")
    no_right = _cards(one.home, other, housing_residence_right=False)
    await one.shared("inschrijven", no_right, "no right of residence")
    mixed = [_cards(one.home, other)[0], _cards(one.home, "another")[1]]
    await one.shared("inschrijven", mixed, "two persons")
    expired = [one.home.maker.card("persoonsgegevens", exp=now - 1), _cards(one.home, other)[1]]
    await one.shared("inschrijven", expired, "expired")
    uri = f"{one.home.scheme.issuer().status_prefix}77"
    unknown = [one.home.maker.card("persoonsgegevens", uri=uri), _cards(one.home, other)[1]]
    await one.shared("inschrijven", unknown, "status unknown")
    await one.answer("inschrijven", _cards(one.home, other), Lies(no_kb=True))
    await one.get("inschrijven/delen", "not bound")
    await one.browser.start()
    holder = one.home.holder(one.http)
    request = await holder.fetch(one.browser.same_device)
    no = {"error": "access_denied", "state": request.payload["state"]}
    await one.http.post(
        request.payload["response_uri"], data={"response": holder.encrypt(request, no)}
    )
    await one.get("inschrijven/delen", "declined")


async def _rights(one: Walk) -> None:
    card = one.home.maker.card
    claims = PERSON["persoonsgegevens"]
    for who, name in ((f"unknown-{one.lang}", "rights none"), (f"walker-{one.lang}", "rights")):
        own = claims | {"housing_pseudonym": who}
        await one.shared("rechten", [card("persoonsgegevens", own)], name)
    await one.post("rechten/wissen", "rights fault")
    await one.post("rechten/wissen", "erased", sure="yes")


def by_itself(page: str, style: str) -> str:
    """The page with its style sheet in it, so that it can be looked at without a server."""
    found, number = re.subn(
        r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{style}</style>", page
    )
    assert number == 1
    return found


def style() -> str:
    """The one style sheet."""
    return (Path(verifier.__file__).parent / "pages" / "style.css").read_text("utf-8")
