"""A resident with a wallet and a browser, before a municipality as it really is."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support import login_world
from support.logging_in import REDIRECT
from support.login_world import Browser, LoginWorld
from support.scheme import counter, listed_at, shared

from wallet import files
from wallet.config import Config
from wallet.fetch import HttpsFetch
from wallet.keyfile import MasterKey
from wallet.service import get, sync
from wallet.service.collecting import Progress
from wallet.service.wallet import Wallet
from wallet.store import Store

FIVE = ("persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht")


@contextmanager
def wallet_at(
    folder: Path, now: int, issuer: str | None = None, *, seed: int = 70_000, **settings: str
) -> Iterator[Wallet]:
    """A wallet that knows the scheme, in a folder of its own; `issuer`: where it serves here.

    `seed`: what its random numbers begin with; two with one seed take the same numbers.
    """
    scheme = shared(now) if issuer is None else listed_at(issuer, now)
    mirror = scheme.write(folder / "mirror")
    config = Config(
        scheme_url=str(mirror),
        fingerprint=scheme.fingerprint.hex(),
        allow_networks=("127.0.0.0/8", "::1/128"),
        **settings,
    )
    place, entropy = folder / "wallet", counter(seed)
    files.private_folder(place)
    store = Store.create(place, MasterKey(bytes(32)), at=now, entropy=entropy)
    made = Wallet(place, config, store, entropy, lock=None)
    sync.sync(made, HttpsFetch(), now=now)
    yield made
    made.close()


@dataclasses.dataclass
class Resident:
    """Somebody at home, with a wallet and a browser."""

    wallet: Wallet
    network: HttpsFetch
    there: LoginWorld

    @property
    def now(self) -> int:
        return self.there.town.now

    @property
    def issuer(self) -> str:
        return f"{self.there.issuer}/{login_world.CODE}"

    def begin(self, *kinds: str) -> get.Login:
        found = get.look(self.wallet, self.network, self.issuer, kinds, now=self.now)
        return get.begin(self.wallet, self.network, found, redirect_uri=REDIRECT, now=self.now)

    def at_the_page(self, login: get.Login) -> Browser:
        browser = self.there.browser()
        browser.get(login.url)
        browser.follow()
        return browser

    def finish(self, login: get.Login, browser: Browser) -> Progress:
        query = urlsplit(browser.page.headers["location"]).query
        return get.finish(self.wallet, self.network, login, query, now=self.now)

    def get(self, *kinds: str, **form: Any) -> Progress:
        login = self.begin(*kinds)
        browser = self.at_the_page(login)
        browser.submit(**form)
        return self.finish(login, browser)
