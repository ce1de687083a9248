"""The Tab key: commands, options and choices in every shell; nothing from the locked wallet."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete

from wallet import cli
from wallet.cli import COMMANDS, regie
from wallet.cli.completion import PLACES, PROGRAM, SHELLS, VARIABLE, source
from wallet.cli.session import Session

BIN = str(Path(sys.executable).parent)


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


def offered(monkeypatch: pytest.MonkeyPatch, *typed: str, lang: str = "nl") -> list[str]:
    """What Tab offers after these words, the last of which is not finished."""
    monkeypatch.setenv("REGIE_LANG", lang)
    *before, incomplete = typed
    maker = BashComplete(regie, {"obj": Session()}, PROGRAM, VARIABLE)
    return [item.value for item in maker.get_completions(before, incomplete)]


def test_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered(monkeypatch, "") == list(COMMANDS)
    assert offered(monkeypatch, "act") == ["activities", "activity"]
    assert "--home" in offered(monkeypatch, "--h")


def test_options_and_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--decline" in offered(monkeypatch, "share", "--d")
    assert offered(monkeypatch, "completion", "") == list(SHELLS)
    assert offered(monkeypatch, "settings", "l") == ["lang", "lock_minutes"]
    assert offered(monkeypatch, "settings", "lang", "") == ["nl", "en"]
    assert "regie-licht" in offered(monkeypatch, "settings", "theme", "regie")
    assert offered(monkeypatch, "settings", "tls_ca", "") == []
    assert "woonadres" in offered(monkeypatch, "get", "Voorbeeldstad", "woon")
    assert "shared" in offered(monkeypatch, "activities", "--outcome", "s")


@pytest.mark.spec("House rules", "8", "Tab tells nothing of what the wallet holds")
@pytest.mark.parametrize(
    "typed", [("card", ""), ("forget", ""), ("activity", ""), ("ask", "erasure", ""), ("share", "")]
)
def test_nothing_of_the_wallet_is_read(monkeypatch: pytest.MonkeyPatch, typed: tuple) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Session, "open", never)
    monkeypatch.setattr(Session, "passphrase", never)
    assert offered(monkeypatch, *typed) == []


def test_commands_are_explained_without_being_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_name: str) -> click.Command:
        raise AssertionError

    monkeypatch.setattr(cli, "load_command", never)
    assert offered(monkeypatch, "ca") == ["cards", "card"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_lines(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--lang", "nl", "completion", shell], {}) == 0
    out, err = capsys.readouterr()
    assert out == source(shell) + "\n"
    assert PLACES[shell] in err
    assert cli.run(["--json", "completion", shell], {}) == 0
    assert json.loads(capsys.readouterr().out)["lines"] == source(shell)


def shell_says(shell: str, program: str, tmp_path: Path) -> str:
    """What a real shell prints that read our lines."""
    script = tmp_path / "lines"
    script.write_text(source(shell) + "\n")
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(tmp_path), "REGIE_LANG": "nl"}
    done = subprocess.run(
        [shell, "-c", program.format(script=script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs("bash")
def test_in_bash(tmp_path: Path) -> None:
    program = (
        "source {script}; COMP_WORDS=(regie-wallet settings la); COMP_CWORD=2;"
        " _regie_wallet_completion regie-wallet; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    assert shell_says("bash", program, tmp_path).split() == ["lang"]


@needs("fish")
def test_in_fish(tmp_path: Path) -> None:
    said = shell_says("fish", "source {script}; complete -C 'regie-wallet install'", tmp_path)
    assert said.startswith("install-links\tOpen links uit je browser")


@needs("zsh")
def test_in_zsh(tmp_path: Path) -> None:
    program = (
        "autoload -U compinit && compinit -u; source {script};"
        " print -r -- $_comps[regie-wallet]; words=(regie-wallet settings la); CURRENT=3;"
        " compadd() {{ print -r -- $completions }};"
        " _describe() {{ print -r -- $completions_with_descriptions }};"
        " _regie_wallet_completion"
    )
    said = shell_says("zsh", program, tmp_path)
    assert said.splitlines() == ["_regie_wallet_completion", "lang:Taal"]
