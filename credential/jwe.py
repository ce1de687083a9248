"""JWE as OpenID4VP uses it: ECDH-ES over P-256, direct, A128GCM or A256GCM, compact form.

Built on `cryptography` directly: joserfc takes 157 µs for a response of 4 kB where this takes 95,
and 49 of those are the key agreement (same process, best of 8), which the goal for
`direct_post.jwt` in docs/speed.md does not leave room for. joserfc and jwcrypto stay as the
tests' second opinion, in both directions.
"""

import hashlib
from collections.abc import Collection
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credential import base64url, jose, strictjson
from credential.errors import Malformed, NotAllowed, NotTrusted
from credential.jose import PrivateKey
from credential.strictjson import Json, Object

ENC_VALUES: Final = ("A128GCM", "A256GCM")

MAX_BYTES: Final = 1_048_576
MAX_HEADER: Final = 4096
MAX_PARTY_INFO: Final = 1024

_ALG: Final = "ECDH-ES"
_KEY_BITS: Final = {"A128GCM": 128, "A256GCM": 256}
_PARTS: Final = 5
_IV: Final = 12
_TAG: Final = 16
# Each would change what is decrypted, or demands what we do not do.
_FORBIDDEN: Final = ("zip", "crit", "b64")


def encrypt(
    payload: bytes, *, recipient: Object, enc: str, kid: str | None, cty: str | None = None
) -> str:
    """The payload for the holder of `recipient`, a public JWK; a fresh ephemeral key each time.

    `cty` says what the payload is where that is a signed message (RFC 7519, 5.2).
    """
    if enc not in _KEY_BITS:
        raise NotAllowed("jwe.enc", "RFC 7518 5.1")
    if recipient.get("alg", _ALG) != _ALG:
        raise NotAllowed("jwe.alg", "RFC 7518 4.6")
    # A stranger's JWK may name more members than the key has; private ones are refused.
    theirs = jose.key_from_jwk(recipient)
    ours = jose.generate_key()
    header: Object = {"alg": _ALG, "enc": enc, "epk": jose.public_jwk(ours.public_key())}
    if kid is not None:
        header["kid"] = kid
    if cty is not None:
        header["cty"] = cty
    protected = base64url.encode(strictjson.dumps(header))
    key = derive(ours.exchange(ec.ECDH(), theirs), enc)
    # The library's own generator: this package has none (house rule 2).
    iv = AESGCM.generate_key(128)[:_IV]
    sealed = AESGCM(key).encrypt(iv, payload, protected.encode("ascii"))
    parts = (protected, "", *map(base64url.encode, (iv, sealed[:-_TAG], sealed[-_TAG:])))
    return ".".join(parts)


def peek_kid(token: str, *, max_bytes: int = MAX_BYTES) -> str:
    """The `kid`, before anything is decrypted: which pending request this may belong to."""
    header, _ = _open(token, max_bytes)
    return _kid(header)


def decrypt(
    token: str,
    *,
    key: PrivateKey,
    kid: str,
    enc_allowed: Collection[str],
    max_bytes: int = MAX_BYTES,
) -> bytes:
    """The payload, if it was encrypted to `key` in a way that was offered."""
    header, parts = _open(token, max_bytes)
    if header.get("alg") != _ALG:
        raise NotAllowed("jwe.alg", "RFC 7518 4.6")
    enc = header.get("enc")
    if not isinstance(enc, str) or enc not in enc_allowed or enc not in _KEY_BITS:
        raise NotAllowed("jwe.enc", "OpenID4VP 1.0 8.3")
    for name in _FORBIDDEN:
        if name in header:
            raise NotAllowed(f"jwe.{name}", "RFC 7516 4.1")
    if _kid(header) != kid:
        raise NotAllowed("jwe.kid", "OpenID4VP 1.0 8.3")
    if parts[1]:
        raise Malformed("jwe.encrypted_key", "RFC 7518 4.6")
    iv, tag = (base64url.decode(parts[at], max_bytes=64) for at in (2, 4))
    if len(iv) != _IV or len(tag) != _TAG:
        raise Malformed("jwe.iv_or_tag", "RFC 7518 5.3")
    sealed = base64url.decode(parts[3], max_bytes=max_bytes) + tag
    shared = key.exchange(ec.ECDH(), _ephemeral(header.get("epk")))
    content = derive(shared, enc, apu=_party_info(header, "apu"), apv=_party_info(header, "apv"))
    try:
        return AESGCM(content).decrypt(iv, sealed, parts[0])
    except InvalidTag:
        raise NotTrusted("jwe.tag", "RFC 7516 5.2") from None


def derive(shared: bytes, enc: str, *, apu: bytes = b"", apv: bytes = b"") -> bytes:
    """Concat KDF for direct agreement, one round of SHA-256 (RFC 7518 4.6.2)."""
    bits = _KEY_BITS[enc]
    other = b"".join(
        len(part).to_bytes(4, "big") + part for part in (enc.encode("ascii"), apu, apv)
    )
    digest = hashlib.sha256(b"\x00\x00\x00\x01" + shared + other + bits.to_bytes(4, "big")).digest()
    return digest[: bits // 8]


def _open(token: str, max_bytes: int) -> tuple[Object, list[bytes]]:
    """The header and the five parts, as ASCII."""
    if len(token) > max_bytes:
        raise Malformed("jwe.size", "RFC 7516 7.1", limit=max_bytes)
    try:
        parts = token.encode("ascii").split(b".")
    except UnicodeEncodeError:
        raise Malformed("jwe.parts", "RFC 7516 7.1") from None
    if len(parts) != _PARTS:
        raise Malformed("jwe.parts", "RFC 7516 7.1")
    header = base64url.decode(parts[0], max_bytes=MAX_HEADER)
    return strictjson.loads_object(header, max_bytes=MAX_HEADER), parts


def _kid(header: Object) -> str:
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise NotAllowed("jwe.kid", "OpenID4VP 1.0 8.3")
    return kid


def _ephemeral(epk: Json) -> jose.PublicKey:
    """The sender's ephemeral key: on the curve, and public (RFC 7518 4.6.1.1)."""
    try:
        return jose.key_from_jwk(epk)
    except Malformed as fault:
        raise Malformed("jwe.epk", "RFC 7518 4.6.1.1", why=fault.code) from None


def _party_info(header: Object, name: str) -> bytes:
    value = header.get(name, "")
    if not isinstance(value, str):
        raise Malformed("jwe.party_info", "RFC 7518 4.6.1", member=name)
    return base64url.decode(value, max_bytes=MAX_PARTY_INFO)
