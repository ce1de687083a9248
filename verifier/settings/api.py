"""Settings for other systems: who may use the interface, for what, and who is told of events.

Keys and secrets stand in files that only their owner reads, or as a hash; never in the settings.
"""

import base64
import binascii
import hmac
import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from verifier import keys
from verifier.errors import NotReady

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
MIN_KEY: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - Standard Webhooks 1.0.0
MIN_SECRET, MAX_SECRET = 24, 64
MAX_URL: Final = 400
_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z", re.ASCII)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s<>]{1,64}@[^@\s<>]{1,190}\Z")
_EVENT: Final = re.compile(r"[a-z]+\.[a-z]+\Z", re.ASCII)


class Scope(StrEnum):
    """What a client may do; nothing is implied by anything else."""

    SESSIONS = "sessions"
    VERDICTS = "verdicts"
    REGISTRATIONS = "registrations"
    VALUES = "registrations.values"
    WEBHOOKS = "webhooks"


@dataclass(frozen=True)
class Client:
    """One system that may use the interface."""

    id: str
    keys: tuple[bytes, ...] = field(repr=False)
    """SHA-256 of each key that counts now: two while one takes the place of the other."""
    scopes: frozenset[Scope]
    profiles: frozenset[str]
    return_origins: tuple[str, ...] = ()
    rate_per_minute: int = 300

    def holds(self, digest: bytes) -> bool:
        """Whether a key with this hash is the client's; every key is compared, in constant time."""
        return sum(hmac.compare_digest(digest, key) for key in self.keys) > 0


@dataclass(frozen=True)
class Hook:
    """One address that is told of events, on behalf of one client."""

    id: str
    client: str
    url: str
    events: frozenset[str]
    secrets: tuple[bytes, ...] = field(repr=False)
    """Each signs: two while the receiver changes from one to the other."""


@dataclass(frozen=True)
class Api:
    """`[[api.client]]`, `[[api.webhook]]` and `[api]`: without clients there is no interface."""

    clients: tuple[Client, ...] = ()
    hooks: tuple[Hook, ...] = ()
    contact: str = ""
    """Whom a developer writes to about the interface; published in its description."""
    deliver_in_serve: bool = False
    allow_networks: tuple[Network, ...] = ()
    """Private networks that messages may go to; none unless written."""
    webhook_ca: Path | None = None
    give_up_hours: int = 72
    keep_days: int = 14
    remember_hours: int = 24
    """How long the answer to an Idempotency-Key is kept."""

    def client(self, client_id: str) -> Client | None:
        """The client of this name."""
        return next((one for one in self.clients if one.id == client_id), None)


def parse(raw: dict[str, Any], home: Path) -> Api:
    """Read `[api]`; what is unsafe is named."""
    table = raw.get("api", {})
    if not isinstance(table, dict):
        raise _wrong("api")
    clients = tuple(_client(one, home) for one in _tables(table, "client"))
    hooks = tuple(_hook(one, home, clients) for one in _tables(table, "webhook"))
    for name, found in (("client", clients), ("webhook", hooks)):
        if len({one.id for one in found}) != len(found):
            raise _wrong(f"api.{name}.id")
    used = [digest for client in clients for digest in client.keys]
    if len(set(used)) != len(used):
        # Two clients with one key cannot be told apart.
        raise _wrong("api.client.key_sha256")
    in_serve = table.get("deliver_in_serve", False)
    if not isinstance(in_serve, bool):
        raise _wrong("api.deliver_in_serve")
    authority = table.get("webhook_ca", "")
    if not isinstance(authority, str):
        raise _wrong("api.webhook_ca")
    contact = table.get("contact", "")
    if not isinstance(contact, str) or (contact and not _EMAIL.match(contact)):
        raise _wrong("api.contact")
    return Api(
        clients=clients,
        hooks=hooks,
        contact=contact,
        deliver_in_serve=in_serve,
        allow_networks=tuple(_network(one) for one in _texts(table, "api.allow_networks")),
        webhook_ca=(home / authority).resolve() if authority else None,
        give_up_hours=_number(table, "api.give_up_hours", 72, 1, 168),
        keep_days=_number(table, "api.keep_days", 14, 7, 31),
        remember_hours=_number(table, "api.remember_hours", 24, 1, 72),
    )


