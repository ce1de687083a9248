"""The life of a party as its file lists it, step by step, and what follows for each kind.

An issuer is admitted with kinds, gets more or fewer, is suspended and resumed, gets another name,
and ends: merged, ceased or compromised. A verifier and each of its purposes live the same life
without kinds. Files are the truth: a step is a table `[[issuing.step]]`, reviewed like any change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from credential.trust.spans import SUSPENDED, Span, at


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


class Standing(StrEnum):
    """How who asks stands on a day."""

    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    ENDED = "ended"


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


def end_of(events: Sequence[Event]) -> Event | None:
    """The step that ended it all; `None` where nothing did, or it began anew."""
    ended: Event | None = None
    for event in events:
        if event.step in ENDS:
            ended = event
        elif event.step is Step.ADMITTED:
            ended = None
    return ended


def standing(events: Sequence[Event], now: int) -> Standing:
    """How a verifier or one of its purposes stands now; without any step it is in force."""
    if not events:
        return Standing.IN_FORCE
    span = at(spans(events), now)
    if span is None:
        return Standing.NOT_YET
    if span.state == "notified":
        return Standing.IN_FORCE
    return Standing.SUSPENDED if span.reason in ("paused", SUSPENDED) else Standing.ENDED


def compromised(events: Sequence[Event], now: int) -> bool:
    """Whether a verifier or one of its purposes came into the wrong hands by now."""
    return any(one.step is Step.COMPROMISED and one.on <= now for one in events)


def _span(event: Event, kind: str | None, last: Span | None) -> Span | None:
    """What this step changes for this kind; `None` for nothing."""
    named = kind is None or kind in event.kinds
    running = last is not None and last.state == "notified"
    held = last is not None and last.reason in ("paused", SUSPENDED)
    ended = last is not None and last.reason in ENDS
    match event.step:
        case Step.ADMITTED:
            return Span(event.on, "notified") if named and not running and not held else None
        case Step.EXTENDED:
            # More kinds never undo a suspension or an end.
            begins = named and not (running or held or ended)
            return Span(event.on, "notified") if begins else None
        case Step.REDUCED:
            dropped = running and kind is not None and named
            return Span(event.on, "withdrawn", "reduced") if dropped else None
        case Step.RENAMED:
            return None
        case Step.SUSPENDED:
            reason = "paused" if event.cards_stay else SUSPENDED
            return Span(event.on, "withdrawn", reason) if running else None
        case Step.RESUMED:
            return Span(event.on, "notified") if held else None
        case Step.MERGED | Step.CEASED:
            known = last is not None and not ended
            return Span(event.on, "withdrawn", event.step.value) if known else None
        case Step.COMPROMISED:
            # Also of an issuer that stopped long before: what it signed counts no longer.
            known = last is not None and last.reason != event.step.value
            return Span(event.on, "withdrawn", event.step.value) if known else None
