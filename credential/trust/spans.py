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
