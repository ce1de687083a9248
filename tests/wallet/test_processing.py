"""Wie kreeg mijn gegevens? What a municipality tells of its own processing, in plain words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.my_simulator import at_home, my
from support.wallet_world import World

from wallet.errors import ExitCode, NoMatch, WalletError
from wallet.processingwords import query_lines, step_lines
from wallet.refusals import MessageError
from wallet.service import processing
from wallet.service.processing import Query, Step
from wallet.store import Filter
from wallet.texts import Texts

NL = Texts("nl")
QUERY = {
    "at": 1_767_200_000,
    "purpose": "card-issuance",
    "official_role": "login",
    "fields": ["geboorte.datum", "geboorte.plaats", "naam", "onbekendveld.x"],
    "found": True,
}
STEP = {
    "at": 1_767_210_000,
    "activity": "https://regie.example/ns/activity/issue",
    "name": "issue woonadres",
    "purpose": "kaartje",
    "recipient": "jouw wallet",
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    with at_home(tmp_path) as town:
        yield town


def ask(town: World, party: str = "Voorbeeldstad") -> processing.Processing:
    return processing.fetch_own(town.wallet, town.network, party, lang="nl", now=town.now)


@pytest.mark.spec("Regie domain", "1.5", "the resident may ask to whom the data went (3.22)")
def test_what_was_done_is_told_newest_first_and_asking_is_on_record(home: World) -> None:
    older = {**QUERY, "at": 1_767_100_000}
    my(home).processing = {"processing": [STEP], "queries": [older, QUERY]}
    found = ask(home)
    assert [one.at for one in found.queries] == [QUERY["at"], older["at"]]
    assert found.steps[0].recipient == "jouw wallet"
    (activity,) = home.wallet.store.activities(Filter(type="right"))
    assert home.kinds(activity.id) == ["processing.fetched"]
    body = home.wallet.store.events(activity.id)[0].body
    assert body["count"] == 3
    assert "geboorte" not in str(body)
    assert (activity.right_name, activity.party_name) == ("processing", found.issuer)


def test_nothing_is_nothing(home: World) -> None:
    found = ask(home)
    assert (found.steps, found.queries) == ((), ())


@pytest.mark.parametrize("party", ["00000099000000001000", "gemeente voorbeeldSTAD", "beeldst"])
def test_a_party_by_number_name_or_part_of_it(home: World, party: str) -> None:
    assert ask(home, party).oin == "00000099000000001000"


def test_nobody_of_that_name(home: World) -> None:
    with pytest.raises(NoMatch, match=r"processing\.no_party"):
        ask(home, "Westhove")
    home.wallet.store.end_session(home.issuer.party.oin)
    with pytest.raises(NoMatch, match=r"processing\.no_party"):
        ask(home)
    assert home.network.calls == []


@pytest.mark.parametrize(
    "answer",
    [
        {"processing": 5},
        {"processing": [{}]},
        {"queries": [{**QUERY, "at": "gisteren"}]},
        {"queries": [{**QUERY, "fields": ["x" * 301]}]},
        {"processing": [{**STEP, "name": ["x"]}]},
    ],
)
def test_what_is_no_account_is_refused(home: World, answer: dict[str, object]) -> None:
    my(home).processing = answer
    with pytest.raises(MessageError) as refusal:
        ask(home)
    assert refusal.value.rule == "issuer.processing_malformed"
    assert not list(home.wallet.store.activities(Filter(type="right")))


def test_a_municipality_that_is_away(home: World) -> None:
    home.network.hosts.clear()
    with pytest.raises(WalletError) as refusal:
        ask(home)
    assert refusal.value.exit is ExitCode.NETWORK


def test_fields_are_told_by_their_subject_and_once() -> None:
    query = Query(at=1, fields=("geboorte.datum", "geboorte.plaats", "naam.voornamen"), found=False)
    lines = query_lines(query, NL)
    assert "Welke gegevens: geboorte, naam" in lines
    assert lines[-1] == "Er werd niets gevonden."


def test_words_we_do_not_know_are_shown_as_they_are_and_safe() -> None:
    step = Step(at=1, name="iets\x1b[2J anders", purpose="doel", recipient="\u202eRood")
    assert step_lines(step, NL) == ["iets anders", "Waarvoor: doel", "Gegeven aan: Rood"]
    assert step_lines(Step(at=1, name=""), NL) == ["niet opgegeven"]


def test_the_command(home: World, at) -> None:  # type: ignore[no-untyped-def]
    my(home).processing = {"processing": [STEP], "queries": [QUERY]}
    terminal = at(home)
    code, lines = terminal.run("processing", "Voorbeeldstad")
    assert code == 0
    assert [one["type"] for one in lines] == ["processing", "query"]
    assert lines[0]["recipient"] == "jouw wallet"
    assert lines[1]["at"] == "2025-12-31T16:53:20Z"
    code, out = terminal.plain("processing", "Voorbeeldstad")
    assert "Opgevraagd uit de Basisregistratie Personen" in out
    assert "Gegeven aan: jouw wallet" in out
    my(home).processing = {}
    assert "heeft niets geregistreerd over jouw gegevens" in terminal.plain("processing", "V")[1]
    assert terminal.run("processing", "Westhove")[0] == ExitCode.NO_MATCH
