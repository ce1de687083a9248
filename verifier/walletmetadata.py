"""What a wallet says it can do when it fetches a request by POST (OpenID4VP 1.0, 5.10 and 10).

Read strictly, used for two things: to refuse a wallet that could not answer us, before the request
is spent on it, and to encrypt the request object where the wallet brings a key for it. A member
that is absent excludes nobody: the wallet knows already from the link who asks.
"""

from dataclasses import dataclass, field
from typing import Final

from credential import jose, jwe, strictjson
from credential.errors import CredentialError
from credential.names import FORMAT_CARD
from credential.strictjson import Json, Object
from verifier.errors import Refused

MAX_METADATA: Final = 8192
MAX_KEYS: Final = 16
_SECTION: Final = "OpenID4VP 1.0 10"
_ALG: Final = "ES256"
_KEY_AGREEMENT: Final = "ECDH-ES"
# What a wallet must have for us, and the code it reads when it has not.
_NEEDED: Final = (
    ("client_id_prefixes_supported", "x509_hash", "invalid_request"),
    ("request_object_signing_alg_values_supported", _ALG, "invalid_request"),
    ("response_types_supported", "vp_token", "unsupported_response_type"),
    ("response_modes_supported", "direct_post.jwt", "invalid_request"),
)


@dataclass(frozen=True)
class Encryption:
    """The key and the way in which this wallet can be sent a request that only it reads."""

    jwk: Object = field(repr=False)
    kid: str | None
    enc: str


def read(text: str) -> Encryption | None:
    """How the request object is to be encrypted, if at all; refuses a wallet that excludes us."""
    try:
        if len(text) > MAX_METADATA:
            raise _malformed()
        members = strictjson.loads_object(text, max_bytes=MAX_METADATA)
        _formats(strictjson.obj(members, "vp_formats_supported"))
        for name, needed, wire in _NEEDED:
            if name in members and needed not in strictjson.texts(members, name):
                raise Refused("request.wallet_cannot", _SECTION, wire=wire, member=name)
        return _encryption(members)
    except CredentialError:
        raise _malformed() from None


def _malformed() -> Refused:
    return Refused("request.wallet_metadata", _SECTION)


def _formats(formats: Object) -> None:
    """Our cards: `dc+sd-jwt`, signed with ES256 by issuer and holder (OpenID4VP 1.0 B.3.4)."""
    cannot = Refused(
        "request.wallet_cannot",
        "OpenID4VP 1.0 B.3.4",
        wire="vp_formats_not_supported",
        member="vp_formats_supported",
    )
    if FORMAT_CARD not in formats:
        raise cannot
    ours = strictjson.obj(formats, FORMAT_CARD)
    for name in ("sd-jwt_alg_values", "kb-jwt_alg_values"):
        if name in ours and _ALG not in strictjson.texts(ours, name):
            raise cannot


def _encryption(members: Object) -> Encryption | None:
    """The first key of the wallet we can encrypt to, in a way it says it can read."""
    if "jwks" not in members:
        return None
    keys = strictjson.array(strictjson.obj(members, "jwks"), "keys")
    if len(keys) > MAX_KEYS:
        raise _malformed()
    algs = _listed(members, "authorization_encryption_alg_values_supported", (_KEY_AGREEMENT,))
    encs = _listed(members, "authorization_encryption_enc_values_supported", ("A128GCM",))
    enc = next((one for one in reversed(jwe.ENC_VALUES) if one in encs), None)
    if enc is None or _KEY_AGREEMENT not in algs:
        return None
    for key in keys:
        if isinstance(key, dict) and _usable(key):
            jose.key_from_jwk(key)
            kid = key.get("kid")
            return Encryption(key, kid if isinstance(kid, str) else None, enc)
    return None


def _usable(key: dict[str, Json]) -> bool:
    return (
        (key.get("kty"), key.get("crv")) == ("EC", "P-256")
        and key.get("use", "enc") == "enc"
        and key.get("alg", _KEY_AGREEMENT) == _KEY_AGREEMENT
    )


def _listed(members: Object, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    return strictjson.texts(members, name) if name in members else default
