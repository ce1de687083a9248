"""The screens where the list of organisations ran out, or where reading is refused."""

import pytest
from support.screens import screens
from support.wallet_world import World

from wallet.errors import ExitCode, WalletError
from wallet.tui.screens.evidence import EvidenceScreen
from wallet.tui.screens.totals import TotalsScreen

MONTH = 30 * 86_400


@pytest.fixture
def old(town: World) -> str:
    done = town.share()
    town.now += MONTH
    town.wallet.forget_trust()
    return done.id


async def test_the_screen_shows_them(town: World, old: str) -> None:
    async with screens(town) as run:
        run.app.push_screen(EvidenceScreen(old))
        await run.settle()
        assert "Die lijst liep af op" in run.words
        assert "SHA-256" in run.words


async def test_a_refusal_leaves_no_empty_screen(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise WalletError("trust.missing", exit=ExitCode.NOT_READY)

    monkeypatch.setattr("wallet.tui.screens.totals.totals", never)
    async with screens(town) as run:
        first = run.name
        run.app.push_screen(TotalsScreen())
        await run.settle()
        assert run.name == "RefusalScreen"
        await run.press("escape")
        assert run.name == first
