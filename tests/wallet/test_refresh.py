"""Keeping cards current: what issuers tell, what was taken back, new copies, and when not to ask."""

import dataclasses
import json
from pathlib import Path

import pytest
from support.logging_in import log_in
from support.network import reply
from support.refreshing import look, news, publish_list, renew, spend
from support.scheme import VOORBEELDSTAD, WESTHOVE, example_party
from support.wallet_world import World

from registrar.parties import Succession
from wallet.errors import WalletError
from wallet.events import Kind
from wallet.service import refresh, sync
from wallet.store import Filter

KINDS = ("persoonsgegevens", "verblijfsrecht")
HOUR = 3_600
WEEK = 7 * 86_400


@pytest.fixture
def home(own_home: World) -> World:
    log_in(own_home, *KINDS)
    publish_list(own_home)
    own_home.network.calls.clear()
    own_home.issuer.asked_kinds.clear()
    return own_home


def told(**cards: tuple[str, str | None]) -> dict:
    return {
        "cards": [
            {"kind": kind, "state": state, **({"reason": reason} if reason else {})}
            for kind, (state, reason) in cards.items()
        ],
        "cases": [],
        "refill": {},
    }


def cards(town: World) -> dict[str, int]:
    return {card.kind: card.copies for card in town.wallet.store.cards()}


# What the issuer tells.


def test_nothing_to_do(home: World) -> None:
    home.issuer.my_answer = told(persoonsgegevens=("valid", None), verblijfsrecht=("valid", None))
    found = news(home)
    assert (found.state, found.fetch, found.wait) == ("known", (), 0)
    assert home.issuer.asked_kinds == []


@pytest.mark.spec("Architecture", "Wallet", "copies are topped up for all kinds at once")
def test_one_kind_short_tops_up_all(home: World) -> None:
    spend(home, "verblijfsrecht")
    before = {card.id for card in home.wallet.store.cards()}
    found = news(home)
    assert set(found.fetch) == set(KINDS)
    progress = renew(home, found)
    assert progress.state == "received"
    assert sorted(home.issuer.asked_kinds) == sorted(KINDS)
    assert cards(home) == dict.fromkeys(KINDS, 10)
    assert not before & {card.id for card in home.wallet.store.cards()}
    assert home.kinds(progress.activity) == ["card.renewed", "card.renewed"]


def test_the_refresh_token_is_all_it_takes(home: World) -> None:
    home.now = home.issuer.now = home.now + 5 * HOUR
    publish_list(home)
    spend(home, "verblijfsrecht")
    renew(home, news(home))
    assert [form["grant_type"] for form in home.issuer.tokens_asked[1:]] == ["refresh_token"]


def test_a_card_that_became_another_is_offered(home: World) -> None:
    home.issuer.my_answer = told(
        persoonsgegevens=("renewable", "moved"), verblijfsrecht=("valid", None)
    )
    found = news(home)
    assert [(one.kind, one.reason) for one in found.renewable] == [("persoonsgegevens", "moved")]
    assert set(found.fetch) == set(KINDS)
    home.issuer.claims["persoonsgegevens"] = {
        **home.issuer.claims["persoonsgegevens"],
        "family_name": "Jansen",
    }
    renew(home, found)
    [card] = [one for one in home.wallet.store.cards() if one.kind == "persoonsgegevens"]
    assert card.payload["family_name"] == "Jansen"


def test_a_card_taken_back_is_on_record_with_its_reason(home: World) -> None:
    home.issuer.my_answer = told(
        persoonsgegevens=("revoked", "moved"), verblijfsrecht=("valid", None)
    )
    found = news(home)
    [card] = [one for one in home.wallet.store.cards() if one.kind == "persoonsgegevens"]
    assert card.state == "revoked"
    [activity] = [
        one.id
        for one in home.wallet.store.activities(Filter())
        if Kind.CARD_REVOKED.value in home.kinds(one.id)
    ]
    assert home.body(activity, Kind.CARD_REVOKED)["reason"] == "moved"
    assert "persoonsgegevens" in found.fetch, "there is a new one, with the new address"
    look(home)
    assert (
        sum("card.revoked" in home.kinds(one.id) for one in home.wallet.store.activities(Filter()))
        == 1
    )


