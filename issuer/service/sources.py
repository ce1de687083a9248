"""Opens the registers that the settings name, and the feed of changes to residents."""

from collections.abc import Callable
from pathlib import Path

from issuer.accounting import BrpProtocol
from issuer.brp.access import Access, ApiKey, ClientCredentials
from issuer.brp.breaker import Breaker
from issuer.brp.changes import UPDATES, Feed, UpdateFeed
from issuer.brp.client import BrpClient
from issuer.brp.errors import BrpError
from issuer.brp.link import Link, LinkSettings
from issuer.brp.source import HaalCentraalSource
from issuer.config import Brp, Registry, Settings
from issuer.keys import read_private
from issuer.registers import Register, bag, kvk
from issuer.sources import Source


def haal_centraal(settings: Settings, home: Path, protocol: BrpProtocol) -> Source:
    """The Haal Centraal APIs, every query protocolled."""
    link = _link(settings.brp, home, settings.brp.url, "brp.url")
    return HaalCentraalSource(BrpClient(link), protocol)


def changes(settings: Settings, home: Path) -> Feed:
    """Where changes are told: an address of its own, or the register's."""
    brp = settings.brp
    url = brp.changes_url or brp.url.rstrip("/") + UPDATES
    return UpdateFeed(_link(brp, home, url, "brp.changes_url"))


def registers(settings: Settings, home: Path) -> dict[str, Register]:
    """Those of companies and of buildings, by the name of their settings."""
    found: dict[str, Register] = {}
    if settings.kvk is not None:
        link = _registry(settings.kvk, home, "kvk", kvk.HEADER, kvk.meaning)
        found["kvk"] = kvk.KvkRegister(link)
    if settings.bag is not None:
        link = _registry(settings.bag, home, "bag", bag.HEADER, bag.meaning)
        found["bag"] = bag.BagRegister(link)
    return found


def _registry(
    registry: Registry,
    home: Path,
    name: str,
    header: str,
    meaning: Callable[[int, bytes], BrpError | None],
) -> Link:
    key = read_private(home / registry.api_key_file).decode("ascii").strip()
    return Link(
        LinkSettings(
            base_url=registry.url,
            access=ApiKey(key, header),
            key=f"{name}.url",
            tls_ca=None if registry.tls_ca is None else home / registry.tls_ca,
            meaning=meaning,
        )
    )


def _link(brp: Brp, home: Path, url: str, key: str) -> Link:
    return Link(
        LinkSettings(
            base_url=url,
            access=_access(brp, home),
            key=key,
            tls_ca=None if brp.tls_ca is None else home / brp.tls_ca,
            client_certificate=None if brp.tls_cert is None else home / brp.tls_cert,
            client_key=None if brp.tls_key is None else home / brp.tls_key,
            timeout=brp.seconds,
            retries=brp.retries,
        ),
        breaker=Breaker(),
    )


def _access(brp: Brp, home: Path) -> Access:
    if brp.token_url is not None and brp.client_id is not None and brp.client_secret_file:
        secret = read_private(home / brp.client_secret_file).decode("ascii").strip()
        return ClientCredentials(brp.token_url, brp.client_id, secret)
    return ApiKey(read_private(home / brp.api_key_file).decode("ascii").strip())
