"""Which answer: claim sets, parts that may be left out, one of several cards, several at once."""

import json
from collections.abc import Callable

import pytest
from support.choices import PERSON, RESIDENCE, second
from support.terminal import Terminal
from support.verifier_simulator import SIGN_UP
from support.wallet_world import World

from wallet import choosing
from wallet.caution import Warn
from wallet.errors import ExitCode
from wallet.texts import Texts

VP = "OpenID4VP 1.0"
NL = Texts("nl")


def test_claim_sets_are_a_choice_within_their_part(town: World) -> None:
    question = town.receive().question
    [only] = choosing.parts(question, NL)
    assert (only.query, only.title) == ("person", "Persoonsgegevens")
    assert only.words == ("Alle 4 gegevens", "Zonder Voornamen")
    other = choosing.choose(question, question.options[0], "person", only.ways[1])
    assert other == question.options[1]
    assert only.chosen(other) == 1


@pytest.mark.spec(VP, "6.4.2", "optional sets are left out unless the person adds them")
def test_an_optional_part_is_added_by_choice(town: World) -> None:
    town.verifier.query = {
        "credentials": [PERSON, RESIDENCE],
        "credential_sets": [
            {"options": [["person"]]},
            {"options": [["residence"]], "required": False},
        ],
    }
    question = town.receive().question
    [optional] = choosing.parts(question, NL)
    assert optional.query == "residence"
    assert optional.words[0] == "Dit niet delen"
    assert optional.chosen(question.options[0]) == 0
    more = choosing.choose(question, question.options[0], "residence", optional.ways[1])
    assert [pick.query for pick in more.picks] == ["person", "residence"]


@pytest.mark.spec(VP, "6.4.2", "one of several options")
def test_one_card_or_the_other(town: World) -> None:
    town.verifier.query = {
        "credentials": [PERSON, RESIDENCE],
        "credential_sets": [{"options": [["person"], ["residence"]]}],
    }
    question = town.receive().question
    first, other = choosing.parts(question, NL)
    assert first.chosen(question.options[0]) == 0
    # Taking the other leaves the first out: there is no answer in between.
    swapped = choosing.choose(question, question.options[0], "residence", other.ways[1])
    assert [pick.query for pick in swapped.picks] == ["residence"]
    assert first.words[first.chosen(swapped)] == "Dit niet delen"


@pytest.mark.spec("ARF 3.0", "OIA_11", "the person says which card, where several fit")
def test_which_of_two_cards(town: World, at: Callable[[World], Terminal]) -> None:
    added = second(town)
    town.verifier.query = {"credentials": [PERSON]}
    question = town.receive().question
    assert {one.picks[0].card for one in question.options} == {
        card.id for card in town.wallet.store.cards() if card.kind == "persoonsgegevens"
    }
    [which] = choosing.parts(question, NL)
    assert any("Gemeente Twee" in words for words in which.words)
    terminal = at(town)
    names = "persoonsgegevens:family_name"
    code, [shown] = terminal.run("share", town.verifier.link, "--show")
    assert sorted(shown["set_cards"]) == sorted([[one.picks[0].card] for one in question.options])
    code, _ = terminal.run("share", shown["request"], "--yes", "--claims", names, "--card", "zz")
    assert code == ExitCode.USAGE
    code, [done] = terminal.run(
        "share",
        shown["request"],
        *("--yes", "--claims", names, "--card", added[:8], "--accept", "first_time"),
    )
    assert (code, done["outcome"]) == (ExitCode.OK, "shared")
    assert town.wallet.store.copies_left(added) == 3


@pytest.mark.spec(VP, "6.1", "multiple: more than one card may answer, only where asked so")
@pytest.mark.parametrize("multiple", [False, True])
def test_several_cards_for_one_part(town: World, multiple: bool) -> None:
    second(town)
    town.verifier.query = {"credentials": [{**PERSON, "multiple": multiple}]}
    posed = town.receive()
    counts = {len(one.picks) for one in posed.question.options}
    assert counts == ({1, 2} if multiple else {1})
    assert len(posed.question.options[0].picks) == 1
    if not multiple:
        return
    both = next(one for one in posed.question.options if len(one.picks) == 2)
    town.verifier._answer = lambda _message: {}  # type: ignore[method-assign]
    done = town.share(posed, both, accepted=tuple(Warn))
    [message] = town.verifier.received
    assert len(message["vp_token"]["person"]) == 2
    [one, other] = message["vp_token"]["person"]
    assert one != other
    assert len(town.wallet.store.sent(done.id)) == 2
    [shared, also] = town.wallet.store.events(done.id)[1].body["shared"]
    assert shared["query"] == also["query"] == "person"


def test_numbers_stay_within_bounds(town: World) -> None:
    """A stranger's sets multiply; what is offered to choose from does not."""
    query = json.loads(json.dumps(SIGN_UP))
    names = [one["id"] for one in query["credentials"][0]["claims"]]
    query["credentials"][0]["claim_sets"] = [
        [name for bit, name in enumerate(names) if mask >> bit & 1] for mask in range(1, 16)
    ]
    query["credentials"] = [{**query["credentials"][0], "id": f"q{number}"} for number in range(6)]
    town.verifier.query = query
    assert len(town.receive().question.options) <= 64
