"""Slow, large, many: whoever behaves badly pays for it alone, and what is logged names nobody."""

import asyncio
import io
import json
import logging
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from crash.servers import Tls
from starlette.requests import Request
from support.holder_simulator import PERSON, Holder
from support.scheme import VERIFIER
from support.verifier_home import Browser, VerifierHome, attempt, body_of, requests, run

from credential import jose, jwe
from verifier.errors import Refused
from verifier.service import receive
from verifier.settings import operation
from verifier.settings.operation import Network
from verifier.web import doors, logs, patience, server
from verifier.web.address import address_of
from verifier.web.limits import Limiter
from verifier.web.patience import patient

SLOW = 150
PROXIES: tuple[Network, ...] = operation.parse(
    {"server": {"proxies": ["127.0.0.1", "10.0.0.0/8", "fd00::/8"]}}, Path("/")
).proxies


@contextmanager
def served(
    home: VerifierHome, per_address: int = 1000, proxies: tuple[Network, ...] = ()
) -> Iterator[tuple[int, ssl.SSLContext]]:
    """The application as `serve` runs it, over https on a port of its own."""
    tls = Tls.make(home.folder / "tls")
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    settings = uvicorn.Config(
        home.app, ssl_certfile=tls.certificate, ssl_keyfile=tls.key, loop="verifier.web.server:Loop",
        http=patient(proxies, per_address), ws="none", lifespan="off", access_log=False,
        log_level="critical", proxy_headers=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    running = uvicorn.Server(settings)
    thread = threading.Thread(target=running.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()[1], ssl.create_default_context(cafile=tls.ca)
    finally:
        running.should_exit = True
        thread.join(10)


def connected(port: int, context: ssl.SSLContext) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    return context.wrap_socket(plain, server_hostname="localhost")


class Redirected(httpx.AsyncHTTPTransport):
    """Whatever the address says, to this port."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__(verify=context, trust_env=False)
        self.port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=self.port)
        return await super().handle_async_request(request)


def sign_up(home: VerifierHome, port: int, context: ssl.SSLContext) -> str:
    """An honest resident, over the same server."""

    async def work() -> str:
        transport = Redirected(port, context)
        async with httpx.AsyncClient(transport=transport, base_url=VERIFIER, timeout=20) as http:
            browser = await Browser(http).start()
            holder = Holder(http, home.cards(), home.clock.at)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            assert answer.status == 200
            return str(answer.body["receipt"])

    return run(work())


@pytest.mark.spec("Architecture", "Storage", "slow clients hold nobody up but themselves")
def test_many_slow_clients(home: VerifierHome) -> None:
    """Half a head, half a body, nothing at all; an honest wallet is served beside them."""
    half_head = b"GET /nl HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    half_body = (
        b"POST /response/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nresponse=a"
    )
    with served(home) as (port, context), ExitStack() as open_ones:
        for number in range(SLOW):
            if number % 3 == 2:
                plain = socket.create_connection(("127.0.0.1", port), timeout=10)
                open_ones.enter_context(closing(plain))
                continue
            one = open_ones.enter_context(closing(connected(port, context)))
            one.sendall(half_head if number % 3 else half_body)
        assert sign_up(home, port, context)


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET /nl HTTP/1.1\r\nHost: localhost\r\n",
     b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nl HT"],
)  # fmt: skip
def test_a_head_that_never_ends_is_cut_off(
    home: VerifierHome, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.15)
    with served(home) as (port, context), closing(connected(port, context)) as one:
        one.sendall(sent)
        assert _until_closed(one) is not None


def _until_closed(one: ssl.SSLSocket) -> bytes:
    """Everything until the other side ends it, kindly or not."""
    found = b""
    try:
        while part := one.recv(4096):
            found += part
    except (ConnectionError, ssl.SSLError):
        pass
    return found


def test_an_endless_head_is_cut_off(home: VerifierHome) -> None:
    with served(home) as (port, context), closing(connected(port, context)) as one:
        one.sendall(b"GET /nl HTTP/1.1\r\nHost: localhost\r\n")
        try:
            for number in range(2000):
                one.sendall(b"X-%d: %s\r\n" % (number, b"y" * 1000))
        except (ConnectionError, ssl.SSLError):
            pass
        else:
            pytest.fail("two megabytes of head were taken")
        assert sign_up(home, port, context)


@pytest.mark.spec("Architecture", "Storage", "a body that does not arrive is not waited for")
def test_a_slow_body_is_refused(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "BODY_SECONDS", 0.15)
    with served(home) as (port, context), closing(connected(port, context)) as one:
        one.sendall(
            b"POST /rights HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
            b"Content-Type: application/jwt\r\n\r\neyJ"
        )
        answer = _until_closed(one)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"connection: close" in answer.lower()


@pytest.mark.spec("Architecture", "Storage", "who was answered is not read any further")
@pytest.mark.parametrize(
    ("status", "line", "media"),
    [
        (404, b"POST /nowhere/at/all", b"text/plain"),
        (415, b"POST /response/x", b"text/plain"),
        (401, b"POST /api/v1/sessions", b"application/json"),
    ],
)
def test_an_answer_before_the_body_ends_the_connection(
    home: VerifierHome, status: int, line: bytes, media: bytes
) -> None:
    whole = b"POST /response/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
    whole += b"Content-Type: application/x-www-form-urlencoded\r\n\r\na=b"
    with served(home) as (port, context), closing(connected(port, context)) as one:
        one.sendall(
            line + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + media
            + b"\r\nContent-Length: 1000000000\r\n\r\n"
        )  # fmt: skip
        assert _until_closed(one).startswith(b"HTTP/1.1 %d" % status)
        with closing(connected(port, context)) as other:
            for _ in range(2):  # who sends all that was announced keeps the connection
                other.sendall(whole)
                found = b""
                while not found.endswith(b"}"):
                    found += other.recv(65536)
                assert found.startswith(b"HTTP/1.1 400")


def _is_cut_off(one: ssl.SSLSocket, more: bytes) -> bool:
    """Whether somebody stops us before a hundred megabytes."""
    try:
        for _ in range(100_000_000 // len(more)):
            one.sendall(more)
    except (ConnectionError, ssl.SSLError):
        return True
    return False


@pytest.mark.spec("RFC 9110", "6.5", "one field after a body has an end, also before it has one")
def test_a_field_without_end(home: VerifierHome) -> None:
    with served(home) as (port, context), closing(connected(port, context)) as one:
        one.sendall(
            b"POST /response/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n3\r\na=b\r\n0\r\na"
        )
        assert _is_cut_off(one, b"a" * 65_536)


def test_a_handshake_is_not_waited_for(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.15)
    with served(home) as (port, _):
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        with closing(plain):
            assert plain.recv(1) == b""


@pytest.mark.spec("RFC 9110", "6.5", "fields after a body are not kept")
def test_trailers_end_the_connection(home: VerifierHome) -> None:
    with served(home) as (port, context), closing(connected(port, context)) as one:
        one.sendall(
            b"POST /response/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\n3\r\na=b\r\n0\r\n"
        )
        assert _is_cut_off(one, b"x: y\r\n" * 100)
        assert sign_up(home, port, context)


@pytest.mark.spec("Architecture", "Storage", "a body too large is refused before it is read")
@pytest.mark.parametrize("declared", [True, False])
def test_a_large_body_is_refused(home: VerifierHome, declared: bool) -> None:
    """By what it says of itself, else at the first byte too many."""
    length = b"Content-Length: 999999999" if declared else b"Transfer-Encoding: chunked"
    with served(home) as (port, context), closing(connected(port, context)) as one:
        one.sendall(
            b"POST /response/x HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n" + length + b"\r\n\r\n"
        )
        if not declared:
            chunk = b"10000\r\n" + b"a" * 65536 + b"\r\n"
            try:
                for _ in range(64):
                    one.sendall(chunk)
            except (ConnectionError, ssl.SSLError):
                pass
        assert _until_closed(one).startswith(b"HTTP/1.1 413") or not declared
        assert sign_up(home, port, context)


def test_connections_of_one_address_are_bounded(home: VerifierHome) -> None:
    """One too many is closed; when one of them ends, there is room again."""
    ask = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with served(home, per_address=5) as (port, context), ExitStack() as stack:
        held = [stack.enter_context(closing(connected(port, context))) for _ in range(5)]
        for one in held:
            one.sendall(b"GET /nl HTTP/1.1\r\n")
        assert _asked(port, context, ask) == b""
        held[0].sendall(ask.partition(b"\r\n")[2])
        _until_closed(held[0])
        held[0].close()
        for _ in range(20):
            if _asked(port, context, ask).startswith(b"HTTP/1.1 200"):
                break
            time.sleep(0.1)  # until the server saw the end of it
        else:
            pytest.fail("no room again")


def _asked(port: int, context: ssl.SSLContext, ask: bytes) -> bytes:
    """What comes back; nothing when the connection is closed at once."""
    try:
        with closing(connected(port, context)) as one:
            one.sendall(ask)
            return _until_closed(one)
    except (ConnectionError, ssl.SSLError):
        return b""


def test_a_proxy_of_ours_is_not_bounded(home: VerifierHome) -> None:
    with served(home, per_address=4, proxies=PROXIES) as (port, context), ExitStack() as stack:
        for _ in range(12):
            one = stack.enter_context(closing(connected(port, context)))
            one.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert one.recv(12) == b"HTTP/1.1 200"


@pytest.mark.spec("Architecture", "Storage", "X-Forwarded-For is believed of our own proxies alone")
@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),  # anybody may write that
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),  # the left part is hearsay
        ("127.0.0.1", ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("127.0.0.1", ["10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["nonsense"], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, nonsense"], "127.0.0.1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("fd00::1", ["2001:db8:1:2::9"], "2001:db8:1:2::/64"),
        ("", [], ""),
    ],
)
def test_address(peer: str, forwarded: list[str], address: str) -> None:
    assert address_of(peer, forwarded, PROXIES) == address


def test_who_is_behind_a_proxy_has_a_bucket_of_their_own() -> None:
    limiter = Limiter(2, lambda: 0.0, PROXIES)

    def knock(forwarded: str, peer: str = "127.0.0.1") -> bool:
        headers = [(b"x-forwarded-for", forwarded.encode())]
        scope = {"type": "http", "headers": headers, "client": (peer, 1)}
        try:
            limiter.knock(Request(scope))
        except Refused:
            return False
        return True

    assert [knock("198.51.100.1") for _ in range(3)] == [True, True, False]
    assert knock("198.51.100.2")
    # Who is no proxy cannot talk itself into another bucket.
    assert [knock(f"198.51.100.{n}", "192.0.2.1") for n in range(3, 6)] == [True, True, False]


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "200 open requests cost an answer no more than one does")
def test_open_requests_cost_nothing(home: VerifierHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in key operations: the response names its key, and no other is tried."""
    verifier = home.open()
    counted: list[str] = []
    for module, name in ((jose, "private_key_from_pem"), (jose, "verify"), (jwe, "decrypt")):
        monkeypatch.setattr(module, name, _noting(counted, name, getattr(module, name)))
    seen = []
    statements: list[str] = []
    from sqlalchemy import event

    event.listen(verifier.store.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    for turn, others in enumerate((0, 0, 199)):  # the first opens the lists and the chains
        *_, request = requests(home, others + 1)
        person = {"housing_pseudonym": f"person-{turn}"}
        kinds = ("persoonsgegevens", "verblijfsrecht")
        cards = [home.maker.card(kind, PERSON[kind] | person) for kind in kinds]
        holder = Holder(httpx.AsyncClient(), cards, home.clock.at)
        body = body_of(holder, request)
        transaction = request.payload["response_uri"].rsplit("/", 1)[1]
        counted.clear()
        statements.clear()
        receive.receive(verifier, transaction, body)
        seen.append((Counter(counted), len(statements)))
    assert seen[1] == seen[2]
    assert seen[2][0]["private_key_from_pem"] == seen[2][0]["decrypt"] == 1


def _noting(counted: list[str], name: str, function: Any) -> Any:
    def called(*arguments: Any, **named: Any) -> Any:
        counted.append(name)
        return function(*arguments, **named)

    return called


@pytest.mark.spec(
    "House rules", "8", "the log of a whole visit, with faults, holds no personal data"
)
def test_logs_name_nobody(home: VerifierHome) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.Lines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        answer, _ = attempt(home)

        async def visit() -> None:
            async with home.client() as http:
                await http.get(answer.body["redirect_uri"])
                await http.post("/nl/inschrijven/code", data={"code": "123456"})
                await http.post("/response/x", content=answer.sent)

        run(visit())
        try:
            _ = PERSON[str(PERSON)]
        except KeyError:
            logging.getLogger("a.library").exception("fault for %s", PERSON)
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    text = out.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"refused", "fault"} <= {line.get("event") for line in lines}
    fault = next(line for line in lines if line.get("type") == "KeyError")
    assert fault["where"]
    values = [v for card in PERSON.values() for v in card.values() if isinstance(v, str)]
    for value in [*values, answer.body["redirect_uri"].rsplit("/", 1)[1]]:
        if len(value) > 4:
            assert value not in text


def test_refusals_say_code_and_section(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="verifier"):
        logs.refused(Refused("http.size", "RFC 9110 15.5.14", status=413))
    line = json.loads(logs.Lines().format(caplog.records[0]))
    assert (line["code"], line["section"], line["status"]) == ("http.size", "RFC 9110 15.5.14", 413)


def test_no_access_log() -> None:
    """Addresses are personal data: not one request leaves a line."""
    source = Path(doors.__file__).with_name("server.py").read_text()
    assert "access_log=False" in source
    assert asyncio.iscoroutinefunction(doors.bounded_body)
