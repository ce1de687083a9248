"""Key proofs of type `jwt` (OpenID4VCI 1.0, appendix F.1 and F.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credential import base64url, jose
from credential.errors import CredentialError, Malformed
from credential.jose import UnverifiedJws
from credential.names import TYP_PROOF
from credential.strictjson import Object, text
from issuer.errors import WalletFault
from issuer.nonces import Nonces

PAST_SECONDS: Final = 300
FUTURE_SECONDS: Final = 60
MAX_BYTES: Final = 8_192
_SECTION: Final = "OpenID4VCI 1.0 F.1"
# Each names a key; two that disagree would let the sender choose which one is meant.
_KEY_MEMBERS: Final = ("jwk", "kid", "x5c", "trust_chain")


@dataclass(frozen=True)
class Proven:
    """The keys a wallet proved to hold, in its order, and the nonces that are used up by it."""

    keys: tuple[Object, ...]
    nonces: frozenset[str]


def check(
    proofs: Sequence[str], *, issuer: str, now: int, nonces: Nonces, batch_size: int
) -> Proven:
    """The keys of all proofs; one that fails refuses them all."""
    if not proofs:
        raise _fault("proofs.none")
    if len(proofs) > batch_size:
        raise WalletFault(
            "invalid_credential_request", "proofs.too_many", "OpenID4VCI 1.0 8.2", most=batch_size
        )
    seen: dict[str, Object] = {}
    used = set()
    stale = False
    for proof in proofs:
        try:
            jws = jose.parse(proof, typ=TYP_PROOF, max_bytes=MAX_BYTES)
            _header(jws)
            key = jws.jwk()
            nonce = _claims(jws.dangerous_payload(), issuer, now)
            jwk = jose.public_jwk(key)
            if seen.setdefault(jose.thumbprint(key), jwk) is not jwk:
                raise Malformed("proof.key_twice", "OpenID4VCI 1.0 8.2")
            jose.verify(jws, key)
        except CredentialError as fault:
            raise _fault(fault.code) from None
        stale = stale or not nonces.fresh(nonce, now)
        used.add(base64url.sha256(nonce.encode()))
    if stale:
        # After the signatures: the answer "fetch another" is for those who hold the keys.
        raise WalletFault("invalid_nonce", "proof.nonce_stale", "OpenID4VCI 1.0 8.3.1.2")
    return Proven(tuple(seen.values()), frozenset(used))


def _header(jws: UnverifiedJws) -> None:
    members = [name for name in _KEY_MEMBERS if name in jws.header]
    if members != ["jwk"]:
        # The metadata offers the binding method `jwk` alone.
        raise Malformed("proof.key_members", _SECTION)


def _claims(claims: Object, issuer: str, now: int) -> str:
    if "iss" in claims:
        # The only client here is an anonymous one, which has no name to give.
        raise Malformed("proof.iss", _SECTION)
    if claims.get("aud") != issuer:
        raise Malformed("proof.aud", _SECTION)
    made = claims.get("iat")
    if isinstance(made, bool) or not isinstance(made, int | float):
        raise Malformed("proof.iat", _SECTION)
    if not -PAST_SECONDS <= made - now <= FUTURE_SECONDS:
        raise Malformed("proof.iat", "OpenID4VCI 1.0 F.4")
    return text(claims, "nonce")


def _fault(code: str) -> WalletFault:
    return WalletFault("invalid_proof", code, _SECTION)
