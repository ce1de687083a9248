"""`requests` at the terminal: applications at organisations beside cases at the municipality."""

from collections.abc import Callable
from pathlib import Path

from support.applications import NUMBER, says, signed
from support.my_simulator import at_home, my
from support.terminal import Terminal
from support.wallet_world import World

from credential.permitcase import Phase, Said

At = Callable[[World], Terminal]
REASON = Said("Hoe breed is de stoep?", "How wide is the pavement?")


def line_of(lines: list[dict]) -> dict:
    (found,) = [one for one in lines if one.get("type") == "case"]
    return found


def test_only_refresh_asks_the_organisation(town: World, at: At) -> None:
    activity = signed(town)
    says(town, Phase.RECEIVED, Phase.INFORMATION_REQUESTED, due=town.now + 9, reason=REASON)
    terminal = at(town)
    code, lines = terminal.run("requests")
    assert (code, town.verifier.asked) == (0, [])
    assert line_of(lines)["state"] == "sent"
    code, lines = terminal.run("requests", "--refresh")
    found = line_of(lines)
    assert code == 0
    assert len(town.verifier.asked) == 1
    assert (found["request"], found["state"]) == (NUMBER, "information_requested")
    assert (found["case_type"], found["activity"]) == ("application", activity)
    assert found["party"] == "Woonstichting Voorbeeldwonen"
    assert found["title"] == "Een terras plaatsen"
    assert found["reason"] == REASON.nl
    assert found["due"] is not None
    assert [step["phase"] for step in found["history"]] == ["received", "information_requested"]


def test_in_plain_words(town: World, at: At) -> None:
    signed(town)
    says(town, Phase.RECEIVED, due=town.now + 28 * 86_400)
    code, out = at(town).plain("requests", "--refresh")
    assert code == 0
    assert "Woonstichting Voorbeeldwonen: Een terras plaatsen" in out
    assert f"nummer {NUMBER}" in out
    assert "Stand: ontvangen, sinds 31-12-2025." in out
    assert "beslist uiterlijk op 29-01-2026." in out


def test_who_cannot_be_reached_is_named_and_the_rest_is_listed(town: World, at: At) -> None:
    signed(town)
    town.network.drop = lambda call: call.url.endswith("/rights")
    terminal = at(town)
    code, lines = terminal.run("requests", "--refresh")
    assert code == 0
    assert "Woonstichting Voorbeeldwonen kon nu niet vertellen" in terminal.err
    assert line_of(lines)["state"] == "sent"


def test_one_list_for_municipality_and_organisation(tmp_path: Path, at: At) -> None:
    with at_home(tmp_path) as town:
        signed(town)
        says(town, Phase.RECEIVED)
        my(town).open("correction", "persoonsgegevens")
        _, lines = at(town).run("requests", "--refresh")
        cases = [one["case_type"] for one in lines if one["type"] == "case"]
        assert cases == ["correction", "application"]
