"""The history of one card: when it came, what was different, what ended it, who saw some of it."""

from dataclasses import dataclass
from typing import Final

from credential.strictjson import Json
from wallet.events import Kind
from wallet.service import cards
from wallet.service.wallet import Wallet
from wallet.store.cardlife import Lived, shared_of
from wallet.store.values import Card

MOST: Final = 500


@dataclass(frozen=True)
class Happened:
    """One thing that happened with a card; empty members do not apply.

    `changed`: paths that said something else than on the card before. `paths`: what was shared.
    """

    activity: str
    at: int
    kind: str
    party: str = ""
    outcome: str = ""
    reason: str = ""
    changed: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    copies: int | None = None


def history(wallet: Wallet, card_id: str, *, now: int) -> tuple[Happened, ...]:
    """What happened with this card and with those it took the place of, newest first."""
    card = cards.one(wallet, card_id, now=now).card
    found = wallet.store.card_life(card, limit=MOST)
    return tuple(_happened(one, card) for one in found)


def _happened(one: Lived, card: Card) -> Happened:
    entry, body = one.entry, one.entry.body
    shared = entry.kind == Kind.SHARE_INTENDED
    copies = body.get("copies")
    return Happened(
        activity=entry.activity,
        at=entry.at,
        kind=str(entry.kind),
        party=one.party if shared else "",
        outcome=one.outcome if shared else "",
        reason=_text(body.get("reason")),
        changed=_paths(body.get("changed")),
        paths=shared_of(entry, card) if shared else (),
        copies=copies if isinstance(copies, int) and not shared else None,
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _paths(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
