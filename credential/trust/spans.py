"""The life of a service as readers need it: from when to when it was in force, and why not.

A trusted list states the present status and its history (TS 119 602: ServiceStatus,
ServiceHistory); what is announced for later stands in our own extension. All three are one row of
spans, oldest first, each lasting until the next begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal["notified", "withdrawn"]

WEEK: Final = 7 * 86_400
"""Cards say the week they were issued in, not the moment (Regie formats 1)."""

ORDERLY: Final = frozenset({"merged", "ceased", "reduced", "paused"})
"""Reasons after which what was signed before stays good (Regie trust 4.5)."""

COMPROMISED: Final = "compromised"
SUSPENDED: Final = "suspended"
ISSUER_COMPROMISED: Final = "trust.issuer_compromised"


@dataclass(frozen=True)
class Span:
    """One state from one moment on; `reason` is only of a withdrawn one."""

    since: int
    state: State
    reason: str | None = None


def at(spans: Sequence[Span], moment: int) -> Span | None:
    """The span this moment lies in; `None` before the first began."""
    begun = [one for one in spans if one.since <= moment]
    return begun[-1] if begun else None


def in_force(spans: Sequence[Span], moment: int) -> bool:
    """Whether the service may sign at this moment."""
    found = at(spans, moment)
    return found is not None and found.state == "notified"


def counts(spans: Sequence[Span], *, issued_at: int, now: int) -> bool:
    """Whether what was signed in the week that begins at `issued_at` is good at `now`.

    While it is stopped for any reason that is not orderly nothing counts, and after a compromise
    nothing ever does again: a stolen key writes any date.
    """
    begun = [one for one in spans if one.since <= now]
    if not begun or any(one.reason == COMPROMISED for one in begun):
        return False
    if begun[-1].state == "withdrawn" and begun[-1].reason not in ORDERLY:
        return False
    ends = [one.since for one in begun[1:]] + [now + WEEK]
    return any(
        one.state == "notified" and one.since < issued_at + WEEK and issued_at < end
        for one, end in zip(begun, ends, strict=True)
    )


def refusal(spans: Sequence[Span], *, issued_at: int, now: int) -> str | None:
    """Why what was signed then does not count at `now`, as a stable code; `None` if it counts."""
    if counts(spans, issued_at=issued_at, now=now):
        return None
    begun = [one for one in spans if one.since <= now]
    # What it was stopped for now goes before what it was on the day of the card.
    return distrusted(spans, now) or _stopped(at(begun, issued_at))


def distrusted(spans: Sequence[Span], now: int) -> str | None:
    """Why nothing it signed counts at `now`, whenever that was; `None` where something may."""
    begun = [one for one in spans if one.since <= now]
    if any(one.reason == COMPROMISED for one in begun):
        return ISSUER_COMPROMISED
    stopped = begun and begun[-1].state == "withdrawn" and begun[-1].reason not in ORDERLY
    return _stopped(begun[-1]) if stopped else None


def idle(spans: Sequence[Span], moment: int) -> str | None:
    """Why nothing may be signed at this moment, as a stable code; `None` while in force."""
    if in_force(spans, moment):
        return None
    if any(one.reason == COMPROMISED and one.since <= moment for one in spans):
        return ISSUER_COMPROMISED
    return _stopped(at(spans, moment))


def _stopped(span: Span | None) -> str:
    match span:
        case None:
            return "trust.issuer_not_yet"
        case Span(reason="suspended" | "paused"):
            return "trust.issuer_suspended"
        case Span(reason="reduced"):
            return "trust.kind_withdrawn"
        case _:
            return "trust.issuer_withdrawn"
