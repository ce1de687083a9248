"""Registers that are not of people: what they are asked, and one adapter file for each."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, Protocol

import msgspec

from issuer.sources import Decision

KIND: Final[Mapping[str, str]] = MappingProxyType({"kvk": "kvk-inschrijving", "bag": "bag-object"})
"""Register, as the settings name it, to the kind that is issued from it."""

KINDS: Final = frozenset(KIND.values())


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What one register is asked about. It has no repr."""

    register: str
    key: str
    authority_seen_at: int | None = None
    """When a clerk saw in the register's list of officers that who asks may act for it."""

    def __repr__(self) -> str:
        return "Entry()"


class Register(Protocol):
    """A register with one key for each entry."""

    def check(self, key: str) -> None:
        """Raises `DeskFault` for what cannot be a key; the register is not asked."""

    def fetch(self, entry: Entry, now: int) -> Decision:
        """What the card says, or why there is none; raises `issuer.brp.errors.BrpError`."""

    def close(self) -> None:
        """Lets go of every connection."""


def of_business(kinds: Collection[str]) -> bool:
    """Whether these cards are about a company or a building; such cards come apart from others."""
    return bool(KINDS.intersection(kinds))