@pytest.mark.parametrize("reason", ["died", "holder", "withdrawn"])
def test_what_ended_for_good_is_not_fetched_again(home: World, reason: str) -> None:
    home.issuer.my_answer = told(
        persoonsgegevens=("revoked", reason), verblijfsrecht=("renewable", None)
    )
    assert news(home).fetch == ("verblijfsrecht",)


def test_news_of_before_the_card_was_renewed_is_old(home: World) -> None:
    answer = told(persoonsgegevens=("revoked", "moved"))
    answer["cards"][0]["at"] = home.now - 60
    home.issuer.my_answer = answer
    news(home)
    assert {card.state for card in home.wallet.store.cards()} == {"valid"}


def test_an_unknown_reason_or_state_says_nothing(home: World) -> None:
    home.issuer.my_answer = told(
        persoonsgegevens=("renewable", "<script>"), verblijfsrecht=("exploded", None)
    )
    [one] = news(home).told
    assert (one.kind, one.reason) == ("persoonsgegevens", "")


@pytest.mark.parametrize(
    "answer", [{"cards": "many"}, {"cards": [{"kind": 1}]}, {"refill": {"a": -1}}]
)
def test_a_malformed_answer(home: World, answer: dict) -> None:
    home.issuer.my_answer = answer
    found = news(home)
    assert (found.state, found.error) == ("refused", "message.not-trusted")


def test_a_card_about_to_end_is_renewed(home: World) -> None:
    # Half a year on everything but the kinds of a year is over; four weeks before that it is time.
    [card] = [one for one in home.wallet.store.cards() if one.kind == "persoonsgegevens"]
    home.wallet.store.database.execute(
        "UPDATE cards SET expires_at = ? WHERE id = ?", (home.now + 86_400, card.id)
    )
    assert set(news(home).fetch) == set(KINDS)


def test_a_card_that_ended_is_on_record(home: World) -> None:
    [card] = [one for one in home.wallet.store.cards() if one.kind == "persoonsgegevens"]
    home.wallet.store.database.execute(
        "UPDATE cards SET expires_at = ? WHERE id = ?", (home.now, card.id)
    )
    look(home)
    assert home.wallet.store.card(card.id).state == "expired"  # type: ignore[union-attr]


def test_a_card_thrown_away_stays_away(home: World) -> None:
    [card] = [one for one in home.wallet.store.cards() if one.kind == "persoonsgegevens"]
    home.wallet.store.delete_card(
        card.id, activity=home.wallet.store.new_activity(), body={}, at=home.now
    )
    spend(home, "verblijfsrecht")
    assert news(home).fetch == ("verblijfsrecht",)


def test_what_is_on_its_way_is_not_asked_twice(home: World) -> None:
    spend(home, "verblijfsrecht")
    home.network.lose = lambda call: call.url.endswith("/credential")
    found = news(home)
    with pytest.raises(WalletError, match=r"network\.failed"):
        renew(home, found)
    home.network.lose = lambda _call: False
    assert news(home).fetch == ()
    from wallet.service import requests

    [done] = requests.collect(home.wallet, home.network, now=home.now)
    assert done.progress.state == "received"
    assert cards(home) == dict.fromkeys(KINDS, 10)


def test_an_issuer_may_ask_to_wait(home: World) -> None:
    spend(home, "verblijfsrecht")
    home.issuer.my_answer = {"refill": {"verblijfsrecht": 1_200}}
    found = news(home)
    assert (found.fetch, found.wait) == ((), 1_200)


def test_a_new_login_is_needed(home: World) -> None:
    home.issuer.ended = True
    home.now = home.issuer.now = home.now + 5 * HOUR
    publish_list(home)
    assert news(home).state == "login"


def test_out_of_reach(home: World) -> None:
    home.network.refuse = lambda call: "localhost:8441" in call.url
    assert (news(home).state, news(home).error) == ("unreachable", "network.failed")


