"""Token Status List: one bit or more per card, read offline (Token Status List, 4 to 8)."""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from credential import base64url, jose, strictjson
from credential.errors import Malformed, NotAllowed, NotTrusted, NotValidNow, Undetermined
from credential.names import TYP_STATUS_LIST
from credential.staleness import SIGNER_CLOCK
from credential.strictjson import Object

if TYPE_CHECKING:
    # Certificates are heavy to import, and whoever shows a card's status needs none.
    from credential.trust import Issuer, Leaf, Trust

VALID: Final = 0
INVALID: Final = 1
SUSPENDED: Final = 2

MAX_TOKEN: Final = 8 * 1024 * 1024
MAX_INFLATED: Final = 16 * 1024 * 1024

_LEVEL: Final = 12
_SIZES: Final = (1, 2, 4, 8)


@dataclass(frozen=True, slots=True, repr=False)
class StatusReference:
    """Where a card's status stands; the two together single out one card."""

    uri: str
    idx: int


@dataclass(frozen=True, slots=True, repr=False)
class StatusList:
    """A list whose signature, issuer and times held when it was opened."""

    uri: str
    iat: int
    exp: int
    ttl: int | None
    bits: int
    octets: bytes

    def __len__(self) -> int:
        return len(self.octets) * 8 // self.bits

    def get(self, idx: int) -> int:
        """The value at an index; one outside the list is refused (Token Status List, 8.3)."""
        place, shift = divmod(idx * self.bits, 8)
        if not 0 <= place < len(self.octets):
            raise NotAllowed("status.out_of_range", "Token Status List 8.3")
        return self.octets[place] >> shift & (1 << self.bits) - 1


def reference(payload: Object) -> StatusReference:
    """The status reference of a card (Token Status List, 6.2)."""
    listed = strictjson.obj(strictjson.obj(payload, "status"), "status_list")
    idx, uri = strictjson.integer(listed, "idx"), strictjson.text(listed, "uri")
    if idx < 0 or not _names_a_host(uri):
        raise Malformed("status.reference", "Token Status List 6.2")
    return StatusReference(uri, idx)


def _names_a_host(uri: str) -> bool:
    """Whether a list can be asked for there: https, and a host that can be read."""
    try:
        parts = urlsplit(uri)
        found = parts.port != 0 and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
    plain = uri.isascii() and uri.isprintable() and " " not in uri
    return found and plain and uri.startswith("https://") and not parts.fragment


def encode(bits: bytes) -> str:
    """`lst` of the packed statuses: DEFLATE in its zlib form, as small as it gets."""
    import deflate  # noqa: PLC0415 - only issuers compress

    return base64url.encode(bytes(deflate.zlib_compress(bits, _LEVEL)))


def decode(lst: str) -> bytes:
    """The packed statuses of an `lst`; bounded, and nothing may follow the stream."""
    stream = zlib.decompressobj()
    try:
        octets = stream.decompress(base64url.decode(lst, max_bytes=MAX_TOKEN), MAX_INFLATED)
    except zlib.error:
        raise Malformed("status.deflate", "Token Status List 4.1") from None
    if not stream.eof:
        code = "status.too_large" if stream.unconsumed_tail else "status.deflate"
        raise Malformed(code, "Token Status List 4.1")
    if stream.unused_data:
        raise Malformed("status.deflate", "Token Status List 4.1")
    return octets


def build_token(
    uri: str,
    bits: bytes,
    *,
    iat: int,
    exp: int,
    ttl: int,
    signer: jose.Signer,
    x5c: Sequence[bytes],
) -> str:
    """A signed list of one-bit statuses; `bits` is packed, least significant bit first."""
    payload: Object = {
        "sub": uri,
        "iat": iat,
        "exp": exp,
        "ttl": ttl,
        "status_list": {"bits": 1, "lst": encode(bits)},
    }
    return jose.sign(payload, typ=TYP_STATUS_LIST, signer=signer, header=jose.x5c_header(x5c))


def open_token(token: str, *, uri: str, issuer: "Issuer", trust: "Trust", now: int) -> StatusList:
    """The list at `uri`, if that issuer may say so and says it now.

    1. The address lies under the issuer's prefix. 2. Shape, `typ`, `sub`, times. 3. The chain
    leads to a status authority and to this issuer or its successor. 4. Signature. 5. Bits.
    """
    if not issuer.keeps_status_at(uri):
        raise NotTrusted("status.prefix", "Regie formats 7")
    return open_signed(
        token, uri=uri, signer=lambda x5c: trust.status_signer(x5c, issuer=issuer, now=now), now=now
    )


def open_signed(
    token: str, *, uri: str, signer: Callable[[Sequence[bytes]], "Leaf"], now: int
) -> StatusList:
    """The list at `uri` in this token; `signer` says whose chain it is, or refuses it."""
    jws = jose.parse(token, typ=TYP_STATUS_LIST, max_bytes=MAX_TOKEN)
    payload = jws.dangerous_payload()
    if strictjson.text(payload, "sub") != uri:
        raise NotTrusted("status.sub", "Token Status List 8.3")
    iat, exp = strictjson.numeric_date(payload, "iat"), strictjson.numeric_date(payload, "exp")
    if iat > now + SIGNER_CLOCK:
        raise NotValidNow("status.not_yet_valid", "Token Status List 8.3")
    if now >= exp:
        raise NotValidNow("status.expired", "Token Status List 8.3")
    ttl = strictjson.integer(payload, "ttl") if "ttl" in payload else None
    if ttl is not None and ttl <= 0:
        raise Malformed("status.ttl", "Token Status List 5.1")
    jose.verify(jws, signer(jws.x5c()).key)
    listed = strictjson.obj(payload, "status_list")
    bits = strictjson.integer(listed, "bits")
    if bits not in _SIZES:
        raise Malformed("status.bits", "Token Status List 4.2")
    return StatusList(uri, iat, exp, ttl, bits, decode(strictjson.text(listed, "lst")))


def require_not_older(found: StatusList, newest_iat: int) -> None:
    """Refuses a list made before one already seen for its address (Regie formats 7)."""
    if found.iat < newest_iat:
        raise NotValidNow("status.rollback", "Regie formats 7")


def check(card_status: StatusReference, lst: StatusList | None, *, now: int, max_age: int) -> None:
    """Passes a card that is valid by a list that is fresh enough; everything else is refused."""
    if lst is None or lst.uri != card_status.uri:
        raise Undetermined("status.missing", "Regie formats 7")
    if now >= lst.exp or now - lst.iat > max_age:
        raise Undetermined("status.stale", "Regie formats 7")
    value = lst.get(card_status.idx)
    if value == INVALID:
        raise NotAllowed("status.revoked", "Token Status List 7.1")
    if value == SUSPENDED:
        raise NotAllowed("status.suspended", "Token Status List 7.1")
    if value != VALID:
        raise NotAllowed("status.unknown_value", "Token Status List 7.1")


def mirror_path(uri: str) -> str:
    """Where a mirror keeps the list of this address (Regie formats 7)."""
    return f"status/{base64url.encode(hashlib.sha256(uri.encode()).digest())}.jwt"
