"""Periods as registrations, receipts and the law state them: whole years, months, weeks, days."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Final

from credential.errors import Malformed

DAY: Final = 86_400

_PERIOD: Final = re.compile(
    r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?", re.ASCII
)
_MONTHS: Final = 12
# Four years with a leap year among them: from one day to the next a month has another length.
_FIRST: Final = date(2023, 1, 1)
_DAYS: Final = 1461


def day_of(seconds: int) -> date:
    """The calendar day in UTC."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        raise Malformed("period.day", "RFC 7519 2") from None


def end_of(day: date) -> int:
    """The last second of a day in UTC."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(start.timestamp()) + DAY - 1


def is_period(text: str) -> bool:
    """Whether `after` can count with this text."""
    return _PERIOD.fullmatch(text) is not None


def after(day: date, period: str) -> date:
    """The day one ISO 8601 period later; the 31st becomes the last day of a shorter month.

    >>> after(date(2026, 1, 31), "P1M").isoformat()
    '2026-02-28'
    """
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise Malformed("period.duration", "ISO 8601")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    month = day.month - 1 + months
    year = day.year + years + month // _MONTHS
    month = month % _MONTHS + 1
    try:
        moved = day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
        return moved + timedelta(weeks=weeks, days=days)
    except (ValueError, OverflowError):
        raise Malformed("period.duration", "ISO 8601") from None


def within(period: str, bound: str) -> bool:
    """Whether `period` never ends later than `bound`, from whatever day both are counted.

    >>> within("P30D", "P1M"), within("P28D", "P1M")
    (False, True)
    """
    days = (_FIRST + timedelta(days=count) for count in range(_DAYS))
    return period == bound or all(after(day, period) <= after(day, bound) for day in days)
