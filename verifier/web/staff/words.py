"""What an employee reads: dates and times on a Dutch clock, codes as words, values as text."""

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verifier import dates
from verifier.texts import Language, find, sentence

_DAY = 86_400


class Words:
    """Values as text, in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def day(self, at: int) -> str:
        """A date."""
        return dates.for_people(at, self._language)

    def time(self, at: int) -> str:
        """A time of the same day."""
        return dates.clock_time(at)

    def moment(self, at: int) -> str:
        """Date and time."""
        return _local(at).strftime("%d-%m-%Y %H:%M")

    def said(self, table: str, key: str) -> str:
        """A word of a table, or the key itself: what is on record is shown whatever happens."""
        return find(self._language, f"{table}.{key.replace('.', '_')}") or key

    def reason(self, text: str | None) -> str:
        """Why, with its reference."""
        if not text:
            return sentence(self._language, "staff.none")
        code, _, rest = text.partition(" ")
        return f"{self.said('staff_reason', code)} {rest}".strip()

    def value(self, value: Any) -> str:  # noqa: ANN401 - what a card can hold
        """A value as people read it."""
        if isinstance(value, bool):
            return sentence(self._language, "staff.yes" if value else "staff.no")
        if isinstance(value, list):
            return ", ".join(self.value(one) for one in value)
        if isinstance(value, dict):
            return ", ".join(f"{name}: {self.value(one)}" for name, one in value.items())
        return str(value)

    def check(self, one: dict[str, Any]) -> str:
        """What a check looked at."""
        return self.said("check", str(one["code"]))

    def found(self, one: dict[str, Any]) -> str:
        """What it found."""
        code = "ok" if one.get("ok") else str(one.get("found", "failed"))
        return sentence(self._language, f"staff_found.{code}")

    def left(self, due: int | None, now: int) -> str:
        """How much of a term is left."""
        if due is None:
            return ""
        days = (due - now) // _DAY
        if due < now:
            return sentence(self._language, "staff_case.late")
        if days == 0:
            return sentence(self._language, "staff_case.today")
        if days == 1:
            return sentence(self._language, "staff_case.day")
        return sentence(self._language, "staff_case.days", days=days)


def _local(at: int) -> datetime:
    """A moment on a Dutch clock."""
    try:
        zone: tzinfo = ZoneInfo("Europe/Amsterdam")
    except ZoneInfoNotFoundError:
        zone = UTC
    return datetime.fromtimestamp(at, zone)
