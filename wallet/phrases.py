"""Values, dates and periods as a person reads them."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from credential.names import Path
from credential.plaintext import terminal_safe
from credential.strictjson import Json
from wallet.texts import Texts

if TYPE_CHECKING:
    from credential.registration import Retention

_DURATION: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?\Z")
_UNITS: Final = ("year", "month", "week", "day")
_DATE: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?\Z")
_GDPR: Final = re.compile(r"6\.1\.([a-f])\Z")
# Long, and the same for every organisation in the region: its beginning is enough to know it by.
_CODES: Final = frozenset({"housing_pseudonym", "housing_pseudonym_previous"})
_CODE_SHOWN: Final = 8
_NUMBERS: Final = {
    word: str(number)
    for words in (
        "een twee drie vier vijf zes zeven acht negen tien elf twaalf",
        "one two three four five six seven eight nine ten eleven twelve",
    )
    for number, word in enumerate(words.split(), 1)
} | {"één": "1", "eén": "1", "a": "1", "an": "1"}


def claim_text(path: Path, value: Json, texts: Texts, *, ours: bool = True) -> str:
    """The value of this claim as a person reads it; of a recognition code only the beginning.

    `ours`: whether the card is of the scheme. What a stranger calls a code may be anything.
    """
    name = path[-1] if path else None
    if ours and name in _CODES and isinstance(value, str) and len(value) > _CODE_SHOWN:
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
            return date_text(terminal_safe(value, max_length=len(value) + 1))
        case int() | float():
            return str(value)
        case list():
            return "; ".join(value_text(item, texts) for item in value) or texts.get("value.none")
        case dict():
            return ", ".join(
                f"{terminal_safe(name)}: {value_text(item, texts)}" for name, item in value.items()
            )


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


def says(sentence: str, duration: str, texts: Texts) -> bool:
    """Whether a sentence names this period, in digits or in a word, in the same unit."""
    words = re.findall(r"\w+", sentence.lower())
    plain = " ".join(_NUMBERS.get(word, word) for word in words)
    return f" {duration_text(duration, texts)} " in f" {plain} "


def retention_lines(stated: "Retention | None", texts: Texts) -> list[str]:
    """How long, in its own unit; the registered words alone where they name that same period."""
    if stated is None:
        return [texts.get("question.retention_not_stated")]
    text = stated.text.text(texts.lang)
    if text and says(text, stated.duration, texts):
        return [texts.get("question.retention_stated", text=within(text))]
    duration = duration_text(stated.duration, texts)
    found = [texts.get(f"question.retention.{stated.starts}", duration=duration)]
    return [*found, texts.get("question.retention_words", text=within(text))] if text else found


def sharing_line(recipients: tuple[str, ...] | None, texts: Texts) -> str:
    """Whether they pass it on, and to whom."""
    match recipients:
        case None:
            return texts.get("question.recipients_not_stated")
        case ():
            return texts.get("question.not_passed_on")
        case names:
            listed = ", ".join(terminal_safe(one) for one in names)
            return texts.get("question.passed_on", recipients=listed)


def listed(words: Sequence[str], texts: Texts) -> str:
    """`a, b en c`."""
    if len(words) == 1:
        return words[0]
    return texts.get("list.and", words=", ".join(words[:-1]), last=words[-1])
