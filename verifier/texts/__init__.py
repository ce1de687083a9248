"""Every sentence for people, per language, by key: `texts/nl.toml` and `texts/en.toml`.

What belongs to one part of the house stands in a file of its own: `texts/nl.staff.toml`.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

Language: TypeAlias = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")


@cache
def _texts(language: Language) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda one: one.name):
        if file.name.startswith(f"{language}.") and file.name.endswith(".toml"):
            _merge(found, tomllib.loads(file.read_text("utf-8")))
    return found


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    """Add; a key that stands twice is a fault in us, whichever would win."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.setdefault(key, {}), dict):
            _merge(into[key], value)
        elif key in into:
            raise LookupError(key)
        else:
            into[key] = value


def sentence(language: Language, key: str, /, **params: str | int) -> str:
    """The sentence under a dotted key; a key that does not exist is a fault in us."""
    found = find(language, key, **params)
    if found is None:
        raise LookupError(key)
    return found


def find(language: Language, key: str, /, **params: str | int) -> str | None:
    """The sentence under a dotted key, or `None`."""
    value: Any = _texts(language)
    for part in key.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value.format(**params) if isinstance(value, str) else None


def language_of(name: str | None, default: Language = "nl") -> Language:
    """The language a name or an Accept-Language header asks for; Dutch unless it is English."""
    asked = (name or "").strip().lower()
    if asked.startswith("en"):
        return "en"
    return "nl" if asked.startswith("nl") else default
