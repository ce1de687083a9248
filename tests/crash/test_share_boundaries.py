"""The wallet killed at every step boundary of a disclosure."""

from collections.abc import Callable

import pytest
from crash.resident import Resident, die_and_settle

from credential.rights import Right

pytestmark = pytest.mark.crash
Make = Callable[..., Resident]

# Boundaries that must be among those found, so that a change of the product cannot lose them.
NAMED = (
    "add_request: committed",
    "record_share_intended: begun",
    "record_share_intended: about to commit",
    "record_share_intended: committed",
    "record_share_intended: log.head drafted",
    "record_share_intended: log.head in place",
    "response: about to connect",
    "response: connected",
    "response: nothing sent",
    "response: partly sent",
    "response: partly sent #2",
    "response: sent #2",
    "response: about to read",
    "response: read",
    "response: answered",
    "settle: begun",
    "settle: about to commit",
    "settle: committed",
    "settle: log.head in place",
    "append: about to commit",
    "append: committed",
    "append: log.head in place",
)


def boundaries(make: Make, job: str = "share") -> tuple[str, ...]:
    """All boundaries of one whole run."""
    one = make()
    ended = one.run(job, link=one.corporation.ask().link)
    assert ended.ended == "done", ended.error
    return ended.passed


@pytest.mark.spec(
    "Regie formats", "2", "durable before the first byte, share.unknown after a crash"
)
def test_killed_at_every_boundary_of_sharing(resident: Make) -> None:
    found = boundaries(resident)
    assert set(NAMED) <= set(found)
    ways = (Right.RECEIPT.value, Right.STATUS.value, "resend")
    failures = []
    for number, last in enumerate(found):
        try:
            die_and_settle(resident(), last, ways[number % len(ways)])
        except AssertionError as failure:
            failures.append(f"at {last}: {failure}")
    assert not failures, "\n".join(failures)
