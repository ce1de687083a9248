"""Key binding: the holder signs what is shown, to whom and for which request (RFC 9901, 4.3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from credential import base64url, jose, sdjwt, sdjwtvc, strictjson, transactiondata, typerules
from credential.errors import Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.names import TYP_CARD, TYP_KEY_BINDING
from credential.strictjson import Object

if TYPE_CHECKING:
    from credential.trust import Trust

MAX_AGE: Final = 300
CLOCK_AHEAD: Final = 60
MAX_KB: Final = 16_384


class AnyRightsKey(Enum):
    """The one value that says: whatever rights key it names, or none."""

    ANY = "any"


ANY: Final = AnyRightsKey.ANY


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedPresentation(sdjwtvc.VerifiedCard):
    """A card shown to us, for this request, by whoever holds its key."""

    kb: Object
    disclosed: tuple[sdjwt.Disclosed, ...]
    authorised: tuple[str, ...]
    """Digests of the transaction data its holder signed for, in the order of the request."""


def make(
    presented: str,
    *,
    signer: jose.Signer,
    aud: str,
    nonce: str,
    iat: int,
    extra: Object | None = None,
) -> str:
    """The SD-JWT+KB: what is presented, ending in `~`, followed by the holder's signature."""
    if not presented.endswith("~"):
        raise Malformed("sdjwt.no_tilde", "RFC 9901 4")
    payload: Object = {
        **(extra or {}),
        "iat": iat,
        "aud": aud,
        "nonce": nonce,
        "sd_hash": base64url.sha256(presented),
    }
    return presented + jose.sign(payload, typ=TYP_KEY_BINDING, signer=signer)


def verify_presentation(
    compact: str,
    trust: "Trust",
    *,
    now: int,
    aud: str,
    nonce: str,
    vct_values: Collection[str],
    rights_jkt: str | AnyRightsKey | None,
    transaction_data: Sequence[str],
    max_age: int = MAX_AGE,
) -> VerifiedPresentation:
    """The card and what was disclosed of it, if all of it was meant for this request.

    `transaction_data` are the texts of the request that this card may authorise, as they were sent.
    1. Shape, `typ`, `alg`. 2. Key binding claims (RFC 9901, 7.3). 3. Disclosures and card claims
    (7.1). 4. The chain to an issuer of this kind. 5. The issuer's signature. 6. The holder's.
    7. What the type demands, where the text of the type it was made by is published (SD-JWT VC 6).
    """
    unverified = sdjwt.parse(compact, typ=TYP_CARD, headers=trust.headers)
    if unverified.kb_jwt is None:
        raise NotAllowed("kb.missing", "RFC 9901 7.3")
    kb = jose.parse(unverified.kb_jwt, typ=TYP_KEY_BINDING, max_bytes=MAX_KB, headers=trust.headers)
    _check_claims(kb.dangerous_payload(), unverified.presented, now, aud, nonce, max_age)
    authorised = transactiondata.signed(kb.dangerous_payload(), transaction_data)
    _check_rights_key(kb.dangerous_payload(), rights_jkt)
    card = sdjwtvc.examine(unverified, now=now, vct_values=vct_values, types=trust.types)
    leaf, issuer, as_type = sdjwtvc.signer_of(card, trust, now=now)
    sd_jwt = sdjwt.confirm(card.processed, leaf.key)
    binding = jose.verify(kb, card.holder_key)
    found = trust.types.of_card(sd_jwt.payload)
    if found is not None:
        typerules.check_shown(found, sd_jwt)
    return VerifiedPresentation(
        sd_jwt=sd_jwt,
        vct=card.vct,
        issuer=issuer,
        leaf=leaf,
        holder_key=card.holder_key,
        iat=card.iat,
        exp=card.exp,
        status=card.status,
        as_type=as_type,
        kb=binding.payload,
        disclosed=sd_jwt.disclosed(),
        authorised=authorised,
    )


def _check_claims(
    claims: Object, presented: str, now: int, aud: str, nonce: str, max_age: int
) -> None:
    """Meant for us, for this request, now, and over exactly these bytes (RFC 9901, 4.3, 7.3)."""
    if strictjson.text(claims, "aud") != aud:
        raise NotAllowed("kb.aud", "RFC 9901 7.3")
    if strictjson.text(claims, "nonce") != nonce:
        raise NotAllowed("kb.nonce", "RFC 9901 7.3")
    iat = strictjson.numeric_date(claims, "iat")
    if iat > now + CLOCK_AHEAD:
        raise NotValidNow("kb.iat_ahead", "RFC 9901 7.3", seconds=iat - now)
    if iat < now - max_age:
        raise NotValidNow("kb.iat_old", "RFC 9901 7.3", seconds=now - iat)
    if strictjson.text(claims, "sd_hash") != base64url.sha256(presented):
        raise NotTrusted("kb.sd_hash", "RFC 9901 4.3.1")


def _check_rights_key(claims: Object, rights_jkt: str | AnyRightsKey | None) -> None:
    if rights_jkt is not ANY and claims.get("rights_jkt") != rights_jkt:
        raise NotAllowed("kb.rights_jkt", "Regie formats 4")
