"""Encrypted requests to an issuer and its encrypted answers (OpenID4VCI 1.0, 10).

The keys come from signed metadata; an answer is encrypted to a key made for that one request.
"""

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from credential import jose, jwe, strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_JSON, MEDIA_JWT
from credential.strictjson import Object
from wallet import messages
from wallet.fetch import Reply
from wallet.refusals import MessageError

ALG: Final = "ECDH-ES"
PREFERRED: Final = ("A256GCM", "A128GCM")
KID: Final = "answer"
_SECTION: Final = "OpenID4VCI 1.0 10"
_SUCCESS: Final = (200, 202)


@dataclass(frozen=True)
class Encryption:
    """How to write to one issuer; without `answer` it writes back in clear, under https."""

    jwk: dict[str, str]
    kid: str
    enc: str
    answer: str | None


@dataclass(frozen=True)
class Sealed:
    """One message ready to be sent, and what opens its answer."""

    body: bytes = field(repr=False)
    media_type: str
    key: jose.PrivateKey | None = field(repr=False)
    enc: str = ""

    def open(self, reply: Reply) -> Reply:
        """The reply in clear. An error never comes encrypted, what was asked for always does."""
        if self.key is None or reply.status not in _SUCCESS:
            return reply
        if reply.media_type != MEDIA_JWT:
            raise MessageError("issuer.answer_plain", _SECTION)
        token = reply.body.decode("ascii", "replace")
        body = jwe.decrypt(token, key=self.key, kid=KID, enc_allowed=(self.enc,))
        headers = {**reply.headers, "content-type": MEDIA_JSON}
        return dataclasses.replace(reply, headers=headers, body=body)


def choose(metadata: messages.IssuerMetadata) -> Encryption | None:
    """The strongest way both sides know; None where the issuer offers none and demands none."""
    request = metadata.credential_request_encryption
    response = metadata.credential_response_encryption
    answer = None if response is None else _enc(response.enc_values_supported)
    if response is not None and ALG not in response.alg_values_supported:
        answer = None
    demanded = (request is not None and request.encryption_required) or (
        response is not None and response.encryption_required
    )
    found = None if request is None else _key(request)
    if found is None:
        if demanded:
            raise MessageError("issuer.encryption", "OpenID4VCI 1.0 12.2.4")
        return None
    if response is not None and response.encryption_required and answer is None:
        raise MessageError("issuer.encryption", "OpenID4VCI 1.0 12.2.4")
    return dataclasses.replace(found, answer=answer)


def seal(members: Object, encryption: Encryption | None) -> Sealed:
    """The message as it leaves; with a fresh key for the answer where the issuer can use one."""
    if encryption is None:
        return Sealed(strictjson.dumps(members), MEDIA_JSON, None)
    key = None
    if encryption.answer is not None:
        key = jose.generate_key()
        jwk: Object = {
            **jose.public_jwk(key.public_key()),
            "kid": KID,
            "use": "enc",
            "alg": ALG,
        }
        members = {
            **members,
            "credential_response_encryption": {"jwk": jwk, "enc": encryption.answer},
        }
    token = jwe.encrypt(
        strictjson.dumps(members),
        recipient={**encryption.jwk},
        enc=encryption.enc,
        kid=encryption.kid,
    )
    return Sealed(token.encode(), MEDIA_JWT, key, encryption.answer or "")


def _key(request: messages.RequestEncryption) -> Encryption | None:
    """The first key this wallet can use; each has a `kid` of its own (OpenID4VCI 1.0 12.2.4)."""
    enc = _enc(request.enc_values_supported)
    kids = [jwk.get("kid") for jwk in request.jwks.keys]
    if len(set(map(str, kids))) != len(kids):
        raise MessageError("issuer.encryption", "OpenID4VCI 1.0 12.2.4")
    for jwk, kid in zip(request.jwks.keys, kids, strict=True):
        if enc is None or not isinstance(kid, str) or not kid or jwk.get("alg") != ALG:
            continue
        members = {name: value for name, value in jwk.items() if isinstance(value, str)}
        try:
            jose.key_from_jwk({**members})
        except CredentialError:
            continue
        return Encryption(members, kid, enc, None)
    return None


def _enc(offered: Collection[str]) -> str | None:
    return next((enc for enc in PREFERRED if enc in offered), None)
