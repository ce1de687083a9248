"""What a wallet checks before it calls what it received its cards (OpenID4VCI 1.0, 8.3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import jose, sdjwt, sdjwtvc, typerules
from credential.errors import NotTrusted
from credential.foreigncard import ForeignCard, ForeignTrust
from credential.names import TYP_CARD, Path, kind_of
from credential.plaintext import terminal_safe
from credential.statuslist import StatusReference
from credential.strictjson import Object
from credential.trust import Trust
from credential.trust import authority_key_ids as key_ids_of
from credential.typeshelf import Shelf
from wallet.credentials import Delivered
from wallet.links import host_of
from wallet.refusals import MessageError
from wallet.session import Wanted
from wallet.store.values import Copy, NewCard, NewCopy

MAX_NAME: Final = 120
NO_END: Final = 253_402_300_799
"""31 December 9999: of a card that names no end."""
# Differ between copies by design; everything else must be equal, or the copies can be told apart.
_PER_COPY: Final = frozenset({"cnf", "status"})
TECHNICAL: Final = frozenset(
    {"iss", "vct", "vct#integrity", "aka_vcts", "iat", "nbf", "exp", "cnf", "status"}
)
"""What makes a card a card, and says nothing of who holds it."""


def claims_of(payload: Object) -> Object:
    """The payload without what differs between the copies of one card."""
    return {name: value for name, value in payload.items() if name not in _PER_COPY}


@dataclass(frozen=True)
class Received:
    """One copy as it was judged, by whoever may judge its issuer."""

    compact: str = field(repr=False)
    sd_jwt: sdjwt.VerifiedSdJwt = field(repr=False)
    vct: str
    issuer_oin: str
    issuer_name: str
    holder_jkt: str
    iat: int
    exp: int
    status: StatusReference | None = field(repr=False)


Judge = Callable[[str], Received]


def of_scheme(trust: Trust, *, vct: str, issuer_oin: str, now: int) -> Judge:
    """Judges the copies of a listed issuer: the one that was asked, and nobody else."""

    def judge(compact: str) -> Received:
        card = sdjwtvc.verify_card(compact, trust, now=now, vct=vct)
        if card.issuer.oin != issuer_oin:
            raise MessageError("card.other_issuer", "Regie formats 1")
        return Received(
            compact,
            card.sd_jwt,
            card.vct,
            card.issuer.oin,
            card.issuer.name,
            card.holder_jkt,
            card.iat,
            card.exp,
            card.status,
        )

    return judge


def from_elsewhere(foreign: ForeignTrust, *, vct: str, issuer: str, now: int) -> Judge:
    """Judges the copies of an issuer outside the scheme: an anchor stands behind who signed.

    Whoever that is, `issuer` gave them, and so they are filed, under the name in the certificate.
    """

    def judge(compact: str) -> Received:
        card = foreign.card(compact, now=now, vct=vct)
        name = card.leaf.organization or card.leaf.common_name or host_of(issuer)
        return Received(
            compact,
            card.sd_jwt,
            card.vct,
            issuer,
            terminal_safe(name, max_length=MAX_NAME),
            card.holder_jkt,
            now if card.iat is None else card.iat,
            NO_END if card.exp is None else card.exp,
            card.status,
        )

    return judge


def check(
    delivered: Delivered,
    keys: Sequence[jose.PrivateKey],
    wanted: Wanted,
    judge: Judge,
    types: Shelf,
    *,
    issuer_url: str,
) -> tuple[NewCard, tuple[NewCopy, ...]]:
    """The card and its copies; one flaw in one copy refuses them all.

    Each must be of the kind asked for, signed by this issuer, and bound to a key of ours that no
    other copy uses.
    """
    if not delivered.copies or len(delivered.copies) > len(keys):
        raise MessageError("issuer.too_many_copies", "OpenID4VCI 1.0 8.3")
    ours = {jose.thumbprint(key.public_key()): key for key in keys}
    cards: list[Received] = []
    copies: list[NewCopy] = []
    for compact in delivered.copies:
        card = judge(compact)
        key = ours.pop(card.holder_jkt, None)
        if key is None:
            raise MessageError("card.foreign_key", "OpenID4VCI 1.0 8.2")
        cards.append(card)
        uri, index = (card.status.uri, card.status.idx) if card.status else ("", 0)
        copies.append(NewCopy(compact, jose.private_key_to_pem(key), uri, index))
    first = cards[0]
    claims = claims_of(first.sd_jwt.payload)
    hidden = _hidden(first)
    if any(
        claims_of(card.sd_jwt.payload) != claims
        or card.issuer_name != first.issuer_name
        or _hidden(card) != hidden
        for card in cards
    ):
        raise MessageError("card.copies_differ", "OpenID4VCI 1.0 3.3.2")
    places = [(one.status.uri, one.status.idx) for one in cards if one.status is not None]
    if len(set(places)) != len(places):
        raise MessageError("card.status_shared", "Token Status List 12.5")
    _check_type(first, types)
    return (
        NewCard(
            kind=wanted.kind,
            vct=wanted.vct,
            issuer_oin=first.issuer_oin,
            issuer_name=first.issuer_name,
            issuer_url=issuer_url,
            issued_at=first.iat,
            expires_at=first.exp,
            payload=claims,
        ),
        tuple(copies),
    )


def again(
    copy: Copy, trust: Trust, foreign: ForeignTrust, *, now: int
) -> sdjwtvc.VerifiedCard | ForeignCard:
    """A copy that was kept, judged anew before it is shown: by the scheme, or by its anchor."""
    if kind_of(copy.vct) is not None or copy.vct in trust.listed_kinds:
        return sdjwtvc.verify_card(copy.compact, trust, now=now, vct=copy.vct)
    return foreign.card(copy.compact, now=now, vct=copy.vct)


def besides(sd_jwt: sdjwt.VerifiedSdJwt, paths: Sequence[Path]) -> tuple[Path, ...]:
    """What leaves with these paths though nobody chose it: its issuer let nobody withhold it."""
    return tuple(
        path
        for path in sd_jwt.leaving(paths)
        if path[0] not in TECHNICAL
        and not any(path[:length] in paths for length in range(1, len(path) + 1))
    )


def kept(compact: str) -> sdjwt.VerifiedSdJwt:
    """A copy as it lies in the wallet: judged when it came, and again before it is shown."""
    return sdjwt.dangerous_reopen(sdjwt.parse(compact, typ=TYP_CARD))


def authority_key_ids(compact: str) -> frozenset[str]:
    """The key identifiers of the authorities over a card (OpenID4VP 1.0 6.1.1.1, HAIP 1.0 5)."""
    return key_ids_of(sdjwt.parse(compact, typ=TYP_CARD).issuer_jwt.x5c())


def _hidden(card: Received) -> frozenset[Path]:
    return frozenset(part.path for part in card.sd_jwt.disclosures)


def _check_type(card: Received, types: Shelf) -> None:
    """What the published type demands: mandatory claims, and who may withhold what.

    Of the text the card was made by; of a stranger's kind what its issuer said is all there is.
    """
    found = types.get(card.vct)
    if types.document(card.vct) is not None:
        found = types.of_card(card.sd_jwt.payload)
        if found is None:
            raise NotTrusted("type.integrity", "SD-JWT VC 7")
    if found is not None:
        typerules.check_held(found, card.sd_jwt)
