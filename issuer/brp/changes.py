"""Whose record changed: the BRP Update API 1.0 (Haal Centraal), which municipalities run.

It tells numbers only, by day: what changed is asked of the register. The day that was asked last
is asked again, since more may have happened on it; so whoever reads it twice does nothing twice.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import msgspec

from issuer.brp.errors import Unreadable
from issuer.brp.link import Link
from issuer.brp.number import is_bsn

UPDATES: Final = "/haalcentraal/api/brpupdate"
_PATH: Final = "/wijzigingen"
_HEADERS: Final = {"Accept": "application/hal+json, application/json"}


class Feed(Protocol):
    """Where changes are told."""

    def changed_since(self, day: date | None) -> tuple[str, ...]:
        """The numbers of everyone whose record changed on that day or later; None: ever.

        Raises a `BrpError`.
        """

    def close(self) -> None:
        """Lets go of every connection."""


class _Changed(msgspec.Struct, frozen=True):
    burgerservicenummers: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<_Changed>"


@dataclass(frozen=True, repr=False)
class UpdateFeed:
    """The Update API. Its follow marks (`volgindicaties`) are the municipality's to set.

    They hold the number in the address, which nothing here ever does; its own distribution follows
    every resident it is authorised for.
    """

    link: Link

    def changed_since(self, day: date | None) -> tuple[str, ...]:
        """Each number once, in the order the feed gives them."""
        asked = None if day is None else {"vanaf": day.isoformat()}
        body = self.link.ask("GET", _PATH, headers=_HEADERS, parameters=asked)
        numbers = dict.fromkeys(_decode(body).burgerservicenummers)
        # What is no number was never asked about, so no card rests on it.
        return tuple(one for one in numbers if is_bsn(one))

    def close(self) -> None:
        """Closes every connection."""
        self.link.close()


def _decode(body: bytes) -> _Changed:
    with suppress(msgspec.MsgspecError):
        return msgspec.json.decode(body, type=_Changed)
    # A msgspec message may quote a value; only the fact goes on, not even as context.
    raise Unreadable("brp.unreadable", "BRP Update API 1.0", why="shape")
