"""Wie heeft mijn oude adres, and what could be linked by whom: from what was really sent."""

import json

import pytest
from support.looking_back import (
    CODE,
    HOME,
    HOUSE,
    KLUSBUS,
    STREET,
    WATER,
    WONEN,
    copy_of,
    correct,
    give,
    hold,
    wallet_at,
)
from support.wallets import DAY, NOW

from wallet import log, lookwords
from wallet.events import Kind
from wallet.service.overview import Means, linked, old_address
from wallet.store import Filter
from wallet.texts import LANGUAGES, Texts

MOVED = {**HOME, "house_number": 12, "postal_code": "5678CD"}
LATER = NOW + 40 * DAY
ADDRESS = "woonadres"


@pytest.fixture
def wallet(tmp_path):
    with wallet_at(tmp_path / "wallet") as opened:
        hold(opened.store, ADDRESS, {"address": HOME})
        yield opened


def old(wallet):
    return [(one.name, one.activity) for one in old_address(wallet, now=LATER)]


def address(wallet, party, home=HOME, *, paths=(STREET, HOUSE, CODE), **more):
    return give(wallet.store, party, ADDRESS, {"address": home}, [*paths], **more)


def test_nobody_has_an_old_address_before_a_move(wallet):
    address(wallet, WATER)
    assert old(wallet) == []


@pytest.mark.spec("Regie domain", "3.1", "who received what is known per item, also after a change")
def test_after_a_move_everyone_who_has_the_address_of_before(wallet):
    first = address(wallet, WATER)
    give(wallet.store, KLUSBUS, "persoonsgegevens", {"given_name": "Anna"}, [("given_name",)])
    hold(wallet.store, ADDRESS, {"address": MOVED}, at=LATER)
    [found] = old_address(wallet, now=LATER)
    assert (found.name, found.activity, found.certain, found.compared) == (WATER, first, True, True)
    # Only what differs: the street is the same.
    assert dict(found.values) == {"address.house_number": 7, "address.postal_code": "1234AB"}
    assert found.can_ask
    assert "1234AB" not in repr(found)


def test_who_has_the_new_address_too_is_not_named(wallet):
    address(wallet, WATER)
    address(wallet, WONEN)
    hold(wallet.store, ADDRESS, {"address": MOVED}, at=LATER)
    address(wallet, WATER, MOVED, at=LATER)
    assert [name for name, _ in old(wallet)] == [WONEN]


def test_a_part_that_did_not_change_is_no_old_address(wallet):
    address(wallet, WATER, paths=[STREET])
    hold(wallet.store, ADDRESS, {"address": MOVED}, at=LATER)
    assert old(wallet) == []


def test_without_a_new_card_everyone_before_it_was_taken_back(wallet):
    [card] = wallet.store.cards()
    given = address(wallet, WATER)
    body = {"kind": ADDRESS, "reason": "moved"}
    activity = wallet.store.new_activity()
    wallet.store.mark_card(card.id, "revoked", Kind.CARD_REVOKED, body, activity=activity, at=LATER)
    assert old(wallet) == [(WATER, given)]


def test_wiped_values_are_judged_by_time_and_that_is_said(wallet):
    [card] = wallet.store.cards()
    given = address(wallet, WATER)
    wallet.store.erase_sent(given)
    hold(wallet.store, ADDRESS, {"address": MOVED}, at=LATER)
    # Nothing tells that it changed: nothing is said.
    assert old(wallet) == []
    del card
    [newer] = wallet.store.cards()
    body = {"kind": ADDRESS, "reason": "moved"}
    wallet.store.mark_card(
        newer.id, "valid", Kind.CARD_REVOKED, body, activity=wallet.store.new_activity(), at=LATER
    )
    [found] = old_address(wallet, now=LATER)
    assert (found.activity, found.compared, found.values) == (given, False, ())
    for lang in LANGUAGES:
        lines = lookwords.old_address(found, Texts(lang), {})
        assert Texts(lang).get("old-address.wiped") in lines


def test_erased_and_corrected_are_not_named(wallet):
    erased, corrected = address(wallet, WATER), address(wallet, WONEN)
    hold(wallet.store, ADDRESS, {"address": MOVED}, at=LATER)
    paths = ["address.street_address", "address.house_number", "address.postal_code"]
    body = {"right": "erasure", "state": "done", "erased": paths}
    wallet.store.append(erased, Kind.RIGHT_ANSWERED, body, at=LATER)
    correct(wallet.store, corrected, *paths, at=LATER, state="in_progress")
    [found] = old_address(wallet, now=LATER)
    assert (found.name, found.right, found.state) == (WONEN, "rectification", "in_progress")
    correct(wallet.store, corrected, *paths, at=LATER)
    assert old(wallet) == []
    # What is asked afterwards changes nothing.
    for kind in (Kind.RIGHT_ASKED, Kind.RIGHT_ANSWERED):
        wallet.store.append(corrected, kind, {"right": "access", "state": "done"}, at=LATER)
    assert old(wallet) == []


@pytest.mark.spec("Regie domain", "3.1", "another item corrected, or before the move, is no reason")
@pytest.mark.parametrize(
    ("path", "at"), [("given_name", LATER), ("address.house_number", NOW + DAY)]
)
def test_only_the_address_corrected_since_the_move_counts(wallet, path, at):
    given = address(wallet, WATER)
    hold(wallet.store, ADDRESS, {"address": MOVED}, at=LATER)
    correct(wallet.store, given, path, at=at)
    assert old(wallet) == [(WATER, given)]


