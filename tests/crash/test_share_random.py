"""One wallet killed at random moments of sharing, and of asking, again and again."""

import random
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from crash.resident import Resident

from credential.rights import Right
from wallet.events import Outcome

pytestmark = pytest.mark.crash
WARM_UP = 3
WAYS = (Right.RECEIPT.value, Right.STATUS.value, "resend")


@dataclass
class Pace:
    """How an undisturbed disclosure goes here and now: its boundaries and its seconds."""

    passed: tuple[str, ...]
    seconds: float

    @classmethod
    def of(cls, one: Resident) -> "Pace":
        runs = [one.run("share", link=one.corporation.ask().link) for _ in range(WARM_UP)]
        assert all(run.ended == "done" for run in runs), [run.error for run in runs]
        return cls(runs[-1].passed, statistics.median(run.seconds for run in runs))

    def moment(self, dice: random.Random) -> dict[str, Any]:
        """Any moment by the clock, or a little after any boundary: a busy machine keeps neither."""
        if dice.random() < 0.5:
            return {"after": dice.uniform(0, self.seconds)}
        step = self.seconds / len(self.passed)
        return {"since": dice.choice(self.passed), "after": dice.uniform(0, 3 * step)}


def uncertain_is_settled(one: Resident, dice: random.Random, pace: Pace) -> None:
    """Asks, killed half of the time, until nothing is uncertain."""
    for activity in one.uncertain():
        how = dice.choice(WAYS)
        if dice.random() < 0.5:
            job, more = ("resend", {}) if how == "resend" else ("ask", {"right": how})
            one.run(job, after=dice.uniform(0, pace.seconds), activity=activity, **more)
            one.corporation.idle()
            one.reopen()
        if one.standing().outcomes[activity] == Outcome.UNKNOWN:
            one.settle(activity, how)
    assert not one.uncertain()


@pytest.mark.spec("Regie formats", "2", "any moment of a crash leaves a whole log and an answer")
def test_killed_at_random_moments(resident: Callable[..., Resident], runs: int, seed: int) -> None:
    dice = random.Random(seed)
    # A copy for each disclosure: those that are killed, those that are not, and the warm-up.
    one = resident(copies=runs * 2 + WARM_UP + 2)
    pace = Pace.of(one)
    killed, arrived = 0, 0
    ends: Counter[str] = Counter()
    for run in range(runs):
        before = one.standing()
        asked = one.corporation.ask()
        moment = pace.moment(dice)
        ended = one.run("share", link=asked.link, **moment)
        where = f"seed {seed}, run {run}, {moment} of {pace.seconds:.3f} s, died after {ended.at}"
        ends[ended.at] += 1
        try:
            assert ended.ended != "failed", ended.error
            one.corporation.idle()
            one.reopen()
            one.account(before, asked.transaction)
            uncertain_is_settled(one, dice, pace)
            one.account(before, asked.transaction)
        except AssertionError as failure:
            raise AssertionError(f"{where}: {failure}") from failure
        killed += ended.killed
        arrived += bool(one.corporation.of(asked.transaction))
    one.share_whole()
    # The moments are spread over all of it: some before sending, some after.
    assert killed > runs // 5, f"seed {seed}: only {killed} of {runs} were killed in time"
    assert 0 < arrived < runs, f"seed {seed}: {arrived} of {runs} arrived; ends {ends}"
