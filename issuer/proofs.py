"""Key proofs of type `jwt` and `attestation` (OpenID4VCI 1.0, appendix F.1, F.3 and F.4)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from credential import base64url, jose
from credential.errors import CredentialError, Malformed
from credential.jose import PublicKey, UnverifiedJws
from credential.names import TYP_PROOF
from credential.strictjson import Object, text
from credential.trust import Trust
from issuer import keyattestation
from issuer.errors import IssuerError, WalletFault
from issuer.keyattestation import Attested
from issuer.nonces import Nonces

JWT: Final = "jwt"
ATTESTATION: Final = "attestation"
TYPES: Final = (JWT, ATTESTATION)

PAST_SECONDS: Final = 300
FUTURE_SECONDS: Final = 60
MAX_BYTES: Final = 40_960
_SECTION: Final = "OpenID4VCI 1.0 F.1"
# Each names a key; two that disagree would let the sender choose which one is meant.
_KEY_MEMBERS: Final = ("jwk", "kid", "x5c", "trust_chain")


@dataclass(frozen=True)
class Expected:
    """What the proofs of a request must answer to."""

    issuer: str
    client: str
    """The `client_id` behind the token; empty for an anonymous wallet."""
    now: int
    nonces: Nonces
    batch_size: int
    attesters: Callable[[], Trust] | None
    """Says whose key attestations count; without it none is looked at."""
    attestation_required: bool


@dataclass(frozen=True)
class Proven:
    """The keys a wallet proved to hold, in its order, and the nonces that are used up by it."""

    keys: tuple[Object, ...]
    nonces: frozenset[str]


@dataclass(frozen=True)
class _Held:
    """What one proof shows: the keys, and the nonces it was made with."""

    signer: PublicKey | None
    attestation: str | None
    keys: tuple[PublicKey, ...]
    nonces: tuple[str, ...]


def check(type_: str, proofs: Sequence[str], expected: Expected) -> Proven:
    """The keys of all proofs; one that fails refuses them all."""
    if not proofs:
        raise _fault("proofs.none")
    if type_ == ATTESTATION and expected.attesters is None:
        raise _request("proofs.type_unsupported")
    if type_ == ATTESTATION and len(proofs) > 1:
        raise _request("proofs.one_attestation")
    if len(proofs) > expected.batch_size:
        raise _request("proofs.too_many", most=expected.batch_size)
    read = _attestation if type_ == ATTESTATION else _jwt
    try:
        held = [read(proof, expected) for proof in proofs]
        _distinct(one.signer for one in held if one.signer is not None)
        keys = _distinct(_attested_once(held))
    except CredentialError as fault:
        raise _fault(fault.code) from None
    nonces = {nonce for one in held for nonce in one.nonces}
    if not all(expected.nonces.fresh(nonce, expected.now) for nonce in nonces):
        # After the signatures: the answer "fetch another" is for those who hold the keys.
        raise WalletFault("invalid_nonce", "proof.nonce_stale", "OpenID4VCI 1.0 8.3.1.2")
    # An attestation may name more keys than one request gives cards for: the first get them.
    return Proven(
        keys[: expected.batch_size],
        frozenset(base64url.sha256(nonce.encode()) for nonce in nonces),
    )


def _attestation(proof: str, expected: Expected) -> _Held:
    found = _attested(proof, expected, must_expire=False)
    return _Held(None, proof, tuple(found.keys.values()), (found.nonce,))


def _jwt(proof: str, expected: Expected) -> _Held:
    jws = jose.parse(proof, typ=TYP_PROOF, max_bytes=MAX_BYTES)
    attestation = _carried(jws, expected)
    key = _signer(jws, attestation)
    nonce = _claims(jws.dangerous_payload(), expected)
    jose.verify(jws, key)
    if attestation is None:
        return _Held(key, None, (key,), (nonce,))
    raw = text(jws.header, "key_attestation")
    return _Held(key, raw, tuple(attestation.keys.values()), (nonce, attestation.nonce))


def _carried(jws: UnverifiedJws, expected: Expected) -> Attested | None:
    """The attestation in the header of a proof, where anyone asked for one."""
    if expected.attesters is None:
        return None
    if "key_attestation" not in jws.header:
        if expected.attestation_required:
            raise Malformed("proof.not_attested", "OpenID4VCI 1.0 12.2.4")
        return None
    raw = text(jws.header, "key_attestation")
    return _attested(raw, expected, must_expire=True)


def _attested(token: str, expected: Expected, *, must_expire: bool) -> Attested:
    assert expected.attesters is not None
    try:
        trust = expected.attesters()
        trust.require_fresh(expected.now)
    except CredentialError as fault:
        # A scheme of ours that is too old is our fault, not the wallet's.
        raise IssuerError(fault.code, fault.section) from None
    return keyattestation.check(token, trust, now=expected.now, must_expire=must_expire)


def _signer(jws: UnverifiedJws, attestation: Attested | None) -> PublicKey:
    members = [name for name in _KEY_MEMBERS if name in jws.header]
    if attestation is None:
        if members != ["jwk"]:
            # The metadata offers the binding method `jwk` alone.
            raise Malformed("proof.key_members", _SECTION)
        return jws.jwk()
    match members:
        case ["jwk"]:
            key = attestation.keys.get(jose.thumbprint(jws.jwk()))
        case ["kid"]:
            key = attestation.key_of(text(jws.header, "kid"))
        case _:
            raise Malformed("proof.key_members", _SECTION)
    if key is None:
        raise Malformed("proof.not_an_attested_key", _SECTION)
    return key


def _claims(claims: Object, expected: Expected) -> str:
    if "iss" in claims and (not expected.client or claims["iss"] != expected.client):
        # An anonymous wallet has no name to give; another gives its own.
        raise Malformed("proof.iss", _SECTION)
    if claims.get("aud") != expected.issuer:
        raise Malformed("proof.aud", _SECTION)
    made = claims.get("iat")
    if isinstance(made, bool) or not isinstance(made, int | float):
        raise Malformed("proof.iat", _SECTION)
    if not -PAST_SECONDS <= made - expected.now <= FUTURE_SECONDS:
        raise Malformed("proof.iat", "OpenID4VCI 1.0 F.4")
    return text(claims, "nonce")


def _attested_once(held: Iterable[_Held]) -> Iterable[PublicKey]:
    """All keys: several proofs may carry one attestation, whose keys then count once."""
    seen: set[str] = set()
    for one in held:
        if one.attestation is None:
            yield from one.keys
        elif one.attestation not in seen:
            seen.add(one.attestation)
            yield from one.keys


def _distinct(keys: Iterable[PublicKey]) -> tuple[Object, ...]:
    found: dict[str, Object] = {}
    for key in keys:
        jwk = jose.public_jwk(key)
        if found.setdefault(jose.thumbprint(jwk), jwk) is not jwk:
            raise Malformed("proof.key_twice", "OpenID4VCI 1.0 8.2")
    return tuple(found.values())


def _request(code: str, **params: int) -> WalletFault:
    return WalletFault("invalid_credential_request", code, "OpenID4VCI 1.0 8.2", **params)


def _fault(code: str) -> WalletFault:
    return WalletFault("invalid_proof", code, _SECTION)
