"""Periods of whole days, weeks, months and years."""

from datetime import date

import pytest

from credential import periods
from credential.errors import Malformed


@pytest.mark.parametrize(
    ("day", "period", "later"),
    [
        ("2026-01-01", "P6M", "2026-07-01"),
        ("2026-08-31", "P6M", "2027-02-28"),
        ("2027-08-31", "P6M", "2028-02-29"),
        ("2024-02-29", "P1Y", "2025-02-28"),
        ("2026-11-21", "P13M", "2027-12-21"),
        ("2026-12-31", "P1D", "2027-01-01"),
        ("2026-01-01", "P2W", "2026-01-15"),
        ("2026-01-31", "P1Y1M1D", "2027-03-01"),
        ("2026-01-01", "P0D", "2026-01-01"),
    ],
)
def test_after(day, period, later):
    assert periods.after(date.fromisoformat(day), period) == date.fromisoformat(later)


@pytest.mark.parametrize(
    "period",
    [
        "",
        "P",
        "P1",
        "6M",
        "PT1H",
        "P1DT1H",
        "P-1D",
        "P1.5Y",
        "P1M1Y",
        "P9999D9",
        "P٣D",
        "P999Y999999D",
        "P999Y9999M99999D",
    ],
)
def test_not_a_period(period):
    with pytest.raises(Malformed, match=r"period\.duration"):
        periods.after(date(9990, 1, 1), period)


def test_days_are_utc():
    assert periods.day_of(1_767_225_599) == date(2025, 12, 31)
    assert periods.day_of(1_767_225_600) == date(2026, 1, 1)
    assert periods.end_of(date(2025, 12, 31)) == 1_767_225_599


@pytest.mark.parametrize("seconds", [10**12, 10**18, -(10**18), 10**400, -(10**400)])
def test_a_moment_beyond_the_calendar_is_malformed(seconds):
    with pytest.raises(Malformed):
        periods.day_of(seconds)


@pytest.mark.parametrize(
    "text", ["P", "P1", "P1M\n", "P\u0663M", "p1m", "P1.5M", "PT1H", "P99999Y"]
)
def test_what_is_no_period(text):
    assert not periods.is_period(text)
    with pytest.raises(Malformed):
        periods.after(date(2026, 1, 1), text)
