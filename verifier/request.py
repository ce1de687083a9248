"""The signed request object: who asks, what, why, where to, under which fresh key.

OpenID4VP 1.0 sections 5 and 8, HAIP 1.0 (`x509_hash`, `direct_post.jwt`), trust.md 3.1.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from credential import base64url, jose, names
from credential.jose import PrivateKey, Signer
from credential.registration import Registration, to_verifier_info
from credential.strictjson import Object
from verifier.profiles import BoundProfile
from verifier.transaction import Created, Fetched, Secrets, fetch

AUDIENCE: Final = "https://self-issued.me/v2"
ENC_VALUES: Final = ("A128GCM", "A256GCM")
MAX_WALLET_NONCE: Final = 256


def client_id_of(leaf: bytes) -> str:
    """Our name in this protocol: the hash of our access certificate."""
    return f"x509_hash:{base64url.sha256(leaf)}"


def invitation(client_id: str, request_uri: str) -> str:
    """The link a wallet opens; nothing about anyone is in it."""
    return "openid4vp://?" + urlencode(
        # A wallet that knows no POST fetches by GET (OpenID4VP 1.0, 5.10).
        {"client_id": client_id, "request_uri": request_uri, "request_uri_method": "post"}
    )


def secrets_for(
    created: Created,
    entropy: Callable[[int], bytes],
    key: PrivateKey,
    registration: Registration,
) -> Secrets:
    """A nonce, a state and a key for one request, 192 random bits each."""
    return Secrets(
        nonce=base64url.encode(entropy(24)),
        state=base64url.encode(entropy(24)),
        kid=base64url.encode(entropy(24)),
        key=key,
        request_hash="",
        registration_hash=registration.sha256,
        transaction_data=created.transaction_data,
    )


def build(
    created: Created,
    bound: BoundProfile,
    secrets: Secrets,
    *,
    now: int,
    seconds: int,
    base_url: str,
    signer: Signer,
    chain: Sequence[bytes],
    wallet_nonce: str | None = None,
) -> tuple[Fetched, str]:
    """The request object, signed, and the state that waits for its answer."""
    members: Object = {
        "client_id": client_id_of(chain[0]),
        "response_type": "vp_token",
        "response_mode": "direct_post.jwt",
        "response_uri": f"{base_url}/response/{created.id}",
        "nonce": secrets.nonce,
        "state": secrets.state,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + seconds,
        "dcql_query": bound.profile.raw_query,
        "client_metadata": _client_metadata(secrets),
        "verifier_info": to_verifier_info(bound.registration.raw),
    }
    if secrets.transaction_data:
        members["transaction_data"] = [*secrets.transaction_data]
    if wallet_nonce is not None:
        members["wallet_nonce"] = wallet_nonce
    token = jose.sign(
        members, typ=names.TYP_REQUEST_OBJECT, signer=signer, header=jose.x5c_header(chain)
    )
    complete = replace(secrets, request_hash=base64url.sha256(token))
    return fetch(created, complete, now=now, seconds=seconds), token


def _client_metadata(secrets: Secrets) -> Object:
    key: Object = {
        **jose.public_jwk(secrets.key.public_key()),
        "kid": secrets.kid,
        "use": "enc",
        "alg": "ECDH-ES",
    }
    return {
        "jwks": {"keys": [key]},
        "encrypted_response_enc_values_supported": list(ENC_VALUES),
        "vp_formats_supported": {
            names.FORMAT_CARD: {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
        },
    }
