"""Municipalities end, cards do not: a split and a merger over the real codes, from old to new."""

import asyncio

import httpx
import pytest
from support.changing import DAY, OVERLEDEN
from support.issuer_home import FIVE
from support.merging import (
    AWAY,
    BY_THE_SPLIT,
    HEIRS,
    OLD,
    RESIDENT,
    SPLIT,
    TAKES_OVER,
    Story,
    compact,
    good,
    living,
    opened,
    section,
    verified,
)
from support.scheme import ISSUER

from credential import statuslist, strictjson
from credential.errors import NotTrusted
from issuer.errors import SettingsFault
from issuer.service import statuslists
from issuer.web import create_app


@pytest.fixture
def story(tmp_path):
    made = Story(tmp_path)
    yield made
    made.here.town.office.close()


# ---- old cards


@pytest.mark.spec("Regie trust", "4.5", "after a split old cards verify to their expiry")
def test_old_cards_outlive_the_municipality_that_signed_them(story):
    old = compact(story.here, OLD, *FIVE)
    story.split()
    done = story.here.sync()
    assert (done.asked, done.revoked, done.failed) == (1, {}, 0)
    cards = verified(story, old)
    assert {card.issuer.name for card in cards.values()} == {"Gemeente Oudeland"}
    assert {card.issuer.current.state for card in cards.values()} == {"withdrawn"}
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