def test_newer_addresses_are_kept(home: World) -> None:
    home.issuer.declared = {"urgentie": []}
    news(home)
    assert home.wallet.store.sessions()[0].declared == {"urgentie": []}


# Never because of a disclosure.


@pytest.mark.spec("Architecture", "Wallet", "nothing is fetched within an hour after a disclosure")
def test_not_within_an_hour_after_a_disclosure(home: World) -> None:
    home.share()
    assert refresh.quiet_for(home.wallet, now=home.now) == HOUR
    found = news(home)
    assert (found.fetch, found.wait) == ((), HOUR)
    home.now = home.issuer.now = home.now + HOUR
    assert set(news(home).fetch) == set(KINDS)


@pytest.mark.spec("Architecture", "Wallet", "a disclosure fetches nothing from the issuer")
def test_sharing_asks_the_issuer_nothing(home: World) -> None:
    home.share()
    assert not [call for call in home.network.calls if "localhost:8441" in call.url]


def test_due_at_the_start_after_a_week(home: World) -> None:
    assert not refresh.due(home.wallet, now=home.now), "it has just logged in"
    look(home)
    assert not refresh.due(home.wallet, now=home.now + WEEK - 1)
    assert refresh.due(home.wallet, now=home.now + WEEK)


def test_not_due_right_after_sharing_nor_without_a_session(home: World) -> None:
    look(home)
    home.now += WEEK - 100
    home.wallet.store.append("a", Kind.SHARE_INTENDED, {}, at=home.now)
    assert not refresh.due(home.wallet, now=home.now + 100)
    assert refresh.due(home.wallet, now=home.now + HOUR)
    home.wallet.store.end_session(home.issuer.party.oin)
    assert not refresh.due(home.wallet, now=home.now + HOUR)


# The wallet's own look at the lists.


@pytest.mark.spec("Token Status List", "8.3", "a revoked copy makes the card revoked")
def test_a_revoked_copy_is_found_in_the_whole_list(home: World) -> None:
    first = {card.kind: card.id for card in home.wallet.store.cards()}["persoonsgegevens"]
    index = next(i for card, _, _, i in home.wallet.store.status_references() if card == first)
    publish_list(home, index)
    found = look(home)
    assert (found.lists.read, found.lists.missing) == (1, 0)
    assert [card.kind for card in found.lists.revoked] == ["persoonsgegevens"]
    assert home.wallet.store.card(first).state == "revoked"  # type: ignore[union-attr]
    assert look(home).lists.revoked == (), "told once"


@pytest.mark.spec("Regie formats", "7", "whole lists from the mirror, never one card")
def test_one_list_is_read_once_for_all_cards(home: World) -> None:
    found = look(home)
    assert len(home.wallet.store.status_references()) == 20
    assert found.lists.read == 1
    assert not [call for call in home.network.calls if "/status/" in call.url]


@pytest.mark.parametrize("how", ["gone", "forged", "expired", "older"])
@pytest.mark.spec("Regie formats", "7", "a list that cannot be trusted says nothing")
def test_a_list_that_says_nothing(home: World, how: str) -> None:
    look(home)
    index = home.wallet.store.status_references()[0][3]
    place = next(Path(home.wallet.config.scheme_url).glob("status/*.jwt"))
    match how:
        case "gone":
            place.unlink()
        case "forged":
            publish_list(home, index)
            token = place.read_text()
            place.write_text(token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8))
        case "expired":
            publish_list(home, index, iat=home.now - WEEK)
        case "older":
            publish_list(home, index, iat=home.now - 60)
    found = look(home)
    assert (found.lists.read, found.lists.missing, found.lists.revoked) == (0, 1, ())
    assert {card.state for card in home.wallet.store.cards()} == {"valid"}


def test_lists_one_step_up_from_the_scheme(home: World) -> None:
    mirror = Path(home.wallet.config.scheme_url)
    mirror.rename(mirror.with_name("scheme"))
    config = dataclasses.replace(
        home.wallet.config, scheme_url=str(mirror.with_name("scheme")) + "/"
    )
    home.wallet.config = config
    assert look(home).lists.read == 1
    (mirror.with_name("scheme") / "status").rename(mirror.with_name("status"))
    assert look(home).lists.read == 1


