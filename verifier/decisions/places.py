"""Municipalities that merge and split: the same ground under another code (Regie domain 2.3).

The table knows mergers, not corrections of a border between two municipalities that both live on.
"""

import json
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

SPLITS: Final = "mergers.toml"
TABLE: Final = "municipalities.json"


@dataclass(frozen=True)
class Merger:
    """Where the ground of a municipality went, and the day it ended."""

    heirs: frozenset[str]
    day: date


@dataclass(frozen=True)
class _Map:
    """The whole table: what ended, and which new municipalities were made of what ended."""

    ended: dict[str, Merger]
    made_of: dict[str, frozenset[str]]


@cache
def _map() -> _Map:
    table = json.loads((files(__package__) / TABLE).read_text("utf-8"))
    extra = tomllib.loads((files(__package__) / SPLITS).read_text("utf-8"))
    ended = {
        code: Merger(frozenset(extra["splits"].get(code, (successor,))), date.fromisoformat(day))
        for code, (successor, day) in table["ended"].items()
    }
    begun = {code: date.fromisoformat(day) for code, day in table["begun"].items()}
    for later in extra["later"]:
        for code in later["ended"]:
            ended[code] = Merger(frozenset({later["successor"]}), later["day"])
        if later["new"]:
            begun[later["successor"]] = later["day"]
    made: dict[str, set[str]] = {}
    for code, merger in ended.items():
        for heir in merger.heirs:
            if begun.get(heir) == merger.day:
                made.setdefault(heir, set()).add(code)
    return _Map(ended, {code: frozenset(parts) for code, parts in made.items()})


def merged_into(code: str) -> Merger | None:
    """What became of this municipality, if it ended."""
    return _map().ended.get(code)


def known(code: str) -> bool:
    """Whether this has the shape of a municipality code of the register."""
    return len(code) == 4 and code.isascii() and code.isdigit()  # noqa: PLR2004 - table 33


def ground(region: frozenset[str]) -> frozenset[str]:
    """Every code, of any year, all of whose ground lies in these municipalities.

    An ended code is in when all its heirs are; a new one when everything it was made of is.
    """
    table, found = _map(), set(region)
    grown = True
    while grown:
        more = {
            code
            for code, merger in table.ended.items()
            if code not in found and merger.heirs <= found
        } | {code for code, parts in table.made_of.items() if code not in found and parts <= found}
        found |= more
        grown = bool(more)
    return frozenset(found)
