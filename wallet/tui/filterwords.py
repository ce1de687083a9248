"""Filters of the list of activities in words, and the values each can have."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from credential.names import kind_of
from credential.plaintext import terminal_safe
from wallet.cli.render import parse_day
from wallet.cli.summing import month_text
from wallet.service.overview import Totals, totals
from wallet.store import Filter
from wallet.tui.access import Access
from wallet.tui.widgets import Line

NAMES: Final = ("type", "party", "attribute", "purpose", "outcome", "since", "until")


@dataclass(frozen=True)
class Values:
    """What one filter can be set to: a line and its value each."""

    lines: tuple[Line, ...]
    values: tuple[str, ...]
    every: int = 0
    """How many activities there are whatever it is set to."""


def said(wanted: Filter, access: Access) -> Iterator[str]:
    """Each filter that is set, in a word or a few; the search stands in its own line."""
    for name in NAMES:
        value = word(wanted, name, access)
        if value:
            yield (
                value
                if name in ("type", "outcome", "party")
                else (f"{access.texts.get(f'tui.filters.{name}').lower()} {value}")
            )


def word(wanted: Filter, name: str, access: Access) -> str:
    """The value of one filter as a person reads it; empty when it is not set."""
    texts = access.texts
    match name:
        case "type":
            return texts.get(f"type.{wanted.type}") if wanted.type else ""
        case "outcome":
            return texts.get(f"outcome.{wanted.outcome}") if wanted.outcome else ""
        case "attribute":
            return _attribute(wanted.attribute, access) if wanted.attribute else ""
        case "since":
            return "" if wanted.since is None else _month(wanted.since)
        case "until":
            return "" if wanted.until is None else _month(wanted.until - 1)
        case "party":
            return terminal_safe(wanted.party)
        case _:
            return terminal_safe(wanted.purpose)


def values(access: Access, wanted: Filter, name: str) -> Values:
    """What this filter can be set to, given the others; what is found most comes first."""
    sums = totals(access.wallet, cleared(wanted, name))
    found = [*_values(access, sums, name)]
    lines = tuple(
        Line(f"value:{number}", label, access.texts.get("tui.filters.count", count=count))
        for number, (_, label, count) in enumerate(found)
    )
    return Values(lines, tuple(value for value, _, _ in found), sums.activities)


def cleared(wanted: Filter, name: str) -> Filter:
    """The same without this filter."""
    empty: dict[str, str | None] = {name: None if name in ("since", "until") else ""}
    return replace(wanted, **empty)  # type: ignore[arg-type]


def chosen(wanted: Filter, name: str, value: str) -> Filter:
    """The same with this filter set."""
    match name:
        case "since":
            return replace(wanted, since=parse_day(f"{value}-01"))
        case "until":
            return replace(wanted, until=parse_day(f"{_following(value)}-01"))
        case _:
            return replace(wanted, **{name: value})  # type: ignore[arg-type]


def _values(access: Access, found: Totals, name: str) -> Iterator[tuple[str, str, int]]:
    texts = access.texts
    match name:
        case "type" | "outcome":
            counts = found.types if name == "type" else found.outcomes
            for one, count in counts.items():
                yield one, texts.get(f"{name}.{one}"), count
        case "party":
            names: dict[str, int] = {}
            for party in found.parties:
                label = party.name or party.oin
                names[label] = names.get(label, 0) + party.requests
            for label, count in names.items():
                yield label, terminal_safe(label), count
        case "attribute":
            for item in found.attributes:
                value = f"{kind_of(item.vct) or ''}:{item.path}"
                yield value, _attribute(value, access), item.requests
        case "purpose":
            for purpose in found.purposes:
                text = purpose.en if texts.lang == "en" and purpose.en else purpose.nl
                yield purpose.nl or purpose.id, terminal_safe(text or purpose.id), purpose.requests
        case _:
            for month in found.months:
                yield month.month, month_text(month.month), month.activities


def _attribute(value: str, access: Access) -> str:
    kind, _, path = value.rpartition(":")
    for vct in access.types():
        if kind and kind_of(vct) == kind:
            return f"{access.kind(kind)}, {access.label_text(vct, path)}"
    return terminal_safe(value.removeprefix(":"))


def _month(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%m-%Y")


def _following(month: str) -> str:
    year, _, number = month.partition("-")
    after = int(year) * 12 + int(number)
    return f"{after // 12:04}-{after % 12 + 1:02}"
