"""Cards that did not come along from another computer: to be fetched again, each at its issuer."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from credential import strictjson
from credential.errors import CredentialError
from credential.strictjson import Json, Object
from wallet.service.wallet import Wallet
from wallet.store.values import Card

SETTING: Final = "restore.cards"


@dataclass(frozen=True)
class Awaited:
    """A card that was on the other computer; nothing of what it said."""

    kind: str
    vct: str
    issuer_oin: str
    issuer_name: str
    issuer_url: str
    expires_at: int

    @classmethod
    def read(cls, value: Json) -> Self:
        """As `document` wrote it."""
        members = value if isinstance(value, dict) else {}
        return cls(
            kind=strictjson.text(members, "kind"),
            vct=strictjson.text(members, "vct"),
            issuer_oin=strictjson.text(members, "issuer_oin"),
            issuer_name=strictjson.text(members, "issuer_name"),
            issuer_url=strictjson.text(members, "issuer_url"),
            expires_at=strictjson.integer(members, "expires_at"),
        )

    def document(self) -> Object:
        """As it is stored."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Again:
    """One issuer, and the kinds of cards to fetch there again."""

    oin: str
    name: str
    url: str
    kinds: tuple[str, ...]


def of_cards(cards: Iterable[Card]) -> tuple[Awaited, ...]:
    """What has to be issued again in the place of these, once for each kind and issuer."""
    found = {
        (card.issuer_oin, card.vct): Awaited(
            card.kind,
            card.vct,
            card.issuer_oin,
            card.issuer_name,
            card.issuer_url,
            card.expires_at,
        )
        for card in cards
        if card.state == "valid"
    }
    return tuple(found.values())


def document(cards: Iterable[Awaited]) -> Json:
    """As they are remembered, until they came or would have expired."""
    return [one.document() for one in cards]


def awaited(wallet: Wallet, *, now: int) -> tuple[Awaited, ...]:
    """Those that did not come yet."""
    stored = wallet.store.setting(SETTING, [])
    if not isinstance(stored, list) or not stored:
        return ()
    here = {(card.issuer_oin, card.vct) for card in wallet.store.cards()}
    try:
        found = [Awaited.read(one) for one in stored]
    except CredentialError:
        return ()
    return tuple(
        one for one in found if (one.issuer_oin, one.vct) not in here and one.expires_at > now
    )


def again(wallet: Wallet, *, now: int) -> tuple[Again, ...]:
    """Per issuer, in the order the cards were held."""
    found: dict[str, Again] = {}
    for one in awaited(wallet, now=now):
        before = found.get(one.issuer_oin)
        kinds = (*before.kinds, one.kind) if before else (one.kind,)
        found[one.issuer_oin] = Again(one.issuer_oin, one.issuer_name, one.issuer_url, kinds)
    return tuple(found.values())
