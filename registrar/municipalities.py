"""The municipalities of the Netherlands by their code (national table 33), ended ones too."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from registrar import data


@dataclass(frozen=True)
class Municipality:
    """One row of the table; one that ended went, for the most part, into its successor."""

    code: str
    name: str
    ended: date | None
    successor: str | None


def find(code: str) -> Municipality | None:
    """The municipality with this code, of now or of before."""
    return _table().get(code)


def heir(code: str) -> str | None:
    """The code its ground has now, where it ended: the last of its successors."""
    seen: set[str] = set()
    found = find(code)
    while found and found.successor and found.code not in seen:
        seen.add(found.code)
        found = find(found.successor)
    return found.code if found and found.code != code else None


@cache
def _table() -> Mapping[str, Municipality]:
    rows = json.loads((files(data) / "municipalities.json").read_bytes())["municipalities"]
    return {code: _row(code, *row) for code, row in rows.items()}


def _row(code: str, name: str, ended: str = "", successor: str = "") -> Municipality:
    return Municipality(code, name, date.fromisoformat(ended) if ended else None, successor or None)
