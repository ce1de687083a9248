"""One server of a municipality that ends, and then of the heir that carries it on.

The codes and days are those of the national table (Haaren, 0788, was split over four on 1 January
2021); the names are invented.
"""

from datetime import UTC, datetime

from support import issuer_home
from support.changing import ChangingTown, Counting
from support.issuer_home import API_KEY, DATA, InMemoryRegister, TestIssuerHome, stream
from support.people import address, day
from support.scheme import ISSUER, TestScheme, build
from support.wallet_simulator import cards_of, new_key

from credential import sdjwtvc, statuslist
from credential.names import vct_of
from issuer.brp.access import ApiKey
from issuer.brp.changes import UPDATES, UpdateFeed
from issuer.brp.client import BrpClient
from issuer.brp.link import Link, LinkSettings
from issuer.brp.source import HaalCentraalSource
from issuer.register import create_app as create_register
from issuer.service import statuslists
from issuer.service.office import open_office

OLD, HEIRS = "0788", ("0757", "0824", "0855", "0865")
NAMES = {
    "0788": "Oudeland",
    "0757": "Boslo",
    "0824": "Oosterveen",
    "0855": "Tielrade",
    "0865": "Vuchten",
}
RESIDENT = issuer_home.RESIDENT


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


BEFORE, SPLIT, AFTER = at("2020-12-01"), at("2021-01-01"), at("2021-01-12")

HOUSE = address(
    datumVan=day("2010-05-17"),
    adresseerbaarObjectIdentificatie="0788010000000001",
    verblijfadres={"officieleStraatnaam": "Perenlaan", "woonplaats": "Esdorp"},
)


def living(code: str, since: str, registered: str, **residence: object) -> dict:
    """Somebody's residence: the row, the municipality, and since when they stand there."""
    return {
        "verblijfplaats": {**HOUSE, "datumVan": day(since), **residence},
        "gemeenteVanInschrijving": {"code": code, "omschrijving": NAMES.get(code, "Elders")},
        "datumInschrijvingInGemeente": day(registered),
        "geheimhoudingPersoonsgegevens": None,
    }


BY_THE_SPLIT = living("0757", "2021-01-01", "2021-01-01")
AWAY = living(
    "0599",
    "2021-01-10",
    "2021-01-10",
    adresseerbaarObjectIdentificatie="0599010000000009",
    verblijfadres={"korteStraatnaam": "Appelweg", "huisnummer": 1, "postcode": "3032CG"},
)


SETTINGS = """
base_url = "https://localhost:8441"
listen = "127.0.0.1:8441"
tls_cert = "tls.pem"
tls_key = "tls.key"

[brp]
url = "https://localhost:8445"
api_key_file = "keys/brp-api-key"

[status]
size = 4096
lists = 2
announce_hours = 0
decoys = 0
"""


def section(scheme: TestScheme, code: str, more: str = "") -> str:
    party = scheme.parties[f"gemeente-{NAMES[code].lower()}"]
    return f"""
[[municipality]]
id = "{party.id}"
code = "{code}"
name = "{party.name}"
oin = "{party.oin}"
housing_region = "hart"
{more}
"""


TAKES_OVER = f"""
[[municipality.takes_over]]
code = "{OLD}"
withdrawn = 2021-01-01
successors = {list(HEIRS)}
"""


class Story:
    """One server: first of the municipality that ends, then of the heir that carries it on."""

    def __init__(self, home):
        self.home = home
        self.scheme = build(BEFORE)
        for number, code in enumerate((OLD, *HEIRS)):
            self.scheme.municipality(NAMES[code], f"0000009900000000{number}100", code)
        self.scheme.publish()
        self.here: ChangingTown | None = None
        self.open(section(self.scheme, OLD), [OLD], BEFORE)
        self.here.happens(living(OLD, "2010-05-17", "2010-05-17"), at="2010-05-17")

    def open(self, municipalities: str, codes: list[str], now: int) -> ChangingTown:
        """Starts the server with these settings; the register and its changes go on."""
        if self.here is not None:
            self.here.town.office.close()
        ids = [f"gemeente-{NAMES[code].lower()}" for code in codes]
        issuer_home.furnish(self.home, self.scheme, ids, SETTINGS + municipalities, stream())
        town = TestIssuerHome(self.home, None, self.scheme, now)
        changes = self.home / "changes.jsonl"
        register = create_register(DATA, API_KEY, lambda: town.now, changes=changes)
        network = Counting(InMemoryRegister(register))

        def link(base: str) -> Link:
            settings = LinkSettings(base, ApiKey(API_KEY))
            return Link(settings, transport=network, wait=lambda _seconds: None)

        def source(_settings, _home, protocol):
            return HaalCentraalSource(BrpClient(link("https://localhost:8445")), protocol)

        town.office = open_office(self.home, stream(f"from-{now}"), source)
        feed = UpdateFeed(link("https://localhost:8445" + UPDATES))
        self.here = ChangingTown(town, changes, network, feed, self.scheme)
        return self.here

    def split(self) -> ChangingTown:
        """1 January 2021: the scheme says so, the register does, and the heir's server starts."""
        heirs = [f"gemeente-{NAMES[code].lower()}" for code in HEIRS]
        self.scheme.succeed(f"gemeente-{NAMES[OLD].lower()}", heirs, at=SPLIT)
        self.scheme.publish(AFTER)
        here = self.open(section(self.scheme, "0757", TAKES_OVER), ["0757"], AFTER)
        here.happens(BY_THE_SPLIT)
        return here

    def listed(self, code: str):
        party = self.scheme.parties[f"gemeente-{NAMES[code].lower()}"]
        return self.scheme.trust.issuer_by_oin(party.oin)


def compact(here: ChangingTown, code: str, *kinds: str) -> dict[str, str]:
    """One card of each kind as the wallet keeps it."""
    made = here.town.offer(kinds, RESIDENT, code)
    wallet = issuer_home.WalletSimulator(here.town.app, f"{ISSUER}/{code}", here.now)
    assert wallet.redeem(made.link, made.code).status_code == 200
    here.town.confirm(made, wallet)
    return {kind: cards_of(wallet.ask_cards(kind, [new_key()]))[0] for kind in kinds}


def verified(story: Story, cards: dict[str, str]) -> dict[str, sdjwtvc.VerifiedCard]:
    now = story.here.now
    return {
        kind: sdjwtvc.verify_card(card, story.here.trust, now=now, vct=vct_of(kind))
        for kind, card in cards.items()
    }


def opened(story: Story, uri: str) -> statuslist.StatusList:
    """A list as the corporation reads it: signed by the issuer of the card, or its heir."""
    here = story.here
    statuslists.publish(here.town.office, here.now)
    code, number = uri.rsplit("/", 3)[1::2]
    token = statuslists.token(here.town.office, code, int(number))
    trust = here.trust
    return statuslist.open_token(
        token, uri=uri, issuer=story.listed(code), trust=trust, now=here.now
    )


def good(story: Story, cards: dict[str, sdjwtvc.VerifiedCard]) -> set[str]:
    return {
        kind
        for kind, card in cards.items()
        if not opened(story, card.status.uri).get(card.status.idx)
    }
