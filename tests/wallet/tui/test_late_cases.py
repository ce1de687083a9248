"""What is late stands on the first screen as late, before what is not."""

from dataclasses import replace

from support.applications import DAY, says, signed
from support.screens import screens
from support.wallet_world import World

from credential.permitcase import Phase
from wallet.service import partycases
from wallet.tui import views
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.widgets import Tone


async def test_a_term_that_has_passed_is_said_on_the_first_screen(town: World) -> None:
    signed(town)
    says(town, Phase.RECEIVED, due=town.now + DAY)
    partycases.refresh(town.wallet, town.network, now=town.now)
    async with screens(town) as run:
        assert "vóór 02-01-2026" in run.words
        assert "te laat" not in run.words
    town.now += 3 * DAY
    async with screens(town) as run:
        assert "te laat: moest vóór 02-01-2026" in run.words
        [case] = partycases.held(town.wallet, now=town.now)
        texts = run.app.access.texts
        assert views.application_line(case, texts, town.now).tone is Tone.MIND
        assert "te laat" not in str(views.application_line(replace(case, due=None), texts, 0))


async def test_how_to_leave_an_activity_stands_below_it(town: World) -> None:
    done = town.share()
    for lang, words in (("nl", "Terug"), ("en", "Back")):
        async with screens(town, lang=lang) as run:
            run.app.push_screen(ActivityScreen(done.id))
            await run.settle()
            assert f"Esc {words}" in " ".join(run.shown.split())
