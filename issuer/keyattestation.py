"""Key attestations: a wallet provider vouches for keys (OpenID4VCI 1.0, appendix D.1).

What is believed is "a trusted wallet made these keys", never a level: our metadata asks none, and
what an attestation claims of `key_storage` or `user_authentication` is neither read nor passed on.
"""

from dataclasses import dataclass
from typing import Final

from credential import jose
from credential.errors import Malformed, NotAllowed, NotValidNow
from credential.jose import PublicKey
from credential.names import TYP_KEY_ATTESTATION
from credential.strictjson import Object, numeric_date, text
from credential.trust import Trust

MAX_BYTES: Final = 24_576
FUTURE_SECONDS: Final = 60
_SECTION: Final = "OpenID4VCI 1.0 D.1"


@dataclass(frozen=True)
class Attested:
    """The keys of an attestation whose signature and signer held, in its order."""

    keys: dict[str, PublicKey]
    """By thumbprint."""
    kids: dict[str, str]
    """What the attestation itself calls some of them, to thumbprint."""
    nonce: str

    def key_of(self, kid: str) -> PublicKey | None:
        """The key a proof means by `kid`: a name of the attestation's own, or a position.

        The text leaves open how a proof points at one of the keys (D.1 and F.1): these two and
        the key itself are understood.
        """
        if kid in self.kids:
            return self.keys[self.kids[kid]]
        if kid.isascii() and kid.isdigit() and len(kid) <= len(str(len(self.keys))):
            return next(iter(list(self.keys.values())[int(kid) :]), None)
        return None


def check(token: str, trust: Trust, *, now: int, must_expire: bool) -> Attested:
    """The attested keys; raises `CredentialError`. Whether its nonce is fresh is still to be seen.

    `must_expire`: inside a proof of type `jwt` an attestation names its end (appendix D.1).
    """
    jws = jose.parse(token, typ=TYP_KEY_ATTESTATION, max_bytes=MAX_BYTES)
    claims = jws.dangerous_payload()
    _times(claims, now, must_expire=must_expire)
    if "status" in claims:
        # Whether it was revoked is told by a stranger's list, which nobody fetches here.
        raise NotAllowed("key_attestation.status", _SECTION)
    keys, kids = _keys(claims)
    nonce = text(claims, "nonce")
    leaf = trust.wallet_provider_leaf(jws.x5c(), now)
    jose.verify(jws, leaf.key)
    return Attested(keys, kids, nonce)


def _times(claims: Object, now: int, *, must_expire: bool) -> None:
    if numeric_date(claims, "iat") > now + FUTURE_SECONDS:
        raise NotValidNow("key_attestation.not_yet_valid", _SECTION)
    if must_expire and "exp" not in claims:
        raise Malformed("key_attestation.exp", _SECTION)
    if "exp" in claims and now >= numeric_date(claims, "exp"):
        raise NotValidNow("key_attestation.expired", _SECTION)


def _keys(claims: Object) -> tuple[dict[str, PublicKey], dict[str, str]]:
    listed = claims.get("attested_keys")
    if not isinstance(listed, list) or not listed:
        raise Malformed("key_attestation.keys", _SECTION)
    keys: dict[str, PublicKey] = {}
    kids: dict[str, str] = {}
    for jwk in listed:
        key = jose.key_from_jwk(jwk)  # a private member is refused
        thumbprint = jose.thumbprint(key)
        if thumbprint in keys:
            raise Malformed("key_attestation.key_twice", _SECTION)
        keys[thumbprint] = key
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if isinstance(kid, str):
            if kid in kids:
                raise Malformed("key_attestation.kid_twice", _SECTION)
            kids[kid] = thumbprint
    return keys, kids
