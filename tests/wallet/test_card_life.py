"""How cards stand, what a new one says else, what became of one, and throwing it away."""

import dataclasses
import json
from collections.abc import Callable

import pytest
from support.logging_in import log_in
from support.refreshing import news, publish_list, renew, spend
from support.terminal import Terminal
from support.wallet_world import World

from wallet import changes
from wallet.cli.render import local_day
from wallet.events import Kind
from wallet.service import cardlife, cards, refresh, statuslists
from wallet.store.values import Card
from wallet.texts import LANGUAGES, Texts
from wallet.tui import views

DAY = 86_400
KINDS = ("persoonsgegevens", "verblijfsrecht")
At = Callable[[World], Terminal]


@pytest.fixture
def home(own_home: World) -> World:
    log_in(own_home, *KINDS)
    publish_list(own_home)
    return own_home


def card_of(town: World, kind: str = "persoonsgegevens") -> Card:
    [found] = [one for one in town.wallet.store.cards() if one.kind == kind]
    return found


def later(town: World, seconds: int) -> None:
    town.now = town.issuer.now = town.now + seconds


def married(town: World):
    """A new card that says another name, and what the wallet made of it."""
    town.issuer.claims["persoonsgegevens"] = {
        **town.issuer.claims["persoonsgegevens"], "family_name": "Van den Berg"
    }  # fmt: skip
    spend(town, "persoonsgegevens")
    later(town, 3 * 3_600)
    publish_list(town)
    return renew(town, news(town))


# What changed.


def test_what_changed_by_claim() -> None:
    before = {
        "iat": 1, "vct": "a", "family_name": "Jans", "reference_moment": "2026-01-01",
        "address": {"postal_code": "1234AB", "locality": "Boxtel"}, "nationalities": ["NL"],
    }  # fmt: skip
    after = {
        "iat": 2, "vct": "a", "family_name": "Jans", "reference_moment": "2026-02-01",
        "address": {"postal_code": "5281AA", "locality": "Boxtel"}, "age_over_18": True,
    }  # fmt: skip
    found = changes.between(before, after)
    assert [(one.text, one.before, one.after) for one in found] == [
        ("address.postal_code", "1234AB", "5281AA"),
        ("age_over_18", None, True),
        ("nationalities", ["NL"], None),
    ]
    assert changes.between(before, before) == ()
    assert "1234AB" not in repr(found)


@pytest.mark.spec("Regie formats", "2", "card.renewed: which paths changed, never the values")
def test_a_new_card_tells_what_changed_and_the_log_keeps_no_values(home: World) -> None:
    old = card_of(home).payload["family_name"]
    progress = married(home)
    new = card_of(home)
    assert set(progress.changed) == {card.id for card in progress.received}
    [change] = progress.changed[new.id]
    assert (change.text, change.before, change.after) == ("family_name", old, "Van den Berg")
    assert progress.changed[card_of(home, "verblijfsrecht").id] == ()
    bodies = [
        entry.body
        for entry in home.wallet.store.events(progress.activity)
        if entry.kind == Kind.CARD_RENEWED
    ]
    assert [body.get("changed") for body in bodies if body["kind"] == "persoonsgegevens"] == [
        ["family_name"]
    ]
    assert "changed" not in next(body for body in bodies if body["kind"] == "verblijfsrecht")
    assert "Berg" not in json.dumps(bodies)
    assert "Berg" not in repr(progress)


def test_refreshing_shows_before_and_after_to_a_person(home: World, at: At) -> None:
    old = card_of(home).payload["family_name"]
    home.issuer.claims["persoonsgegevens"] = {
        **home.issuer.claims["persoonsgegevens"], "family_name": "\x1b[31mVan den Berg"
    }  # fmt: skip
    spend(home, "persoonsgegevens")
    later(home, 3 * 3_600)
    publish_list(home)
    code, out = at(home).plain("refresh", "--yes")
    assert code == 0
    assert f"eerst {old}, nu " in out
    assert "Van den Berg" in out
    assert "\x1b" not in out
    assert "Verblijfsrecht: er is niets veranderd." in out


def test_refreshing_tells_a_program_which_and_not_what(home: World, at: At) -> None:
    home.issuer.claims["persoonsgegevens"] = {
        **home.issuer.claims["persoonsgegevens"], "family_name": "Van den Berg"
    }  # fmt: skip
    spend(home, "persoonsgegevens")
    later(home, 3 * 3_600)
    publish_list(home)
    code, [line] = at(home).run("refresh", "--yes")
    assert code == 0
    changed = {one["card"]: one["paths"] for one in line["issuers"][0]["changed"]}
    assert changed[card_of(home).id] == ["family_name"]
    assert "Berg" not in json.dumps(line)


# What became of it.


def test_the_history_goes_on_over_new_cards(home: World) -> None:
    before = card_of(home)
    married(home)
    found = cardlife.history(home.wallet, card_of(home).id, now=home.now)
    assert [one.kind for one in found] == ["card.renewed", "card.received"]
    assert found[0].changed == ("family_name",)
    assert found[1].copies == before.copies
    other = cardlife.history(home.wallet, card_of(home, "verblijfsrecht").id, now=home.now)
    assert [one.changed for one in other] == [(), ()]


