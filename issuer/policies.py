"""Settings that do not go together: what needs a scheme, and what HAIP 1.0 forbids."""

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from issuer import registers
from issuer.errors import SettingsFault

if TYPE_CHECKING:
    from issuer.config import Client, Registry, Settings

# Of an app on the same device, named after a domain of its maker (RFC 8252, 7.1).
PRIVATE_USE: Final = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+\Z")
LOOPBACK: Final = ("127.0.0.1", "::1")
_FINGERPRINT: Final = re.compile(r"(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}\Z")
_TEST_OIN: Final = "00000099"


def check(settings: "Settings") -> None:
    """Refuses, naming the key, what cannot be promised together."""
    scheme = settings.scheme
    if scheme is not None and not _FINGERPRINT.match(scheme.fingerprint):
        raise SettingsFault("settings.value", key="scheme.fingerprint")
    for name in ("client_attestation", "key_attestation"):
        if getattr(settings, name) == "required" and scheme is None:
            # Nobody would be there to trust: who vouches for wallets stands in the scheme.
            raise SettingsFault("settings.needs_scheme", "ABCA 8", key=name)
    _check_registers(settings)
    login = settings.login
    invented = all(one.oin.startswith(_TEST_OIN) for one in settings.municipality)
    if login is not None and not login.acr_values and not invented:
        # Without a level that is enough, a password would open a person's record.
        raise SettingsFault("settings.value", key="login.acr_values")
    for client in settings.client:
        _check_client(client)
    names = [client.id for client in settings.client]
    if len(set(names)) != len(names):
        raise SettingsFault("settings.value", key="client.id")
    if settings.haip:
        _check_haip(settings)


def _check_haip(settings: "Settings") -> None:
    wrong = {
        # Clients authenticate, by wallet attestation (4.4.1).
        "client_attestation": settings.client_attestation == "off",
        "scheme": settings.scheme is None,
        # The authorization code flow is there (4.1).
        "login": settings.login is None,
        "encryption": settings.encryption == "off",
    }
    for key, holds in wrong.items():
        if holds:
            raise SettingsFault("settings.haip", "HAIP 1.0 4", key=key)


def _check_registers(settings: "Settings") -> None:
    """Https, and a register for every kind that is issued from one."""
    issued = {kind for one in settings.municipality for kind in one.kinds}
    for name, kind in registers.KIND.items():
        registry: Registry | None = getattr(settings, name)
        if registry is None and kind in issued:
            raise SettingsFault("settings.value", key=name)
        if registry is not None and not registry.url.startswith("https://"):
            raise SettingsFault("settings.value", key=f"{name}.url")


def _check_client(client: "Client") -> None:
    """A way back to the wallet that only this wallet can take (RFC 8252, 7)."""
    if not client.id or not client.redirect_uris:
        raise SettingsFault("settings.value", key="client")
    for uri in client.redirect_uris:
        if not own_address(uri) or "#" in uri:
            raise SettingsFault("settings.value", key="client.redirect_uris")


def on_device(uri: str) -> bool:
    """An address that only the device itself receives: no server does."""
    return own_address(uri) and urlsplit(uri).scheme != "https"


def own_address(uri: str) -> bool:
    """Https, the loopback of the device, or a private scheme of one maker."""
    parts = urlsplit(uri)
    match parts.scheme:
        case "https":
            return bool(parts.hostname)
        case "http":
            return parts.hostname in LOOPBACK
        case scheme:
            return PRIVATE_USE.match(scheme) is not None
