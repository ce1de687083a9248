"""Dates as people read them, and the day something must be gone."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from credential import periods
from verifier.texts import Language, sentence


def last_moment(at: int, duration: str) -> int:
    """The end of the day an ISO 8601 period after `at`."""
    return periods.end_of(periods.after(periods.day_of(at), duration))


def for_people(at: int, language: Language) -> str:
    """The date as it is read aloud: 21 november 2026."""
    return _day(datetime.fromtimestamp(at, UTC), language)


def clock_time(at: int) -> str:
    """The time on a Dutch clock."""
    return _here(at).strftime("%H:%M")


def dutch_day(at: int) -> date:
    """The day it is in the Netherlands: ages and amounts change when that day begins."""
    return _here(at).date()


def _day(moment: datetime, language: Language) -> str:
    return f"{moment.day} {sentence(language, f'month.{moment.month}')} {moment.year}"


def _here(at: int) -> datetime:
    try:
        zone: tzinfo = ZoneInfo("Europe/Amsterdam")
    except ZoneInfoNotFoundError:
        zone = UTC
    return datetime.fromtimestamp(at, zone)


def stamp(at: int | None) -> str | None:
    """UTC, seconds: 2026-11-21T22:00:00Z."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def spoken(stamped: str, language: Language, *, clock: bool = False) -> str:
    """A stamp as it is read aloud; `clock` adds the Dutch time, with the day it is there."""
    at = int(datetime.fromisoformat(stamped).timestamp())
    return f"{_day(_here(at), language)}, {clock_time(at)}" if clock else for_people(at, language)
