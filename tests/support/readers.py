"""The readers of a scheme side by side: wallet, issuer, verifier, and a verifier fed by a mirror.

Each syncs from whatever `Source.read` gives; a test swaps, breaks and rolls back what is there.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support import from_home, issuer_home
from support.network import Network
from support.scheme import NOW, TestScheme
from support.verifier_home import VerifierHome, make_home
from support.wallet_world import world

from issuer import config as issuer_config
from issuer import fetch as issuer_fetch
from issuer.errors import NetworkFault
from issuer.scheme import SchemeFolder as IssuerFolder
from issuer.scheme import fingerprint_of
from issuer.service import sync as issuer_sync
from verifier import config as verifier_config
from verifier import fetch as verifier_fetch
from verifier.errors import NothingFound
from verifier.scheme import SchemeFolder as VerifierFolder
from verifier.service import sync as verifier_sync
from wallet.errors import NotReady
from wallet.service import sync as wallet_sync
from wallet.service.wallet import Wallet

NAMES = ("wallet", "issuer", "verifier", "mirror")


@dataclass
class Source:
    """What stands on the web server; `before` is called with every path before it is read."""

    tree: Mapping[str, bytes]
    before: Callable[[str], None] = lambda _: None
    asked: list[str] = field(default_factory=list)

    def read(self, path: str, missing: Callable[[str], Exception]) -> bytes:
        self.before(path)
        self.asked.append(path)
        try:
            return self.tree[path]
        except KeyError:
            raise missing(path) from None


@dataclass
class Reader:
    """One reader: bring the scheme in, and tell what is believed since."""

    name: str
    sync: Callable[[int], object]
    sequence: Callable[[int], int]
    pin: Callable[[], bytes]
    wallet: Wallet | None = None


def wallet_reader(folder: Path, scheme: TestScheme, source: Source, patch: Any) -> Reader:
    town = world(folder, scheme=scheme, cards=False)
    wallet: Wallet = town.wallet
    patch.setattr(
        wallet_sync,
        "source",
        lambda _place, _fetch: (
            lambda path: source.read(path, lambda one: NotReady("sync.folder", file=one))
        ),
    )
    return Reader(
        "wallet",
        lambda now: wallet_sync.sync(wallet, Network(), now=now),
        lambda now: wallet.trust(now).sequence,
        lambda: bytes.fromhex(wallet.config.fingerprint),
        wallet,
    )


def issuer_reader(folder: Path, scheme: TestScheme, source: Source, patch: Any) -> Reader:
    table = from_home.SCHEME.format(url=folder / "no", fingerprint=scheme.fingerprint.hex())
    issuer_home.make(folder, tables=table).office.close()

    @contextmanager
    def reader(_source: str, _ca: object) -> Iterator[issuer_fetch.Read]:
        yield lambda path: source.read(path, lambda one: NetworkFault("fetch.failed", "", path=one))

    patch.setattr(issuer_fetch, "reader", reader)
    settings = issuer_config.load(folder)
    assert settings.scheme is not None
    found = IssuerFolder(folder / "scheme", fingerprint_of(settings.scheme.fingerprint))
    issuer_sync.sync(folder, settings, NOW)
    return Reader(
        "issuer",
        lambda now: issuer_sync.sync(folder, settings, now),
        lambda now: found.trust(now).sequence,
        lambda: found.pin,
    )


def verifier_reader(
    folder: Path, scheme: TestScheme, source: Source, patch: Any, *, mirror: bool
) -> Reader:
    home: VerifierHome = make_home(folder, build_scheme=scheme)
    settings = verifier_config.load(home.home)

    @contextmanager
    def reader(place: str, _ca: object) -> Iterator[verifier_fetch.Read]:
        def read(path: str) -> bytes:
            missing = lambda one: NothingFound("fetch.missing", "", path=one)  # noqa: E731
            if not place.endswith("/scheme"):
                raise missing(path)
            return source.read(path, missing)

        yield read

    patch.setattr(verifier_fetch, "reader", reader)
    found = VerifierFolder(settings.scheme_folder, settings.fingerprint)
    return Reader(
        "mirror" if mirror else "verifier",
        lambda now: verifier_sync.sync(
            settings, now, source="https://spiegel.example" if mirror else None
        ),
        lambda now: found.generation(now).trust.sequence,
        lambda: found.pin,
    )


def make(
    name: str, folder: Path, scheme: TestScheme, source: Source, patch: pytest.MonkeyPatch
) -> Reader:
    """A reader that has the scheme as it is now."""
    match name:
        case "wallet":
            return wallet_reader(folder, scheme, source, patch)
        case "issuer":
            return issuer_reader(folder, scheme, source, patch)
        case _:
            return verifier_reader(folder, scheme, source, patch, mirror=name == "mirror")
