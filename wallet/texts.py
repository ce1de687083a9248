"""Sentences for people, by key and language: `texts/nl.toml`, `texts/en.toml`, keys equal in both.

What belongs to one part of the wallet stands in a file of its own: `texts/nl.rights.toml`.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("nl", "en")
_FOLDER: Final = Path(__file__).with_name("texts")


class Texts:
    """The sentences of one language; asking for a key that does not exist is our mistake."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in LANGUAGES else "nl"
        self._sentences = flat(load(self.lang))

    def get(self, key: str, /, **params: object) -> str:
        """The sentence of `key` with its `{parameters}` filled in."""
        return self._sentences[key].format(**params)

    def find(self, key: str, /, **params: object) -> str | None:
        """As `get`, or None where there is no such sentence."""
        return self.get(key, **params) if key in self._sentences else None

    def group(self, key: str) -> dict[str, str]:
        """The sentences right below `key`, by their last word."""
        start = f"{key}."
        return {
            name.removeprefix(start): sentence
            for name, sentence in self._sentences.items()
            if name.startswith(start) and "." not in name.removeprefix(start)
        }

    def learn(self, kinds: Mapping[str, str]) -> None:
        """Names of kinds from outside the scheme; a sentence of our own is never replaced."""
        for vct, name in kinds.items():
            literal = name.replace("{", "{{").replace("}", "}}")
            self._sentences.setdefault(f"kind.{vct}", literal)


def load(lang: str) -> dict[str, Any]:
    """The whole table of one language; a key that stands twice is a `LookupError`."""
    found: dict[str, Any] = {}
    for file in sorted(_FOLDER.glob(f"{lang}.*toml")):
        _merge(found, tomllib.loads(file.read_text("utf-8")))
    return found


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.setdefault(key, {}), dict):
            _merge(into[key], value)
        elif key in into:
            raise LookupError(key)
        else:
            into[key] = value


def flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Every sentence by its dotted key."""
    found: dict[str, str] = {}
    for name, value in table.items():
        path = f"{prefix}.{name}" if prefix else name
        found |= flat(value, path) if isinstance(value, dict) else {path: value}
    return found


def language(choice: str, environment_lang: str, locale: str) -> str:
    """Flag or REGIE_LANG, else `en` when the locale starts so, else Dutch (ARCHITECTURE.md)."""
    for given in (choice, environment_lang):
        if given in LANGUAGES:
            return given
    return "en" if locale.lower().startswith("en") else "nl"
