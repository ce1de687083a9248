"""The served example register, in process or over https, and a query log that remembers."""

import asyncio
import datetime as dt
import ipaddress
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette

from issuer.brp.access import ApiKey
from issuer.brp.client import BrpClient
from issuer.brp.link import Link, LinkSettings
from issuer.brp.source import HaalCentraalSource
from issuer.register import create_app
from issuer.sources import Occasion, PersonRecord, QueryEntry

FOLDER = Path(__file__).parents[2] / "examples" / "town" / "brp"
NOW = 1_767_225_600  # 2026-01-01T00:00:00Z, the reference date of the test persons
KEY = "key-of-the-example-register"
KINDS = frozenset(
    {"persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht"}
)
DESK = Occasion("clerk", "desk", None)


class InProcess(httpx.BaseTransport):
    """A synchronous client's way to an ASGI app, without a socket; keeps what was asked."""

    def __init__(self, app: Starlette) -> None:
        self._asgi = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.asked: list[tuple[str, bytes]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        self.asked.append((request.url.path, content))

        async def go() -> httpx.Response:
            again = httpx.Request(
                request.method, request.url, headers=request.headers, content=content
            )
            answer = await self._asgi.handle_async_request(again)
            body = b"".join([part async for part in answer.stream])
            return httpx.Response(answer.status_code, headers=answer.headers, content=body)

        return asyncio.run(go())

    def questions(self) -> list[dict[str, Any]]:
        """Every body that was sent, with the last part of its path as `to`."""
        return [{"to": path.rpartition("/")[2], **json.loads(body)} for path, body in self.asked]


class Log:
    """A query log in memory."""

    def __init__(self) -> None:
        self.entries: list[QueryEntry] = []

    def record(self, entries: Sequence[QueryEntry]) -> None:
        self.entries += entries


class Register:
    """An in-process register with a source over it."""

    def __init__(self, now: int = NOW, *, folder: Path = FOLDER) -> None:
        self.now = now
        self.transport = InProcess(create_app(folder, KEY, lambda: self.now))
        self.log = Log()
        self.source = HaalCentraalSource(client(transport=self.transport), self.log)

    def fetch(
        self, bsn: str, kinds: frozenset[str] = KINDS, occasion: Occasion = DESK
    ) -> PersonRecord:
        return self.source.fetch(bsn, kinds, self.now, occasion=occasion)


def client(
    base: str = "https://register.example",
    *,
    transport: httpx.BaseTransport | None = None,
    ca: Path | None = None,
    key: str = KEY,
) -> BrpClient:
    settings = LinkSettings(base, ApiKey(key), tls_ca=ca, timeout=5.0)
    return BrpClient(Link(settings, transport=transport, wait=lambda _seconds: None))


@cache
def persons() -> dict[str, dict[str, Any]]:
    """Every test person as the file has them."""
    listed = json.loads((FOLDER / "personen.json").read_text("utf-8"))["personen"]
    return {one["burgerservicenummer"]: one for one in listed}


@cache
def records(municipality: str | None = None) -> dict[str, PersonRecord]:
    """The record of every test person, all kinds, fetched once in one run of the tests."""
    register = Register()
    occasion = Occasion("clerk", "desk", municipality)
    return {
        bsn: register.fetch(bsn, occasion=occasion)
        for bsn, one in persons().items()
        if municipality in {None, one["gemeenteVanInschrijving"]["code"]}
    }


def make_certificate(folder: Path) -> tuple[Path, Path, Path]:
    """A CA, and a certificate and key for localhost: (ca, certificate, key)."""
    folder.mkdir(parents=True, exist_ok=True)
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    end = dt.datetime(2120, 1, 1, tzinfo=dt.UTC)
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test TLS CA")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])

    def builder(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
        )

    authority = (
        builder(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    leaf = (
        builder(name, key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(authority.public_bytes(pem))
    (folder / "server.pem").write_bytes(leaf.public_bytes(pem))
    (folder / "server.key").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "ca.pem", folder / "server.pem", folder / "server.key"


@contextmanager
def over_https(app: Starlette, folder: Path) -> Iterator[tuple[str, Path]]:
    """Serve the app on a free loopback port: its base URL, and the CA to trust."""
    ca, certificate, key = make_certificate(folder)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        log_level="error",
        ws="none",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"https://localhost:{port}", ca
    finally:
        server.should_exit = True
        thread.join(timeout=5)
