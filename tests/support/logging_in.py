"""Logging in from home in a test: the resident, the browser and the loopback address in one call."""

from support.wallet_world import World

from wallet.service import get
from wallet.service.collecting import Progress
from wallet.service.looking import Look

REDIRECT = "http://127.0.0.1:50123/callback"
NAME = "Gemeente Voorbeeldstad"


def look(town: World, *kinds: str, issuer: str = NAME) -> Look:
    return get.look(town.wallet, town.network, issuer, kinds, now=town.now)


def begin(town: World, found: Look) -> get.Login:
    return get.begin(town.wallet, town.network, found, redirect_uri=REDIRECT, now=town.now)


def finish(town: World, login: get.Login, query: str | None = None) -> Progress:
    brought = town.issuer.browse(login.url) if query is None else query  # type: ignore[attr-defined]
    return get.finish(town.wallet, town.network, login, brought, now=town.now)


def log_in(town: World, *kinds: str, issuer: str = NAME) -> Progress:
    """The whole way, from the name of the municipality to cards."""
    return finish(town, begin(town, look(town, *kinds, issuer=issuer)))
