"""Municipalities end, cards do not: a split and a merger over the real codes, from old to new.

The codes and days are those of the national table (Haaren, 0788, was split over four on 1 January
2021); the names are invented.
"""

import asyncio
import dataclasses
import json
from datetime import UTC, datetime
from functools import cache

import httpx
import pytest
from support import issuer_home
from support.changing import DAY, OVERLEDEN, ChangingTown, Counting
from support.issuer_home import API_KEY, DATA, FIVE, InMemoryRegister, TestIssuerHome, stream
from support.people import address, day
from support.register import FOLDER
from support.scheme import ISSUER, TestScheme, build
from support.wallet_simulator import cards_of, new_key

from credential import sdjwtvc, statuslist, strictjson
from credential.errors import NotTrusted
from credential.names import vct_of
from issuer.brp.access import ApiKey
from issuer.brp.changes import UPDATES, UpdateFeed
from issuer.brp.client import BrpClient
from issuer.brp.codes import all_within, merged_into, present_codes
from issuer.brp.link import Link, LinkSettings
from issuer.brp.source import HaalCentraalSource
from issuer.config import parse
from issuer.errors import SettingsFault
from issuer.register import create_app as create_register
from issuer.service import heritage, statuslists
from issuer.service.office import open_office
from issuer.web import create_app

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


@pytest.fixture
def story(tmp_path):
    made = Story(tmp_path)
    yield made
    made.here.town.office.close()


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


# ---- old cards


@pytest.mark.spec("Regie trust", "4.5", "after a split old cards verify to their expiry")
def test_old_cards_outlive_the_municipality_that_signed_them(story):
    old = compact(story.here, OLD, *FIVE)
    story.split()
    done = story.here.sync()
    assert (done.asked, done.revoked, done.failed) == (1, {}, 0)
    cards = verified(story, old)
    assert {card.issuer.name for card in cards.values()} == {"Gemeente Oudeland"}
    assert {card.issuer.state for card in cards.values()} == {"withdrawn"}
    assert good(story, cards) == set(FIVE)
    # To the last moment of each, and no longer.
    card = cards["huishouden"]
    story.here.town.now = card.exp - 1
    assert verified(story, {"huishouden": old["huishouden"]})
    story.here.town.now = card.exp
    with pytest.raises(Exception, match="expired"):
        verified(story, {"huishouden": old["huishouden"]})


@pytest.mark.spec("Regie trust", "4.5", "a withdrawn municipality issues nothing")
def test_what_is_left_of_the_old_municipality_is_its_lists(story):
    compact(story.here, OLD, "woonadres")
    here = story.split()
    statuslists.publish(here.town.office, here.now)
    app = create_app(here.town.office, now=lambda: here.now, moment=lambda: 0.0)

    async def status(method: str, path: str) -> int:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as http:
            return (await http.request(method, path)).status_code

    def ask(method: str, path: str) -> int:
        return asyncio.run(status(method, path))

    assert ask("GET", f"/{OLD}/status/1") == ask("GET", f"/{OLD}/status-lists") == 200
    assert ask("GET", f"/.well-known/openid-credential-issuer/{OLD}") == 404
    for path in ("token", "nonce", "credential", "deferred"):
        assert ask("POST", f"/{OLD}/{path}") == 404
    assert ask("GET", "/0757/status/1") == 200
    assert ask("GET", "/0824/status/1") == 404


# ---- lists


@pytest.mark.spec("Regie formats", "7", "the status successor signs the lists of who ended")
def test_the_heir_signs_the_old_lists_and_nobody_else_may(story):
    old = compact(story.here, OLD, "woonadres")
    story.split()
    (card,) = verified(story, old).values()
    uri = card.status.uri
    assert uri.startswith(f"{ISSUER}/{OLD}/status/")
    assert opened(story, uri).uri == uri
    here = story.here
    token = statuslists.token(here.town.office, OLD, int(uri.rpartition("/")[2]))
    with pytest.raises(NotTrusted):
        statuslist.open_token(
            token, uri=uri, issuer=story.listed("0824"), trust=here.trust, now=here.now
        )


@pytest.mark.spec("Regie formats", "7", "from withdrawal on every unallocated index is invalid")
def test_no_place_that_was_never_given_out_is_good_any_more(story):
    old = compact(story.here, OLD, *FIVE)
    uris = {card.status.uri for card in verified(story, old).values()}
    for uri in uris:
        before = opened(story, uri)
        assert sum(before.get(index) for index in range(4096)) == 0
    story.split()
    cards = verified(story, old).values()
    for uri in uris:
        found = opened(story, uri)
        left = {index for index in range(4096) if not found.get(index)}
        assert left == {card.status.idx for card in cards if card.status.uri == uri}


