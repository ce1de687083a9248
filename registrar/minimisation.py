"""The catalogue of least data: per kind of purpose what it needs, as data with its sources.

Advice for who reviews and for who is asked; nothing refuses because of it (Regie domain 2.3, 2.7).
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, TypeAlias

import registrar
from credential.names import Path
from registrar.party import Claim, IntendedUse, Local
from registrar.usefile import path

Remark: TypeAlias = Literal["more_than_least", "need_not_be_required"]

FILE: Final = "minimisation.toml"


@dataclass(frozen=True)
class Least:
    """One kind of purpose: what it needs at the least, why that is enough, and who says so."""

    id: str
    name: Local
    why: Local
    sources: tuple[str, ...]
    claims: tuple[Claim, ...]


def catalogue() -> Mapping[str, Least]:
    """Every category by its name, in the order of the file."""
    return _catalogue()


def find(category: str) -> Least | None:
    """The category of this name."""
    return _catalogue().get(category)


def beyond(use: IntendedUse, least: Least) -> Iterator[tuple[Claim, Remark]]:
    """What a purpose asks that its category does without, or without demanding it."""
    for claim in use.claims:
        listed = [one for one in least.claims if one.kind == claim.kind]
        covering = [one for one in listed if _covers(one.path, claim.path)]
        if not covering:
            yield claim, "more_than_least"
        elif claim.required and not any(one.required for one in covering):
            yield claim, "need_not_be_required"


def _covers(wide: Path, asked: Path) -> bool:
    """A claim covers what lies under it; an element covers nothing beside it (Regie trust 2.8)."""
    return len(wide) <= len(asked) and all(
        one == other or (one is None and isinstance(other, int))
        for one, other in zip(wide, asked, strict=False)
    )


@cache
def _catalogue() -> Mapping[str, Least]:
    found = tomllib.loads((files(registrar) / FILE).read_text("utf-8"))
    return {
        one["id"]: Least(
            id=one["id"],
            name=Local(**one["name"]),
            why=Local(**one["why"]),
            sources=tuple(one["sources"]),
            claims=tuple(
                Claim(card["kind"], path(text), member == "required")
                for card in one["card"]
                for member in ("required", "optional")
                for text in card.get(member, ())
            ),
        )
        for one in found["category"]
    }