def test_a_part_that_was_corrected_is_no_longer_named(wallet):
    address(wallet, WATER)
    hold(wallet.store, ADDRESS, {"address": MOVED}, at=LATER)
    [given] = [activity for _, activity in old(wallet)]
    correct(wallet.store, given, "address.house_number", at=LATER)
    [found] = old_address(wallet, now=LATER)
    assert dict(found.values) == {"address.postal_code": "1234AB"}


def test_maybe_shared_is_named_as_not_certain(wallet):
    address(wallet, WATER, settle=Kind.SHARE_UNKNOWN)
    address(wallet, WONEN, settle=Kind.SHARE_UNSENT)
    hold(wallet.store, ADDRESS, {"address": MOVED}, at=LATER)
    [found] = old_address(wallet, now=LATER)
    assert (found.name, found.certain) == (WATER, False)
    assert "niet zeker" in " ".join(lookwords.old_address(found, Texts("nl"), {}))


# Who could see that it is the same person.


def person(wallet, party, *paths, **more):
    claims = {"given_name": "Anna", "housing_pseudonym": "p", "age_over_18": True}
    return give(wallet.store, party, "persoonsgegevens", claims, [*paths], **more)


def links(wallet):
    return {
        (link.means, tuple(sorted(one.name for one in link.parties)))
        for link in linked(wallet, now=NOW).links
    }


def test_once_at_one_organisation_is_nothing_to_link(wallet):
    person(wallet, WONEN, ("given_name",), ("housing_pseudonym",))
    found = linked(wallet, now=NOW)
    assert (found.links, found.unlinked) == ((), ())


@pytest.mark.spec("Regie domain", "6", "what links disclosures is stated honestly")
def test_the_same_code_or_name_at_two(wallet):
    person(wallet, WONEN, ("housing_pseudonym",), ("given_name",))
    person(wallet, WATER, ("housing_pseudonym",))
    person(wallet, KLUSBUS, ("age_over_18",))
    assert links(wallet) == {(Means.CODE, (WATER, WONEN))}
    [unlinked] = linked(wallet, now=NOW).unlinked
    assert unlinked.name == KLUSBUS


def test_one_that_sees_somebody_come_back(wallet):
    person(wallet, WATER, ("given_name",))
    person(wallet, WATER, ("given_name",), at=LATER)
    [link] = linked(wallet, now=NOW).links
    assert (link.means, link.together) == (Means.NAME, False)
    assert link.parties[0].times == 2
    said = [line for _, line in lookwords.linked(linked(wallet, now=NOW), Texts("nl"))]
    assert f"Zij kunnen zien dat je terugkomt: {WATER} (2 keer)." in said


def test_a_copy_used_twice_links_whatever_was_shown_of_it(wallet):
    claims = {"given_name": "Anna", "age_over_18": True}
    copy = copy_of("persoonsgegevens", claims)
    kind = "persoonsgegevens"
    give(wallet.store, WONEN, kind, claims, [("age_over_18",)], copy=copy)
    # Another copy of the same card is another thing to them.
    give(wallet.store, KLUSBUS, kind, claims, [("age_over_18",)])
    assert links(wallet) == set()
    give(wallet.store, WATER, kind, claims, [("age_over_18",)], copy=copy, again=True)
    assert links(wallet) == {(Means.COPY, (WATER, WONEN))}
    assert [one.name for one in linked(wallet, now=NOW).unlinked] == [KLUSBUS]
    assert wallet.store.activity(next(wallet.store.activities(Filter(limit=1))).id).reused == 1
    assert log.verify(wallet.store).ok


def test_what_was_erased_links_nothing(wallet):
    one = person(wallet, WONEN, ("housing_pseudonym",))
    person(wallet, WATER, ("housing_pseudonym",))
    body = {"right": "erasure", "state": "done", "erased": ["housing_pseudonym"]}
    wallet.store.append(one, Kind.RIGHT_ANSWERED, body, at=LATER)
    assert links(wallet) == set()


def test_the_command_says_it_in_words_and_for_machines(town, at):
    store, terminal = town.wallet.store, at(town)
    given = give(store, WATER, ADDRESS, {"address": HOME}, [STREET, HOUSE])
    person(town.wallet, WONEN, ("housing_pseudonym",))
    person(town.wallet, WATER, ("housing_pseudonym",))
    hold(store, ADDRESS, {"address": MOVED}, at=LATER)
    code, [line] = terminal.run("who", "--old-address")
    assert code == 0
    assert line["party"]["name"] == WATER
    assert line["values"] == {"address.house_number": 7}
    assert line["claims"] == ["woonadres:address.house_number", "woonadres:address.street_address"]
    code, said = terminal.plain("who", "--old-address")
    assert code == 0
    assert "Zij hebben: Huisnummer 7" in said
    assert f"regie-wallet ask rectification {given[:8]}" in said
    code, lines = terminal.run("who", "--linked")
    assert [one["means"] for one in lines] == ["code"]
    assert {one["party"]["name"] for one in lines[0]["parties"]} == {WATER, WONEN}
    _, said = terminal.plain("who", "--linked")
    assert "Je herkenningscode is overal hetzelfde." in said
    assert "De gemeente ziet niet met wie je deelt." in said
    code, _ = terminal.plain("who", "--linked", "--old-address")
    assert code == 2
    assert json.dumps(line)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ([("given_name",)], [("birthdate",)], False),
        ([("given_name",)], [("given_name",)], False),
        ([("family_name",)], [("birthdate",), ("family_name",)], True),
    ],
)
def test_only_the_same_item_at_two_makes_a_link(wallet, first, second, together):
    person = {"given_name": "Anna", "family_name": "Vries", "birthdate": "1980-04-02"}
    for party, paths in ((WATER, first), (WONEN, second)):
        give(wallet.store, party, "persoonsgegevens", person, paths)
    assert [link.together for link in linked(wallet, now=NOW).links] == ([True] if together else [])
