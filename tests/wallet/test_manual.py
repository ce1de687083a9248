"""The manual: a page for every command in both languages, of the same words as `--help`."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from wallet.cli import COMMANDS, explanation, load_command, manual
from wallet.errors import ExitCode
from wallet.texts import LANGUAGES, Texts


def spoken(page: str) -> str:
    """A page without what only roff reads."""
    shown = "\n".join(re.sub(r"^\.[A-Z]+ ?", "", line) for line in page.splitlines())
    for written, read in (("\\-", "-"), ("\\e", "\\"), ("\\&", ""), ("\\(dq", '"')):
        shown = shown.replace(written, read)
    return " ".join(shown.split())


def every(command: click.Command, path: str):
    """A command and its own commands, each with its path."""
    yield path, command
    for name, sub in getattr(command, "commands", {}).items():
        yield from every(sub, f"{path}.{name}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_command_has_a_page_with_all_its_options(lang: str) -> None:
    pages, texts = manual.pages(lang), Texts(lang)
    assert set(pages) == {"regie-wallet.1", *(f"regie-wallet-{name}.1" for name in COMMANDS)}
    for name in COMMANDS:
        page = spoken(pages[f"regie-wallet-{name}.1"])
        assert f"regie-wallet {name}" in page
        assert texts.get(f"command.{name}.help").rstrip(".") in page
        for path, command in every(load_command(name), name):
            for option in command.params:
                if isinstance(option, click.Option) and not option.hidden:
                    assert max(option.opts, key=len) in page, (path, option.name)
                    assert (explanation(path, option, texts) or "?") in page, (path, option.name)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_program_page_names_commands_exit_codes_and_variables(lang: str) -> None:
    page, texts = spoken(manual.pages(lang)["regie-wallet.1"]), Texts(lang)
    for name in COMMANDS:
        assert f"regie-wallet-{name}" in page
    for code in ExitCode:
        assert texts.get(f"manual.exit.{code.value}") in page
    for variable in ("REGIE_HOME", "REGIE_PASSPHRASE", "REGIE_PIN"):
        assert variable in page


def test_written_where_man_looks(tmp_path: Path) -> None:
    count = manual.write(tmp_path)
    assert count == 2 * (len(COMMANDS) + 1)
    assert (tmp_path / "man1/regie-wallet.1").is_file()
    assert (tmp_path / "nl/man1/regie-wallet-share.1").is_file()


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_has_nothing_to_say_about_them(tmp_path: Path) -> None:
    manual.write(tmp_path)
    pages = sorted(str(page) for page in tmp_path.rglob("*.1"))
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", *pages],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_roff_would_read_is_written_out() -> None:
    assert manual._plain('.x "a" \\b-c') == "\\&.x \\(dqa\\(dq \\eb\\-c"
    assert manual._plain("'x") == "\\&'x"
