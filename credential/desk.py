"""What the desk and the resident's wallet both compute from one DPoP key (formats.md 6)."""

import hashlib
from typing import Final

DIGITS: Final = 6


def confirmation_number(jkt: str) -> str:
    """The six digits a resident reads to the clerk: which wallet redeemed the offer.

    `jkt` is the base64url thumbprint of the DPoP key (RFC 7638), hashed as ASCII text. The first
    20 bits of its SHA-256 as a decimal number, modulo 10^6, filled up with zeros.

    >>> confirmation_number("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")
    '997494'
    """
    digest = hashlib.sha256(jkt.encode("ascii")).digest()
    return f"{(int.from_bytes(digest[:3], 'big') >> 4) % 10**DIGITS:0{DIGITS}d}"
