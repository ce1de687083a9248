"""Where an answer to a request goes, and how it is sealed (OpenID4VP 1.0 8.3, HAIP 1.0 5)."""

from dataclasses import dataclass, field
from typing import Final

from credential import jose
from credential.errors import CredentialError
from credential.names import FORMAT_CARD
from credential.strictjson import Json, Object
from wallet import messages
from wallet.refusals import MessageError

ALG: Final = "ECDH-ES"
ENCRYPTIONS: Final = ("A256GCM", "A128GCM")
SIGNING: Final = "ES256"


@dataclass(frozen=True)
class Encryption:
    """Which key and content encryption the answer is for."""

    jwk: Object = field(repr=False)
    kid: str
    enc: str


@dataclass(frozen=True)
class ReplyTo:
    """The address that the asker's certificate allows, and what must come back with the answer."""

    response_uri: str = field(repr=False)
    state: str | None = field(repr=False)
    encryption: Encryption | None


def encryption_of(claims: Object) -> Encryption:
    """The first key this wallet can use, and the strongest listed content encryption.

    A key it cannot use is passed over: there may be others for other wallets (OpenID4VP 1.0 8.3).
    """
    metadata = messages.convert(
        claims.get("client_metadata"), messages.ClientMetadata, "request.client_metadata"
    )
    _check_formats(metadata)
    keys = () if metadata.jwks is None else metadata.jwks.keys
    kids = [kid for key in keys if isinstance(kid := key.get("kid"), str)]
    if len(set(kids)) != len(kids):
        raise MessageError("request.repeated_kid", "OpenID4VP 1.0 5.1")
    enc = next((one for one in ENCRYPTIONS if one in metadata.enc_values), None)
    for key in keys:
        jwk = _usable(key)
        if jwk is not None and enc is not None:
            return Encryption(jwk, str(jwk["kid"]), enc)
    raise MessageError("request.encryption_key", "OpenID4VP 1.0 8.3")


def _usable(key: dict[str, object]) -> Object | None:
    kid = key.get("kid")
    if key.get("alg") != ALG or key.get("use", "enc") != "enc" or not kid:
        return None
    jwk: dict[str, Json] = {name: one for name, one in key.items() if isinstance(one, str)}
    # What may not be read as text still tells that a private half is there.
    jwk |= {name: "" for name in key if name not in jwk}
    try:
        jose.key_from_jwk(jwk)
    except CredentialError:
        return None
    return jwk if isinstance(kid, str) else None


def _check_formats(metadata: messages.ClientMetadata) -> None:
    """OpenID4VP 1.0 11.1, B.3.4: the cards of this wallet are `dc+sd-jwt` signed with ES256."""
    formats = metadata.vp_formats_supported
    if formats is None:
        return
    ours = formats.get(FORMAT_CARD)
    if not isinstance(ours, dict):
        raise MessageError("request.formats", "OpenID4VP 1.0 11.1")
    for name in ("sd-jwt_alg_values", "kb-jwt_alg_values"):
        listed = ours.get(name, [SIGNING])
        if not isinstance(listed, list | tuple) or SIGNING not in listed:
            raise MessageError("request.formats", "OpenID4VP 1.0 B.3.4")
