"""An issuer nobody registered, on the command line: asked first, said plainly, and refused by rule."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.elsewhere import DIPLOMA, HOST, IDENTIFIER, NAME, ForeignIssuer, choose, settle
from support.terminal import Terminal
from support.wallet_world import World

At = Callable[[World], Terminal]


@pytest.fixture
def school(empty: World, tmp_path: Path) -> ForeignIssuer:
    return settle(empty, tmp_path)


def test_no_before_the_first_contact(empty: World, school: ForeignIssuer, at: At) -> None:
    terminal = at(empty)
    terminal.answers = ["nee"]
    code, _ = terminal.plain("add", school.link)
    assert code == 3
    assert empty.network.calls == []


def test_asked_told_and_fetched(empty: World, school: ForeignIssuer, at: At) -> None:
    terminal = at(empty)
    terminal.answers = ["ja", "ja", "123456"]
    code, out = terminal.plain("add", school.link)
    assert code == 0
    said = " ".join(terminal.err.split())
    assert f"Niet geregistreerd: {HOST}" in said
    assert "diploma {nl}" in said
    assert "diploma {nl} ontvangen" in out
    assert "medewerker" not in out + said


def test_the_card_among_the_others(empty: World, school: ForeignIssuer, at: At) -> None:
    terminal = at(empty)
    school.tx_code = None
    code, [done] = terminal.run("add", school.link, "--yes")
    assert (code, done["kinds"]) == (0, [DIPLOMA])
    _, [card] = terminal.run("cards")
    assert (card["kind"], card["issuer"], card["issuer_oin"]) == (DIPLOMA, NAME, IDENTIFIER)


def test_without_anchors_it_is_unknown(empty: World, school: ForeignIssuer, at: At) -> None:
    choose(empty, "")
    code, [error] = at(empty).run("add", school.link, "--yes")
    assert (code, error["error"]) == (5, "add.issuer_unknown")
    assert empty.network.calls == []
