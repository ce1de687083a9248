"""Calendar arithmetic in UTC: ISO 8601 durations, dates for people, one month of the law."""

import re
from calendar import monthrange
from datetime import UTC, datetime
from typing import Final

from verifier.errors import NotReady
from verifier.texts import Language, sentence

DAY: Final = 86_400
_DURATION = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?\Z")


def add(at: int, duration: str) -> int:
    """The moment a duration of years, months, weeks and days after `at`."""
    found = _DURATION.match(duration)
    if not found:
        raise NotReady("retention.duration", "ISO 8601")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    start = datetime.fromtimestamp(at, UTC)
    month = start.month - 1 + months + 12 * years
    year, month = start.year + month // 12, month % 12 + 1
    day = min(start.day, monthrange(year, month)[1])
    moved = start.replace(year=year, month=month, day=day)
    return int(moved.timestamp()) + (weeks * 7 + days) * DAY


def date(at: int) -> str:
    """The UTC date, `2026-11-21`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def date_for_people(at: int, language: Language) -> str:
    """The date as it is read aloud: 21 november 2026."""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment.day} {sentence(language, f'month.{moment.month}')} {moment.year}"
