"""What is wrong with a chain and what to do about it, in plain Dutch and English, for everybody.

Wallet, issuer, verifier and registrar say the same about the same certificate; a code has one
sentence, and a hint that fits whoever reads it. Codes without one of their own fall back on those
of their family (`lote.*`).
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["nl", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")


class Said(NamedTuple):
    """One fault in words: what is the matter, and what to do."""

    what: str
    then: str


def said(language: str, code: str) -> Said | None:
    """The words for this code; `None` for a code that is not about trust."""
    faults: Mapping[str, Mapping[str, str]] = texts(language)["fault"]
    found = faults.get(code) or faults.get(f"{code.partition('.')[0]}.*")
    return None if found is None else Said(found["what"], found["then"])


def sentence(language: str, key: str, **params: str | int) -> str:
    """The sentence under a dotted key; a key that does not exist is a fault in us."""
    found: Any = texts(language)
    for part in key.split("."):
        found = found[part]
    assert isinstance(found, str)
    return found.format(**params)


def day(language: str, moment: int) -> str:
    """The day of this moment, UTC, as people write it."""
    found = datetime.fromtimestamp(moment, UTC)
    month = sentence(language, f"month.m{found.month}")
    return f"{found.day} {month} {found.year}"


@cache
def texts(language: str) -> dict[str, Any]:
    """Everything of one language."""
    assert language in LANGUAGES
    return tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))
