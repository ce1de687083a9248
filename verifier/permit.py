"""An application at a permit desk as states, and the moves between them; pure.

    concept ──submit──▶ received ──▶ in_progress ──▶ decided ──▶ published
                            │         ▲       │
                            │         │       ▼
                            │    information_requested
                            └────────┴── withdrawn ◀── (until it is decided)

The term stands still while the applicant is asked to add something (Awb 4:15).
"""

from enum import StrEnum
from typing import Final, assert_never

from credential.permitcase import Phase
from verifier.errors import UsageError

DAY: Final = 86_400


class State(StrEnum):
    """How far an application is; `concept` is the applicant's alone."""

    CONCEPT = "concept"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    INFORMATION_REQUESTED = "information_requested"
    DECIDED = "decided"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Ruling(StrEnum):
    """What was decided."""

    GRANTED = "granted"
    REFUSED = "refused"
    PARTLY = "partly"


def following(state: State) -> tuple[State, ...]:
    """Where an application can go from here."""
    match state:
        case State.CONCEPT:
            return (State.RECEIVED,)
        case State.RECEIVED:
            return (State.IN_PROGRESS, State.WITHDRAWN)
        case State.IN_PROGRESS:
            return (State.INFORMATION_REQUESTED, State.DECIDED, State.WITHDRAWN)
        case State.INFORMATION_REQUESTED:
            return (State.IN_PROGRESS, State.DECIDED, State.WITHDRAWN)
        case State.DECIDED:
            return (State.PUBLISHED,)
        case State.PUBLISHED | State.WITHDRAWN:
            return ()
    assert_never(state)


def move(state: State, to: State) -> State:
    """The state after this move; a step that is skipped or taken back is refused."""
    if to not in following(state):
        raise UsageError("permit.move", "Regie domain 2.6", state=state.value, to=to.value)
    return to


def phase(state: State) -> Phase | None:
    """The phase that a wallet is told; of a concept nothing."""
    return None if state is State.CONCEPT else Phase(state.value)


def is_open(state: State) -> bool:
    """Whether somebody still has to decide."""
    return state in (State.RECEIVED, State.IN_PROGRESS, State.INFORMATION_REQUESTED)


def prolonged(due: int, asked: int, answered: int) -> int:
    """The term after the applicant added what was asked: the days it stood still are added."""
    waited = max(answered - asked, 0)
    return due + -(-waited // DAY) * DAY
