"""Where somebody lives and for how long: across mergers, with gaps abroad, never too long."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from verifier.decisions.dates import Partial, read
from verifier.decisions.facts import Facts, Finding, missing
from verifier.decisions.places import known, merged_into

MOST_STAYS: Final = 500
MOST_YEARS: Final = 150
DAYS_A_YEAR: Final = 365

SINCE: Final = {
    "residence_current_since": "address",
    "resident_since": "address",
    "municipality_since": "municipality",
    "region_since": "region",
}


def region_member(facts: Facts) -> Finding:
    """Whether the municipality lies in the region, whatever either was called since."""
    code: Any = facts.claims.get("municipality_code")
    if not isinstance(code, str) or not known(code):
        return missing(facts)
    member = code in facts.parameters.region
    return Finding(member, "region_yes" if member else "region_no")


def residence_days(facts: Facts) -> Finding:
    """Woonduur: the days somebody certainly lived there, up to today.

    From the first claim of the profile's list that came. A date without a day, or without a
    month, counts from the last day it may have been.
    """
    for name in facts.claims:
        found = _OF.get(name, _nothing)(facts, name)
        if found is not None:
            return found
    return missing(facts)


def _nothing(_facts: Facts, _name: str) -> Finding | None:
    return None


def _of_since(facts: Facts, name: str) -> Finding | None:
    since = read(facts.claims[name])
    if since is None or since.earliest > facts.today:
        return None
    return _days(facts.today, since, SINCE[name])


def _of_years(facts: Facts, name: str) -> Finding | None:
    """Whole years, of which none is shorter than 365 days."""
    years: Any = facts.claims[name]
    if not isinstance(years, int) or isinstance(years, bool) or not 0 <= years <= MOST_YEARS:
        return None
    return Finding(years * DAYS_A_YEAR, "days_at_least_address", count=years * DAYS_A_YEAR)


def _of_stays(facts: Facts, name: str) -> Finding | None:
    stays: Any = facts.claims[name]
    if not isinstance(stays, list) or not 0 < len(stays) <= MOST_STAYS:
        return None
    since = _unbroken(stays, facts.parameters.region)
    if since is None:
        return Finding(0, "days_none_region", count=0)
    return _days(facts.today, since, "region") if since.earliest <= facts.today else None


def _days(today: date, since: Partial, where: str) -> Finding:
    days = max((today - since.latest).days, 0)
    sure = "" if since.whole else "at_least_"
    return Finding(days, f"days_{sure}{where}", count=days)


def _unbroken(stays: list[Any], region: frozenset[str]) -> Partial | None:
    """The start of the run of stays in the region that lasts until now; newest stay first.

    Years abroad, elsewhere or unknown end the run. So does a gap between two stays, and a date
    in the middle of which the day is not known.
    """
    since: Partial | None = None
    newer: tuple[str, Partial] | None = None
    for stay in stays:
        code, start = _stay(stay)
        if code is None or start is None:
            break
        if newer is None:
            if "until" in stay or code not in region:
                break
        elif not _follows(stay, newer[1]) or not (
            code in region or _renamed(code, newer[0], newer[1])
        ):
            break
        since, newer = start, (code, start)
    return since


def _stay(stay: Any) -> tuple[str | None, Partial | None]:  # noqa: ANN401 - an element of a claim
    """The municipality and the first day of a stay in this country."""
    if not isinstance(stay, dict) or "country" in stay:
        return None, None
    code = stay.get("municipality_code")
    return (code if isinstance(code, str) and known(code) else None), read(stay.get("from"))


def _follows(older: dict[str, Any], start: Partial) -> bool:
    """The older stay ended on the very day the newer began."""
    end = read(older.get("until"))
    return end is not None and end.whole and start.whole and end.latest == start.latest


def _renamed(older: str, newer: str, start: Partial) -> bool:
    """On that day the one municipality became the other: nobody moved, the ground was renamed.

    Of one that was split nothing tells here in which part the house stood.
    """
    merger = merged_into(older)
    return merger is not None and merger.heirs == {newer} and merger.day == start.latest


_OF: Final[dict[str, Callable[[Facts, str], Finding | None]]] = {
    **dict.fromkeys(SINCE, _of_since),
    "years_at_address": _of_years,
    "stays": _of_stays,
}
CLAIMS: Final = frozenset(_OF)
