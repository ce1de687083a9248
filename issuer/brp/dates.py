"""Dates as the register knows them: full, to the month, to the year, or unknown (domain.md 1.2).

Nothing is ever filled in. A question about an incomplete date is answered for the last day it
may have been (domain.md 2.4), and not at all when the register does not know.
"""

from calendar import monthrange
from datetime import UTC, date, datetime

import msgspec


class Personal(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A value about a person: it never shows itself (house rule 8)."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    __str__ = __repr__


class Full(Personal, frozen=True, tag="Datum", tag_field="type"):
    """A whole date."""

    datum: date


class YearMonth(Personal, frozen=True, tag="JaarMaandDatum", tag_field="type"):
    """The day is unknown."""

    jaar: int
    maand: int


class Year(Personal, frozen=True, tag="JaarDatum", tag_field="type"):
    """Day and month are unknown."""

    jaar: int


class Unknown(Personal, frozen=True, tag="DatumOnbekend", tag_field="type"):
    """There is a date, but nobody knows which."""

    onbekend: bool = True


BrpDate = Full | YearMonth | Year | Unknown


def text(value: BrpDate | None) -> str | None:
    """`2010-05-17`, `2010-05` or `2010`: as much as is known; None when nothing is."""
    match value:
        case Full(datum=day):
            return day.isoformat()
        case YearMonth(jaar=year, maand=month):
            return f"{year:04}-{month:02}"
        case Year(jaar=year):
            return f"{year:04}"
        case Unknown() | None:
            return None


def full(value: BrpDate | None) -> date | None:
    """The date if it is whole."""
    return value.datum if isinstance(value, Full) else None


def earliest(value: BrpDate | None) -> date | None:
    """The first day it may have been."""
    match value:
        case Full(datum=day):
            return day
        case YearMonth(jaar=year, maand=month):
            return date(year, month, 1)
        case Year(jaar=year):
            return date(year, 1, 1)
        case Unknown() | None:
            return None


def latest(value: BrpDate | None) -> date | None:
    """The last day it may have been."""
    match value:
        case Full(datum=day):
            return day
        case YearMonth(jaar=year, maand=month):
            return date(year, month, monthrange(year, month)[1])
        case Year(jaar=year):
            return date(year, 12, 31)
        case Unknown() | None:
            return None


def day_of(now: int) -> date:
    """The UTC day of a moment: never ahead of the day in the Netherlands, so no flag is early."""
    return datetime.fromtimestamp(now, UTC).date()


def anniversary(start: date, years: int, months: int = 0) -> date:
    """The day `years` and `months` are full; a day that does not exist becomes the next one."""
    month = start.month - 1 + months
    year, month = start.year + years + month // 12, month % 12 + 1
    if start.day <= monthrange(year, month)[1]:
        return date(year, month, start.day)
    return date(year + month // 12, month % 12 + 1, 1)


def whole_years(start: date, today: date) -> int:
    """Full years between two days; never negative."""
    years = max(today.year - start.year, 0)
    return years if years == 0 or anniversary(start, years) <= today else years - 1


def has_reached(birth: BrpDate | None, years: int, today: date, months: int = 0) -> bool | None:
    """Certainly this old today; None when the register knows no year of birth."""
    youngest = latest(birth)
    return None if youngest is None else anniversary(youngest, years, months) <= today
