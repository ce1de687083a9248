"""The wallet killed while it asks about a disclosure, and asked questions that cross."""

from collections.abc import Callable

import pytest
from crash.resident import Resident

from credential.rights import Right
from wallet.events import Kind, Outcome

pytestmark = pytest.mark.crash
Make = Callable[..., Resident]
SENT = "response: sent #2"
# Where something is different afterwards, here or there.
TELLING = ("about to commit", "committed", "in place", ": sent", "answered")


def telling(passed: tuple[str, ...]) -> list[str]:
    return [name for name in passed if name.partition(" #")[0].endswith(TELLING)]


def uncertain(make: Make) -> tuple[Resident, str]:
    """A wallet with one disclosure that arrived, and does not know it."""
    one = make()
    one.run("share", last=SENT, link=one.corporation.ask().link)
    one.corporation.idle()
    one.do("open")
    [activity] = one.uncertain()
    return one, activity


@pytest.mark.parametrize("right", [Right.RECEIPT.value, Right.STATUS.value])
@pytest.mark.spec("Regie formats", "4", "maybe shared is settled, whenever the asking is cut off")
def test_killed_at_every_boundary_of_settling(resident: Make, right: str) -> None:
    first, activity = uncertain(resident)
    whole = first.twin().run("ask", activity=activity, right=right)
    assert whole.result["outcome"] == Outcome.SHARED
    failures = []
    for last in telling(whole.passed):
        one = first.twin()
        try:
            one.run("ask", last=last, activity=activity, right=right)
            one.corporation.idle()
            one.reopen()
            one.settle(activity, right)
            kinds = one.standing().kinds[activity]
            assert right != Right.RECEIPT or Kind.RECEIPT_VERIFIED in kinds, kinds
            assert one.report().ok
        except AssertionError as failure:
            failures.append(f"at {last}: {failure}")
    assert not failures, "\n".join(failures)


@pytest.mark.spec("Regie formats", "4", "an erasure ends in a signed done that is kept as proof")
def test_killed_at_every_boundary_of_an_erasure(resident: Make) -> None:
    first = resident(copies=60)
    first.share_whole()
    whole = erase(first, None)
    failures = []
    for last in telling(whole):
        try:
            erase(first, last)
        except AssertionError as failure:
            failures.append(f"at {last}: {failure}")
    assert not failures, "\n".join(failures)


def erase(one: Resident, last: str | None) -> tuple[str, ...]:
    """Shares, asks for erasure until `last`, then until it is done."""
    done = one.do("share", link=one.corporation.ask().link)["activity"]
    # What they signed to be gone, and what they never kept.
    gone = {"given_name", "family_name", "age_over_18", "housing_pseudonym"}
    gone.add("housing_residence_right")
    ended = one.run("ask", last=last, activity=done, right=Right.ERASURE.value, confirm=True)
    one.corporation.idle()
    one.reopen()
    if last is not None:
        again = one.do("ask", activity=done, right=Right.ERASURE.value, confirm=True)
        assert again["state"] == "done"
    now = one.standing()
    assert now.erased[done] == gone, f"erased there, here {sorted(now.erased[done])}"
    assert not now.open_rights, f"still waits for {now.open_rights}"
    assert now.outcomes[done] == Outcome.SHARED
    return ended.passed


@pytest.mark.spec("Regie formats", "4", "not known is their word only; asking again finds out")
def test_asked_before_the_response_was_dealt_with(resident: Make) -> None:
    one = resident()
    asked = one.corporation.ask()
    one.corporation.gate.clear()
    try:
        one.run("share", last=SENT, link=asked.link)
        one.do("open")
        [activity] = one.uncertain()
        early = one.do("ask", activity=activity, right=Right.STATUS.value)
        assert (early["state"], early["outcome"]) == ("not_known", Outcome.UNSENT)
    finally:
        one.corporation.gate.set()
    one.corporation.idle()
    late = one.do("ask", activity=activity, right=Right.RECEIPT.value)
    assert late["outcome"] == Outcome.SHARED
    now = one.standing()
    assert now.outcomes[activity] == Outcome.SHARED
    assert Kind.RECEIPT_VERIFIED in now.kinds[activity]
    assert one.report().ok
    one.share_whole()


def test_a_refusal_is_on_record_before_it_is_told(resident: Make) -> None:
    first = resident()
    whole = first.run("decline", link=first.corporation.ask().link)
    for last in telling(whole.passed):
        one = resident()
        asked = one.corporation.ask()
        one.run("decline", last=last, link=asked.link)
        one.corporation.idle()
        one.reopen()
        now = one.standing()
        told = bool(one.corporation.bodies[asked.transaction])
        assert not told or Outcome.DECLINED in now.outcomes.values(), last
        # A question is either open, and can be answered, or it was answered.
        open_ones = {name for name, outcome in now.outcomes.items() if outcome == Outcome.OPEN}
        assert open_ones == now.waiting, last
        assert now.fresh == first.standing().fresh
