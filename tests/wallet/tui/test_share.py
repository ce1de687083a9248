"""The question on a screen: nothing leaves without a clear yes, and every way back shares nothing."""

import dataclasses

import pytest
from support.screens import PASSPHRASE, screens
from support.wallet_world import world
from textual.widgets import Checkbox

from credential import base64url, transactiondata
from credential.names import TRANSACTION_APPLICATION, vct_of
from wallet.events import Outcome
from wallet.store import Filter


async def ask(run, link=None):
    """Through the door: paste the link."""
    await run.press("l")
    await run.type(link or run.town.verifier.link)
    assert run.name == "QuestionScreen"


async def read_on(run):
    """To the end of the question."""
    for _ in range(6):
        await run.press("pagedown")


async def tick_all(run):
    """Accepts everything under "Let op"."""
    for box in run.app.screen.query(Checkbox):
        box.focus()
        await run.press("space")


def outcomes(town):
    return [one.outcome for one in town.wallet.store.activities(Filter(type="disclosure"))]


def sent(town):
    return town.network.posts("/response")


async def test_a_whole_disclosure(locked):
    async with screens(locked) as run:
        await ask(run)
        assert "Woonstichting Voorbeeldwonen" in run.words
        assert "Anna Maria" in run.words
        await read_on(run)
        await tick_all(run)
        await run.press("d")
        assert run.name == "PassphraseDialog"
        assert sent(locked) == []
        await run.type(PASSPHRASE)
        assert run.name == "ResultScreen"
        assert "123 456" in run.words
        assert "Typ deze code alleen op localhost:8442" in run.words
        assert "Ontvangstbewijs gecontroleerd en bewaard." in run.words
        await run.press("a")
        assert run.name == "ActivityScreen"
        assert "Anna Maria" in run.words
    assert outcomes(locked) == [Outcome.SHARED]
    assert len(sent(locked)) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_focus_is_on_not_sharing(town, size):
    async with screens(town, size=size) as run:
        await ask(run)
        assert run.focus == "decline"


async def test_sharing_is_offered_after_reading(town):
    async with screens(town) as run:
        await ask(run)
        share = run.app.screen.query_one("#share")
        assert "Verder lezen" in str(share.label)
        await run.press("d")
        assert run.name == "QuestionScreen"
        await read_on(run)
        assert "Delen" in str(share.label)


async def test_each_warning_is_accepted_by_itself(tmp_path):
    town = world(tmp_path)
    town.verifier.query = {
        "credentials": [
            {
                "id": "person",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": [vct_of("persoonsgegevens")]},
                "claims": [{"path": ["birthdate"]}, {"path": ["age_over_18"]}],
            }
        ]
    }
    async with screens(town) as run:
        await ask(run)
        boxes = list(run.app.screen.query(Checkbox))
        assert {box.id for box in boxes} == {
            "accept-over_asking",
            "accept-first_time",
            "accept-birthdate_for_age",
        }
        await read_on(run)
        for number, box in enumerate(boxes):
            await run.press("d")
            assert run.name == "QuestionScreen"
            assert run.focus == box.id
            assert f"nog {len(boxes) - number}" in run.words
            await run.press("space")
        await run.press("d")
        assert run.name == "PassphraseDialog"
    assert sent(town) == []
    town.wallet.close()


async def test_a_warning_can_be_taken_back(town):
    async with screens(town) as run:
        await ask(run)
        await read_on(run)
        await tick_all(run)
        await tick_all(run)
        await run.press("d")
        assert run.name == "QuestionScreen"


async def test_a_wrong_passphrase_shares_nothing(locked):
    async with screens(locked) as run:
        await ask(run)
        await read_on(run)
        await tick_all(run)
        await run.press("d")
        await run.type("een heel andere zin")
        assert run.name == "QuestionScreen"
        assert "Deze wachtzin klopt niet." in run.words
        assert "Er is niets gedeeld." in run.words
    assert sent(locked) == []
    assert outcomes(locked) == [Outcome.OPEN]


@pytest.mark.parametrize("point", ["link", "question", "read", "warned", "ticked", "passphrase"])
async def test_escape_shares_nothing(town, point):
    async with screens(town) as run:
        steps = {
            "link": lambda: run.press("l"),
            "question": lambda: ask(run),
            "read": lambda: read_on(run),
            "warned": lambda: run.press("d"),
            "ticked": lambda: tick_all(run),
            "passphrase": lambda: run.press("d"),
        }
        for name, step in steps.items():
            if name == "question" and point != "link":
                await run.press("escape")
            await step()
            if name == point:
                break
        while run.name != "HomeScreen":
            await run.press("escape")
        assert "Er is niets gedeeld" in run.words
    assert town.network.posts() == []
    assert Outcome.SHARED not in outcomes(town)


