"""Words of strangers are no markup; what ends late, or under help, ends where it began."""

import pytest
from support.screens import lock, screens
from textual.app import App, ComposeResult
from textual.content import Content

from wallet.tui.page import Finished
from wallet.tui.widgets import Answer, Choice, Tick

HOSTILE = (
    "[/]",
    "[foo=]",
    "Naam [dim]",
    "[@click=app.bell]klik[/]",
    "[link=https://e.example]y[/link]",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_boxes_and_buttons_show_it_as_it_is(text):
    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            yield Choice(text)
            yield Tick(text)
            yield Answer(text, id="a")

    app = Shown()
    async with app.run_test() as pilot:
        await pilot.pause()
        for kind in (Choice, Tick):
            assert (app.query_one(kind).label.plain, app.query_one(kind).label.spans) == (text, [])
        assert app.query_one(Answer).label.plain.strip(" ▶◀") == text
        assert text in app.query_one(Choice).render().plain


@pytest.mark.parametrize("text", [*HOSTILE, "kaart [/", "[$x]"])
async def test_the_palette_takes_any_name_of_a_card(town, text, monkeypatch):
    async with screens(town) as run:
        monkeypatch.setattr(run.app.access, "kind", lambda _kind: f"kaart {text}")
        offered = [*run.app.get_system_commands(run.app.screen)]
        named = [one for one in offered if one.title.startswith("kaart ")]
        assert named
        for one in named:
            # The palette reads both so.
            assert Content.from_markup(one.title).plain == one.title
            assert Content.from_markup(one.help).plain == one.help


@pytest.mark.spec("Architecture", "Wallet", "the screens lock when nobody is there")
async def test_what_comes_after_the_lock_waits_for_the_passphrase(town):
    """Work that ends in the moment of locking shows nothing and takes no lock away."""
    lock(town)
    async with screens(town) as run:
        page, shown = run.app.screen, []
        assert run.app.guard.lock()
        await run.settle()
        page.post_message(Finished(lambda: shown.append(run.name)))
        await run.settle()
        assert (run.name, run.app.locked, shown) == ("LockScreen", True, [])
        run.app.guard._after[0]()
        assert shown == ["LockScreen"]


@pytest.mark.spec("Architecture", "Wallet", "nothing ends while something is leaving")
async def test_help_over_what_is_leaving_lets_nothing_through(town):
    lock(town)
    async with screens(town) as run:
        page, shown = run.app.screen, []
        page.held = True
        await run.press("f1")
        assert run.name == "HelpScreen"
        await run.press("ctrl+p", "ctrl+q")
        assert (run.app.held, run.app._exit, run.name) == (True, False, "HelpScreen")
        page.post_message(Finished(lambda: shown.append(run.app.screen)))
        await run.settle()
        assert (shown, run.app.held) == ([page], False)
