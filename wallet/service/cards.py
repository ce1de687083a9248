"""What the resident holds: list, look closer, throw away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from credential.errors import CredentialError
from credential.strictjson import Object
from wallet.errors import NoMatch
from wallet.service.wallet import Wallet
from wallet.store.values import Card

if TYPE_CHECKING:
    from credential.typemetadata import TypeMetadata

EXPIRING: Final = 28 * 86_400
_HIDDEN: Final = frozenset({"vct", "vct#integrity", "iat", "nbf", "exp", "iss", "cnf", "status"})


@dataclass(frozen=True)
class Held:
    """A card and how it stands at this moment."""

    card: Card
    state: str

    @property
    def claims(self) -> Object:
        """The data on the card, without what only machines use."""
        return {name: value for name, value in self.card.payload.items() if name not in _HIDDEN}


def held(wallet: Wallet, *, now: int) -> tuple[Held, ...]:
    """All cards, newest last."""
    return tuple(Held(card, state_of(card, now)) for card in wallet.store.cards())


def one(wallet: Wallet, card_id: str, *, now: int) -> Held:
    """One card by its id, the only beginning of it, or its kind where only one is of that kind."""
    found = wallet.store.card(card_id)
    if found is None:
        same = [card for card in wallet.store.cards() if card.kind == card_id]
        found = same[0] if len(same) == 1 else None
    if found is None:
        raise NoMatch("card.none")
    return Held(found, state_of(found, now))


def types(wallet: Wallet) -> Mapping[str, "TypeMetadata"]:
    """What the newest snapshot calls kinds and claims; nothing when there is none."""
    from credential.snapshot import open_archived_scheme  # noqa: PLC0415  needs certificates

    folder = wallet.scheme_folder
    try:
        return open_archived_scheme(
            lambda path: (folder / path).read_bytes(),
            fingerprint=bytes.fromhex(wallet.config.fingerprint),
        ).types
    except (OSError, CredentialError):
        return {}


def state_of(card: Card, now: int) -> str:
    """`revoked`, `expired`, `expiring`, `empty` (no copies left) or `valid`."""
    if card.state != "valid":
        return card.state
    if card.expires_at <= now:
        return "expired"
    if card.copies == 0:
        return "empty"
    return "expiring" if card.expires_at - now <= EXPIRING else "valid"


def forget(wallet: Wallet, card: Card, *, now: int) -> None:
    """Wipes the card and its keys; what was shared, and the rights over it, stay."""
    body: Object = {
        "kind": card.kind,
        "issuer": {"name": card.issuer_name, "oin": card.issuer_oin},
        "copies": card.copies,
    }
    wallet.store.delete_card(card.id, activity=wallet.store.new_activity(), body=body, at=now)
