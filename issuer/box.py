"""What is kept of a person between two visits: sealed so that only the wallet's token opens it.

The server keeps neither the token nor the key: at rest nobody reads a box, not even with the
server's own secret (ARCHITECTURE.md, Issuer). It is what makes a refill possible without asking
the register again.
"""

from typing import Any

import msgspec

from credential import base64url
from issuer.registers import Entry
from issuer.representation import Representation
from issuer.sealing import Sealer
from issuer.status import Entropy


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """One resident as the register gave them for one wallet, or a business. It has no repr."""

    bsn: str
    """Empty where `entries` say what it is about."""
    subject: str
    claims: dict[str, dict[str, Any]]
    """Kind to claims, as granted (the recognition code included)."""
    facts_at: int
    """When the register was asked, in Unix seconds."""
    ask_again_at: int | None = None
    """From then on time alone may have changed a claim: a birthday, the end of a title."""
    represented: Representation | None = None
    """Who spoke for the resident at the desk, and speaks again when the register is asked."""
    entries: tuple[Entry, ...] = ()
    """What other registers were asked about, and are asked about again."""
    gone: bool = False
    """The register, asked again, said that no card is given: moved away, or died."""

    def __repr__(self) -> str:
        return "Box()"


def seal(secret: bytes, bearer: str, box: Box, entropy: Entropy) -> bytes:
    """The box for the holder of `bearer` (a code or a token of at least 128 random bits)."""
    return _sealer(secret, bearer, entropy).seal(msgspec.json.encode(box), base64url.sha256(bearer))


def open_box(secret: bytes, bearer: str, sealed: bytes) -> Box:
    """The box that was sealed for this bearer; raises `SettingsFault` for any other."""
    data = _sealer(secret, bearer, _none).open(sealed, base64url.sha256(bearer))
    return msgspec.json.decode(data, type=Box)


def _sealer(secret: bytes, bearer: str, entropy: Entropy) -> Sealer:
    return Sealer(secret + bearer.encode(), "box", entropy)


def _none(_size: int) -> bytes:
    raise AssertionError("opening takes no entropy")
