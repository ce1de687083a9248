"""National tables turned into what cards say: ISO countries, art. 8 Vw 2000, mergers, AOW age."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from issuer.brp.dates import BrpDate, anniversary, latest

DUTCH: Final = "0001"

# Citizens of these states live here lawfully by Union law, title or not (Vw 2000 art. 8 e).
FREE_MOVEMENT: Final = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
        *("IS", "LI", "NO", "CH"),
    }
)


@cache
def _iso() -> dict[str, str]:
    table = tomllib.loads((files(__package__) / "iso3166.toml").read_text("utf-8"))
    return {code: iso for iso, codes in table.items() for code in codes}


def alpha2(code: str | None) -> str | None:
    """ISO 3166-1 alpha-2 of a nationality (table 32) or a country (table 34) that still is."""
    return _iso().get(code) if code else None


# ---- residence titles (table 56), Vreemdelingenwet 2000 art. 8

_LETTERS: Final = {
    **dict.fromkeys(("21", "22", "23", "24", "93"), "a"),
    **dict.fromkeys(("25", "91"), "b"),
    **dict.fromkeys(("26", "92"), "c"),
    **dict.fromkeys(("27",), "d"),
    **dict.fromkeys(("28", "29", "30", "36", "37", "38", "40"), "e"),
    **dict.fromkeys(("31", "32", "46"), "f"),
    **dict.fromkeys(("33", "34"), "g"),
    **dict.fromkeys(("42", "43"), "h"),
    **dict.fromkeys(("45",), "i"),
    **dict.fromkeys(("35",), "l"),
    **dict.fromkeys(("39", "44"), "m"),
}
_HOUSING: Final = frozenset("abcdel")
ENDED_UNION_RIGHT: Final = "41"

Right = Literal["yes", "no", "unclear"]


def title_gives_housing_right(code: str) -> Right:
    """Whether this title is one of art. 8 a-e or l (Huisvestingswet 2014 art. 10(2)).

    `unclear`: a title under the act of 1965 (codes 09-20), or a code not known here.
    """
    if code == ENDED_UNION_RIGHT:
        return "no"
    letter = _LETTERS.get(code)
    if letter is None:
        return "unclear"
    return "yes" if letter in _HOUSING else "no"


# ---- municipalities that merged (table 33)


class _Successors(msgspec.Struct, frozen=True):
    successors: dict[str, tuple[str, str]]


@cache
def _successors() -> dict[str, tuple[str, str]]:
    data = (files(__package__) / "successors.json").read_bytes()
    return msgspec.json.decode(data, type=_Successors).successors


@cache
def _splits() -> dict[str, frozenset[str]]:
    table = tomllib.loads((files(__package__) / "splits.toml").read_text("utf-8"))
    return {code: frozenset(codes) for code, codes in table["successors"].items()}


def merged_into(code: str) -> tuple[frozenset[str], date] | None:
    """The municipalities its ground went to (a split has several), and the day it ended."""
    found = _successors().get(code)
    if found is None:
        return None
    return _splits().get(code, frozenset({found[0]})), date.fromisoformat(found[1])


def present_codes(code: str) -> frozenset[str]:
    """This code and every later code of any part of the same ground."""
    codes: set[str] = set()
    coming = [code]
    while coming:
        one = coming.pop()
        if one not in codes:
            codes.add(one)
            step = merged_into(one)
            coming += step[0] if step else ()
    return frozenset(codes)


def all_within(code: str, region: frozenset[str]) -> bool:
    """Whether all of its ground is in the region now, whatever it was called or split into."""
    if code in region:
        return True
    step = merged_into(code)
    return step is not None and all(all_within(one, region) for one in step[0] - {code})


# ---- pension age (AOW 7a), dated


@dataclass(frozen=True)
class _PensionAge:
    born_from: date
    years: int
    months: int


@cache
def _pension_ages() -> tuple[_PensionAge, ...]:
    table = tomllib.loads((files(__package__) / "aow.toml").read_text("utf-8"))
    ages = [_PensionAge(row["born_from"], row["years"], row["months"]) for row in table["age"]]
    return tuple(sorted(ages, key=lambda age: age.born_from, reverse=True))


def pension_day(birth: BrpDate | None) -> date | None:
    """From which day certainly of pension age; None when the register knows no year of birth."""
    youngest = latest(birth)
    if youngest is None:
        return None
    age = next(row for row in _pension_ages() if row.born_from <= youngest)
    return anniversary(youngest, age.years, age.months)


def pension_age_reached(birth: BrpDate | None, today: date) -> bool | None:
    """Certainly of pension age today; None when the register knows no year of birth."""
    day = pension_day(birth)
    return None if day is None else day <= today