async def test_after_escape_the_question_waits(town):
    async with screens(town) as run:
        await ask(run)
        await run.press("escape")
        assert "vraagt gegevens, tot 00:10" in run.words
        await run.press("enter")
        assert run.name == "QuestionScreen"
        assert town.verifier.fetched == 1


async def test_not_sharing_tells_no_more_than_that(town):
    async with screens(town) as run:
        await ask(run)
        await run.press("enter")
        assert run.name == "HomeScreen"
        assert "Je hebt niet gedeeld. Woonstichting Voorbeeldwonen weet alleen dat." in run.words
        assert "Er is niets gedeeld." in run.words
    assert town.verifier.received == []
    assert len(sent(town)) == 1
    assert outcomes(town) == [Outcome.DECLINED]


async def test_without_a_card_the_question_is_shown_and_nothing_sent(empty):
    async with screens(empty) as run:
        await ask(run)
        assert "Je hebt dit kaartje niet." in run.words
        assert not run.app.screen.query("#share")
        assert sent(empty) == []
        await run.press("d")
        assert run.name == "QuestionScreen"
        await run.press("enter")
        assert run.name == "HomeScreen"
    assert len(sent(empty)) == 1
    assert outcomes(empty) == [Outcome.UNMATCHED]


async def test_another_allowed_set(locked):
    async with screens(locked) as run:
        await ask(run)
        run.app.screen.query_one("#choice-0").focus()
        await run.press("down", "space")
        assert "Anna Maria" not in run.words
        assert "de Vries" in run.words
        await read_on(run)
        await tick_all(run)
        await run.press("d")
        await run.type(PASSPHRASE)
        assert run.name == "ResultScreen"
    [one] = locked.wallet.store.activities(Filter(type="disclosure"))
    shared = {path for (_, path), claim in one.claims.items() if claim.shared}
    assert "given_name" not in shared
    assert "family_name" in shared


async def test_no_answer_may_have_been_shared_and_is_settled(locked):
    async with screens(locked) as run:
        await ask(run)
        await read_on(run)
        await tick_all(run)
        locked.network.lose = lambda call: call.url.endswith("/response/1")
        await run.press("d")
        await run.type(PASSPHRASE)
        assert "Er is mogelijk iets gedeeld." in run.words
        await run.press("o")
        assert run.name == "RightScreen"
        assert "Ontvangstbewijs gecontroleerd en bewaard." in run.words
    assert outcomes(locked) == [Outcome.SHARED]


async def test_nothing_can_be_pressed_while_it_leaves(locked):
    async with screens(locked) as run:
        await ask(run)
        run.app.screen.held = True
        await run.press("escape", "n", "d")
        assert run.name == "QuestionScreen"
        await run.press("ctrl+q")
        assert run.app.is_running
        run.app.screen.held = False


async def test_what_strangers_wrote_is_text(town):
    posed = town.receive()
    asker = dataclasses.replace(posed.question.asker, name="[b]Bank[/b] [@click=app.quit]x[/]")
    question = dataclasses.replace(posed.question, asker=asker)
    from wallet.tui.screens.question import QuestionScreen

    async with screens(town) as run:
        run.app.push_screen(QuestionScreen(dataclasses.replace(posed, question=question)))
        await run.settle()
        assert "[b]Bank[/b] [@click=app.quit]x[/]" in run.words
        assert "[b]Bank[/b]" in run.shown


async def test_a_refused_request_says_which_rule(town):
    town.verifier.claims = lambda claims: claims | {"aud": "https://somebody.else"}
    async with screens(town) as run:
        await run.press("l")
        await run.type(town.verifier.link)
        assert run.name == "RefusalScreen"
        assert "Er is niets gedeeld." in run.words
        await run.press("escape")
        assert run.name == "LinkScreen"


async def test_what_is_signed_stands_before_the_data(locked):
    item = transactiondata.Item(
        TRANSACTION_APPLICATION,
        ("person",),
        transactiondata.Title("Terras plaatsen", "Placing a terrace"),
        "V-2026-0001",
        base64url.sha256("application"),
        (transactiondata.Attachment("tekening.pdf", base64url.sha256("drawing"), 120_000),),
    )
    locked.verifier.transaction_data = (transactiondata.encode(item),)
    async with screens(locked, size=(120, 60)) as run:
        await ask(run)
        words = run.words
        places = [
            words.index(one)
            for one in ("Reden", "Wat je ondertekent", "Terras plaatsen", "tekening.pdf")
        ]
        assert places == sorted(places)
        assert places[-1] < words.index("Welke gegevens")
        await read_on(run)
        await run.press("d")
        assert run.name == "QuestionScreen", "handing in is agreed to on its own"
        await tick_all(run)
        await run.press("d")
        await run.type(PASSPHRASE)
        assert run.name == "ResultScreen"
        assert "Ontvangstbewijs gecontroleerd en bewaard." in run.words
    assert outcomes(locked) == [Outcome.SHARED]
