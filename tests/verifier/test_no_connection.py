"""Verification opens no connection: shown with every socket forbidden, and without a network."""

import os
import shutil
import subprocess
import sys

import httpx
import pytest
from support.holder_simulator import Holder
from support.verifier_home import VerifierHome, body_of, requests

CHILD = """
import sys
from pathlib import Path

def forbid(event, _arguments):
    if event.startswith("socket."):
        raise RuntimeError("a socket: " + event)

sys.addaudithook(forbid)
from verifier.service import receive
from verifier.service.verifier import open_verifier
home, now = sys.argv[1:3]
verifier = open_verifier(Path(home), now=lambda: int(now))
for line in Path(sys.argv[3]).read_text().splitlines():
    transaction, body = line.split(" ", 1)
    answer = receive.receive(verifier, transaction, body.encode())
    print(len(answer))
verifier.close()
assert "httpx" not in sys.modules and "httpcore" not in sys.modules
"""


def prepared(home: VerifierHome) -> list[str]:
    """Two answers to check: an honest one, and one whose status list was never fetched."""
    made = requests(home, 2)
    elsewhere = home.scheme.issuer().status_prefix + "77"
    sets = [
        home.cards(),
        [home.maker.card("persoonsgegevens", uri=elsewhere), home.maker.card("verblijfsrecht")],
    ]
    lines = []
    for request, cards in zip(made, sets, strict=True):
        holder = Holder(httpx.AsyncClient(), cards, home.clock.at)
        transaction = request.payload["response_uri"].rsplit("/", 1)[1]
        lines.append(f"{transaction} {body_of(holder, request).decode()}")
    work = home.folder / "work"
    work.write_text("\n".join(lines))
    home.close()
    return [sys.executable, "-c", CHILD, str(home.home), str(home.clock.at), str(work)]


def outcome(home: VerifierHome) -> list[str]:
    with home.open().store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT outcome FROM disclosures ORDER BY rule")
        return [row[0] for row in rows]


@pytest.mark.spec(
    "Regie formats", "7", "no contact: verification opens no socket, not even to look up a name"
)
def test_sockets_forbidden(home: VerifierHome) -> None:
    done = subprocess.run(
        prepared(home), env={"PATH": os.environ["PATH"]}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert outcome(home) == ["accepted", "undetermined"]


@pytest.mark.spec(
    "Regie formats", "7", "no contact: verification works without any network interface"
)
def test_without_a_network(home: VerifierHome) -> None:
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no network namespaces here")
    command = [unshare, "-rn", *prepared(home)]
    done = subprocess.run(
        command, env={"PATH": os.environ["PATH"]}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert outcome(home) == ["accepted", "undetermined"]


CHECK = """
import socket, sys
from verifier import clock
now = int(sys.argv[1])
clock.now = lambda: now
interfaces = [name for _, name in socket.if_nameindex()]
assert interfaces in ([], ["lo"]), interfaces
probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    probe.connect(("127.0.0.1", 9))
except OSError:
    print("not even loopback", file=sys.stderr)
from verifier.cli.main import cli
cli(["--home", sys.argv[2], "--json", "check", sys.argv[3]])
"""


@pytest.mark.spec("Regie formats", "7", "no contact: a file is checked without any interface up")
def test_a_file_is_checked_without_a_network(home: VerifierHome) -> None:
    """`regie-verifier check` of a card, where even loopback is down."""
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no network namespaces here")
    file = home.folder / "card"
    file.write_text(home.maker.card("persoonsgegevens").compact)
    child = [sys.executable, "-c", CHECK, str(home.clock.at), str(home.home), str(file)]
    done = subprocess.run(
        [unshare, "-rn", *child], env={"PATH": os.environ["PATH"]}, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "not even loopback" in done.stderr.decode()
    assert b'"type": "card"' in done.stdout


def test_serving_imports_no_client() -> None:
    """What serves does not even import the code that could fetch."""
    code = (
        "import sys, verifier.web.app, verifier.service.receive, verifier.service.rights;"
        "print([m for m in ('httpx', 'requests', 'urllib3', 'verifier.fetch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"
