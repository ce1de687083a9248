"""Whether a wallet provider vouches for this wallet, and the wallet holds the key it names.

Pure. Source: draft-ietf-oauth-attestation-based-client-auth (ABCA), of which OpenID4VCI 1.0 pins
-07; what -08 to -10 changed is accepted too. HAIP 1.0 4.4.1; OpenID4VCI 1.0 Appendix E.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credential import base64url, jose, strictjson
from credential.errors import CredentialError, Malformed, NotTrusted, NotValidNow
from credential.jose import VerifiedJws
from credential.names import TYP_WALLET_ATTESTATION, TYP_WALLET_ATTESTATION_POP
from credential.strictjson import Object
from credential.trust import Trust
from issuer.errors import ChallengeWanted, WalletFault
from issuer.nonces import Nonces

PAST_SECONDS: Final = 60
FUTURE_SECONDS: Final = 10
MAX_AGE_SECONDS: Final = 31 * 86_400
"""An older statement is no longer fresh enough, however long it says it lasts."""
MAX_BYTES: Final = 16_384
ABCA: Final = "ABCA"
_JTI_LENGTH: Final = range(12, 257)


@dataclass(frozen=True)
class Attested:
    """A wallet that someone vouches for."""

    client_id: str
    instance: str
    """Thumbprint of the key of this one wallet."""
    replay: str
    """What must not be seen again: a hash of key and `jti`."""


@dataclass(frozen=True)
class Expected:
    """What this request is; nothing of it comes from the attestation."""

    issuer: str
    now: int
    trust: Trust
    challenges: Nonces


def check(attestations: Sequence[str], proofs: Sequence[str], expected: Expected) -> Attested:
    """Who this wallet is (ABCA 8); raises `WalletFault`, or `ChallengeWanted` with a challenge."""
    if len(attestations) != 1 or len(proofs) != 1:
        raise _fault("attestation.headers", "8 1")
    # A scheme of ours that is too old is our fault, not the wallet's.
    expected.trust.require_fresh(expected.now)
    try:
        attested = _attestation(attestations[0], expected)
        confirmation = attested.payload.get("cnf")
        if not isinstance(confirmation, dict):
            raise Malformed("attestation.cnf", ABCA)
        key = jose.key_from_jwk(confirmation.get("jwk"))  # a private member is refused
        client_id = strictjson.text(attested.payload, "sub")
        proof = jose.parse(proofs[0], typ=TYP_WALLET_ATTESTATION_POP, max_bytes=MAX_BYTES)
        claims = jose.verify(proof, key).payload
        _proof(claims, client_id, expected)
    except NotValidNow as fault:
        raise WalletFault("use_fresh_attestation", fault.code, f"{ABCA} 6.2") from None
    except CredentialError as fault:
        raise _fault(fault.code, "8") from None
    challenge = claims.get("challenge")  # last: one is given to whoever is attested
    if not isinstance(challenge, str) or not expected.challenges.fresh(challenge, expected.now):
        code = "attestation.challenge_missing" if challenge is None else "attestation.challenge"
        raise ChallengeWanted(code, expected.challenges.mint(expected.now))
    instance = jose.thumbprint(key)
    jti = base64url.sha256(strictjson.text(claims, "jti").encode())
    return Attested(client_id, instance, base64url.sha256(f"{instance}.{jti}"))


def require_same_client(client_id: str | None, attested: Attested) -> None:
    """A request that names another client than the attestation is refused (ABCA 8 11)."""
    if client_id is not None and not hmac.compare_digest(
        client_id.encode(), attested.client_id.encode()
    ):
        raise WalletFault("invalid_client", "attestation.client_id", f"{ABCA} 8 11", status=401)


def _attestation(token: str, expected: Expected) -> VerifiedJws:
    """The provider's statement, signed under the scheme and in force."""
    jws = jose.parse(token, typ=TYP_WALLET_ATTESTATION, max_bytes=MAX_BYTES)
    leaf = expected.trust.wallet_provider_leaf(jws.x5c(), expected.now)
    found = jose.verify(jws, leaf.key)
    now = expected.now
    if now >= _time(found.payload, "exp"):
        raise NotValidNow("attestation.expired", ABCA)
    for name in ("iat", "nbf"):
        if name in found.payload and _time(found.payload, name) > now + FUTURE_SECONDS:
            raise NotTrusted("attestation.ahead", ABCA)
    if "iat" in found.payload and now - _time(found.payload, "iat") > MAX_AGE_SECONDS:
        raise NotValidNow("attestation.old", ABCA)
    return found


def _proof(claims: Object, client_id: str, expected: Expected) -> None:
    if strictjson.text(claims, "aud") != expected.issuer:
        raise NotTrusted("attestation.pop_aud", ABCA)
    if not -PAST_SECONDS <= _time(claims, "iat") - expected.now <= FUTURE_SECONDS:
        raise NotTrusted("attestation.pop_iat", ABCA)
    if len(strictjson.text(claims, "jti")) not in _JTI_LENGTH:
        raise Malformed("attestation.pop_jti", ABCA)
    # Required by -07 and gone since -08: whoever writes it must be right.
    if "iss" in claims and claims["iss"] != client_id:
        raise NotTrusted("attestation.pop_iss", ABCA)


def _time(claims: Object, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed("attestation.time", ABCA)
    return value


def _fault(code: str, step: str) -> WalletFault:
    return WalletFault("invalid_client_attestation", code, f"{ABCA} {step}", status=401)
