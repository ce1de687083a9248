"""`backup` and `restore`, and how far long work is: the commands as they are typed."""

import sys
from pathlib import Path
from typing import Any

import pytest
from support.terminal import Terminal
from support.wallet_world import World

from credential import pbes2
from wallet import clock, doors
from wallet.cli.output import Output
from wallet.cli.waiting import Waiting, waiting
from wallet.errors import ExitCode
from wallet.texts import Texts

PHRASE = "een wachtwoord voor het bestand"
OWN = "vijf nieuwe woorden op papier"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


def secret(folder: Path, name: str, text: str) -> str:
    file = folder / name
    file.write_text(text)
    file.chmod(0o600)
    return str(file)


@pytest.fixture
def made(town: World, at: Any, tmp_path: Path) -> tuple[Terminal, Path, list[str]]:
    """A backup, and what every command on it takes."""
    town.share()
    terminal: Terminal = at(town)
    file = tmp_path / "regie.backup"
    more = ["--file-passphrase-file", secret(tmp_path, "file", PHRASE)]
    code, [line] = terminal.run("backup", str(file), *more)
    assert (code, line["cards"]) == (0, len(town.wallet.store.cards()))
    assert line["size"] == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0
    return terminal, file, more


def test_a_second_computer(
    made: tuple[Terminal, Path, list[str]], town: World, tmp_path: Path, monkeypatch: Any
) -> None:
    terminal, file, more = made
    assert terminal.run("backup", str(file), *more)[0] == ExitCode.USAGE
    new = ["--home", str(tmp_path / "new"), "--passphrase-file", secret(tmp_path, "own", OWN)]
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", lambda: town.now)
    monkeypatch.setattr(doors, "network", lambda _config: town.network)
    code, [line] = terminal.run(*new, "restore", str(file), *more)
    assert (code, line["ok"], line["synced"], line["dropped"]) == (
        0,
        True,
        True,
        ["allow_networks"],
    )
    # Whom it will believe is on the screen before anything is made.
    assert town.wallet.config.fingerprint in terminal.err
    [again] = line["fetch_again"]
    assert set(again["kinds"]) == {card.kind for card in town.wallet.store.cards()}
    assert "Gebruik de wallet op de oude computer niet meer" in terminal.err
    assert f"regie-wallet get {again['oin']}" in terminal.err
    # What a person sees from then on: nothing held, and what to fetch.
    code, lines = terminal.run(*new, "cards")
    assert (code, lines) == (0, [])
    assert "Opnieuw ophalen bij Gemeente Voorbeeldstad" in terminal.err
    assert terminal.run(*new, "activities", "verify")[1][0]["ok"]
    code, [found] = terminal.run(*new, "refresh", "--yes")
    assert [(one["issuer"], one["state"]) for one in found["issuers"]] == [
        ("Gemeente Voorbeeldstad", "login")
    ]
    # A second time there is a wallet already.
    assert terminal.run(*new, "restore", str(file), *more)[0] == ExitCode.USAGE


def test_without_a_connection(
    made: tuple[Terminal, Path, list[str]], town: World, tmp_path: Path, monkeypatch: Any
) -> None:
    """The log is there at once; the list of organisations can wait."""
    terminal, file, more = made
    new = ["--home", str(tmp_path / "new"), "--passphrase-file", secret(tmp_path, "own", OWN)]
    for one in (tmp_path / "mirror").iterdir():
        if one.is_file():
            one.unlink()
    code, [line] = terminal.run(*new, "restore", str(file), *more)
    assert (code, line["ok"], line["synced"]) == (0, True, False)
    assert "regie-wallet sync" in terminal.err


def test_values_of_everything_can_be_wiped(town: World, at: Any) -> None:
    town.share()
    terminal: Terminal = at(town)
    assert terminal.run("activities", "forget", "--all-values", "--yes")[0] == 0
    assert list(town.wallet.store.database.tuples("SELECT * FROM spent_copies")) == []
    assert terminal.run("activities", "forget", "--yes")[0] == ExitCode.USAGE
    assert terminal.run("activities", "verify")[0] == 0


# ---- how far long work is


class Screen:
    """A terminal that remembers what was drawn on it."""

    def __init__(self, tty: bool) -> None:
        self.tty, self.text = tty, ""

    def isatty(self) -> bool:
        return self.tty

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        pass


def walked(monkeypatch: Any, *, tty: bool, terminal: str, seconds: float) -> str:
    screen, time = Screen(tty), iter([0.0, *[seconds] * 1000])
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(clock, "monotonic", lambda: next(time))
    with Waiting("Het logboek controleren", terminal=terminal) as how:
        for done in range(0, 1001, 10):
            how(done, 1000)
    return screen.text


def test_a_bar_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    text = walked(monkeypatch, tty=True, terminal="xterm", seconds=1.1)
    assert "\rHet logboek controleren" in text
    assert " 50 %" in text
    assert text.endswith("\x1b[2K")


def test_no_bar_before_that_and_none_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert walked(monkeypatch, tty=True, terminal="xterm", seconds=0.5) == ""
    assert walked(monkeypatch, tty=False, terminal="xterm", seconds=9) == ""


def test_plain_lines_where_nothing_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = walked(monkeypatch, tty=True, terminal="dumb", seconds=9).splitlines()
    assert lines[0] == "Het logboek controleren: 0 %"
    assert len(lines) == 11
    assert "\x1b" not in "".join(lines)


def test_verify_tells_how_far_it_is(town: World, monkeypatch: Any) -> None:
    from wallet import log

    told: list[tuple[int, int]] = []
    monkeypatch.setattr(log, "_STEP", 2)
    log.verify(town.wallet.store, report=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert {total for _, total in told} == {told[0][1]}
    assert told[-1][0] <= told[-1][1]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        log.verify(town.wallet.store, report=stop)
    # Stopped half way, the store is as it was and can be written to.
    town.wallet.store.set_setting("x", 1)
    assert log.verify(town.wallet.store).ok


@pytest.mark.parametrize(("lang", "words"), [("nl", "controleren"), ("en", "Checking")])
def test_waiting_speaks_the_language_of_the_run(monkeypatch: Any, lang: str, words: str) -> None:
    screen, time = Screen(tty=True), iter([0.0, 2.0])
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(clock, "monotonic", lambda: next(time))
    waiting(Output(Texts(lang), json_mode=False), "verify")(1, 2)
    assert words in screen.text
