"""Every sentence for people, per language, by key: `texts/nl.toml` and `texts/en.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

Language: TypeAlias = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")


@cache
def texts(language: Language) -> dict[str, Any]:
    """All sentences of a language, as nested tables."""
    return tomllib.loads((files(__name__) / f"{language}.toml").read_text("utf-8"))


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
