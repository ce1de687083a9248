"""Every sentence for people by its key, per language: `nl.toml`, `nl.<part>.toml`, and `en`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

Language: TypeAlias = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")


@cache
def texts(language: Language) -> dict[str, Any]:
    """All sentences of a language, as nested tables; a key stands in one file only."""
    found: dict[str, Any] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda one: one.name):
        if file.name.startswith(f"{language}.") and file.name.endswith(".toml"):
            _merge(found, tomllib.loads(file.read_text("utf-8")))
    return found


def sentence(language: Language, key: str, **params: str | int) -> str:
    """The sentence under this key; a key that does not exist is a fault in us."""
    found = find(language, key, **params)
    if found is None:
        raise LookupError(key)
    return found


def find(language: Language, key: str, **params: str | int) -> str | None:
    """The sentence under this dotted key, or `None`."""
    value: Any = texts(language)
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value.format(**params) if isinstance(value, str) else None


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.setdefault(key, {}), dict):
            _merge(into[key], value)
        elif key in into:
            raise LookupError(key)
        else:
            into[key] = value
