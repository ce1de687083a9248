"""Whether something was allowed on a day: when that day was, and what a life says of it.

Regie trust 9.6.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from credential.trust.spans import Span, in_force
from registrar.errors import BadInput

DAY: Final = 86_400
_ON: Final = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\dZ)?", re.ASCII)


@dataclass(frozen=True)
class Window:
    """The day or the moment that is asked about: from `start` until `end`, not included."""

    start: int
    end: int

    def points(self, *lives: Sequence[Span]) -> tuple[int, ...]:
        """The moments in it at which something may change, the first included."""
        changes = {span.since for life in lives for span in life}
        return (self.start, *sorted(one for one in changes if self.start < one < self.end))


@dataclass(frozen=True)
class Verdict:
    """Whether it was allowed at any moment of the window, and at every one."""

    allowed: bool
    whole: bool

    @property
    def word(self) -> str:
        """The stable word for it."""
        return "yes" if self.whole else "part" if self.allowed else "no"


def window(on: str | None, now: int) -> Window:
    """The day, UTC, or the moment this text names; without one, now."""
    if on is None:
        return Window(now, now + 1)
    found = _ON.fullmatch(on)
    if found is None:
        raise BadInput("history.on")
    try:
        moment = datetime.fromisoformat(on if found[2] else f"{on}T00:00:00Z")
    except ValueError:
        raise BadInput("history.on") from None
    start = int(moment.astimezone(UTC).timestamp())
    return Window(start, start + (1 if found[2] else DAY))


def judged(asked: Window, *lives: Sequence[Span]) -> Verdict:
    """Whether all of these were in force; a life without spans is in force from the start."""
    return over(
        asked.points(*lives), lambda moment: all(not one or in_force(one, moment) for one in lives)
    )


def over(points: Sequence[int], allowed: Callable[[int], bool]) -> Verdict:
    """Whether it was allowed at some of these moments, and at all."""
    found = [allowed(moment) for moment in points]
    return Verdict(any(found), all(found))
