"""Settings for whoever runs it: mirrors, proxies, figures, connections, when to warn."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from verifier.errors import NotReady

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
MAX_MIRRORS: Final = 16


@dataclass(frozen=True)
class Operation:
    """`[sync]`, `[server]`, `[metrics]`, `[database_pool]`: what is not written is the safe one."""

    mirrors: tuple[str, ...] = ()
    """Asked in this order when the first place fails; each holds `scheme/` and `status/`."""
    proxies: tuple[Network, ...] = ()
    """Whose `X-Forwarded-For` is believed; nobody's unless written."""
    per_address: int = 64
    """Connections at once from one address that is no proxy of ours."""
    metrics: tuple[str, int] | None = None
    """Where figures are served, on loopback alone."""
    connections: int = 20
    statement_seconds: int = 60
    warn_days: int = 30
    """How long before a certificate ends `doctor` begins to say so."""


def parse(raw: dict[str, Any], home: Path) -> Operation:
    """Read these tables; an unsafe value is named."""
    sync, server, pool = (_table(raw, name) for name in ("sync", "server", "database_pool"))
    return Operation(
        mirrors=tuple(_place(home, one) for one in _texts(sync, "sync", "mirrors")),
        proxies=tuple(_network(one) for one in _texts(server, "server", "proxies")),
        per_address=_number(server, "server.per_address", 64, 4, 10_000),
        metrics=_loopback(_table(raw, "metrics").get("listen")),
        connections=_number(pool, "database_pool.connections", 20, 2, 200),
        statement_seconds=_number(pool, "database_pool.statement_seconds", 60, 1, 3600),
        warn_days=_number(server, "server.warn_days", 30, 1, 365),
    )


def _wrong(key: str) -> NotReady:
    return NotReady("config.value", "", key=key)


def _table(raw: dict[str, Any], name: str) -> dict[str, Any]:
    found = raw.get(name, {})
    if not isinstance(found, dict):
        raise _wrong(name)
    return found


def _texts(table: dict[str, Any], name: str, key: str) -> tuple[str, ...]:
    found = table.get(key, [])
    if (
        not isinstance(found, list)
        or len(found) > MAX_MIRRORS
        or any(not isinstance(one, str) or not one for one in found)
    ):
        raise _wrong(f"{name}.{key}")
    return tuple(found)


def _number(table: dict[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = table.get(key.rpartition(".")[2], default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _wrong(key)
    return value


def _place(home: Path, value: str) -> str:
    if value.startswith("https://"):
        return value.rstrip("/")
    if "://" in value:
        raise _wrong("sync.mirrors")
    return str((home / value).resolve())


def _network(value: str) -> Network:
    try:
        found = ipaddress.ip_network(value)
    except ValueError:
        raise _wrong("server.proxies") from None
    if found.prefixlen == 0:
        # Everybody as a proxy: then anybody could be any address.
        raise _wrong("server.proxies")
    return found


def _loopback(value: Any) -> tuple[str, int] | None:  # noqa: ANN401 - what TOML gives
    if value is None:
        return None
    key = "metrics.listen"
    if not isinstance(value, str):
        raise _wrong(key)
    return listen_address(value, key)


def listen_address(value: str, key: str) -> tuple[str, int]:
    """`HOST:PORT` of this machine alone: figures have no login."""
    host, _, port = value.rpartition(":")
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        raise _wrong(key) from None
    if not address.is_loopback or not port.isascii() or not port.isdigit():
        raise _wrong(key)
    if not 0 < int(port) <= 65535:  # noqa: PLR2004 - the last port
        raise _wrong(key)
    return str(address), int(port)
