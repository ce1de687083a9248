"""Screens for looking back with the same content each time: choosing, sums, old addresses."""

from collections.abc import Awaitable, Callable
from typing import Final

from support.screens import Screens
from textual.screen import Screen

from credential.names import vct_of
from wallet.service.overview import Link, Linkable, Linked, Means, OldAddress
from wallet.store import Filter
from wallet.tui.screens.filters import FilterScreen, ValuesScreen
from wallet.tui.screens.linked import LinkedScreen
from wallet.tui.screens.oldaddress import OldAddressScreen
from wallet.tui.screens.totals import TotalsScreen

WATER, WONEN = "Voorbeeldwater", "Woonstichting Voorbeeldwonen"
ADDRESS: Final = vct_of("woonadres")
VALUES = (("address.street_address", "Dorpsstraat"), ("address.house_number", 7))
CLAIMS = tuple((ADDRESS, path) for path, _ in VALUES)

Show = Callable[[Screens], Awaitable[None]]


def _push(make: Callable[[], Screen[None]]) -> Show:
    async def show(run: Screens) -> None:
        run.app.push_screen(make())
        await run.settle()

    return show


def _old(name: str, activity: str, since: int, **more: object) -> OldAddress:
    members: dict[str, object] = {
        "certain": True,
        "compared": True,
        "can_ask": True,
        "right": "",
        "state": "",
        "kept_until": "2028-01-01",
        "values": VALUES,
        **more,
    }
    return OldAddress(
        name=name, oin=name, service="klant", activity=activity, since=since, claims=CLAIMS,
        **members,  # type: ignore[arg-type]
    )  # fmt: skip


async def _old_address(run: Screens) -> None:
    await _push(OldAddressScreen)(run)
    screen = run.app.screen
    assert isinstance(screen, OldAddressScreen)
    asked = {"right": "rectification", "state": "in_progress"}
    found = (
        _old(WATER, "a", run.town.now),
        _old("Vereniging De Klusbus", "b", run.town.now, certain=False, compared=False, values=()),
        _old(WONEN, "c", run.town.now, **asked),
    )
    screen._show(found)
    await run.settle()


async def _linked(run: Screens) -> None:
    await _push(LinkedScreen)(run)
    screen = run.app.screen
    assert isinstance(screen, LinkedScreen)
    water = Linked(WATER, "1", "klant", CLAIMS, 1, "a")
    wonen = Linked(WONEN, "2", "inschrijven", CLAIMS, 3, "b")
    other = Linked("Vereniging De Klusbus", "3", "lid", (), 1, "c")
    links = (Link(Means.COPY, (water, wonen)), Link(Means.CODE, (wonen,)))
    screen._show(Linkable(links, (other,)))
    await run.settle()


LOOKING: dict[str, Show] = {
    "filters": _push(lambda: FilterScreen(Filter(type="disclosure"), lambda _: None)),
    "filter-values": _push(lambda: ValuesScreen(Filter(), "attribute", lambda _: None)),
    "totals": _push(lambda: TotalsScreen(Filter(type="disclosure"))),
    "linked": _linked,
    "old-address": _old_address,
}
