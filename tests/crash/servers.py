"""An https server on loopback in a thread of the tests, and when it has nothing more to do."""

import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from registrar import tls
from wallet import clock

PATIENCE = 10.0


@dataclass(frozen=True)
class Tls:
    """The files of one authority and its one server certificate."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Tls":
        made = tls.make("localhost", now=clock.now(), entropy=clock.random_bytes)
        folder.mkdir()
        for name, data in (("ca", made.ca), ("server", made.certificate), ("server.key", made.key)):
            (folder / f"{name}.pem").write_bytes(data)
        return cls(folder)

    @property
    def ca(self) -> str:
        return str(self.folder / "ca.pem")

    @property
    def certificate(self) -> str:
        return str(self.folder / "server.pem")

    @property
    def key(self) -> str:
        return str(self.folder / "server.key.pem")


def listener() -> socket.socket:
    """A socket that has its port before anything answers there."""
    # With the protocol named, asyncio turns Nagle's delay off on what it accepts.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.bind(("127.0.0.1", 0))
    made.listen(64)
    return made


def _prompt(connected: socket.socket) -> socket.socket:
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def url(listening: socket.socket) -> str:
    return f"https://localhost:{listening.getsockname()[1]}"


@dataclass
class Served:
    """One application, served until `stop`."""

    app: ASGIApp
    listening: socket.socket
    tls: Tls
    keep_alive: int = 5
    """Seconds that a connection may be idle."""
    _server: uvicorn.Server = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        settings = uvicorn.Config(
            self.app,
            ssl_certfile=self.tls.certificate,
            ssl_keyfile=self.tls.key,
            loop="asyncio",
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="critical",
            timeout_keep_alive=self.keep_alive,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, args=([self.listening],))
        self._thread.start()

    def idle(self) -> None:
        """Returns when everything that was sent before this call has been dealt with."""
        # Connections are taken in order: once this one is answered, all before it were taken.
        self._knock()
        until = time.monotonic() + PATIENCE
        state = self._server.server_state
        while state.connections or state.tasks:
            assert time.monotonic() < until, "the server does not come to rest"
            time.sleep(0.002)

    def _knock(self) -> None:
        context = ssl.create_default_context(cafile=self.tls.ca)
        address = ("127.0.0.1", self.listening.getsockname()[1])
        with (
            _prompt(socket.create_connection(address, timeout=PATIENCE)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as knocking,
        ):
            knocking.sendall(
                b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            while knocking.recv(4096):
                pass

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
