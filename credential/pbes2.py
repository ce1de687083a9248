"""JWE under a passphrase, as TS10 prescribes: PBES2-HS256+A128KW with A128GCM.

For what leaves the wallet as a file: export and backup. Never for what is stored (Argon2id).
"""

import unicodedata
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from credential import base64url, strictjson
from credential.errors import Malformed, NotAllowed, NotTrusted
from credential.strictjson import Object

ITERATIONS: Final = 600_000
MIN_ITERATIONS: Final = 1000
# A file from a stranger may not keep us busy for minutes.
MAX_ITERATIONS: Final = 2_000_000
MIN_PASSPHRASE: Final = 12
MAX_BYTES: Final = 64 << 20

_ALG: Final = "PBES2-HS256+A128KW"
_ENC: Final = "A128GCM"
_SECTION: Final = "RFC 7518 4.8"
_KEY: Final = 16
_SALT: Final = 16
_MIN_SALT: Final = 8
_WRAPPED: Final = 24
_IV: Final = 12
_TAG: Final = 16
_PARTS: Final = 5
_MAX_HEADER: Final = 4096
_FORBIDDEN: Final = ("zip", "crit", "b64")


def encrypt_with_passphrase(payload: bytes, passphrase: str, *, max_bytes: int = MAX_BYTES) -> str:
    """The payload under a passphrase of at least twelve characters; no larger than is read back."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise NotAllowed("pbes2.passphrase_short", "Regie formats 2", minimum=MIN_PASSPHRASE)
    if len(payload) * 4 // 3 + _MAX_HEADER > max_bytes:
        raise NotAllowed("pbes2.size", "Regie formats 2", limit=max_bytes)
    # The library's own generator: this package has none (house rule 2).
    salt, content = AESGCM.generate_key(128), AESGCM.generate_key(128)
    iv = AESGCM.generate_key(128)[:_IV]
    header: Object = {
        "alg": _ALG,
        "enc": _ENC,
        "p2s": base64url.encode(salt[:_SALT]),
        "p2c": ITERATIONS,
    }
    protected = base64url.encode(strictjson.dumps(header))
    wrapped = keywrap.aes_key_wrap(_derive(passphrase, salt, ITERATIONS), content)
    sealed = AESGCM(content).encrypt(iv, payload, protected.encode("ascii"))
    parts = (wrapped, iv, sealed[:-_TAG], sealed[-_TAG:])
    return ".".join((protected, *map(base64url.encode, parts)))


def decrypt_with_passphrase(token: str, passphrase: str, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The payload; `pbes2.passphrase` if the passphrase is not the one, or the file was changed."""
    if len(token) > max_bytes:
        raise Malformed("pbes2.size", "RFC 7516 7.1", limit=max_bytes)
    try:
        parts = token.encode("ascii").split(b".")
    except UnicodeEncodeError:
        raise Malformed("pbes2.parts", "RFC 7516 7.1") from None
    if len(parts) != _PARTS:
        raise Malformed("pbes2.parts", "RFC 7516 7.1")
    salt, iterations = _parameters(parts[0])
    wrapped, iv, tag = (base64url.decode(parts[at], max_bytes=64) for at in (1, 2, 4))
    if (len(wrapped), len(iv), len(tag)) != (_WRAPPED, _IV, _TAG):
        raise Malformed("pbes2.parts", _SECTION)
    sealed = base64url.decode(parts[3], max_bytes=max_bytes) + tag
    try:
        content = keywrap.aes_key_unwrap(_derive(passphrase, salt, iterations), wrapped)
        return AESGCM(content).decrypt(iv, sealed, parts[0])
    except (keywrap.InvalidUnwrap, InvalidTag):
        raise NotTrusted("pbes2.passphrase", _SECTION) from None


def _parameters(protected: bytes) -> tuple[bytes, int]:
    header = strictjson.loads_object(
        base64url.decode(protected, max_bytes=_MAX_HEADER), max_bytes=_MAX_HEADER
    )
    if header.get("alg") != _ALG:
        raise NotAllowed("pbes2.alg", _SECTION)
    if header.get("enc") != _ENC:
        raise NotAllowed("pbes2.enc", "TS10 5")
    for name in _FORBIDDEN:
        if name in header:
            raise NotAllowed(f"pbes2.{name}", "RFC 7516 4.1")
    salt = base64url.decode(strictjson.text(header, "p2s"), max_bytes=1024)
    if len(salt) < _MIN_SALT:
        raise NotAllowed("pbes2.p2s", "RFC 7518 4.8.1.1")
    iterations = strictjson.integer(header, "p2c")
    if not MIN_ITERATIONS <= iterations <= MAX_ITERATIONS:
        raise NotAllowed("pbes2.p2c", "RFC 7518 4.8.1.2", maximum=MAX_ITERATIONS)
    return salt, iterations


def _derive(passphrase: str, salt: bytes, iterations: int) -> bytes:
    """The key that wraps; composed first, since keyboards differ in how they write an é."""
    secret = unicodedata.normalize("NFC", passphrase).encode()
    full = _ALG.encode("ascii") + b"\x00" + salt
    return PBKDF2HMAC(hashes.SHA256(), _KEY, full, iterations).derive(secret)
