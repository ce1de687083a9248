"""What an organisation cannot do with its answers: take more time, settle what it did not do."""

import dataclasses
from typing import Any

import pytest
from support.applications import says, signed
from support.rights_world import DAY, MONTH_END
from support.wallet_world import World

from credential import periods
from credential.names import Path
from credential.permitcase import Phase
from credential.rights import Consequence, Reason, Right, State
from wallet.errors import WalletError
from wallet.service import covered, partycases, reminders, report
from wallet.service import rights as service
from wallet.service.rights import Answered

WHY = Reason("x", "Het is druk.", "It is busy.")
WAITING: dict[str, Any] = {"state": State.IN_PROGRESS, "erased": ()}
GIVEN, FAMILY = ("given_name",), ("family_name",)


def ask(town: World, activity: str, right: Right, *claims: Path, **more: Any) -> Answered:
    return service.ask(
        town.wallet, town.network, activity, right, now=town.now, claims=claims, **more
    )


def answer(town: World, **members: Any) -> None:
    town.verifier.answer_change = lambda one: dataclasses.replace(one, **members)


def later(town: World, seconds: int) -> None:
    town.now = town.verifier.now = town.now + seconds


def month(at: int, term: str = "P1M") -> int:
    return periods.end_of(periods.after(periods.day_of(at), term))


def standing(town: World, activity: str, right: Right) -> list[tuple[str, int | None]]:
    cases = town.wallet.store.rights_cases(activity)
    return [(one.state, reminders.deadline(one)) for one in cases if one.right == right.value]


@pytest.fixture
def erasing(town: World) -> str:
    """An erasure of everything that they say they are busy with, for a month."""
    done = town.share()
    answer(town, **WAITING, due=month(town.now))
    ask(town, done.id, Right.ERASURE)
    return done.id


@pytest.mark.parametrize(
    ("state", "term"), [(State.IN_PROGRESS, "P1M"), (State.EXTENDED, "P3M")], ids=str
)
@pytest.mark.spec("AVG", "12(3)", "one month from the asking, however late they say it came in")
def test_no_status_postpones_the_term(town: World, erasing: str, state: State, term: str) -> None:
    last = month(town.now)
    later(town, 5 * DAY)
    members = {"state": state, "reason": WHY, "right": Right.ERASURE, "erased": ()}
    answer(town, **members, received_at=town.now, due=month(town.now, term))
    with pytest.raises(WalletError) as caught:
        ask(town, erasing, Right.STATUS)
    assert (caught.value.params["rule"], caught.value.params["section"]) == (
        *("rights.due", "AVG 12(3)"),
    )
    assert standing(town, erasing, Right.ERASURE) == [("in_progress", last)]
    assert len(reminders.due(town.wallet, now=town.now - 5 * DAY + MONTH_END)) == 1


@pytest.mark.spec("AVG", "12(3)", "extended to three months after the asking, and no further")
def test_extended_once(town: World, erasing: str) -> None:
    start = town.now
    members = {"state": State.EXTENDED, "reason": WHY, "right": Right.ERASURE, "erased": ()}
    answer(town, **members, received_at=start, due=month(start, "P3M"))
    for _ in range(3):
        later(town, DAY)
        ask(town, erasing, Right.STATUS)
        assert standing(town, erasing, Right.ERASURE) == [("extended", month(start, "P3M"))]


@pytest.mark.spec("AVG", "12(3)", "a question back about a request does not stop its term")
def test_a_question_back_stops_no_term(town: World, erasing: str) -> None:
    last = month(town.now)
    asks = {"state": State.NEEDS_CONFIRMATION, "consequence": Consequence("i", "Zo.", "So.")}
    answer(town, **asks, right=Right.ERASURE, erased=())
    ask(town, erasing, Right.STATUS)
    assert standing(town, erasing, Right.ERASURE) == [("in_progress", last)]
    # Nor does asking the same thing for ever: after a yes they have a month.
    ask(town, erasing, Right.ERASURE, confirm="i")
    assert standing(town, erasing, Right.ERASURE)[-1] == ("needs_confirmation", last)


def test_one_that_was_lost_is_not_late_for_ever(town: World) -> None:
    """Both wait as long as the law says for each; the answer to the second is no lie."""
    done = town.share()
    start = town.now
    town.network.lose = lambda call: call.url.endswith("/rights")
    with pytest.raises(WalletError):
        ask(town, done.id, Right.ERASURE)
    town.network.lose = lambda _call: False
    later(town, 5 * DAY)
    answer(town, **WAITING, due=month(town.now))
    ask(town, done.id, Right.ERASURE)
    assert standing(town, done.id, Right.ERASURE) == [
        ("in_progress", month(start)),
        ("in_progress", month(town.now)),
    ]


def test_one_correction_is_not_the_other(town: World) -> None:
    done = town.share()
    answer(town, **WAITING, due=month(town.now))
    ask(town, done.id, Right.RECTIFICATION, GIVEN, proposed="X")
    later(town, 60)
    answer(town)
    ask(town, done.id, Right.RECTIFICATION, FAMILY, proposed="Y")
    states = [state for state, _ in standing(town, done.id, Right.RECTIFICATION)]
    assert states == ["in_progress", "done"]


