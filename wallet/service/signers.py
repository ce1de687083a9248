"""What a new scheme says of who signed the cards held: who they are now, and whom nobody believes.

A card whose signer's key leaked counts nowhere any more. The wallet knows that from the scheme
before it shares such a card in vain, says so, and fetches a new one when it refreshes.
"""

from dataclasses import dataclass
from typing import Final

from credential import sdjwtvc
from credential.errors import CredentialError
from credential.trust import Trust
from wallet.service import cards, statuslists
from wallet.service.wallet import Wallet
from wallet.store.values import Card

# For good: a suspended issuer may be believed again, and a card of it then counts again.
_FOR_GOOD: Final = frozenset({"trust.certificate_revoked", "trust.issuer_compromised"})
FOR_NOW: Final = frozenset({"trust.certificate_suspended", "trust.issuer_suspended"})


@dataclass(frozen=True)
class Looked:
    """Cards that nobody believes any more, and those that nobody believes for now."""

    distrusted: tuple[Card, ...]
    suspended: tuple[Card, ...]


def look(wallet: Wallet, *, now: int) -> Looked:
    """Marks every card that nobody believes any more, on record, and who is suspended."""
    trust = wallet.trust(now)
    cards.name_issuers(wallet, trust, now=now)
    held = {card.id: card for card in wallet.store.cards()}
    refused = {
        card.id: _refusal(copy.compact, card.vct, trust, now)
        for copy in wallet.store.candidates()
        if (card := held[copy.card]).state == "valid" and not card.foreign
    }
    gone = tuple(held[card] for card, code in refused.items() if code in _FOR_GOOD)
    waiting = tuple(held[card] for card, code in refused.items() if code in FOR_NOW)
    for card in gone:
        statuslists.revoke(wallet, card, cards.COMPROMISE, now=now)
    cards.note_signers(
        wallet,
        {
            **{card.id: cards.SUSPENDED for card in waiting},
            **{card.id: cards.COMPROMISE for card in gone},
        },
    )
    return Looked(gone, waiting)


def _refusal(compact: str, vct: str, trust: Trust, now: int) -> str:
    """Why it does not count, by one copy: all of a card have the same signer."""
    try:
        sdjwtvc.verify_card(compact, trust, now=now, vct=vct)
    except CredentialError as error:
        return error.code
    return ""