def https_origin(value: str) -> bool:
    """Whether this is exactly an https origin, as browsers write it."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    origin = "https://" + (f"[{host}]" if ":" in host else host)
    origin += "" if port is None else f":{port}"
    return bool(host) and port != 443 and value == origin  # noqa: PLR2004 - written without


def _client(raw: dict[str, Any], home: Path) -> Client:
    scopes = _texts(raw, "api.client.scopes")
    if not scopes or set(scopes) - {one.value for one in Scope}:
        raise _wrong("api.client.scopes")
    origins = _texts(raw, "api.client.return_origins")
    if not all(https_origin(one) for one in origins):
        raise _wrong("api.client.return_origins")
    profiles = _texts(raw, "api.client.profiles")
    if not profiles:
        raise _wrong("api.client.profiles")
    return Client(
        id=_id(raw, "api.client.id"),
        keys=_keys(raw, home),
        scopes=frozenset(Scope(one) for one in scopes),
        profiles=frozenset(profiles),
        return_origins=origins,
        rate_per_minute=_number(raw, "api.client.rate_per_minute", 300, 1, 100_000),
    )


def _keys(raw: dict[str, Any], home: Path) -> tuple[bytes, ...]:
    found = []
    for name in _texts(raw, "api.client.key_file"):
        key = keys.read_private(home / name).strip()
        if len(key) < MIN_KEY or not key.isascii():
            raise _wrong("api.client.key_file")
        found.append(sha256(key).digest())
    for digest in _texts(raw, "api.client.key_sha256"):
        if not _DIGEST.match(digest):
            raise _wrong("api.client.key_sha256")
        found.append(bytes.fromhex(digest))
    if not found:
        raise _wrong("api.client.key_file")
    return tuple(found)


def _hook(raw: dict[str, Any], home: Path, clients: tuple[Client, ...]) -> Hook:
    client = _id(raw, "api.webhook.client")
    owner = next((one for one in clients if one.id == client), None)
    if owner is None or Scope.WEBHOOKS not in owner.scopes:
        raise _wrong("api.webhook.client")
    url = raw.get("url")
    if not isinstance(url, str) or not plain_https(url):
        raise _wrong("api.webhook.url")
    events = _texts(raw, "api.webhook.events")
    if not events or not all(_EVENT.match(one) for one in events):
        raise _wrong("api.webhook.events")
    secrets = tuple(
        _secret(keys.read_private(home / name)) for name in _texts(raw, "api.webhook.secret_file")
    )
    if not secrets:
        raise _wrong("api.webhook.secret_file")
    return Hook(_id(raw, "api.webhook.id"), client, url, frozenset(events), secrets)


def plain_https(url: str) -> bool:
    """Whether this is an https address with a host, without credentials or fragment."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and bool(parts.hostname)
        and parts.username is None
        and not parts.fragment
        and len(url) <= MAX_URL
        and url.isascii()
        and url.isprintable()
        and " " not in url
    )


def _secret(data: bytes) -> bytes:
    """24 to 64 random bytes, written as `whsec_` and base64 (Standard Webhooks 1.0.0)."""
    text = data.decode("ascii", "replace").strip()
    try:
        secret = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise _wrong("api.webhook.secret_file") from None
    if not text.startswith(SECRET_PREFIX) or not MIN_SECRET <= len(secret) <= MAX_SECRET:
        raise _wrong("api.webhook.secret_file")
    return secret


def _wrong(key: str) -> NotReady:
    return NotReady("config.value", "", key=key)


def _tables(table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or any(not isinstance(one, dict) for one in found):
        raise _wrong(f"api.{key}")
    return found


def _texts(table: dict[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts; one alone may be written without brackets."""
    found = table.get(key.rpartition(".")[2], [])
    found = [found] if isinstance(found, str) else found
    if not isinstance(found, list) or any(not isinstance(one, str) or not one for one in found):
        raise _wrong(key)
    return tuple(found)


def _id(table: dict[str, Any], key: str) -> str:
    value = table.get(key.rpartition(".")[2])
    if not isinstance(value, str) or not _ID.match(value):
        raise _wrong(key)
    return value


def _number(table: dict[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = table.get(key.rpartition(".")[2], default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _wrong(key)
    return value


def _network(value: str) -> Network:
    try:
        found = ipaddress.ip_network(value)
    except ValueError:
        raise _wrong("api.allow_networks") from None
    if found.prefixlen == 0:
        raise _wrong("api.allow_networks")
    return found
