"""An issuer whose register changes while it is served: things happen to people, and time passes."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from support import issuer_home
from support.issuer_home import API_KEY, DATA, RESIDENT, InMemoryRegister, TestIssuerHome
from support.people import address, day, nationality
from support.scheme import TestScheme
from support.wallet_simulator import WalletSimulator, cards_of, new_key

from credential import sdjwtvc, statuslist
from credential.names import vct_of
from credential.sdjwtvc import VerifiedCard
from credential.trust import Trust
from issuer.brp.access import ApiKey
from issuer.brp.changes import UPDATES, UpdateFeed
from issuer.brp.client import BrpClient
from issuer.brp.link import Link, LinkSettings
from issuer.brp.source import HaalCentraalSource
from issuer.register import create_app
from issuer.service import heritage, statuslists
from issuer.service.events import Synced, sync_brp

DAY = 86_400
BASE = "https://localhost:8445"
VERHUISD = {
    "verblijfplaats": address(
        datumVan=day("2026-01-02"),
        verblijfadres={"officieleStraatnaam": "Perenlaan"},
        nummeraanduidingIdentificatie="0599200000000001",
    )
}
OVERLEDEN = {
    "opschortingBijhouding": {
        "reden": {"code": "O", "omschrijving": "overlijden"},
        "datum": day("2026-01-02"),
    }
}
NAAR_WESTHOVE = {
    **VERHUISD,
    "gemeenteVanInschrijving": {"code": "0518", "omschrijving": "Westhove"},
    "datumInschrijvingInGemeente": day("2026-01-02"),
}


def title(code: str, until: str | None, *, country: str = "0110") -> dict[str, Any]:
    """Somebody who lives here by a title (table 56)."""
    found: dict[str, Any] = {"aanduiding": {"code": code}, "datumIngang": day("2020-01-01")}
    found["datumEinde"] = day(until) if until else None
    return {"nationaliteiten": [nationality(country)], "verblijfstitel": found}


class Counting(httpx.BaseTransport):
    """The way to the register; keeps what was asked, and breaks by knob."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.asked: list[tuple[str, bytes]] = []
        self.broken_for: frozenset[str] = frozenset()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        self.asked.append((str(request.url), content))
        if any(bsn.encode() in content for bsn in self.broken_for):
            return httpx.Response(400, json={"code": "paramsValidation"})
        return self._inner.handle_request(request)

    def questions(self) -> list[dict[str, Any]]:
        return [json.loads(content) for _, content in self.asked if content]


@dataclass
class ChangingTown:
    """One or two municipalities over a register that can be changed."""

    town: TestIssuerHome
    changes: Path
    network: Counting
    feed: UpdateFeed
    scheme: TestScheme

    @property
    def trust(self) -> Trust:
        """The scheme as whoever synchronises today has it."""
        if self.now >= self.scheme.trust.next_update:
            self.scheme.publish(self.now)
        return self.scheme.trust

    @property
    def now(self) -> int:
        return self.town.now

    def later(self, seconds: int) -> None:
        self.town.now += seconds

    def happens(self, patch: dict[str, Any], bsn: str = RESIDENT, at: str | None = None) -> None:
        """Something changes in the register, today unless said otherwise."""
        line: dict[str, Any] = {"burgerservicenummer": bsn, "persoon": patch}
        if at is not None:
            line["datum"] = at
        with self.changes.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def issue(
        self, *kinds: str, copies: int = 3, bsn: str = RESIDENT, code: str = "0599"
    ) -> dict[str, list[VerifiedCard]]:
        """Cards at the desk, as a wallet verifies them; per kind."""
        made = self.town.offer(kinds, bsn, code)
        wallet = WalletSimulator(self.town.app, f"https://localhost:8441/{code}", self.now)
        answer = wallet.redeem(made.link, made.code)
        assert answer.status_code == 200, answer.text
        self.town.confirm(made, wallet)
        found = {}
        for kind in kinds:
            cards = cards_of(wallet.ask_cards(kind, [new_key() for _ in range(copies)]))
            found[kind] = [
                sdjwtvc.verify_card(card, self.trust, now=self.now, vct=vct_of(kind))
                for card in cards
            ]
        return found

    def sync(self) -> Synced:
        return sync_brp(self.town.office, self.feed, self.now)

    def valid(self, cards: Iterable[VerifiedCard]) -> int:
        """How many of these the lists, signed now, say are good."""
        statuslists.publish(self.town.office, self.now)
        return sum(not self.opened(card.status.uri).get(card.status.idx) for card in cards)

    def opened(self, uri: str) -> statuslist.StatusList:
        code, number = uri.rsplit("/", 3)[1::2]
        token = statuslists.token(self.town.office, code, int(number))
        by = heritage.holder(self.town.office, code).by
        trust = self.trust
        return statuslist.open_token(
            token, uri=uri, issuer=trust.issuer_by_oin(by.settings.oin), trust=trust, now=self.now
        )

    def notices(self, code: str = "0599", bsn: str = RESIDENT) -> Sequence[tuple[str, str, str]]:
        """What the wallet is told now: kind, event, reason; sorted."""
        subject = heritage.holder(self.town.office, code).subject(bsn)
        found = self.town.office.store.notices.of(code, subject, self.now)
        return sorted((one.kind, one.event, one.reason) for one in found)


def make(home: Path, *, westhove: bool = False, database: str | None = None) -> ChangingTown:
    top = "" if database is None else f'database = "{database}"\n'
    town = issuer_home.make(home, westhove=westhove, top=top)
    changes = home / "changes.jsonl"
    register = create_app(DATA, API_KEY, lambda: town.now, changes=changes)
    network = Counting(InMemoryRegister(register))

    def link(base: str) -> Link:
        settings = LinkSettings(base, ApiKey(API_KEY))
        return Link(settings, transport=network, wait=lambda _seconds: None)

    protocol = town.office.source._log  # type: ignore[attr-defined]
    source = HaalCentraalSource(BrpClient(link(BASE)), protocol)
    town.office = dataclasses.replace(town.office, source=source)
    return ChangingTown(
        town, changes, network, UpdateFeed(link(BASE + UPDATES)), dataclasses.replace(town.scheme)
    )