@pytest.mark.spec("Regie formats", "8", "the newest scheme first; the one in force will do")
def test_the_newest_scheme_first(home: World) -> None:
    home.scheme.publish(home.now + 8 * 86_400)
    home.now = home.issuer.now = home.scheme.now
    publish_list(home)
    with pytest.raises(WalletError, match=r"not-valid-now"):
        look(home)
    home.scheme.write(Path(home.wallet.config.scheme_url))
    assert look(home).issuers[0].state == "known"
    (Path(home.wallet.config.scheme_url) / "scheme.jws").unlink()
    assert look(home).issuers[0].state == "known"


# When an issuer is no more.


def merge(town: World, *, heirs: tuple[str, ...] = (WESTHOVE,)) -> None:
    old = town.scheme.parties[VOORBEELDSTAD]
    assert old.issuing is not None
    steps = []
    for name in heirs:
        heir = town.scheme.parties[name]
        assert heir.issuing is not None
        steps.append(
            Succession(
                heir.organization_identifier, heir.oin, heir.issuing.municipality_codes, town.now
            )
        )
        back = Succession(
            old.organization_identifier, old.oin, old.issuing.municipality_codes, town.now
        )
        town.scheme.change(name, issuing=dataclasses.replace(heir.issuing, predecessors=(back,)))
    issuing = dataclasses.replace(
        old.issuing,
        withdrawn=town.now,
        withdrawal_reason="merged",
        successors=tuple(steps),
        status_successor=steps[0].oin if steps else None,
    )
    town.scheme.change(VOORBEELDSTAD, issuing=issuing)
    town.now = town.issuer.now = town.now + 60
    town.scheme.publish(town.now)
    town.scheme.write(Path(town.wallet.config.scheme_url))
    sync.sync(town.wallet, town.network, now=town.now)
    town.network.calls.clear()


@pytest.mark.spec(
    "Regie trust", "4.5", "the successor is named, and nothing is sent to the old one"
)
def test_the_successor_is_named(home: World) -> None:
    merge(home)
    found = news(home)
    assert (found.state, found.successors) == ("withdrawn", ("Gemeente Westhove",))
    assert home.network.calls == []


def test_without_a_successor(home: World) -> None:
    merge(home, heirs=())
    assert (news(home).state, news(home).successors) == ("withdrawn", ())


def test_of_several_the_one_with_the_residents_code(home: World) -> None:
    third = example_party(WESTHOVE)
    assert third.issuing is not None
    service = dataclasses.replace(third.issuing.service, id="uitgifte-derde")
    home.scheme.add(
        dataclasses.replace(
            third,
            id="gemeente-derde",
            name="Gemeente Derde",
            oin="00000099000000008000",
            organization_identifier="NTRNL-90000081",
            issuing=dataclasses.replace(
                third.issuing,
                service=service,
                municipality_codes=("0888",),
                status_prefix="https://localhost:8441/0888/status/",
            ),
        )
    )
    merge(home, heirs=(WESTHOVE, "gemeente-derde"))
    assert set(news(home).successors) == {"Gemeente Westhove", "Gemeente Derde"}
    [card] = [one for one in home.wallet.store.cards() if one.kind == "persoonsgegevens"]
    payload = {**card.payload, "municipality_code": "0888"}
    home.wallet.store.database.execute(
        "UPDATE cards SET payload = ? WHERE id = ?", (json.dumps(payload), card.id)
    )
    assert news(home).successors == ("Gemeente Derde",)


def test_a_session_without_my_addresses_still_tops_up(home: World) -> None:
    home.issuer.metadata_keys = lambda found: {**found, "nl_regie": {"my_endpoint": None}}
    spend(home, "verblijfsrecht")
    home.issuer.my_routes["GET", ""] = lambda _: reply(500, "", "text/plain")
    found = news(home)
    assert (found.state, set(found.fetch)) == ("known", set(KINDS))
