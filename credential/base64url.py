"""Strict base64url (RFC 7515, 2) and the padded base64 of `x5c` and `#integrity`.

Every byte string has exactly one encoding here: no padding, no blanks, no foreign
characters, no spare bits (RFC 4648, 3.5).
"""

import hashlib
from binascii import Error as _Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from typing import Final

from credential.errors import Malformed

MAX_BYTES: Final = 16_777_216

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_NO_CHARACTERS: Final = b"=\n"
# What only the other alphabet has becomes a character that no alphabet has.
_FROM_URL: Final = bytes.maketrans(b"-_+/=", b"+/!!!")
# By the length of the last group: its last character may carry only the bits it needs.
_LAST: Final = (b"", b"", b"AQgw", b"AEIMQUYcgkosw048")
_PADDING: Final = (b"", b"", b"==", b"=")


def encode(data: bytes) -> str:
    """base64url without padding."""
    return encode_ascii(data).decode("ascii")


def encode_ascii(data: bytes) -> bytes:
    """As `encode`, as the bytes that are hashed or signed next."""
    return b2a_base64(data).translate(_TO_URL, _NO_CHARACTERS)


def decode(encoded: str | bytes, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a base64url string; `max_bytes` bounds the result."""
    if len(encoded) * 3 // 4 > max_bytes:
        raise Malformed("base64url.size", "RFC 7515 2", limit=max_bytes)
    try:
        octets = encoded.encode("ascii") if isinstance(encoded, str) else encoded
    except UnicodeEncodeError:
        raise Malformed("base64url.alphabet", "RFC 7515 2") from None
    return _decode(octets.translate(_FROM_URL), "RFC 7515 2")


def encode_padded(data: bytes) -> str:
    """Ordinary base64 with padding, as in `x5c` (RFC 7515, 4.1.6)."""
    return b2a_base64(data, newline=False).decode("ascii")


def decode_padded(encoded: str, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of an ordinary base64 string with its full padding."""
    if len(encoded) * 3 // 4 > max_bytes:
        raise Malformed("base64.size", "RFC 4648 4", limit=max_bytes)
    try:
        padded = encoded.encode("ascii")
    except UnicodeEncodeError:
        raise Malformed("base64url.alphabet", "RFC 4648 4") from None
    if len(padded) % 4:
        raise Malformed("base64.padding", "RFC 4648 4")
    bare = padded.rstrip(b"=")
    if len(padded) - len(bare) != -len(bare) % 4:
        raise Malformed("base64.padding", "RFC 4648 4")
    return _decode(bare, "RFC 4648 4")


def _decode(standard: bytes, section: str) -> bytes:
    rest = len(standard) & 3
    if rest:
        if rest == 1:
            raise Malformed("base64url.length", section)
        if standard[-1] not in _LAST[rest]:
            code = "alphabet" if standard.endswith(b"!") else "spare_bits"
            raise Malformed(f"base64url.{code}", "RFC 4648 3.5")
        standard += _PADDING[rest]
    try:
        return a2b_base64(standard, strict_mode=True)
    except _Error:
        raise Malformed("base64url.alphabet", section) from None


def sha256(data: bytes | str) -> str:
    """base64url of the SHA-256; a string is hashed as its ASCII bytes."""
    octets = data.encode("ascii") if isinstance(data, str) else data
    return encode(hashlib.sha256(octets).digest())


def sha256_each(texts: Iterable[bytes]) -> list[str]:
    """As `sha256` of each of these; put into our alphabet together."""
    hashed = hashlib.sha256
    joined = b"~".join([b2a_base64(hashed(text).digest()) for text in texts])
    return joined.translate(_TO_URL, _NO_CHARACTERS).decode("ascii").split("~") if joined else []
