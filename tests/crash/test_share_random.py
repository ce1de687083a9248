"""One wallet killed at random moments of sharing, and of asking, again and again."""

import random
import statistics
from collections.abc import Callable

import pytest
from crash.resident import Resident
from crash.town import Ended

from credential.rights import Right
from wallet.events import Outcome

pytestmark = pytest.mark.crash
WARM_UP = 3
WAYS = (Right.RECEIPT.value, Right.STATUS.value, "resend")


def pace(one: Resident) -> float:
    """How long an undisturbed disclosure takes here and now."""

    def timed() -> Ended:
        ended = one.run("share", link=one.corporation.ask().link)
        assert ended.ended == "done", ended.error
        return ended

    return statistics.median(timed().seconds for _ in range(WARM_UP))


def uncertain_is_settled(one: Resident, dice: random.Random, seconds: float) -> None:
    """Asks, killed half of the time, until nothing is uncertain."""
    for activity in one.uncertain():
        how = dice.choice(WAYS)
        if dice.random() < 0.5:
            job, more = ("resend", {}) if how == "resend" else ("ask", {"right": how})
            one.run(job, after=dice.uniform(0, seconds), activity=activity, **more)
            one.corporation.idle()
            one.reopen()
        if one.standing().outcomes[activity] == Outcome.UNKNOWN:
            one.settle(activity, how)
    assert not one.uncertain()


@pytest.mark.spec("Regie log", "2", "any moment of a crash leaves a whole log and an answer")
def test_killed_at_random_moments(resident: Callable[..., Resident], runs: int, seed: int) -> None:
    dice = random.Random(seed)
    # A copy for each disclosure: those that are killed, those that are not, and the warm-up.
    one = resident(copies=runs * 2 + WARM_UP + 2)
    seconds = pace(one)
    killed, arrived = 0, 0
    for run in range(runs):
        before = one.standing()
        asked = one.corporation.ask()
        moment = dice.uniform(0, seconds)
        ended = one.run("share", after=moment, link=asked.link)
        where = f"seed {seed}, run {run}, {moment:.3f} s of {seconds:.3f} s, after {ended.at}"
        try:
            one.corporation.idle()
            one.reopen()
            one.account(before, asked.transaction)
            uncertain_is_settled(one, dice, seconds)
            one.account(before, asked.transaction)
        except AssertionError as failure:
            raise AssertionError(f"{where}: {failure}") from failure
        killed += ended.killed
        arrived += bool(one.corporation.of(asked.transaction))
    one.share_whole()
    # The moments are spread over all of it: some before sending, some after.
    assert killed > runs // 2, f"seed {seed}: only {killed} of {runs} were killed in time"
    assert 0 < arrived < runs, f"seed {seed}: {arrived} of {runs} arrived"
