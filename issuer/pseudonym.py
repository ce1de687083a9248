"""The housing pseudonym: one person, one code, in one housing region (formats.md 1)."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from credential import base64url
from issuer.brp.number import is_bsn
from issuer.errors import SettingsFault

_CONTEXT: Final = b"regie/housing/v1"
_KEY_BYTES: Final = 32


class HousingPseudonym(Protocol):
    """Turns a BSN into the region's pseudonym; an oblivious service may take this place."""

    @property
    def region(self) -> str:
        """The housing region whose corporations recognise it."""

    def of(self, bsn: str) -> str:
        """The same code for the same person, whatever municipality of the region asks."""


@dataclass(frozen=True)
class LocalKey:
    """Computes with a regional key held here; whoever has it can try every BSN in minutes."""

    key: bytes = field(repr=False)
    region: str

    def __post_init__(self) -> None:
        if len(self.key) < _KEY_BYTES:
            raise SettingsFault("pseudonym.key_too_short", "Regie formats 1", minimum=_KEY_BYTES)
        _check(self.region)

    def of(self, bsn: str) -> str:
        """base64url(HMAC-SHA-256(K_region, context 0 region 0 BSN))."""
        return base64url.encode(hmac.digest(self.key, _message(self.region, bsn), "sha256"))


@dataclass(frozen=True)
class HardwareKey:
    """Asks a token for the same computation: nobody holds the key, who holds the token may ask."""

    mac: Callable[[bytes], bytes] = field(repr=False)
    region: str

    def __post_init__(self) -> None:
        _check(self.region)

    def of(self, bsn: str) -> str:
        """As `LocalKey.of`."""
        return base64url.encode(self.mac(_message(self.region, bsn)))


def _check(region: str) -> None:
    if not region or "\0" in region:
        raise SettingsFault("pseudonym.region", "Regie formats 1")


def _message(region: str, bsn: str) -> bytes:
    if not is_bsn(bsn):
        raise SettingsFault("pseudonym.not_a_bsn", "Regie formats 1")
    return b"\0".join((_CONTEXT, region.encode(), bsn.encode("ascii")))