def test_until_the_day_itself_the_heir_closes_nothing(story):
    old = compact(story.here, OLD, "woonadres")
    (card,) = verified(story, old).values()
    here = story.open(section(story.scheme, "0757", TAKES_OVER), ["0757"], SPLIT - DAY)
    statuslists.publish(here.town.office, here.now)
    with here.town.office.store._database.reading() as connection:
        rows = connection.exec_driver_sql(
            "select bits from status_lists where municipality = '0788'"
        ).all()
    assert {bytes(row.bits) for row in rows} == {b"\0" * 512}
    assert card.status.idx < 4096


def test_what_a_mirror_needs_lies_where_readers_look(story, tmp_path):
    old = compact(story.here, OLD, "woonadres")
    here = story.split()
    (card,) = verified(story, old).values()
    mirror = tmp_path / "mirror"
    statuslists.publish(here.town.office, here.now, mirror)
    listed = story.listed(OLD)
    index = mirror / statuslists.aggregation_path(listed.status_aggregation)
    uris = strictjson.loads_object(index.read_bytes())["status_lists"]
    assert card.status.uri in uris
    for uri in uris:
        assert listed.keeps_status_at(uri)
        assert (mirror / statuslist.mirror_path(uri)).is_file()


def test_an_old_list_grows_old_and_is_signed_again(story):
    compact(story.here, OLD, "woonadres")
    here = story.split()
    office = here.town.office
    assert statuslists.due(office, here.now)
    statuslists.publish(office, here.now)
    assert not statuslists.due(office, here.now + 60)
    assert statuslists.due(office, here.now + 3_600)
    with pytest.raises(SettingsFault, match="clock_went_back"):
        statuslists.publish(office, here.now - 1)


# ---- new cards


@pytest.mark.spec("Regie domain", "6", "resident since and woonduur do not restart at a merger")
def test_new_cards_carry_the_new_issuer_and_the_old_years(story):
    before = verified(story, compact(story.here, OLD, "woonadres", "woongeschiedenis"))
    story.split()
    cards = verified(story, compact(story.here, "0757", "woonadres", "woongeschiedenis"))
    for kind, card in cards.items():
        assert card.issuer.name == "Gemeente Boslo"
        assert card.payload["municipality_code"] == "0757"
        assert card.status.uri.startswith(f"{ISSUER}/0757/status/")
        assert before[kind].payload["municipality_code"] == OLD
    names = ("resident_since", "residence_current_since", "municipality_since", "years_at_address")
    old, new = (
        {
            name: card.payload[name]
            for card in found.values()
            for name in names
            if name in card.payload
        }
        for found in (before, cards)
    )
    assert new == old
    assert new["municipality_since"] == new["resident_since"] == "2010-05-17"
    assert new["years_at_address"] == 10
    (here_now, there) = (
        stay["municipality"] for stay in cards["woongeschiedenis"].payload["stays"][:2]
    )
    assert (here_now, there) == ("Boslo", "Oudeland")


@pytest.mark.spec("Regie trust", "4.5", "the list says who came after")
def test_the_list_leads_from_the_old_municipality_to_the_new_ones(story):
    story.split()
    old = story.listed(OLD)
    assert {code for step in old.successors for code in step.municipality_codes} == set(HEIRS)
    for code in HEIRS:
        (step,) = story.listed(code).predecessors
        assert (step.oin, step.municipality_codes) == (old.oin, (OLD,))
    assert old.status_successor == story.listed("0757").oin


# ---- what happens to people afterwards


def test_the_dead_are_marked_on_the_old_list_too(story):
    old = verified(story, compact(story.here, OLD, *FIVE))
    here = story.split()
    new = verified(story, compact(here, "0757", "woonadres"))
    here.sync()
    here.happens(OVERLEDEN)
    assert here.sync().revoked == {"died": 6}
    assert good(story, old) == good(story, new) == set()


def test_who_moves_away_after_the_split_loses_old_and_new(story):
    old = verified(story, compact(story.here, OLD, "woonadres", "persoonsgegevens"))
    here = story.split()
    new = verified(story, compact(here, "0757", "persoonsgegevens"))
    here.sync()
    here.happens(AWAY)
    assert here.sync().revoked == {"municipality": 3}
    here.later(DAY)
    assert good(story, old) == good(story, new) == set()
    assert here.notices(OLD, RESIDENT) == [
        ("persoonsgegevens", "revoked", "municipality"),
        ("woonadres", "revoked", "municipality"),
    ]