def test_the_history_names_who_saw_some_of_it(town: World) -> None:
    done = town.share()
    [first, *_] = cardlife.history(town.wallet, card_of(town).id, now=town.now)
    assert (first.kind, first.party) == ("share.intended", "Woonstichting Voorbeeldwonen")
    assert (first.activity, first.outcome) == (done.id, "shared")
    assert "given_name" in first.paths
    town.wallet.store.forget_activity(done.id, at=town.now)
    left = cardlife.history(town.wallet, card_of(town).id, now=town.now)
    assert all(one.activity != done.id for one in left)


def test_the_history_of_another_issuers_card_is_apart(town: World) -> None:
    town.share()
    other = dataclasses.replace(
        card_of(town), issuer_oin="00000099000000009999", issuer_name="Gemeente Elders"
    )
    assert town.wallet.store.card_life(other, limit=10) == ()


def test_the_history_by_command(town: World, at: At) -> None:
    town.share()
    card = card_of(town)
    code, [line] = at(town).run("card", card.id, "--history")
    assert code == 0
    assert [one["kind"] for one in line["history"]] == ["share.intended", "card.received"]
    assert line["history"][0]["shared"]
    code, out = at(town).plain("card", card.id, "--history")
    out = " ".join(out.split())
    assert "Woonstichting Voorbeeldwonen: " in out
    assert "gedeeld (Voornamen" in out
    assert "Kaartje ontvangen: 10 keer te gebruiken" in out


# How it stands.


def state(town: World, kind: str = "persoonsgegevens") -> str:
    return cards.one(town.wallet, kind, now=town.now).state


@pytest.mark.spec("Regie formats", "7", "a status list says nothing any more after seven days")
def test_after_a_week_without_looking_nobody_knows(home: World) -> None:
    assert state(home) == "valid"
    later(home, 7 * DAY + 1)
    assert state(home) == "unknown"
    later(home, -2 * DAY)
    publish_list(home)
    statuslists.look(home.wallet, home.network, now=home.now)
    assert cards.one(home.wallet, "persoonsgegevens", now=home.now).known_at == home.now
    later(home, 2 * DAY)
    assert state(home) == "valid"
    later(home, -2 * DAY)
    # The mirror is gone: what was known grows old, and is not made younger by looking.
    known = home.now
    home.wallet.config = dataclasses.replace(home.wallet.config, scheme_url="/nowhere")
    later(home, DAY)
    statuslists.look(home.wallet, home.network, now=home.now)
    assert cards.one(home.wallet, "persoonsgegevens", now=home.now).known_at == known


def test_a_list_that_was_made_long_ago_tells_of_then(home: World) -> None:
    later(home, 5 * DAY)
    publish_list(home, iat=home.now - 2 * DAY)
    refresh.look(home.wallet, home.network, now=home.now)
    found = cards.one(home.wallet, "persoonsgegevens", now=home.now)
    assert found.known_at == home.now - 2 * DAY


def test_every_state_of_a_card() -> None:
    card = Card(
        "id", "woonadres", "v", "1", "G", "u", issued_at=0, expires_at=100 * DAY, received_at=0,
        state="valid", copies=3, payload={"nbf": DAY},
    )  # fmt: skip
    assert cards.state_of(card, 0) == "not_yet"
    assert cards.state_of(card, DAY) == "valid"
    assert cards.state_of(card, 80 * DAY) == "expiring"
    assert cards.state_of(card, 100 * DAY) == "expired"
    assert cards.state_of(dataclasses.replace(card, copies=0), DAY) == "empty"
    for state in ("revoked", "expired"):
        assert cards.state_of(dataclasses.replace(card, state=state), DAY) == state


STATES = (
    "valid", "not_yet", "expiring", "expired", "revoked", "unknown", "empty", "renewable", "suspended",
)  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", STATES)
def test_every_state_has_words_a_sign_and_a_way_on(lang: str, state: str) -> None:
    card = Card(
        "id", "woonadres", "v", "1", "G", "u", issued_at=0, expires_at=100 * DAY, received_at=0,
        state="valid", copies=3, payload={},
    )  # fmt: skip
    held, texts = cards.Held(card, state, known_at=DAY), Texts(lang)
    assert views.card_state(held, texts)
    assert state in views.CARD_TONES
    assert bool(views.card_why(held, texts)) is (state != "valid")
    assert texts.find(f"cards.state.{state}", expires="", starts="", looked="")
    assert state == "valid" or texts.find(f"cards.then.{state}")


def test_unknown_is_said_with_the_day(home: World, at: At) -> None:
    day = local_day(home.now)
    later(home, 8 * DAY)
    _, out = at(home).plain("cards")
    assert f"onbekend of het nog geldig is: voor het laatst nagekeken op {day}" in out
    assert "regie-wallet refresh" in out


# Throwing it away.


@pytest.mark.spec("ARF 3.0", "Topic 48", "a card and its keys are wiped without telling the issuer")
def test_throwing_away_wipes_copies_and_keys_and_tells_nobody(home: World) -> None:
    database = home.wallet.store.database
    card = card_of(home)
    keys = [
        bytes(row["private_key"])
        for row in database.rows("SELECT private_key FROM copies WHERE card = ?", (card.id,))
    ]
    assert keys
    home.network.calls.clear()
    cards.forget(home.wallet, card, now=home.now)
    assert home.network.calls == []
    assert card.id not in {one.id for one in home.wallet.store.cards()}
    names = [row["name"] for row in database.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%words%'"
    )]  # fmt: skip
    for name in names:
        for row in database.rows(f"SELECT * FROM {name}"):
            stored = b"\0".join(str(value).encode() if not isinstance(value, bytes) else value
                                for value in row.values())  # fmt: skip
            assert not any(key in stored for key in keys)
