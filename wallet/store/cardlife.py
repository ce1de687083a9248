"""What became of a card: everything the log says of one kind from one issuer, newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from credential.strictjson import Object
from wallet.events import Kind
from wallet.store.activities import parse_entry
from wallet.store.database import Row, Value
from wallet.store.values import Card, Entry
from wallet.store.writing import Writing

_ROWS: Final = (
    "SELECT e.n, n.entry, a.party_name, a.outcome FROM events AS e"
    " JOIN entries AS n ON n.n = e.n JOIN activities AS a ON a.id = e.activity"
    " WHERE n.entry IS NOT NULL AND "
)
_OWN: Final = (
    Kind.CARD_RECEIVED,
    Kind.CARD_RENEWED,
    Kind.CARD_REFUSED,
    Kind.CARD_REVOKED,
    Kind.CARD_EXPIRED,
    Kind.CARD_DELETED,
    Kind.CASE_OPENED,
    Kind.CASE_DECIDED,
)


@dataclass(frozen=True)
class Lived:
    """One event with the organisation and the outcome of the activity it belongs to."""

    entry: Entry
    party: str
    outcome: str


class CardLife(Writing):
    """Reads only; a card that took the place of another has one life with it."""

    def card_life(self, card: Card, *, limit: int) -> tuple[Lived, ...]:
        """The newest events about this card, at most so many; what was removed is not there."""
        found = [*self._own(card), *self._shared(card, limit)]
        found.sort(key=lambda one: one.entry.n, reverse=True)
        return tuple(found[:limit])

    def _own(self, card: Card) -> Iterator[Lived]:
        """What the issuer and the resident did with it; one activity may hold several cards."""
        marks = ", ".join("?" * len(_OWN))
        rows = self._lived(
            f"e.kind IN ({marks}) AND a.party_oin = ? ORDER BY e.n DESC",
            [*(one.value for one in _OWN), card.issuer_oin],
        )
        return (one for one in rows if one.entry.body.get("kind") == card.kind)

    def _shared(self, card: Card, limit: int) -> Iterator[Lived]:
        """The disclosures something of it left in."""
        rows = self._lived(
            "e.kind = ? AND e.activity IN"
            " (SELECT activity FROM activity_claims WHERE vct = ? AND shared = 1)"
            " ORDER BY e.n DESC LIMIT ?",
            [Kind.SHARE_INTENDED.value, card.vct, limit],
        )
        return (one for one in rows if shared_of(one.entry, card))

    def _lived(self, where: str, parameters: list[Value]) -> list[Lived]:
        return [_lived(row) for row in self.database.rows(_ROWS + where, parameters)]


def shared_of(entry: Entry, card: Card) -> tuple[str, ...]:
    """The paths of one card that a disclosure sent."""
    items = entry.body.get("shared")
    found: list[str] = []
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("vct") == card.vct and _by(item, card):
            paths = item.get("paths")
            found += map(str, paths if isinstance(paths, list) else ())
    return tuple(found)


def _by(item: Object, card: Card) -> bool:
    # The log names an issuer by its name or by its number.
    return item.get("issuer") in (card.issuer_oin, card.issuer_name)


def _lived(row: Row) -> Lived:
    return Lived(parse_entry(row["entry"]), row["party_name"], row["outcome"])
