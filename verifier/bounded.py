"""Connections with an end: a file and a mirror have their time, however slowly they drip.

A time limit per read alone ends nothing: one octet just before it begins the time anew.
"""

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpcore
import httpx

from verifier import clock

FILE_SECONDS: Final = 60.0
PLACE_SECONDS: Final = 600.0
"""Together, for everything that is asked of one mirror in one run."""


class Patience:
    """How long is still waited: for the file that is asked for now, and for its mirror."""

    def __init__(self) -> None:
        self._rest = PLACE_SECONDS
        self._until = 0.0

    @contextmanager
    def for_a_file(self) -> Iterator[None]:
        """The time of one file begins; what it takes is gone for the next ones."""
        begun = clock.monotonic()
        self._until = begun + min(FILE_SECONDS, self._rest)
        try:
            yield
        finally:
            self._rest -= clock.monotonic() - begun

    def left(self) -> float:
        """Seconds that are left; raises when there are none."""
        return seconds_to(self._until)


def seconds_to(moment: float) -> float:
    """Seconds until then on the clock that never goes back; raises when it has passed."""
    left = moment - clock.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("too slow")
    return left


class Bounded(httpcore.NetworkStream):
    """A connection that asks before every read and write how long it may take."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._stream = stream
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Bytes, while there is time."""
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Send, while there is time."""
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """The same connection and the same end, encrypted."""
        inner = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return Bounded(inner, self._left)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's own type
        """What the library asks of a connection."""
        return self._stream.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self._patience = patience

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._patience.left
        stream = super().connect_tcp(host, port, left(), local_address, socket_options)
        return Bounded(stream, left)


def client(tls_ca: Path | None, patience: Patience) -> httpx.Client:
    """One that follows no redirect, knows no proxy and asks for nothing compressed."""
    # Not `create_default_context`: that one writes session keys to $SSLKEYLOGFILE.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls_ca is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(cafile=str(tls_ca))
    transport = httpx.HTTPTransport(verify=False, trust_env=False)
    transport._pool.close()  # noqa: SLF001
    # httpx offers no seam for a deadline over everything that one answer takes.
    transport._pool = httpcore.ConnectionPool(  # noqa: SLF001
        ssl_context=context, network_backend=_Backend(patience)
    )
    return httpx.Client(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        headers={"user-agent": "Regie", "accept-encoding": "identity"},
    )
