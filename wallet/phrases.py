"""Values, dates and periods as a person reads them."""

import re
from typing import Final

from credential.plaintext import terminal_safe
from credential.strictjson import Json
from wallet.texts import Texts

_DURATION: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?\Z")
_UNITS: Final = ("year", "month", "week", "day")
_DATE: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?\Z")


def value_text(value: Json, texts: Texts) -> str:
    """A value as a person reads it; never cut off where that could change what it says."""
    match value:
        case True:
            return texts.get("value.yes")
        case False:
            return texts.get("value.no")
        case None:
            return texts.get("value.none")
        case str():
            return date_text(terminal_safe(value))
        case int() | float():
            return str(value)
        case list():
            return "; ".join(value_text(item, texts) for item in value) or texts.get("value.none")
        case dict():
            return ", ".join(value_text(item, texts) for item in value.values())


def date_text(text: str) -> str:
    """A date the Dutch way, a partial one as far as it is known."""
    found = _DATE.match(text)
    if found is None:
        return text
    year, month, day = found.groups()
    return f"{day}-{month}-{year}" if day else f"{month}-{year}"


def duration_text(duration: str, texts: Texts) -> str:
    """An ISO 8601 period in words."""
    found = _DURATION.match(duration)
    if found is None:
        return terminal_safe(duration)
    parts = [
        texts.get(f"duration.{unit}" if number == "1" else f"duration.{unit}s", number=number)
        for unit, number in zip(_UNITS, found.groups(), strict=True)
        if number
    ]
    return " ".join(parts) or terminal_safe(duration)
