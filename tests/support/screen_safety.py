"""Screens about keeping the wallet safe, and about one card, with the same content each time."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from support.screens import Screens
from textual.screen import Screen

from wallet.errors import ExitCode
from wallet.findings import Finding, Repair, bad, good, mind
from wallet.tui.screens.doctor import DoctorScreen
from wallet.tui.screens.history import HistoryScreen
from wallet.tui.screens.lock import LockScreen
from wallet.tui.screens.phrase import PassphraseScreen
from wallet.tui.screens.pin import PinScreen
from wallet.tui.screens.reset import ResetScreen

Show = Callable[[Screens], Awaitable[None]]
ISSUER = "Gemeente Voorbeeldstad"
UNTIL = 1_830_297_600  # 2028-01-01

FINDINGS: tuple[Finding, ...] = (
    bad("permissions-open", repair=Repair.PERMISSIONS, count=2, file="wallet.db"),
    bad("scheme-old", repair=Repair.SYNC, exit=ExitCode.NOT_TRUSTED, operator="Stelselbeheerder"),
    mind("card-unknown", kind="woonadres", days=9),
    mind("swap-on"),
    good("keyfile"),
    good("log", count=120),
    good("database"),
    good("clock"),
    good("chain", kind="persoonsgegevens", issuer=ISSUER, until=UNTIL),
    good("tls"),
)


class Examined(DoctorScreen):
    """Shows these findings, whatever computer it runs on."""

    def _examine(self) -> None:
        self._show(FINDINGS)


def _push(make: Callable[[Screens], Screen[None]]) -> Show:
    async def show(run: Screens) -> None:
        run.app.push_screen(make(run))
        await run.settle()

    return show


async def _phrase(run: Screens) -> None:
    run.app.access.entropy = bytes
    await _push(lambda _: PassphraseScreen())(run)


def _reset(run: Screens) -> Screen[None]:
    run.app.access.home = Path("/home/johan/regie")
    return ResetScreen()


SAFETY: dict[str, Show] = {
    "lock": _push(lambda _: LockScreen(5)),
    "card-history": _push(lambda run: HistoryScreen(run.town.wallet.store.cards()[0].id)),
    "new-passphrase": _phrase,
    "pin": _push(lambda _: PinScreen()),
    "doctor": _push(lambda _: Examined()),
    "reset": _push(_reset),
}
