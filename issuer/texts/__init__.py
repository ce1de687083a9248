"""Every sentence for people, per language, by key: `texts/nl.toml` and `texts/en.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeAlias

Language: TypeAlias = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")


@cache
def texts(language: Language) -> dict[str, dict[str, Any]]:
    """All sentences of a language: table, key, sentence."""
    return tomllib.loads((files(__name__) / f"{language}.toml").read_text("utf-8"))


def sentence(language: Language, key: str, /, **params: str | int) -> str:
    """The sentence under `table.key`; a key that does not exist is a fault in us."""
    found = find(language, key, **params)
    if found is None:
        raise LookupError(key)
    return found


def find(language: Language, key: str, /, **params: str | int) -> str | None:
    """The sentence under `table.key`, or `None`; what follows the first dot is the key."""
    table, _, name = key.partition(".")
    value = texts(language).get(table, {}).get(name)
    return value.format(**params) if isinstance(value, str) else None


def fault(language: Language, code: str, /, **params: str | int) -> tuple[str, str | None]:
    """The sentence for a refusal and, where there is one, what to do next."""
    said = find(language, f"fault.{code}", **params) or find(language, code, **params)
    return said or sentence(language, "fault.unexpected"), find(language, f"hint.{code}", **params)
