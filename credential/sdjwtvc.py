"""A card: an SD-JWT VC of our scheme, signed by an issuer that may issue its kind."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from credential import jose, sdjwt, statuslist, strictjson
from credential.errors import Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.names import TYP_CARD, Path, kind_of
from credential.sdjwt.issuing import CARD_NEVER_DISCLOSABLE
from credential.statuslist import StatusReference
from credential.strictjson import Json, Object

if TYPE_CHECKING:
    # Certificates are heavy to import, and whoever lists stored cards needs none.
    from credential.trust import Issuer, Leaf, Trust

CLOCK_AHEAD: Final = 60


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedCard:
    """A card that every rule of this house passed; claims exist only here."""

    sd_jwt: sdjwt.VerifiedSdJwt
    vct: str
    issuer: "Issuer"
    leaf: "Leaf"
    holder_key: jose.PublicKey
    iat: int
    exp: int
    status: StatusReference

    @property
    def kind(self) -> str:
        """The kind, by its short name if it is one of ours."""
        return kind_of(self.vct) or self.vct

    @property
    def payload(self) -> Object:
        """The processed payload: what is visible, and what was disclosed."""
        return self.sd_jwt.payload

    @property
    def holder_jkt(self) -> str:
        """The thumbprint of the key the card is bound to."""
        return jose.thumbprint(self.holder_key)

    def x5c(self) -> tuple[bytes, ...]:
        """The certificates it came with, leaf first; the anchor is never among them."""
        jwt = self.sd_jwt.issuer_jwt
        return jose.parse(jwt, typ=TYP_CARD, max_bytes=len(jwt)).x5c()

    def claim(self, path: Path) -> Json | sdjwt.Missing:
        """The value at a path, or `MISSING`."""
        return self.sd_jwt.claim(path)

    def select(self, paths: Iterable[Path]) -> sdjwt.Selection:
        """What leaves when these paths are released."""
        return self.sd_jwt.select(paths)


@dataclass(frozen=True, slots=True, repr=False)
class ExaminedCard:
    """What a card says of itself; nobody has vouched for it yet."""

    processed: sdjwt.ProcessedSdJwt
    vct: str
    holder_key: jose.PublicKey
    iat: int
    exp: int
    status: StatusReference


def verify_card(compact: str, trust: "Trust", *, now: int, vct: str | None) -> VerifiedCard:
    """The card a holder receives (RFC 9901, 7.2); one that brings a key binding is refused.

    `vct` is the type that was asked for; `None` accepts any the issuer may issue.
    """
    unverified = sdjwt.parse(compact, typ=TYP_CARD, headers=trust.headers)
    if unverified.kb_jwt is not None:
        raise NotAllowed("kb.unexpected", "RFC 9901 7.2")
    card = examine(unverified, now=now, vct_values=None if vct is None else (vct,))
    return vouch(card, trust, now=now)


def examine(
    unverified: sdjwt.UnverifiedSdJwt, *, now: int, vct_values: Collection[str] | None
) -> ExaminedCard:
    """All that can be refused without a signature (SD-JWT VC, 2.2 and 2.4)."""
    processed = sdjwt.process(unverified)
    for part in processed.disclosures:
        if part.path[0] in CARD_NEVER_DISCLOSABLE:
            raise Malformed("card.never_disclosable", "SD-JWT VC 2.2.2.2", claim=str(part.path[0]))
    payload = processed.dangerous_payload
    vct = strictjson.text(payload, "vct")
    if vct_values is not None and vct not in vct_values:
        raise NotAllowed("card.vct", "SD-JWT VC 2.4")
    if "aud" in payload:
        # None of ours names an audience; one that does is not meant for us.
        raise NotAllowed("card.aud", "RFC 9901 7.1.6")
    iat, exp = strictjson.numeric_date(payload, "iat"), strictjson.numeric_date(payload, "exp")
    if iat > now + CLOCK_AHEAD:
        raise NotValidNow("card.not_yet_valid", "RFC 9901 7.1.6")
    if "nbf" in payload and strictjson.numeric_date(payload, "nbf") > now + CLOCK_AHEAD:
        raise NotValidNow("card.not_yet_valid", "RFC 9901 7.1.6")
    if now >= exp:
        raise NotValidNow("card.expired", "RFC 9901 7.1.6")
    return ExaminedCard(
        processed, vct, holder_key(payload), iat, exp, statuslist.reference(payload)
    )


def vouch(card: ExaminedCard, trust: "Trust", *, now: int) -> VerifiedCard:
    """The verified card, if its signer may issue this kind (SD-JWT VC, 2.5)."""
    leaf, issuer = signer_of(card, trust, now=now)
    return VerifiedCard(
        sd_jwt=sdjwt.confirm(card.processed, leaf.key),
        vct=card.vct,
        issuer=issuer,
        leaf=leaf,
        holder_key=card.holder_key,
        iat=card.iat,
        exp=card.exp,
        status=card.status,
    )


def signer_of(card: ExaminedCard, trust: "Trust", *, now: int) -> tuple["Leaf", "Issuer"]:
    """Who must have signed this card, if they may; the signature is still to be checked."""
    jws = card.processed.source.issuer_jwt
    leaf, issuer = trust.card_signer(jws.x5c(), vct=card.vct, issued_at=card.iat, now=now)
    if not issuer.keeps_status_at(card.status.uri):
        # Another's list would be signed by another, and could never say this card was taken back.
        raise NotTrusted("card.status_prefix", "Regie formats 7")
    named = card.processed.dangerous_payload.get("iss")
    if named is not None and not names_issuer(leaf, named):
        raise NotTrusted("card.iss", "SD-JWT VC 2.5")
    return leaf, issuer


def holder_key(payload: Object) -> jose.PublicKey:
    """The one key a card is bound to, by value (HAIP 1.0 6.1)."""
    cnf = strictjson.obj(payload, "cnf")
    if cnf.keys() != {"jwk"}:
        # One key, by value: two could disagree, a reference would be fetched (RFC 7800, 3.1).
        raise Malformed("card.cnf", "RFC 7800 3.1")
    return jose.key_from_jwk(cnf["jwk"])


def names_issuer(leaf: "Leaf", iss: Json) -> bool:
    """Whether the certificate names this `iss`, as an address or by its host (SD-JWT VC 2.5)."""
    if not isinstance(iss, str):
        return False
    if iss in leaf.uris:
        return True
    try:
        parts = urlsplit(iss)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme == "https" and host in leaf.hosts
