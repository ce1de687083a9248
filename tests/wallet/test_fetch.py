"""The only way out: which addresses, how much, how long, and whether a byte left."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from wallet import fetch
from wallet.fetch import Call, HttpsFetch, allowed
from wallet.refusals import Lost, NotSent

LOOPBACK = ("127.0.0.0/8", "::1")
Conversation = Callable[[ssl.SSLSocket], None]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for localhost; its own authority, as a file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36_500))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@contextmanager
def serving(authority: Path, talk: Conversation) -> Iterator[int]:
    """One https server for one connection; `talk` is its whole behaviour."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "ca.pem", authority / "key.pem")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)

    def run() -> None:
        try:
            connection, _ = listener.accept()
            connection.settimeout(10)
            with context.wrap_socket(connection, server_side=True) as stream:
                talk(stream)
        except OSError:
            pass

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()
        thread.join(10)


def answering(raw: bytes) -> Conversation:
    def talk(stream: ssl.SSLSocket) -> None:
        stream.recv(65_536)
        stream.sendall(raw)

    return talk


def client(authority: Path, networks: tuple[str, ...] = LOOPBACK) -> HttpsFetch:
    return HttpsFetch(tls_ca=str(authority / "ca.pem"), allow_networks=networks)


def send(authority: Path, talk: Conversation, **more: object) -> fetch.Reply:
    with serving(authority, talk) as port, closing(client(authority)) as way:
        return way.send(Call("GET", f"https://localhost:{port}/x", **more))  # type: ignore[arg-type]


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}"


def test_a_plain_get(authority: Path) -> None:
    seen: list[bytes] = []

    def talk(stream: ssl.SSLSocket) -> None:
        seen.append(stream.recv(65_536))
        stream.sendall(OK)

    with serving(authority, talk) as port, closing(client(authority)) as way:
        reply = way.send(
            Call("GET", f"https://localhost:{port}/path?a=b", accept="application/jwt")
        )
        assert way.peers == (f"localhost:{port}",)
    assert (reply.status, reply.body, reply.media_type) == (200, b"{}", "application/json")
    assert seen[0].startswith(b"GET /path?a=b HTTP/1.1\r\n")
    assert b"accept: application/jwt" in seen[0].lower()
    assert b"accept-encoding: identity" in seen[0].lower()


def test_a_post_carries_its_bytes(authority: Path) -> None:
    seen: list[bytes] = []

    def talk(stream: ssl.SSLSocket) -> None:
        data = b""
        while b"response=abc" not in data:
            data += stream.recv(65_536)
        seen.append(data)
        stream.sendall(OK)

    with serving(authority, talk) as port, closing(client(authority)) as way:
        call = Call(
            "POST",
            f"https://localhost:{port}/response",
            content_type="application/x-www-form-urlencoded",
            body=b"response=abc",
        )
        assert way.send(call).status == 200
    assert seen[0].endswith(b"\r\n\r\nresponse=abc")


@pytest.mark.spec("OpenID4VP 1.0", "5.10", "redirects are not followed")
def test_a_redirect_is_a_reply(authority: Path) -> None:
    raw = b"HTTP/1.1 302 Found\r\nLocation: https://localhost/else\r\nContent-Length: 0\r\n\r\n"
    assert send(authority, answering(raw)).status == 302


def test_too_much_is_refused(authority: Path) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    with pytest.raises(Lost, match=r"network\.too_big"):
        send(authority, answering(raw), max_bytes=4096)


def test_encoded_bodies_are_refused(authority: Path) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
    with pytest.raises(Lost, match=r"network\.encoded"):
        send(authority, answering(raw))


def test_too_slow_is_refused(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 100.0, 200.0])
    monkeypatch.setattr(fetch.clock, "monotonic", lambda: next(moments))
    with pytest.raises(Lost, match=r"network\.too_slow"):
        send(authority, answering(OK))


# What failed, and what the other side may have.


def test_nobody_listens(authority: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent, match=r"network\.failed"):
        client(authority).send(Call("POST", f"https://localhost:{port}/", body=b"secret"))


