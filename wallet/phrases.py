"""Values, dates and periods as a person reads them."""

import re
from typing import Final

from credential.names import Path
from credential.plaintext import terminal_safe
from credential.strictjson import Json
from wallet.texts import Texts

_DURATION: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?\Z")
_UNITS: Final = ("year", "month", "week", "day")
_DATE: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?\Z")
_GDPR: Final = re.compile(r"6\.1\.([a-f])\Z")
# Long, and the same for every organisation in the region: its beginning is enough to know it by.
_CODES: Final = frozenset({"housing_pseudonym", "housing_pseudonym_previous"})
_CODE_SHOWN: Final = 8


def claim_text(path: Path, value: Json, texts: Texts) -> str:
    """The value of this claim as a person reads it; of a recognition code only the beginning."""
    name = path[-1] if path else None
    if name in _CODES and isinstance(value, str) and len(value) > _CODE_SHOWN:
        return f"{terminal_safe(value)[:_CODE_SHOWN]}…"
    if name == "sex" and isinstance(value, int):
        # ISO/IEC 5218, as the PID has it.
        return texts.find(f"value.sex.{value}") or str(value)
    return value_text(value, texts)


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


def basis_text(gdpr: str, law: str, texts: Texts) -> tuple[str, str]:
    """A ground of the GDPR in plain words, and what they add unless that says the same."""
    found = _GDPR.match(gdpr)
    if found is None:
        return texts.get("basis.other", article=terminal_safe(gdpr)), terminal_safe(law)
    reason, added = texts.get(f"basis.{found[1]}"), within(law)
    if added.startswith(reason):
        reason, added = added, ""
    return texts.get("basis.article", letter=found[1], reason=reason), added


def within(sentence: str) -> str:
    """A sentence as part of another: without its capital and full stop; an acronym stays."""
    text = terminal_safe(sentence).strip().removesuffix(".")
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


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
