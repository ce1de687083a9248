"""How a message leaves: https to an address that was looked at, one answer, and an end to waiting."""

import ipaddress
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from crash.servers import Served, Tls, listener, url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from support.api_client import api_home, hook_table
from support.verifier_home import VerifierHome

from verifier import outward, send
from verifier.cli.main import cli
from verifier.send import Sender, Sent
from verifier.service import webhooks
from verifier.service.webhooks import Event, emit

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class Inbox:
    """A receiver with the faults a test asks for."""

    def __init__(self, tls: Tls) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.arrived = threading.Event()
        self.socket = listener()
        routes = [
            Route("/redirect", self._redirect, methods=["POST"]),
            Route("/busy", self._busy, methods=["POST"]),
            Route("/{path:path}", self._take, methods=["POST"]),
        ]
        self.served = Served(Starlette(routes=routes), self.socket, tls)

    @property
    def url(self) -> str:
        return url(self.socket)

    async def _take(self, request: Request) -> Response:
        self.got.append((request.headers["webhook-id"], await request.body()))
        self.arrived.set()
        return Response(None, 204)

    async def _redirect(self, _request: Request) -> Response:
        return RedirectResponse(f"{self.url}/elsewhere", 307)

    async def _busy(self, _request: Request) -> Response:
        return Response(None, 503, {"retry-after": "90"})


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return Tls.make(tmp_path_factory.mktemp("tls") / "files")


@pytest.fixture
def inbox(tls: Tls) -> Iterator[Inbox]:
    made = Inbox(tls)
    yield made
    made.served.stop()


@contextmanager
def sender(tls: Tls, networks: tuple = LOOPBACK) -> Iterator[Sender]:
    made = Sender(Path(tls.ca), networks)
    yield made
    made.close()


def post(sending: Sender, address: str) -> Sent:
    return sending(address, {"webhook-id": "msg_1"}, b"{}")


@pytest.mark.spec(
    "Standard Webhooks 1.0.0", "Operational considerations", "no redirect is followed"
)
def test_sent(inbox: Inbox, tls: Tls) -> None:
    with sender(tls) as sending:
        assert post(sending, f"{inbox.url}/in") == Sent(204)
        assert post(sending, f"{inbox.url}/redirect") == Sent(307)
        assert post(sending, f"{inbox.url}/busy") == Sent(503, 90)
        assert inbox.got == [("msg_1", b"{}")]


@pytest.mark.spec(
    "Standard Webhooks 1.0.0", "SSRF", "private addresses are refused, whatever the name"
)
def test_private_addresses(inbox: Inbox, tls: Tls) -> None:
    with sender(tls, ()) as sending:
        assert post(sending, f"{inbox.url}/in") == Sent(None)
        assert post(sending, inbox.url.replace("localhost", "127.0.0.1")) == Sent(None)
        assert post(sending, inbox.url.replace("localhost", "[::ffff:127.0.0.1]")) == Sent(None)
    assert inbox.got == []


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("2001:4860:4860::8888", True),
    ],
)
def test_public(address: str, allowed: bool) -> None:
    assert outward.public(address, ()) is allowed
    assert outward.public("10.1.2.3", (ipaddress.ip_network("10.0.0.0/8"),))


def test_one_private_address_among_several(
    inbox: Inbox, tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = inbox.socket.getsockname()[1]
    both = [(2, 1, 6, "", ("8.8.8.8", port)), (2, 1, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: both)
    with sender(tls, ()) as sending:
        assert post(sending, f"{inbox.url}/in") == Sent(None)


def test_not_https_not_known_not_ours(inbox: Inbox, tls: Tls) -> None:
    with sender(tls) as sending:
        assert post(sending, inbox.url.replace("https", "http")) == Sent(None)
    stranger = Sender(None, LOOPBACK)
    assert post(stranger, f"{inbox.url}/in") == Sent(None)
    stranger.close()
    assert inbox.got == []


@pytest.mark.spec("Standard Webhooks 1.0.0", "Operational considerations", "an answer has an end")
def test_an_answer_byte_by_byte(tls: Tls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "SECONDS", 0.4)
    listening = listener()
    over = threading.Event()

    def drip() -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
        plain, _ = listening.accept()
        with plain, context.wrap_socket(plain, server_side=True) as held:
            held.recv(4096)
            try:
                held.sendall(b"HTTP/1.1 200 OK\r\nx: ")
                while not over.wait(0.05):
                    held.sendall(b"x")
            except OSError:
                pass

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    try:
        with sender(tls) as sending:
            assert post(sending, url(listening)) == Sent(None)
        assert time.monotonic() - began < 5
    finally:
        over.set()
        thread.join()
        listening.close()


@pytest.fixture
def home(tmp_path: Path, inbox: Inbox, tls: Tls) -> Iterator[VerifierHome]:
    hooks = (
        f'allow_networks = ["127.0.0.0/8", "::1/128"]\nwebhook_ca = "{tls.ca}"\n'
        "deliver_in_serve = true\n" + hook_table(url=f"{inbox.url}/in")
    )
    made = api_home(tmp_path, hooks=hooks)
    verifier = made.open()
    with verifier.store.writing() as connection:
        data = {"registration": "1111-2222-3333", "profile": "inschrijven"}
        emit(connection, verifier, Event.REGISTRATION_CREATED, data, made.clock.at)
    yield made
    made.close()


def test_command(home: VerifierHome, inbox: Inbox) -> None:
    for expected in (1, 0):
        done = CliRunner().invoke(cli, ["--home", str(home.home), "--json", "deliver"])
        assert done.exit_code == 0, done.output
        assert f'"delivered": {expected}' in done.output
    assert len(inbox.got) == 1


def test_in_serve(home: VerifierHome, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "PAUSE_SECONDS", 0.02)
    with webhooks.background(home.open()):
        assert inbox.arrived.wait(5)
    assert len(inbox.got) == 1


DIES = """
import os, signal, sys
from verifier import send
from verifier.cli.main import cli

plain = send.Sender.__call__

def call(self, *args):
    plain(self, *args)
    os.kill(os.getpid(), signal.SIGKILL)

send.Sender.__call__ = call
cli(["--home", sys.argv[1], "deliver"])
"""


@pytest.mark.spec("House rules", "6", "a process killed after sending: sent again with the same id")
@pytest.mark.crash
def test_killed(home: VerifierHome, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = subprocess.run([sys.executable, "-c", DIES, str(home.home)], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert len(inbox.got) == 1
    done = CliRunner().invoke(cli, ["--home", str(home.home), "--json", "deliver"])
    assert '"delivered": 0' in done.output  # the dead one still has it in hand
    from verifier import clock

    later = clock.now() + webhooks.CLAIM_SECONDS + 2
    monkeypatch.setattr(clock, "now", lambda: later)
    done = CliRunner().invoke(cli, ["--home", str(home.home), "--json", "deliver"])
    assert '"delivered": 1' in done.output
    assert len({message for message, _ in inbox.got}) == 1
    assert len(inbox.got) == 2
