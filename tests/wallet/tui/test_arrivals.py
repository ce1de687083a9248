"""A link that comes from outside opens on the first screen alone, and waits everywhere else."""

from support.screens import PASSPHRASE, screens
from textual.events import Paste

from wallet import handover
from wallet.tui.inbox import MOST


async def paste(run, text):
    run.app.post_message(Paste(text))
    await run.settle()


async def test_it_waits_while_a_question_is_open(town):
    async with screens(town) as run:
        await paste(run, town.verifier.link)
        assert run.name == "QuestionScreen"
        first = run.app.screen
        await paste(run, town.issuer.link)
        assert run.app.screen is first
        assert "Er wacht een link." in run.words
        await run.press("escape")
        assert run.name == "OfferScreen"
        await run.press("escape")
        assert run.name == "HomeScreen"
        assert town.network.posts() == []


async def test_not_more_wait_than_a_person_can_have_clicked(town):
    async with screens(town) as run:
        await run.press("a")
        for number in range(MOST + 2):
            await paste(run, f"{town.verifier.link}{number}")
        assert len(run.app.inbox) == MOST
        assert "Er wachten al te veel links." in run.words


async def test_a_link_pasted_where_something_is_typed_is_typed(town):
    async with screens(town) as run:
        await run.press("l")
        await paste(run, town.verifier.link)
        assert run.name == "LinkScreen"
        assert run.app.focused.value == town.verifier.link
        assert len(run.app.inbox) == 0


async def test_what_is_no_link_is_refused_in_words(town):
    async with screens(town) as run:
        for text in ("hallo", "\x1b[31m", "x" * 5000):
            await paste(run, text)
            assert run.name == "RefusalScreen", text[:10]
            await run.press("escape")
        await paste(run, "  \n ")
        await paste(run, "x" * 20_000)
        assert run.name == "HomeScreen"
        assert town.network.calls == []


async def test_before_the_wallet_is_open_nothing_is_pasted(locked):
    async with screens(locked, locked=True) as run:
        assert run.name == "UnlockScreen"
        run.app.screen.set_focus(None)
        await paste(run, locked.verifier.link)
        assert len(run.app.inbox) == 0
        assert not (locked.wallet.home / handover.FILE).exists()


async def test_a_link_given_at_the_start_opens_after_the_passphrase(locked):
    async with screens(locked, locked=True) as run:
        run.app.inbox.put(locked.verifier.link)
        await run.settle()
        assert run.name == "UnlockScreen"
        await run.type(PASSPHRASE)
        assert run.name in ("QuestionScreen", "RefusalScreen")


async def test_nobody_is_let_in_when_the_screens_are_closed(town):
    async with screens(town) as run:
        assert (town.wallet.home / handover.FILE).exists()
        assert run.name == "HomeScreen"
    assert not (town.wallet.home / handover.FILE).exists()