@pytest.mark.spec("Regie formats", "4", "an erasure of one item is no erasure of everything")
def test_a_part_is_not_the_whole(town: World, erasing: str) -> None:
    later(town, 60)
    answer(town, erased=(GIVEN,))
    ask(town, erasing, Right.ERASURE, GIVEN)
    assert [state for state, _ in standing(town, erasing, Right.ERASURE)] == ["in_progress", "done"]
    found = town.wallet.store.activity(erasing)
    assert found is not None
    assert any(not claim.erased for claim in found.claims.values() if claim.shared)
    # Asked how it stands, "done" without saying which of the two settles neither.
    later(town, DAY)
    answer(town, right=Right.ERASURE, erased=(GIVEN,))
    ask(town, erasing, Right.STATUS)
    assert standing(town, erasing, Right.ERASURE)[0][0] == "in_progress"


def test_the_whole_is_every_part(town: World) -> None:
    done = town.share()
    answer(town, **WAITING, due=month(town.now))
    ask(town, done.id, Right.ERASURE, GIVEN)
    answer(town)
    ask(town, done.id, Right.ERASURE)
    assert [state for state, _ in standing(town, done.id, Right.ERASURE)] == ["done", "done"]


@pytest.mark.parametrize("which", [0, 1])
def test_a_status_is_about_the_one_that_came_in_then(town: World, erasing: str, which: int) -> None:
    came = [town.now]
    later(town, 3600)
    came.append(town.now)
    answer(town, **WAITING, due=month(town.now))
    ask(town, erasing, Right.ERASURE, GIVEN)
    later(town, 3600)
    refused = {"state": State.REFUSED, "reason": WHY, "erased": ()}
    answer(town, **refused, right=Right.ERASURE, received_at=came[which])
    ask(town, erasing, Right.STATUS)
    states = [state for state, _ in standing(town, erasing, Right.ERASURE)]
    assert states == (["refused", "in_progress"] if which == 0 else ["in_progress", "refused"])


@pytest.mark.spec("Regie formats", "4", "retry_after is honoured, for a week at the most")
def test_not_asked_again_for_a_week_at_the_most(town: World) -> None:
    done = town.share()
    answer(town, **WAITING, due=month(town.now), retry_after=2**53)
    ask(town, done.id, Right.RESTRICTION)
    with pytest.raises(WalletError, match=r"ask\.too_soon") as caught:
        ask(town, done.id, Right.STATUS)
    assert caught.value.params["seconds"] == covered.LONGEST_WAIT


def test_an_application_is_followed_again_within_a_week(town: World) -> None:
    signed(town)
    says(town, Phase.RECEIVED, after=2**53)
    partycases.refresh(town.wallet, town.network, now=town.now)
    [case] = partycases.held(town.wallet, now=town.now)
    assert case.ask_after == town.now + covered.LONGEST_WAIT


def test_what_was_put_away_keeps_nobody_waiting(town: World) -> None:
    done = town.share()
    answer(town, **WAITING, due=month(town.now), retry_after=town.now + DAY)
    ask(town, done.id, Right.RESTRICTION)
    [case] = town.wallet.store.rights_cases(done.id)
    service.close(town.wallet, case.id, now=town.now)
    answer(town, right=Right.RESTRICTION)
    ask(town, done.id, Right.STATUS)
    assert standing(town, done.id, Right.RESTRICTION)[0][0] == "closed"


@pytest.mark.spec("AVG", "12(3)", "no reply but a signed answer ends the term")
@pytest.mark.parametrize("status", [404, 429, 500])
def test_a_request_is_not_got_rid_of_without_a_signature(town: World, status: int) -> None:
    done = town.share()
    town.verifier.knows = status != 404
    town.verifier.rights_status = status
    if status == 404:
        assert ask(town, done.id, Right.ERASURE).state == "not_known"
    else:
        with pytest.raises(WalletError, match=r"ask\.refused"):
            ask(town, done.id, Right.ERASURE)
    [waiting] = town.wallet.store.rights_waiting()
    assert waiting.state == ("denied" if status == 404 else "invalid")
    [late] = reminders.due(town.wallet, now=town.now + MONTH_END)
    assert late.right == "erasure"
    codes = report.facts(town.wallet, done.id, now=town.now + MONTH_END).codes
    assert "no_answer" in codes
    assert ("denies_receipt" in codes) == (status == 404)


def test_nothing_left_there_is_no_denial(town: World) -> None:
    """After they erased it, or need not have it any more, "not found" is what it should be."""
    done = town.share()
    ask(town, done.id, Right.ERASURE)
    town.verifier.knows = False
    ask(town, done.id, Right.OBJECTION)
    assert town.wallet.store.rights_waiting() == ()
    assert report.facts(town.wallet, done.id, now=town.now).codes == ()
