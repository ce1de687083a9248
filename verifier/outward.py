"""Connections to receivers of messages: to addresses that were looked at, and with an end."""

import ipaddress
import socket
import ssl
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpcore
import httpx

from verifier import clock
from verifier.bounded import Bounded, seconds_to
from verifier.settings.api import Network


def open_client(
    authority: Path | None, networks: Sequence[Network], seconds: float
) -> httpx.Client:
    """A client that follows no redirect, keeps no connection and knows no proxy."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authority is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(cafile=str(authority))
    transport = httpx.HTTPTransport(verify=False, trust_env=False)
    transport._pool.close()  # noqa: SLF001
    # httpx offers no seam for "resolve, check, then connect to what was checked".
    transport._pool = httpcore.ConnectionPool(  # noqa: SLF001
        ssl_context=context,
        network_backend=_Checked(networks, seconds),
        max_keepalive_connections=0,
    )
    return httpx.Client(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        timeout=seconds,
        headers={"user-agent": "Regie", "accept-encoding": "identity"},
    )


def public(address: str, networks: Sequence[Network]) -> bool:
    """Whether this literal address is public or in a network that the settings allow."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in network for network in networks if network.version == ip.version):
        return True
    return ip.is_global and not ip.is_multicast


class _Checked(httpcore.SyncBackend):
    """Connects only to an address that was itself looked at: no look-up after the check."""

    def __init__(self, networks: Sequence[Network], seconds: float) -> None:
        super().__init__()
        self._networks = networks
        self._seconds = seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect, if every address of this name may be connected to."""
        until = clock.monotonic() + self._seconds
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise httpcore.ConnectError("name not found") from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        # One forbidden address among several is how a name is made to point inside.
        if not addresses or not all(public(one, self._networks) for one in addresses):
            raise httpcore.ConnectError("private address")
        failure: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in addresses:
            try:
                stream = super().connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return Bounded(stream, partial(seconds_to, until))
        assert failure is not None
        raise failure
