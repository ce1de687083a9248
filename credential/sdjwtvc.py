"""A card: an SD-JWT VC of our scheme, signed by an issuer that may issue its kind."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from credential import jose, sdjwt, statuslist, strictjson
from credential.errors import CredentialError, Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.kinds import LONGEST
from credential.names import TYP_CARD, Path, kind_of
from credential.sdjwt.issuing import CARD_NEVER_DISCLOSABLE
from credential.staleness import SIGNER_CLOCK
from credential.statuslist import StatusReference
from credential.strictjson import Json, Object
from credential.typeshelf import Shelf, types_of

if TYPE_CHECKING:
    # Certificates are heavy to import, and whoever lists stored cards needs none.
    from credential.trust import Issuer, Leaf, Trust


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
    as_type: str
    """The type it answers for: its own, or one it is also known as or extends that was asked."""

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
    as_types: tuple[str, ...]
    """Its own type; where another was asked for, those of its types that were."""


def verify_card(compact: str, trust: "Trust", *, now: int, vct: str | None) -> VerifiedCard:
    """The card a holder receives (RFC 9901, 7.2); one that brings a key binding is refused.

    `vct` is the type that was asked for; `None` accepts any the issuer may issue.
    """
    unverified = sdjwt.parse(compact, typ=TYP_CARD, headers=trust.headers)
    if unverified.kb_jwt is not None:
        raise NotAllowed("kb.unexpected", "RFC 9901 7.2")
    asked = None if vct is None else (vct,)
    card = examine(unverified, now=now, vct_values=asked, types=trust.types)
    return vouch(card, trust, now=now)


def examine(
    unverified: sdjwt.UnverifiedSdJwt,
    *,
    now: int,
    vct_values: Collection[str] | None,
    types: Shelf,
) -> ExaminedCard:
    """All that can be refused without a signature (SD-JWT VC, 2.2 and 2.4).

    A card of another type than was asked counts where it is also known as that one, or extends it.
    """
    processed = sdjwt.process(unverified)
    for part in processed.disclosures:
        if part.path[0] in CARD_NEVER_DISCLOSABLE:
            raise Malformed("card.never_disclosable", "SD-JWT VC 2.2.2.2", claim=str(part.path[0]))
    payload = processed.dangerous_payload
    vct = strictjson.text(payload, "vct")
    as_types = types_of(payload, types)
    if vct_values is None or vct in vct_values:
        as_types = (vct,)
    else:
        as_types = tuple(one for one in as_types if one in vct_values)
    if not as_types:
        raise NotAllowed("card.vct", "SD-JWT VC 2.4")
    if "aud" in payload:
        # None of ours names an audience; one that does is not meant for us.
        raise NotAllowed("card.aud", "RFC 9901 7.1.6")
    iat, exp = strictjson.numeric_date(payload, "iat"), strictjson.numeric_date(payload, "exp")
    if iat > now + SIGNER_CLOCK:
        raise NotValidNow("card.not_yet_valid", "RFC 9901 7.1.6")
    if "nbf" in payload and strictjson.numeric_date(payload, "nbf") > now + SIGNER_CLOCK:
        raise NotValidNow("card.not_yet_valid", "RFC 9901 7.1.6")
    if now >= exp:
        raise NotValidNow("card.expired", "RFC 9901 7.1.6")
    if exp - iat > LONGEST:
        # Whoever may issue no more dates its cards back: so none outlives the end by much.
        raise NotAllowed("card.lifetime", "Regie formats 1")
    return ExaminedCard(
        processed, vct, holder_key(payload), iat, exp, statuslist.reference(payload), as_types
    )


def vouch(card: ExaminedCard, trust: "Trust", *, now: int) -> VerifiedCard:
    """The verified card, if its signer may issue this kind (SD-JWT VC, 2.5)."""
    leaf, issuer, as_type = signer_of(card, trust, now=now)
    return VerifiedCard(
        sd_jwt=sdjwt.confirm(card.processed, leaf.key),
        vct=card.vct,
        issuer=issuer,
        leaf=leaf,
        holder_key=card.holder_key,
        iat=card.iat,
        exp=card.exp,
        status=card.status,
        as_type=as_type,
    )


def signer_of(card: ExaminedCard, trust: "Trust", *, now: int) -> tuple["Leaf", "Issuer", str]:
    """Who must have signed this card, if they may, and as what it counts.

    The signature is still to be checked. What a card says it also is, and what its type extends,
    proves nothing: its issuer is listed for its own type, and for the one it answers for.
    """
    x5c = card.processed.source.issuer_jwt.x5c()
    leaf, issuer = trust.card_signer(x5c, vct=card.vct, issued_at=card.iat, now=now)
    as_type = _authorised(card, x5c, trust, now)
    if not issuer.keeps_status_at(card.status.uri):
        # Another's list would be signed by another, and could never say this card was taken back.
        raise NotTrusted("card.status_prefix", "Regie formats 7")
    named = card.processed.dangerous_payload.get("iss")
    if named is not None and not names_issuer(leaf, named):
        raise NotTrusted("card.iss", "SD-JWT VC 2.5")
    return leaf, issuer, as_type


def _authorised(card: ExaminedCard, x5c: Sequence[bytes], trust: "Trust", now: int) -> str:
    """The first type it answers for that its issuer is listed for by name (SD-JWT VC 2.5)."""
    refused: CredentialError | None = None
    for one in card.as_types:
        if one == card.vct:
            return one
        try:
            trust.card_signer(x5c, vct=one, issued_at=card.iat, now=now)
        except CredentialError as error:
            refused = refused or error
        else:
            return one
    raise refused or NotAllowed("card.vct", "SD-JWT VC 2.4")


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
