"""The harness itself: a wallet that is wrong in one way must not pass it."""

from collections.abc import Callable

import pytest
from crash.mutants import MUTANTS
from crash.resident import Resident, die_and_settle

pytestmark = pytest.mark.crash
SENT = "response: sent #2"
COMMITTED = "record_share_intended: committed"

WRONG = {
    "entry_after_sending": (SENT, "without an entry"),
    "copy_not_spent": (SENT, "the copies went"),
    "other_transaction_for_copies": (COMMITTED, "the copies went"),
    "never_uncertain": (COMMITTED, "as if it were going on"),
    "head_not_mended": (COMMITTED, "mended without a word"),
    "head_before_commit": ("record_share_intended: about to commit", "chain is broken"),
    "unsent_when_interrupted": (SENT, "without an entry"),
}


@pytest.mark.parametrize("mutant", WRONG)
def test_a_wrong_wallet_is_found_out(resident: Callable[..., Resident], mutant: str) -> None:
    last, sentence = WRONG[mutant]
    with pytest.raises(AssertionError, match=sentence):
        die_and_settle(resident(mutant=mutant), last, "status")


def test_a_right_wallet_passes_where_these_fail(resident: Callable[..., Resident]) -> None:
    for last in {last for last, _ in WRONG.values()}:
        die_and_settle(resident(), last, "status")


def test_a_copy_used_twice_is_seen(resident: Callable[..., Resident]) -> None:
    one = resident(mutant="copy_not_spent")
    for _ in range(2):
        one.do("share", link=one.corporation.ask().link)
    now = one.standing()
    first, second = one.corporation.arrivals[-2:]
    one._on_record(first, now)
    with pytest.raises(AssertionError, match="a copy was used twice"):
        one._on_record(second, now)


def test_every_mutant_is_used() -> None:
    assert set(WRONG) | {"forgotten_is_denied"} == set(MUTANTS)
