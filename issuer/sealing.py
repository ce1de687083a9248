"""What only this server can read or make: sealed values, keyed names, keys of their own use."""

import hashlib
import hmac
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from credential import base64url
from issuer.errors import SettingsFault
from issuer.status import Entropy

_NONCE_BYTES: Final = 12


class Sealer:
    """AES-256-GCM under one key and label; what is sealed for one row opens only there."""

    def __init__(self, secret: bytes, label: str, entropy: Entropy) -> None:
        self._aead = AESGCM(derive(secret, label))
        self._entropy = entropy

    def seal(self, data: bytes, row: str) -> bytes:
        """The data, sealed for one row."""
        nonce = self._entropy(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, data, row.encode())

    def open(self, sealed: bytes, row: str) -> bytes:
        """The data that was sealed for this row."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], row.encode())
        except InvalidTag:
            raise SettingsFault("keys.seal") from None


def derive(secret: bytes, label: str) -> bytes:
    """A key of its own for each use of one secret (RFC 5869)."""
    return HKDFExpand(SHA256(), 32, f"regie/issuer/{label}/1".encode()).derive(secret)


def keyed(secret: bytes, label: str, value: str) -> str:
    """A keyed hash, as base64url: who lacks the key can neither make nor check it."""
    return base64url.encode(hmac.digest(derive(secret, label), value.encode(), hashlib.sha256))
