"""Encrypted requests and answers of the credential endpoints (OpenID4VCI 1.0, 10).

The keys are derived from the server's secret and the day, so that every process agrees and none
is stored. A request holds proofs and public keys and nobody's data: what a stolen secret would
open later is worth nothing by then.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from credential import jose, jwe, strictjson
from credential.errors import CredentialError
from credential.jose import PrivateKey
from credential.strictjson import Json, Object
from issuer.errors import WalletFault
from issuer.sealing import derive

ALG: Final = "ECDH-ES"
DAY: Final = 86_400
_AHEAD: Final = 60
"""Seconds that the clock of another process of ours, which published a key, may be ahead."""
_SECTION: Final = "OpenID4VCI 1.0 10"
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, repr=False)
class AnswerKey:
    """The key a wallet wants its answer encrypted to, and how."""

    jwk: Object
    enc: str


class RequestKeys:
    """What wallets encrypt their requests to: one key a day."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def published(self, now: int) -> Object:
        """The public key of today, for the metadata."""
        day = now // DAY
        public = jose.public_jwk(self._key(day).public_key())
        return {**public, "kid": _kid(day), "use": "enc", "alg": ALG}

    def open(self, body: bytes, now: int) -> bytes:
        """The request inside; `invalid_encryption_parameters` where that cannot be had."""
        try:
            token = body.decode("ascii")
            kid = jwe.peek_kid(token)
            # Signed metadata is good for a day, so the key of yesterday is still in use.
            days = {(now + _AHEAD) // DAY, now // DAY, now // DAY - 1}
            day = next((one for one in days if _kid(one) == kid), None)
            if day is None:
                raise _fault("request.key_unknown")
            return jwe.decrypt(token, key=self._key(day), kid=kid, enc_allowed=jwe.ENC_VALUES)
        except UnicodeDecodeError:
            raise _fault("jwe.parts") from None
        except CredentialError as fault:
            raise _fault(fault.code) from None

    def _key(self, day: int) -> PrivateKey:
        # Twice the length of the order, so that no number is likelier than another.
        wide = b"".join(derive(self._secret, f"request-key/{day}/{half}") for half in (0, 1))
        return ec.derive_private_key(int.from_bytes(wide, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def answer_key(members: Object) -> AnswerKey | None:
    """What a request says of its answer: `credential_response_encryption` (8.2 and 9.1)."""
    found = members.get("credential_response_encryption")
    if found is None:
        return None
    if not isinstance(found, dict):
        raise _fault("request.answer_key")
    jwk, enc = found.get("jwk"), found.get("enc")
    if not isinstance(jwk, dict) or not _for_encryption(jwk):
        raise _fault("request.answer_key")
    if not isinstance(enc, str) or enc not in jwe.ENC_VALUES:
        raise _fault("request.answer_enc")
    if "zip" in found:
        # None is offered; compression before encryption tells the length of what is inside.
        raise _fault("request.answer_zip")
    try:
        jose.key_from_jwk(jwk)
    except CredentialError as fault:
        raise _fault(fault.code) from None
    return AnswerKey(jwk, enc)


def seal(answer: Object, key: AnswerKey) -> str:
    """The answer for the holder of this key alone, whatever it is about (8.3)."""
    kid = key.jwk.get("kid")
    return jwe.encrypt(
        strictjson.dumps(answer),
        recipient=key.jwk,
        enc=key.enc,
        kid=kid if isinstance(kid, str) else None,
    )


def metadata(keys: RequestKeys, policy: str, now: int) -> Object:
    """Both encryption members of the issuer's metadata (12.2.4); none where it is off."""
    if policy == "off":
        return {}
    enc: list[Json] = list(jwe.ENC_VALUES)
    required = policy == "required"
    return {
        "credential_request_encryption": {
            "jwks": {"keys": [keys.published(now)]},
            "enc_values_supported": enc,
            "encryption_required": required,
        },
        "credential_response_encryption": {
            "alg_values_supported": [ALG],
            "enc_values_supported": enc,
            "encryption_required": required,
        },
    }


def _for_encryption(jwk: Object) -> bool:
    """There is no separate `alg`: it is the key's (OpenID4VCI 1.0, 8.2)."""
    return jwk.get("alg") == ALG and jwk.get("use", "enc") == "enc"


def _kid(day: int) -> str:
    return f"requests-{day}"


def _fault(code: str) -> WalletFault:
    return WalletFault("invalid_encryption_parameters", code, _SECTION)
