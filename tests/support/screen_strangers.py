"""Screens about an issuer outside the scheme, with the same content each time."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from support.elsewhere import ForeignIssuer, settle
from support.screens import Screens

from wallet.links import parse
from wallet.service import add
from wallet.tui import doorway
from wallet.tui.page import Page
from wallet.tui.screens.offer import OfferScreen


@contextmanager
def _abroad(run: Screens) -> Iterator[ForeignIssuer]:
    """A school and its anchor; the world is shared, and is itself again afterwards."""
    town = run.town
    home, config = town.issuer, town.wallet.config
    try:
        yield settle(town, town.wallet.home)
    finally:
        town.issuer = home
        town.wallet.save_config(config)


async def _contact(run: Screens) -> None:
    page = run.app.screen
    assert isinstance(page, Page)
    with _abroad(run) as school:
        doorway.open_link(page, school.link)
        await run.settle()


async def _offer(run: Screens) -> None:
    town = run.town
    with _abroad(run) as school:
        school.unsigned, school.server_apart = False, True
        found = add.look(town.wallet, town.network, parse(school.link), now=town.now)  # type: ignore[arg-type]
    run.app.push_screen(OfferScreen(found))
    await run.settle()


STRANGERS: dict[str, Callable[[Screens], Awaitable[None]]] = {
    "contact": _contact,
    "offer-stranger": _offer,
}
