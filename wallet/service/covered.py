"""Which requests an answer speaks for, and how long the law gives the organisation for each.

The same right is asked about everything and about one thing: what is true of the one is not true
of the other. No answer gives more time than AVG 12(3) does, from the day the resident asked.
"""

from collections.abc import Iterable
from typing import Final

from credential import periods, rights
from credential.errors import NotAllowed
from credential.rights import Right, RightsAnswer, State
from wallet.service.wallet import Wallet
from wallet.store.rights import SETTLED
from wallet.store.values import RightsCase

LONGEST_WAIT: Final = 7 * periods.DAY
"""However long they say not to ask again, after this the resident may."""
_ON_ITS_WAY: Final = rights.MAX_LIFE + rights.CLOCK_SKEW


def spoken_for(wallet: Wallet, asked: RightsCase, answer: RightsAnswer) -> tuple[RightsCase, ...]:
    """The other requests this answer is about; none where it does not say which of several."""
    mine = [
        one
        for one in wallet.store.rights_cases(asked.activity)
        if one.right == answer.right.value and one.id != asked.id
    ]
    direct = asked.right == answer.right.value
    found = _like(asked, mine) if direct else _told(mine, answer)
    subjects = [asked, *found] if direct else found
    if answer.state is State.DONE and not all(map(_claims, subjects)):
        # What was done with everything was done with each part of it.
        return tuple(mine)
    return tuple(found)


def days(about: Iterable[RightsCase], answer: RightsAnswer) -> dict[str, int | None]:
    """Until when those of them wait that this answer changes, by number."""
    if answer.state is State.NEEDS_CONFIRMATION:
        # A question back does not stop a term that runs (AVG 12(3)).
        return {}
    return {
        one.id: None if answer.due is None else min(answer.due, _last(one, answer))
        for one in about
        if one.state not in SETTLED
    }


def require_lawful(asked: RightsCase, about: Iterable[RightsCase], answer: RightsAnswer) -> None:
    """Refuses a day later than the law gives, counted from the last time the resident asked."""
    if answer.due is None:
        return
    waiting = [one for one in about if one.state not in SETTLED]
    counted = waiting if waiting and asked.right == Right.STATUS.value else [asked]
    if answer.due > max(_last(one, answer) for one in counted):
        raise NotAllowed("rights.due", "AVG 12(3)")


def wait(answer: RightsAnswer, now: int) -> int | None:
    """Not before this moment is asked again, as far as they may say so."""
    return None if answer.retry_after is None else min(answer.retry_after, now + LONGEST_WAIT)


def _told(mine: list[RightsCase], answer: RightsAnswer) -> list[RightsCase]:
    """Asked how it stands, they say when the request came in that they tell about."""
    same = [one for one in mine if _received(one) == answer.received_at]
    if same:
        return same
    near = [
        one
        for one in mine
        if _received(one) is None and abs(one.asked_at - answer.received_at) <= _ON_ITS_WAY
    ]
    if near:
        return _like(min(near, key=lambda one: abs(one.asked_at - answer.received_at)), near)
    # They may say as well when this question came in: then it is about what was asked last.
    waiting = [one for one in mine if one.state not in SETTLED] or mine
    alike = _like(mine[-1], waiting) if mine else []
    return alike if len(alike) == len(waiting) else []


def _received(case: RightsCase) -> int | None:
    """When they said it came in, if they answered it."""
    answer = case.document.get("answer")
    return rights.dangerous_answer(answer).received_at if isinstance(answer, str) else None


def _like(one: RightsCase, others: list[RightsCase]) -> list[RightsCase]:
    return [other for other in others if _claims(other) == _claims(one)]


def _claims(case: RightsCase) -> frozenset[str]:
    claims = case.document.get("claims")
    return frozenset(map(str, claims)) if isinstance(claims, list) else frozenset()


def _last(case: RightsCase, answer: RightsAnswer) -> int:
    term = rights.EXTENDED_TERM if answer.state is State.EXTENDED else rights.TERM
    asked = periods.day_of(case.asked_at + rights.CLOCK_SKEW)
    return periods.end_of(periods.after(asked, term))
