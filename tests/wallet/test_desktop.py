"""Links in the browser open in this wallet: what is written, taken back, and read by xdg-utils."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wallet import cli, desktop
from wallet.desktop import ENTRY, TYPES, Desktop, command_line, own_command, with_ours, without_ours
from wallet.errors import WalletError
from wallet.links import SCHEMES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a desktop of freedesktop.org")
LINK = "openid4vp://?client_id=x509_hash%3Aabc&request_uri=https%3A%2F%2Flocalhost%2F1"
LISTED = """# mine
[Default Applications]
text/html=firefox.desktop
x-scheme-handler/openid4vp=other.desktop;

[Removed Associations]
x-scheme-handler/openid4vp=third.desktop
"""


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed")


@pytest.fixture
def here(tmp_path: Path) -> Desktop:
    return Desktop.of({"HOME": str(tmp_path)})


def xdg(here: Desktop, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Runs one of the xdg-utils for this user, without a desktop around it."""
    environment = {"HOME": str(here.data.parent.parent), "PATH": os.environ["PATH"], **more}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=30, check=False
    )


def test_the_four_schemes() -> None:
    assert {"openid4vp", "haip-vp", "openid-credential-offer", "haip-vci"} == SCHEMES


def test_install_and_remove_leave_everything_else(here: Desktop) -> None:
    here.list.parent.mkdir(parents=True)
    here.list.write_text(LISTED)
    here.install(["/usr/bin/regie-wallet", "open", "--"])
    listed = here.list.read_text()
    assert f"x-scheme-handler/openid4vp={ENTRY};other.desktop;" in listed
    assert "text/html=firefox.desktop" in listed
    assert {here.opened_by(scheme) for scheme in SCHEMES} == {ENTRY}
    here.install(["/usr/bin/regie-wallet", "open", "--"])
    assert here.list.read_text() == listed
    assert here.remove()
    assert not here.entry.exists()
    assert here.opened_by("openid4vp") == "other.desktop"
    assert here.opened_by("haip-vci") == ""
    for line in LISTED.splitlines():
        assert line in here.list.read_text()
    assert not here.remove()


def test_the_list_of_before_comes_back_as_it_was() -> None:
    for listed in (LISTED, "", "[Added Associations]\na/b=c.desktop;\n", "a\r\n[x]\r\ny=z\r\n"):
        once = with_ours(listed)
        assert with_ours(once) == once
        kept = without_ours(once)
        assert ENTRY not in kept
        for line in listed.splitlines():
            assert line in kept.splitlines()


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("/usr/bin/regie-wallet", "/usr/bin/regie-wallet"),
        ("/home/An na/x", '"/home/An na/x"'),
        ("a%b", '"a%%b"'),
        ('a"b', '"a\\\\"b"'),
        ("$(id)`", '"\\\\$(id)\\\\`"'),
        ("a\\b", '"a\\\\\\\\b"'),
    ],
)
def test_the_command_is_quoted(word: str, written: str) -> None:
    """Quoted for the command line, and its backslashes once more for the value of a key."""
    assert command_line([word]) == f"{written} %u"


def test_a_name_that_cannot_be_quoted_is_refused() -> None:
    with pytest.raises(WalletError, match=r"links\.command"):
        command_line(["/home/a\nExec=evil"])


def test_the_command_is_this_program(tmp_path: Path) -> None:
    assert own_command(Path(desktop.DEFAULT_HOME).expanduser())[-2:] == ("open", "--")
    assert own_command(tmp_path)[-4:] == ("--home", str(tmp_path), "open", "--")
    assert Path(own_command(tmp_path)[0]).is_file()


def test_relative_folders_in_the_environment_are_ignored(tmp_path: Path) -> None:
    found = Desktop.of({"HOME": str(tmp_path), "XDG_DATA_HOME": "x", "XDG_CONFIG_HOME": "/etc/x"})
    assert found.data == tmp_path / ".local/share"
    assert found.config == Path("/etc/x")


def test_elsewhere_there_is_no_such_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(WalletError, match=r"links\.no-desktop"):
        Desktop.of({})


def test_a_list_that_cannot_be_read_is_left_alone(here: Desktop) -> None:
    here.list.parent.mkdir(parents=True)
    here.list.write_bytes(b"\xff\xfe")
    with pytest.raises(WalletError, match=r"links\.unreadable"):
        here.install(["x"])
    assert here.list.read_bytes() == b"\xff\xfe"


@needs("desktop-file-validate")
def test_the_entry_is_valid(here: Desktop) -> None:
    here.install(["/home/An na/regie-wallet", "--home", "/x%y$", "open", "--"])
    done = xdg(here, "desktop-file-validate", str(here.entry))
    assert (done.returncode, done.stdout) == (0, "")


@needs("xdg-mime")
@pytest.mark.parametrize("kind", TYPES)
def test_xdg_utils_find_this_wallet(here: Desktop, kind: str) -> None:
    here.install(["/usr/bin/true"])
    assert xdg(here, "xdg-mime", "query", "default", kind).stdout.strip() == ENTRY
    here.remove()
    assert xdg(here, "xdg-mime", "query", "default", kind).stdout.strip() != ENTRY


@needs("xdg-open")
@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_a_click_runs_this_wallet_with_the_link(here: Desktop, scheme: str) -> None:
    """By the real xdg-open; the link is one word, whatever stands in it."""
    wallet = here.data.parent.parent / "wallet"
    wallet.write_text('#!/bin/sh\nprintf "%s\\n" "$@" > "$HOME/got"\n')
    wallet.chmod(0o755)
    here.install([str(wallet), "open", "--"])
    link = f"{scheme}://?client_id=a&request_uri=https%3A%2F%2Fx%2F1;touch%20y$(id)"
    done = xdg(here, "xdg-open", link, DISPLAY=":0", TERMINAL="env A=1", BROWSER="false")
    if scheme == "openid4vp" and "does not exist" in done.stderr:
        # Before xdg-utils 1.2 the command took a scheme with a digit for a file; browsers ask the
        # desktop, which reads the same list.
        assert xdg(here, "xdg-mime", "query", "default", f"x-scheme-handler/{scheme}").stdout
        return
    assert done.returncode == 0, done.stderr
    assert (wallet.parent / "got").read_text().splitlines() == ["open", "--", link]


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def run(*flags: str) -> tuple[int, list[dict[str, object]]]:
        code = cli.run(["--lang", "nl", "--json", "install-links", *flags], {})
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    code, lines = run("--show")
    assert (code, {line["ours"] for line in lines}) == (0, {False})
    assert {line["scheme"] for line in lines} == SCHEMES
    assert {line["ours"] for line in run()[1]} == {True}
    assert {line["ours"] for line in run("--remove")[1]} == {False}
    (tmp_path / ".config/mimeapps.list").write_text(LISTED)
    assert run()[0] == 4
    assert {line["ours"] for line in run("--yes")[1]} == {True}
    assert cli.run(["--lang", "en", "install-links", "--show"], {}) == 0
    assert "openid4vp: opens in this wallet" in capsys.readouterr().out
