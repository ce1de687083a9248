"""Screens about rights with the same content each time."""

from collections.abc import Awaitable, Callable

from support.rights_world import HELD
from support.screens import Screens

from credential import strictjson
from credential.rights import Right
from wallet.service import accessdata, proposals
from wallet.service.accessdata import Told
from wallet.service.lookback import look_back
from wallet.tui.page import Page
from wallet.tui.screens.choosing import ChooseScreen, RightsScreen, ShouldScreen, WrongScreen
from wallet.tui.screens.data import DataScreen, SaveScreen
from wallet.tui.screens.elsewhere import ElsewhereScreen
from wallet.tui.screens.report import ReportScreen
from wallet.tui.screens.right import Asking, RightScreen

Show = Callable[[Screens], Awaitable[None]]


class _Told(DataScreen):
    """With what an organisation told, without asking it."""

    def _read(self) -> Told:
        self._about = self.access.wallet.store.activity(self._activity)
        return accessdata.read(strictjson.dumps(HELD), self.access.now())


def _push(make: Callable[[Screens, str], Page]) -> Show:
    async def show(run: Screens) -> None:
        run.app.push_screen(make(run, str(run.town.__dict__["shared"])))
        await run.settle()

    return show


def _should(run: Screens, activity: str) -> Page:
    items = proposals.single(look_back(run.town.wallet, activity))
    return ShouldScreen(activity, items[0])


def _objection(_run: Screens, activity: str) -> Page:
    return RightScreen(activity, "objection", Asking(text="Ik woon nu ergens anders."))


RIGHTS: dict[str, Show] = {
    "rights": _push(lambda _, name: RightsScreen(name)),
    "choose": _push(lambda _, name: ChooseScreen(name, Right.ERASURE, "")),
    "wrong": _push(lambda _, name: WrongScreen(name)),
    "should": _push(_should),
    "objection": _push(_objection),
    "data": _push(lambda _, name: _Told(name)),
    "save": _push(lambda run, _: SaveScreen(run.app.access.texts.get("tui.data.save"), "a", len)),
    "elsewhere": _push(lambda _, name: ElsewhereScreen(name, Right.ERASURE)),
    "report": _push(lambda _, name: ReportScreen(name, "")),
}
