"""Two real windows: the first has the screens open, the second is a command."""

import os
import pty
import select
import signal
import subprocess
import sys

import pytest

from wallet import clock, handover
from wallet.config import Config
from wallet.service.wallet import Wallet
from wallet.texts import Texts

PHRASE = "een zin van genoeg tekens"
LINK = "openid4vp://?client_id=x509_hash%3Aabc&request_uri=https%3A%2F%2Flocalhost%3A1%2Fr"
PATIENCE = 60
TITLE = Texts("nl").get("tui.title.refusal")


@pytest.fixture
def home(tmp_path):
    made = tmp_path / "wallet"
    with Wallet.create(made, PHRASE, config=Config(lang="nl"), at=1, entropy=clock.random_bytes):
        pass
    return made


@pytest.fixture
def screens(home):
    """The terminal of a process with the screens open; what it shows is read as it comes."""
    environment = os.environ | {"TERM": "xterm-256color", "REGIE_PASSPHRASE": PHRASE}
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(
            sys.executable, [sys.executable, "-m", "wallet", "--home", str(home)], environment
        )
    shown = Shown(terminal)
    shown.until((home / handover.FILE).exists)
    yield shown
    os.write(terminal, b"\x11")
    while shown.more():
        pass
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) in (0, -signal.SIGHUP)


class Shown:
    """Everything a terminal showed so far."""

    def __init__(self, terminal):
        self.terminal, self.text = terminal, ""

    def more(self):
        """Reads on; False when the other side is gone."""
        if not select.select([self.terminal], [], [], 0.1)[0]:
            return True
        try:
            came = os.read(self.terminal, 65_536)
        except OSError:
            return False
        self.text += came.decode("utf-8", "replace")
        return bool(came)

    def until(self, there):
        end = clock.monotonic() + PATIENCE
        while not there():
            assert clock.monotonic() < end, self.text[-2000:]
            assert self.more(), self.text[-2000:]


def command(home, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "wallet", "--home", str(home), "--lang", "nl", *arguments],
        env=os.environ | {"REGIE_PASSPHRASE": PHRASE},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.spec("Architecture", "Wallet", "a second share hands its link to the open screens")
def test_a_link_goes_to_the_open_window_and_other_writers_wait(home, screens):
    shared = command(home, "share", LINK)
    assert (shared.returncode, shared.stdout) == (
        8,
        "Je wallet is al open in een ander venster. Daar staat nu de link.\n",
    ), shared.stderr
    # The screens went through their door with it: here nobody answers at that address.
    screens.until(lambda: TITLE in screens.text)
    writer = command(home, "activities", "forget", "x", "--yes")
    assert writer.returncode == 4
    assert writer.stderr.startswith("Je wallet is al open in een ander venster.")
    assert command(home, "cards").returncode == 0


def test_when_the_window_closes_the_door_goes(home):
    assert command(home, "share", LINK, "--show").returncode != 8
    assert not (home / handover.FILE).exists()