def test_an_untrusted_certificate_gets_nothing(authority: Path, tmp_path: Path) -> None:
    seen: list[bytes] = []
    with serving(authority, lambda stream: seen.append(stream.recv(10))) as port:
        way = HttpsFetch(allow_networks=LOOPBACK)
        with pytest.raises(NotSent):
            way.send(Call("POST", f"https://localhost:{port}/", body=b"secret"))
    assert seen == []


def test_a_certificate_for_another_name_gets_nothing(authority: Path) -> None:
    seen: list[bytes] = []
    with (
        serving(authority, lambda stream: seen.append(stream.recv(10))) as port,
        pytest.raises(NotSent),
    ):
        client(authority).send(Call("POST", f"https://127.0.0.1:{port}/", body=b"secret"))
    assert seen == []


def test_hanging_up_after_the_request_is_lost(authority: Path) -> None:
    def talk(stream: ssl.SSLSocket) -> None:
        stream.recv(65_536)

    with pytest.raises(Lost, match=r"network\.failed"):
        send(authority, talk)


def test_half_an_answer_is_lost(authority: Path) -> None:
    with pytest.raises(Lost):
        send(authority, answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"))


def test_no_answer_in_http_is_lost(authority: Path) -> None:
    with pytest.raises(Lost):
        send(authority, answering(b"this is not HTTP\r\n\r\n"))


# Where it may go.


@pytest.mark.parametrize(
    "url", ["http://localhost/", "ftp://localhost/", "file:///etc/passwd", "https:///x"]
)
def test_https_only(url: str) -> None:
    with pytest.raises(NotSent, match=r"network\.not_https"):
        HttpsFetch(allow_networks=LOOPBACK).send(Call("GET", url))


@pytest.mark.parametrize("url", ["https://[::1/x", "https://localhost:99999/x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(NotSent, match=r"network\.not_https"):
        HttpsFetch().send(Call("GET", url))


@pytest.mark.spec("RFC 1035", "2.3.4", "a name that cannot be looked up: nothing was sent")
@pytest.mark.parametrize("host", ["a..example", "a" * 64 + ".example"])
def test_a_name_that_cannot_be_looked_up(host: str) -> None:
    with pytest.raises(NotSent, match=r"network\.failed"):
        HttpsFetch().send(Call("GET", f"https://{host}/x"))


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_bad_file_of_authorities_sends_nothing(tmp_path: Path, content: bytes | None) -> None:
    place = tmp_path / "ca.pem"
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(NotSent, match=r"network\.tls_ca"):
        HttpsFetch(tls_ca=str(place)).send(Call("GET", "https://example.test/"))


@pytest.mark.spec("SD-JWT VC", "8", "private addresses are refused at connect time")
@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "[::1]",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "[fe80::1]",
    ],
)
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(NotSent, match=r"network\.private_address"):
        HttpsFetch().send(Call("GET", f"https://{host}:9/"))


def test_one_private_address_among_public_ones_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> list[object]:
        return [(0, 0, 0, "", ("93.184.216.34", 9)), (0, 0, 0, "", ("127.0.0.1", 9))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(NotSent, match=r"network\.private_address"):
        HttpsFetch().send(Call("GET", "https://example.test:9/"))


def test_the_address_looked_at_is_the_address_connected_to(
    authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers differently the second time gains nothing."""
    real = socket.getaddrinfo
    asked: list[object] = []

    def resolve(host: object, *rest: object, **more: object) -> object:
        asked.append(host)
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert send(authority, answering(OK)).status == 200
    assert asked[0] == "localhost"
    # After the check only literals are handed on.
    for host in asked[1:]:
        ipaddress.ip_address(str(host))


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("127.0.0.1", False),
    ],
)
def test_allowed(address: str, fine: bool) -> None:
    assert allowed(address, ()) is fine
    assert allowed("127.0.0.1", (ipaddress.ip_network("127.0.0.0/8"),))


def test_a_call_shows_neither_body_nor_address() -> None:
    call = Call("POST", "https://h/secret-path", body=b"secret-body", headers={"a": "secret"})
    assert "secret" not in repr(call)
    assert "secret" not in repr(fetch.Reply(200, {"a": "secret"}, b"secret"))
