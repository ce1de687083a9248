"""What a wallet and its provider say to each other (Regie formats 10).

    POST /challenge                     -> {"challenge"}
    POST /attestation {"instance"?: PROOF, "keys"?: [PROOF, ...], "nonce"?}
                                        -> {"client_attestation"?, "key_attestation"?}

A PROOF is a JWS made with the key itself over the challenge. Nothing else is told: no name, no
issuer, no card.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Meta

from credential import jose
from credential.strictjson import Json, Object
from wallet import messages

TYP_POSSESSION: Final = "regie-possession+jwt"
MOST_KEYS: Final = 50
MAX_PROOF: Final = 2_048
Proof = Annotated[str, Meta(min_length=1, max_length=MAX_PROOF)]


class Challenge(messages.Message, frozen=True, kw_only=True):
    """What every proof answers to."""

    challenge: Annotated[str, Meta(min_length=1, max_length=300)]


class Request(messages.Message, frozen=True, kw_only=True):
    """What a wallet asks its provider to vouch for."""

    instance: Proof | None = None
    keys: Annotated[tuple[Proof, ...], Meta(max_length=MOST_KEYS)] = ()
    nonce: Annotated[str, Meta(min_length=1, max_length=300)] | None = None


class Vouched(messages.Message, frozen=True, kw_only=True):
    """What the provider signed."""

    client_attestation: Annotated[str, Meta(max_length=32_768)] | None = None
    key_attestation: Annotated[str, Meta(max_length=32_768)] | None = None


def possession(key: jose.Signer, *, provider: str, challenge: str, iat: int) -> str:
    """The proof that this wallet holds a key."""
    return jose.sign(
        {"aud": provider, "iat": iat, "nonce": challenge},
        typ=TYP_POSSESSION,
        signer=key,
        header={"jwk": jose.public_jwk(key.public_key)},
    )


def instance_request(proof: str) -> Object:
    """Asks for a client attestation."""
    return {"instance": proof}


def keys_request(proofs: Sequence[str], nonce: str) -> Object:
    """Asks for one attestation of all these keys; `nonce` is the issuer's."""
    listed: list[Json] = [*proofs]
    return {"keys": listed, "nonce": nonce}
