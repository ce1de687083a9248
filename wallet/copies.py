"""What a wallet checks before it calls what it received its cards (OpenID4VCI 1.0, 8.3)."""

from collections.abc import Sequence
from typing import Final

from credential import jose, sdjwt, sdjwtvc, typemetadata
from credential.names import TYP_CARD
from credential.strictjson import Object
from credential.trust import Trust
from credential.trust import authority_key_ids as key_ids_of
from wallet.credentials import Delivered
from wallet.refusals import MessageError
from wallet.session import Wanted
from wallet.store.values import NewCard, NewCopy

# Differ between copies by design; everything else must be equal, or the copies can be told apart.
_PER_COPY: Final = frozenset({"cnf", "status"})


def claims_of(payload: Object) -> Object:
    """The payload without what differs between the copies of one card."""
    return {name: value for name, value in payload.items() if name not in _PER_COPY}


def check(
    delivered: Delivered,
    keys: Sequence[jose.PrivateKey],
    wanted: Wanted,
    trust: Trust,
    *,
    issuer_oin: str,
    issuer_url: str,
    now: int,
) -> tuple[NewCard, tuple[NewCopy, ...]]:
    """The card and its copies; one flaw in one copy refuses them all.

    Each must be of the kind asked for, signed by this issuer, and bound to a key of ours that no
    other copy uses.
    """
    if not delivered.copies or len(delivered.copies) > len(keys):
        raise MessageError("issuer.too_many_copies", "OpenID4VCI 1.0 8.3")
    ours = {jose.thumbprint(key.public_key()): key for key in keys}
    cards: list[sdjwtvc.VerifiedCard] = []
    copies: list[NewCopy] = []
    for compact in delivered.copies:
        card = sdjwtvc.verify_card(compact, trust, now=now, vct=wanted.vct)
        if card.issuer.oin != issuer_oin:
            raise MessageError("card.other_issuer", "Regie formats 1")
        key = ours.pop(card.holder_jkt, None)
        if key is None:
            raise MessageError("card.foreign_key", "OpenID4VCI 1.0 8.2")
        cards.append(card)
        copies.append(
            NewCopy(compact, jose.private_key_to_pem(key), card.status.uri, card.status.idx)
        )
    first = cards[0]
    claims = claims_of(first.payload)
    if any(claims_of(card.payload) != claims for card in cards):
        raise MessageError("card.copies_differ", "OpenID4VCI 1.0 3.3.2")
    if len({(card.status.uri, card.status.idx) for card in cards}) != len(cards):
        raise MessageError("card.status_shared", "Token Status List 12.5")
    _check_type(first, trust)
    return (
        NewCard(
            kind=wanted.kind,
            vct=wanted.vct,
            issuer_oin=first.issuer.oin,
            issuer_name=first.issuer.name,
            issuer_url=issuer_url,
            issued_at=first.iat,
            expires_at=first.exp,
            payload=claims,
        ),
        tuple(copies),
    )


def authority_key_ids(compact: str) -> frozenset[str]:
    """The key identifiers of the authorities over a card (OpenID4VP 1.0 6.1.1.1, HAIP 1.0 5)."""
    return key_ids_of(sdjwt.parse(compact, typ=TYP_CARD).issuer_jwt.x5c())


def _check_type(card: sdjwtvc.VerifiedCard, trust: Trust) -> None:
    """What the published type demands: mandatory claims, and who may withhold what."""
    found = trust.types.get(card.vct)
    if found is not None:
        disclosable = [part.path for part in card.sd_jwt.disclosures]
        typemetadata.check_claims(found, card.payload, disclosable)
