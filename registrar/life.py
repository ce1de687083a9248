"""The life of a party as its file lists it, step by step, and what follows for each kind.

An issuer is admitted with kinds, gets more or fewer, is suspended and resumed, gets another name,
and ends: merged, ceased or compromised. A verifier and each of its purposes live the same life
without kinds. Files are the truth: a step is a table `[[issuing.step]]`, reviewed like any change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from credential.trust.spans import SUSPENDED, Span


class Step(StrEnum):
    """What happened."""

    ADMITTED = "admitted"
    EXTENDED = "extended"
    REDUCED = "reduced"
    RENAMED = "renamed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    MERGED = "merged"
    CEASED = "ceased"
    COMPROMISED = "compromised"


ENDS: Final = frozenset({Step.MERGED, Step.CEASED, Step.COMPROMISED})


@dataclass(frozen=True)
class Event:
    """One step on one day.

    `kinds` are those admitted, added or taken off; `formerly` is the name until a renaming;
    `cards_stay` says of a suspension that cards from before it are still good.
    """

    on: int
    step: Step
    kinds: tuple[str, ...] = ()
    formerly: str = ""
    cards_stay: bool = False


def spans(events: Sequence[Event], kind: str | None = None) -> tuple[Span, ...]:
    """From when to when the party was in force, for this kind where one is asked."""
    found: list[Span] = []
    for event in events:
        span = _span(event, kind, found[-1] if found else None)
        if span is not None:
            found.append(span)
    return tuple(found)


def kinds_of(events: Sequence[Event]) -> tuple[str, ...]:
    """Every kind the party was ever admitted for, in the order of admission."""
    added = (Step.ADMITTED, Step.EXTENDED)
    return tuple(dict.fromkeys(k for one in events if one.step in added for k in one.kinds))


def _span(event: Event, kind: str | None, last: Span | None) -> Span | None:
    """What this step changes for this kind; `None` for nothing."""
    named = kind is None or kind in event.kinds
    running = last is not None and last.state == "notified"
    match event.step:
        case Step.ADMITTED | Step.EXTENDED:
            return Span(event.on, "notified") if named and not running else None
        case Step.REDUCED:
            ended = running and kind is not None and named
            return Span(event.on, "withdrawn", "reduced") if ended else None
        case Step.RENAMED:
            return None
        case Step.SUSPENDED:
            reason = "paused" if event.cards_stay else SUSPENDED
            return Span(event.on, "withdrawn", reason) if running else None
        case Step.RESUMED:
            held = last is not None and last.reason in ("paused", SUSPENDED)
            return Span(event.on, "notified") if held else None
        case Step.MERGED | Step.CEASED | Step.COMPROMISED:
            known = last is not None and last.reason not in ENDS
            return Span(event.on, "withdrawn", event.step.value) if known else None