def test_the_heirs_desk_revokes_old_cards_with_its_own(story):
    old = verified(story, compact(story.here, OLD, "woonadres"))
    here = story.split()
    new = verified(story, compact(here, "0757", "woonadres"))
    done = statuslists.revoke(
        here.town.office,
        here.town.office.municipality("0757"),
        RESIDENT,
        frozenset({"woonadres"}),
        now=here.now,
        at_once=True,
        reason="compromise",
    )
    assert done.copies == {"woonadres": 2}
    assert good(story, old) == good(story, new) == set()


def test_who_came_to_live_in_another_heir_keeps_what_is_true(story):
    """The heir that carries the lists on answers for residents of the other three as well."""
    old = verified(story, compact(story.here, OLD, *FIVE))
    here = story.split()
    here.happens(living("0855", "2021-01-01", "2021-01-01"))
    assert here.sync().revoked == {}
    assert good(story, old) == set(FIVE)
    here.happens({"naam": {"geslachtsnaam": "Nieuwenhuis"}})
    assert here.sync().revoked == {"name": 1}
    here.later(DAY)
    assert good(story, old) == set(FIVE) - {"persoonsgegevens"}


def test_a_server_that_was_not_told_of_the_split_revokes_nobody(story):
    """Settings a day late must not end the cards of a whole municipality."""
    old = verified(story, compact(story.here, OLD, *FIVE))
    story.here.town.now = SPLIT
    story.here.happens(BY_THE_SPLIT)
    done = story.here.sync()
    assert (done.asked, done.revoked) == (1, {})
    story.here.later(DAY)
    assert good(story, old) == set(FIVE)


# ---- the national table


@cache
def table() -> dict[str, dict]:
    tables = json.loads((FOLDER / "landelijke-tabellen.json").read_text("utf-8"))
    return {one["code"]: one for one in tables["gemeenten33"]}


ENDED = sorted(code for code, one in table().items() if "nieuweCode" in one)


@pytest.mark.spec("Regie domain", "2.3", "every ended code leads to one that exists")
def test_every_code_that_ended_leads_to_codes_that_exist():
    assert len(ENDED) > 500
    for code in ENDED:
        step = merged_into(code)
        assert step is not None
        assert table()[code]["nieuweCode"] in step[0] | {
            after for one in step[0] for after in present_codes(one)
        }
        last = {one for one in present_codes(code) if merged_into(one) is None}
        assert last
        for one in last:
            assert one in table()
            assert "nieuweCode" not in table()[one]


def test_the_codes_that_were_split_have_each_of_their_heirs():
    assert merged_into(OLD)[0] == set(HEIRS)
    assert {len(merged_into(code)[0]) for code in ("0055", "0140", "1671")} == {2, 3, 4}
    # In a region only when every part is; a house that is in it tells for itself.
    assert all_within(OLD, frozenset(HEIRS))
    assert not all_within(OLD, frozenset(HEIRS[1:]))


@pytest.mark.parametrize("code", ["0788", "0140", "0543", "0218", "1671", "0055"])
def test_who_stood_under_a_code_that_ended_has_not_left_by_that(story, code):
    municipality = next(iter(story.here.town.office.municipalities.values()))
    ended = (
        parse((SETTINGS + section(story.scheme, "0757", TAKES_OVER.replace(OLD, code))).encode())
        .municipality[0]
        .takes_over[0]
    )
    by_table = dataclasses.replace(
        heritage.Holder(code, municipality, None, ""), ended=_without_successors(ended)
    )
    for after in present_codes(code):
        assert by_table.keeps(after)
    assert not by_table.keeps("0363")


def _without_successors(ended):
    return type(ended)(code=ended.code, withdrawn=ended.withdrawn)


# ---- settings


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('[[municipality.takes_over]]\ncode = "78"\nwithdrawn = 2021-01-01', "takes_over.code"),
        (TAKES_OVER + TAKES_OVER, "municipality.takes_over"),
        (TAKES_OVER.replace(OLD, "0757", 1), "municipality.takes_over"),
        (TAKES_OVER + 'base_url = "http://old.example"', "takes_over.base_url"),
    ],
)
def test_a_wrong_succession_is_refused_by_name(story, more, key):
    with pytest.raises(SettingsFault) as caught:
        parse((SETTINGS + section(story.scheme, "0757", more)).encode())
    assert key in str(caught.value.params["key"])
