"""Figures without persons: for the transparency page, the command and the metrics.

A count below five is shown as "fewer than five": in a small municipality it could point at
somebody.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from credential import periods
from verifier.service.verifier import Verifier
from verifier.store import Store
from verifier.store import figures as store
from verifier.store.figures import Key
from verifier.texts import Language, find, sentence

SMALL: Final = 5
MONTHS: Final = 13
_ORDER: Final = (
    "asked",
    "accepted",
    "refused",
    "undetermined",
    "declined",
    "unable",
    "right_asked",
    "right_answered",
    "right_in_time",
    "erased",
    "purged",
)


@dataclass(frozen=True)
class Row:
    """One line: what is counted, and the count of each month in words."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The table of the transparency page."""

    months: tuple[str, ...]
    rows: tuple[Row, ...]

    def __bool__(self) -> bool:
        return bool(self.rows)


def public(verifier: Verifier, lang: Language = "nl", months: int = MONTHS) -> Figures:
    """What anybody may see: per month and profile, small numbers covered."""
    now = verifier.now()
    found = verifier.figures.get(now, lambda: counted(verifier.store))
    shown = _months(now, months)
    titles = {one.id: one.profile.titles[lang] for one in verifier.profiles.values()}
    lines = sorted(
        {(key.profile, key.name, key.rule) for key in found if key.month in shown},
        key=lambda line: (line[0], _place(line[1]), line[2]),
    )
    return Figures(
        months=tuple(_month(one, lang) for one in shown),
        rows=tuple(
            Row(
                _name(titles.get(profile, profile), name, rule, lang),
                tuple(_covered(found[Key(month, profile, name, rule)], lang) for month in shown),
            )
            for profile, name, rule in lines
        ),
    )


def counted(database: Store) -> Counter[Key]:
    """The exact counts: for the organisation itself."""
    return store.counted(database)


def _months(now: int, count: int) -> tuple[str, ...]:
    day = periods.day_of(now)
    year, month = day.year, day.month
    found = []
    for _ in range(count):
        found.append(f"{year:04d}-{month:02d}")
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return tuple(reversed(found))


def _month(text: str, lang: Language) -> str:
    year, month = text.split("-")
    return f"{sentence(lang, f'month.{int(month)}')} {year}"


def _place(name: str) -> int:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def _name(title: str, name: str, rule: str, lang: Language) -> str:
    if rule:
        why = find(lang, f"figure.rule.{rule.replace('.', '_')}") or rule
        said = sentence(lang, f"figure.{name}_by", why=why)
    else:
        said = find(lang, f"figure.{name}") or name
    return f"{title}: {said}" if title else said


def _covered(count: int, lang: Language) -> str:
    return sentence(lang, "figure.few") if 0 < count < SMALL else str(count)
