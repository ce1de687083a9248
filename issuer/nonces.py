"""Nonces that carry their own time under a MAC: only used ones are ever stored."""

import hashlib
import hmac
from typing import Final

from credential import base64url
from credential.errors import Malformed
from issuer.sealing import derive
from issuer.status import Entropy

_TIME: Final = 8
_RANDOM: Final = 16
_MAC: Final = 16
_AHEAD: Final = 5
"""Seconds that the clock of another process of ours may be ahead."""
_LENGTH: Final = 54
"""Characters of base64url for those forty bytes."""


class Nonces:
    """One family of nonces: those of another label or key are strangers here."""

    def __init__(self, secret: bytes, label: str, seconds: int, entropy: Entropy) -> None:
        self._key = derive(secret, f"nonce/{label}")
        self._entropy = entropy
        self.seconds = seconds

    def mint(self, now: int) -> str:
        """A fresh nonce, good for `seconds` from now."""
        body = now.to_bytes(_TIME, "big") + self._entropy(_RANDOM)
        return base64url.encode(body + self._mac(body))

    def fresh(self, nonce: str, now: int) -> bool:
        """Whether it is ours and not too old."""
        if len(nonce) != _LENGTH:
            return False
        try:
            data = base64url.decode(nonce)
        except Malformed:
            return False
        body, mac = data[: _TIME + _RANDOM], data[_TIME + _RANDOM :]
        if not hmac.compare_digest(mac, self._mac(body)):
            return False
        made = int.from_bytes(body[:_TIME], "big")
        return made - _AHEAD <= now < made + self.seconds

    def until(self, now: int) -> int:
        """When none that is fresh now can still be: so long a used one must be remembered."""
        return now + self.seconds + _AHEAD

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, hashlib.sha256)[:_MAC]
