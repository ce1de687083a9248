"""Choosing part by part on a screen: another card, a part left out, and what to mind then."""

import pytest
from support.choices import OTHER, PERSON, RESIDENCE, issued_for, second
from support.screens import PASSPHRASE, screens
from support.wallet_world import world
from textual.widgets import Checkbox, RadioSet

from wallet.tui.widgets import Choice

OPTIONAL = {
    "credentials": [PERSON, RESIDENCE],
    "credential_sets": [
        {"options": [["person"]]},
        {"options": [["residence"]], "required": False},
    ],
}
EITHER = {
    "credentials": [PERSON, RESIDENCE],
    "credential_sets": [{"options": [["person"], ["residence"]]}],
}


async def ask(run):
    await run.press("l")
    await run.type(run.town.verifier.link)
    assert run.name == "QuestionScreen"


async def pick(run, part, *keys):
    run.app.screen.query_one(f"#choice-{part}", RadioSet).focus()
    await run.press(*keys, "space")


async def yes(run):
    for _ in range(8):
        await run.press("pagedown")
    for box in run.app.screen.query(Checkbox):
        if not box.value:
            box.focus()
            await run.press("space")
    await run.press("d")
    await run.type(PASSPHRASE)
    assert run.name == "ResultScreen"


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "an optional part is left out until it is chosen")
@pytest.mark.parametrize("add", [False, True])
async def test_an_optional_part(locked, add):
    locked.verifier.query = OPTIONAL
    async with screens(locked) as run:
        await ask(run)
        assert [str(one.label) for one in run.app.screen.query(Choice)] == [
            "Dit niet delen",
            "Mag in Nederland wonen",
        ]
        assert "Mag in Nederland wonen: " not in run.words
        if add:
            await pick(run, 0, "down")
            assert "Van je kaartje Verblijfsrecht" in run.words
        await yes(run)
    [message] = locked.verifier.received
    assert set(message["vp_token"]) == ({"person", "residence"} if add else {"person"})


async def test_one_or_the_other(locked):
    locked.verifier.query = EITHER
    async with screens(locked) as run:
        await ask(run)
        await pick(run, 1, "down")
        marked = [one.pressed_index for one in run.app.screen.query(RadioSet)]
        assert marked == [1, 1]
        assert run.focus == "choice-1"
        assert "de Vries" not in run.words
        await yes(run)
    [message] = locked.verifier.received
    assert set(message["vp_token"]) == {"residence"}


async def test_another_card_takes_other_acceptances(tmp_path):
    """What was accepted of the first card does not stand for the second."""
    town = world(tmp_path, cards=False)
    issued_for(town, OTHER)
    second(town)
    town.verifier.query = {"credentials": [PERSON]}
    async with screens(town) as run:
        await ask(run)
        # Newest first: the second card has no policy, the first is not meant for this organisation.
        words = run.words
        at = 0 if "tegen de wens" in words else 1
        if at:
            await pick(run, 0, "down")
        assert "wil niet dat deze organisatie dit kaartje ziet" in run.words
        box = run.app.screen.query_one("#accept-disclosure_policy", Checkbox)
        box.focus()
        await run.press("space")
        await pick(run, 0, "up" if at else "down")
        assert "tegen de wens" not in run.words
        await pick(run, 0, "down" if at else "up")
        assert not run.app.screen.query_one("#accept-disclosure_policy", Checkbox).value
    town.wallet.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_keys_alone_reach_everything(locked, size):
    locked.verifier.query = OPTIONAL
    async with screens(locked, size=size) as run:
        await ask(run)
        assert run.focus == "decline"
        seen = set()
        for _ in range(12):
            await run.press("tab")
            seen.add(run.focus)
        assert {"choice-0", "decline", "share"} <= seen
