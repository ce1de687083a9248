"""Dates as cards state them: whole, to the month or to the year; nothing is ever filled in.

A question about an incomplete date is answered for the last day it may have been, so that
nobody gets what they may not have yet (Regie domain 2.4).
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from credential.strictjson import Json

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_MONTHS: Final = 12


@dataclass(frozen=True, repr=False)
class Partial:
    """`2010`, `2010-05` or `2010-05-17`."""

    earliest: date
    latest: date

    @property
    def whole(self) -> bool:
        """Whether the day is known."""
        return self.earliest == self.latest


def read(value: Json) -> Partial | None:
    """The date a claim states; `None` for anything else."""
    found = _DATE.match(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day = (None if part is None else int(part) for part in found.groups())
    assert year is not None
    try:
        if month is None:
            return Partial(date(year, 1, 1), date(year, _MONTHS, 31))
        if day is None:
            last = monthrange(year, month)[1]
            return Partial(date(year, month, 1), date(year, month, last))
        return Partial(date(year, month, day), date(year, month, day))
    except (ValueError, OverflowError):
        return None


def anniversary(start: date, years: int, months: int = 0) -> date | None:
    """The day `years` and `months` are full; 29 February becomes 1 March, never earlier."""
    month = start.month - 1 + months
    year, month = start.year + years + month // _MONTHS, month % _MONTHS + 1
    try:
        if start.day <= monthrange(year, month)[1]:
            return date(year, month, start.day)
        return date(year + month // _MONTHS, month % _MONTHS + 1, 1)
    except (ValueError, OverflowError):
        return None


def reached(birth: date, today: date, years: int, months: int = 0) -> bool:
    """Whether somebody born on this day is of this age today."""
    day = anniversary(birth, years, months)
    return day is not None and day <= today
