"""Cards and parties outside the scheme: a chain to an anchor somebody chose, and no more than that.

Such a chain says who signed, never that a scheme lets them. Nobody here knows whether a certificate
was taken back. The types of the scheme are its own: no card from elsewhere may carry one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from credential import jose, sdjwt, statuslist, strictjson
from credential.errors import Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.names import TYP_CARD, Path, sounds_like_ours
from credential.sdjwt.issuing import CARD_NEVER_DISCLOSABLE
from credential.sdjwtvc import holder_key, names_issuer
from credential.staleness import SIGNER_CLOCK
from credential.statuslist import StatusList, StatusReference
from credential.strictjson import Object
from credential.trust import ChainCache, Leaf
from credential.trust.foreign import foreign_leaf
from credential.typeshelf import also_known_as


@dataclass(frozen=True, slots=True, repr=False)
class ForeignCard:
    """A card that a chosen anchor stands behind; claims exist only here."""

    sd_jwt: sdjwt.VerifiedSdJwt
    vct: str
    leaf: Leaf
    holder_key: jose.PublicKey
    iat: int | None
    exp: int | None
    status: StatusReference | None

    @property
    def payload(self) -> Object:
        """The processed payload: what is visible, and what was disclosed."""
        return self.sd_jwt.payload

    @property
    def holder_jkt(self) -> str:
        """The thumbprint of the key the card is bound to."""
        return jose.thumbprint(self.holder_key)

    def select(self, paths: Iterable[Path]) -> sdjwt.Selection:
        """What leaves when these paths are released."""
        return self.sd_jwt.select(paths)


@dataclass(frozen=True)
class ForeignTrust:
    """The anchors a wallet's owner chose, as DER; a value, with its own cache of chains."""

    anchors: tuple[bytes, ...] = field(default=(), repr=False)
    cache: ChainCache = field(default_factory=ChainCache, repr=False, compare=False)

    def __bool__(self) -> bool:
        return bool(self.anchors)

    def signer(self, x5c: Sequence[bytes], *, now: int) -> Leaf:
        """Who signed, by a chain to one of the anchors (HAIP 1.0 x5c)."""
        return foreign_leaf(x5c, self.anchors, now=now, cache=self.cache)

    def card(self, compact: str, *, now: int, vct: str) -> ForeignCard:
        """The card a holder receives (RFC 9901 7.2, SD-JWT VC 2.5, HAIP 1.0 6.1)."""
        if sounds_like_ours(vct):
            raise NotAllowed("foreign.scheme_type", "Regie trust 4.4")
        unverified = sdjwt.parse(compact, typ=TYP_CARD)
        if unverified.kb_jwt is not None:
            raise NotAllowed("kb.unexpected", "RFC 9901 7.2")
        processed = sdjwt.process(unverified)
        for part in processed.disclosures:
            if part.path[0] in CARD_NEVER_DISCLOSABLE:
                raise Malformed(
                    "card.never_disclosable", "SD-JWT VC 2.2.2.2", claim=str(part.path[0])
                )
        payload = processed.dangerous_payload
        if strictjson.text(payload, "vct") != vct:
            raise NotAllowed("card.vct", "SD-JWT VC 2.4")
        if any(map(sounds_like_ours, also_known_as(payload))):
            raise NotAllowed("foreign.scheme_type", "Regie trust 4.4")
        if "aud" in payload:
            raise NotAllowed("card.aud", "RFC 9901 7.1.6")
        iat, exp = _times(payload, now)
        leaf = self.signer(unverified.issuer_jwt.x5c(), now=now)
        if "iss" in payload and not names_issuer(leaf, payload["iss"]):
            raise NotTrusted("card.iss", "SD-JWT VC 2.5")
        return ForeignCard(
            sd_jwt=sdjwt.confirm(processed, leaf.key),
            vct=vct,
            leaf=leaf,
            holder_key=holder_key(payload),
            iat=iat,
            exp=exp,
            status=statuslist.reference(payload) if "status" in payload else None,
        )

    def status_list(self, token: str, *, uri: str, now: int) -> StatusList:
        """The list at `uri`, if an anchor stands behind its signer (Token Status List 8.3)."""
        return statuslist.open_signed(
            token, uri=uri, signer=lambda x5c: self.signer(x5c, now=now), now=now
        )


def _times(payload: Object, now: int) -> tuple[int | None, int | None]:
    """When it was made and when it ends, as far as it says (RFC 9901 7.1)."""
    found: list[int | None] = [
        strictjson.numeric_date(payload, name) if name in payload else None
        for name in ("iat", "nbf", "exp")
    ]
    iat, nbf, exp = found
    if max(iat or 0, nbf or 0) > now + SIGNER_CLOCK:
        raise NotValidNow("card.not_yet_valid", "RFC 9901 7.1.6")
    if exp is not None and now >= exp:
        raise NotValidNow("card.expired", "RFC 9901 7.1.6")
    return iat, exp
