"""Sums over the log: they are those of the list, whatever is left out."""

from collections import Counter

import pytest
from support import long_log
from support.wallets import NOW, new_store

from wallet.events import Type
from wallet.store import Filter
from wallet.store.projection import ARRIVED


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = new_store(tmp_path_factory.mktemp("store"))
    long_log.fill(made, 400, until=NOW, parties=7)
    yield made
    made.close()


FILTERS = (
    Filter(),
    Filter(party="voorbeeld 3"),
    Filter(since=NOW - 100 * 86_400),
    Filter(outcome="declined"),
    Filter(type="card"),
    Filter(search="soort", limit=3, before=50),
)


@pytest.mark.parametrize("wanted", FILTERS)
def test_the_sums_are_those_of_the_list(store, wanted):
    found = store.totals(wanted)
    every = [*store.activities(Filter(**{**vars(wanted), "limit": 0}))]
    asked = [one for one in every if one.type == Type.DISCLOSURE]
    arrived = [one for one in asked if one.outcome in ARRIVED]
    assert (found.activities, found.requests, found.shared) == (
        len(every),
        len(asked),
        len(arrived),
    )
    assert found.types == Counter(one.type for one in every)
    assert found.outcomes == Counter(one.outcome for one in every)
    by_party = Counter(one.party_oin for one in asked)
    assert {one.oin: one.requests for one in found.parties} == by_party
    assert {one.oin: one.shared for one in found.parties if one.shared} == Counter(
        one.party_oin for one in arrived
    )
    claims = Counter(key for one in asked for key, how in one.claims.items() if how.asked)
    assert {(one.vct, one.path): one.requests for one in found.attributes} == claims
    gone = Counter(key for one in arrived for key, how in one.claims.items() if how.shared)
    assert {(one.vct, one.path): one.shared for one in found.attributes if one.shared} == gone
    assert sum(one.activities for one in found.months) == len(every)
    assert sum(one.requests for one in found.purposes) == len(asked)


def test_with_how_many_services_an_item_was_shared(store):
    [name] = [one for one in store.totals(Filter()).attributes if one.path == "given_name"]
    assert name.parties == 7


def test_the_name_of_a_party_is_the_newest(tmp_path):
    from support.looking_back import WATER, WONEN, give, wallet_at

    with wallet_at(tmp_path / "wallet") as wallet:
        claims = {"given_name": "Anna"}
        kind, path = "persoonsgegevens", [("given_name",)]
        for number, name in enumerate((WONEN, "Wonen Nieuw")):
            give(wallet.store, WONEN, kind, claims, path, at=NOW + number, name=name)
        give(wallet.store, WATER, kind, claims, path)
        names = [one.name for one in wallet.store.totals(Filter()).parties]
    assert names == ["Wonen Nieuw", WATER]


def test_the_command_adds_up_what_fits(town, at):
    town.share()
    terminal = at(town)
    code, [found] = terminal.run("activities", "--totals", "--type", "disclosure")
    assert code == 0
    assert (found["activities"], found["requests"], found["shared"]) == (1, 1, 1)
    assert [one["party"]["name"] for one in found["parties"]] == ["Woonstichting Voorbeeldwonen"]
    assert "persoonsgegevens:given_name" in [one["claim"] for one in found["claims"]]
    assert [one["month"] for one in found["months"]] == ["2026-01"]
    _, said = terminal.plain("activities", "--totals")
    assert "Per organisatie" in said
    assert "Persoonsgegevens, Voornamen: 1 keer gevraagd, 1 keer gedeeld" in said
    terminal.plain("activities", "--totals", "--party", "niemand")
    assert "Er is niets om op te tellen." in terminal.err
