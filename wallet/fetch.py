"""The only way out: https, capped, to public addresses, and never redirected unasked."""

import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from wallet import clock
from wallet.links import host_of
from wallet.refusals import Lost, NotSent

if TYPE_CHECKING:
    import httpcore
    import httpx

MAX_BYTES: Final = 1024 * 1024
SECONDS: Final = 20.0
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Call:
    """One HTTP request; its body may hold what a person shares and is never shown."""

    method: str
    url: str = field(repr=False)
    accept: str = "application/json"
    content_type: str | None = None
    body: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    max_bytes: int = MAX_BYTES
    seconds: float = SECONDS


@dataclass(frozen=True)
class Reply:
    """What came back, whole and within the caps."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Fetch(Protocol):
    """Sends a call and returns the reply; raises `NotSent` or `Lost`, never anything between."""

    @property
    def peers(self) -> tuple[str, ...]:
        """The hosts contacted so far, in order of first contact."""
        ...

    def send(self, call: Call) -> Reply:
        """Exactly one request; a redirect is a reply like any other."""
        ...


def allowed(address: str, networks: Sequence[IpNetwork]) -> bool:
    """Whether this literal address is public or inside a network that the settings allow."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if any(ip in network for network in networks if network.version == ip.version):
        return True
    return ip.is_global and not ip.is_multicast


class HttpsFetch:
    """The network, with the address checked at the moment of connecting."""

    def __init__(
        self, *, tls_ca: str | None = None, allow_networks: Iterable[str] = (), agent: str = "Regie"
    ) -> None:
        self._tls_ca = tls_ca
        self._networks = tuple(ipaddress.ip_network(text) for text in allow_networks)
        self._agent = agent
        self._peers: dict[str, None] = {}
        self._client: httpx.Client | None = None

    @property
    def peers(self) -> tuple[str, ...]:
        """The hosts contacted so far, in order of first contact."""
        return tuple(self._peers)

    def send(self, call: Call) -> Reply:
        """Exactly one request over a fresh connection; refuses other schemes and bigger replies."""
        import httpx  # noqa: PLC0415  149 ms that commands without a network do not pay

        host = _https_host(call.url)
        if self._client is None:
            self._client = self._open()
        left = False

        def trace(event: str, _info: Mapping[str, Any]) -> None:
            nonlocal left
            # Raised before the first write, so that a failing write counts as sent.
            left = left or event == "http11.send_request_headers.started"

        headers = {**call.headers, "accept": call.accept}
        if call.content_type is not None:
            headers["content-type"] = call.content_type
        deadline = clock.monotonic() + call.seconds
        self._peers.setdefault(host)
        try:
            with self._client.stream(
                call.method,
                call.url,
                content=call.body if call.method != "GET" else None,
                headers=headers,
                timeout=call.seconds,
                extensions={"trace": trace},
            ) as response:
                body = self._read(response, call.max_bytes, deadline)
                return Reply(
                    response.status_code,
                    {name.lower(): value for name, value in response.headers.items()},
                    body,
                )
        # ValueError: a name that cannot be looked up (UnicodeError).
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError):
            raise (Lost if left else NotSent)("network.failed", host=host) from None

    def close(self) -> None:
        """Gives the connections back; sending again opens them anew."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _open(self) -> "httpx.Client":
        import httpcore  # noqa: PLC0415
        import httpx  # noqa: PLC0415

        try:
            context = _tls(self._tls_ca)
        except OSError:
            raise NotSent("network.tls_ca") from None
        transport = httpx.HTTPTransport(verify=False, trust_env=False)
        transport._pool.close()  # noqa: SLF001
        # httpx offers no seam for "resolve, check, then connect to what was checked".
        transport._pool = httpcore.ConnectionPool(  # noqa: SLF001
            ssl_context=context,
            network_backend=_checked_backend(self._networks),
            max_keepalive_connections=0,
        )
        return httpx.Client(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            headers={"user-agent": self._agent, "accept-encoding": "identity"},
        )

    @staticmethod
    def _read(response: "httpx.Response", max_bytes: int, deadline: float) -> bytes:
        # Not decoded: an inflated body could outgrow any cap that is set on what arrives.
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Lost("network.encoded")
        body = bytearray()
        for piece in response.iter_raw(65_536):
            body += piece
            if len(body) > max_bytes:
                raise Lost("network.too_big", limit=max_bytes)
            if clock.monotonic() > deadline:
                raise Lost("network.too_slow")
        return bytes(body)


def _https_host(url: str) -> str:
    """The host of an https URL; nothing is sent anywhere else."""
    try:
        parts = urlsplit(url)
        if parts.scheme.lower() == "https" and parts.hostname:
            return host_of(url)
    except ValueError:
        pass
    raise NotSent("network.not_https")


def _tls(tls_ca: str | None) -> ssl.SSLContext:
    # Not `create_default_context`: that one writes session keys to $SSLKEYLOGFILE.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls_ca is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(cafile=tls_ca)
    return context


def _checked_backend(networks: Sequence[IpNetwork]) -> "httpcore.NetworkBackend":
    import httpcore  # noqa: PLC0415

    class Checked(httpcore.SyncBackend):
        """Connects only to an address that was itself looked at: no look-up after the check."""

        def connect_tcp(
            self,
            host: str,
            port: int,
            timeout: float | None = None,
            local_address: str | None = None,
            socket_options: Iterable[Any] | None = None,
        ) -> httpcore.NetworkStream:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except OSError:
                raise httpcore.ConnectError("name not found") from None
            addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
            # One forbidden address among several is how a name is made to point inside.
            if not addresses or not all(allowed(address, networks) for address in addresses):
                raise NotSent("network.private_address")
            failure: httpcore.NetworkError | httpcore.TimeoutException | None = None
            for address in addresses:
                try:
                    return super().connect_tcp(
                        address, port, timeout, local_address, socket_options
                    )
                except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                    failure = error
            assert failure is not None
            raise failure

    return Checked()
