"""Dated amounts: which sum of money a rule used on a day, and where that sum was published."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path as File
from typing import Any, Final

from verifier.errors import NotReady

FILE: Final = "amounts.toml"
_SECTION: Final = "Regie domain 2.2"
_MEMBERS: Final = frozenset({"name", "from", "until", "cents", "source"})


@dataclass(frozen=True)
class Amount:
    """One sum in euro cents, from its first day up to and including its last."""

    name: str
    first: date
    last: date
    cents: int
    source: str

    def members(self) -> dict[str, str | int]:
        """As it is stored and shown with a decision."""
        return {
            "name": self.name,
            "cents": self.cents,
            "from": self.first.isoformat(),
            "until": self.last.isoformat(),
            "source": self.source,
        }


@dataclass(frozen=True)
class Amounts:
    """Every amount that is configured; on one day a name has one amount or none."""

    listed: tuple[Amount, ...] = ()

    def on(self, name: str, day: date) -> Amount | None:
        """The amount of this name that holds on this day."""
        return next(
            (one for one in self.listed if one.name == name and one.first <= day <= one.last), None
        )

    def knows(self, name: str) -> bool:
        """Whether there is an amount of this name on any day."""
        return any(one.name == name for one in self.listed)


def load(home: File) -> Amounts:
    """The amounts of this home, or those that were shipped when it has no file of its own."""
    file = home / FILE
    return parse(file.read_bytes()) if file.is_file() else SHIPPED


def parse(data: bytes) -> Amounts:
    """The lines of an amounts file; names the line that is wrong."""
    try:
        raw = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise NotReady("amounts.syntax", _SECTION, file=FILE) from None
    lines = raw.get("amount")
    if set(raw) - {"amount"} or not isinstance(lines, list):
        raise NotReady("amounts.syntax", _SECTION, file=FILE)
    found: list[Amount] = []
    for number, line in enumerate(lines, 1):
        amount = _amount(line)
        if amount is None or _overlaps(amount, found):
            name = line.get("name") if isinstance(line, dict) else None
            raise NotReady("amounts.value", _SECTION, line=number, name=str(name))
        found.append(amount)
    return Amounts(tuple(found))


def _amount(line: Any) -> Amount | None:  # noqa: ANN401 - what TOML gives
    if not isinstance(line, dict) or set(line) != _MEMBERS:
        return None
    name, first, last, cents, source = (
        line[member] for member in ("name", "from", "until", "cents", "source")
    )
    texts = all(isinstance(text, str) and text for text in (name, source))
    days = all(isinstance(day, date) and not isinstance(day, datetime) for day in (first, last))
    if not texts or not days or first > last:
        return None
    if not isinstance(cents, int) or isinstance(cents, bool) or cents < 0:
        return None
    return Amount(name, first, last, cents, source)


def _overlaps(amount: Amount, others: Iterable[Amount]) -> bool:
    """Two sums for one day: somebody would have to choose, and nobody is asked."""
    return any(
        one.name == amount.name and one.first <= amount.last and amount.first <= one.last
        for one in others
    )


NONE: Final = Amounts()
SHIPPED: Final = parse((files("verifier.defaults") / FILE).read_bytes())
