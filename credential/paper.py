"""A paper extract: one signed statement for one purpose of one organisation (Regie formats 11).

For people without a device. It is no card: nothing in it is bound to a key, so it proves what
the register said, not who shows it. A verifier takes it only where its profile writes
`key_binding = "none"`, and a person looks at the identity document.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from credential import base64url, jose, strictjson
from credential.errors import Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.names import TYP_EXTRACT
from credential.staleness import SIGNER_CLOCK
from credential.statuslist import StatusReference
from credential.strictjson import Json, Object

if TYPE_CHECKING:
    from credential.trust import Issuer, Leaf, Trust

DAYS: Final = 30
LIFE_SECONDS: Final = DAYS * 86_400
PREFIX: Final = "REGIE1:"
END: Final = "."
"""After it nothing is lost: a text may end in a space, which a file or a mail forgets."""
MAX_TEXT: Final = 6_000
MAX_BYTES: Final = 16_384
_DAY: Final = 86_400
_SIGNATURE: Final = 64
# RFC 9285: the characters that a QR code stores in its small alphanumeric mode.
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUE: Final = {character: value for value, character in enumerate(_ALPHABET)}


@dataclass(frozen=True)
class Purpose:
    """For whom and for what: OIN, service and intended use, as in the registration."""

    oin: str
    service_id: str
    intended_use: str

    def members(self) -> Object:
        """As it stands in the statement."""
        return {"oin": self.oin, "service_id": self.service_id, "intended_use": self.intended_use}


@dataclass(frozen=True)
class Part:
    """What is stated of one kind, and the place in a status list where it can be taken back."""

    vct: str
    claims: Object = field(repr=False)
    status: StatusReference


@dataclass(frozen=True)
class Extract:
    """An extract that every rule passed; claims exist only here."""

    id: str
    issuer: "Issuer"
    leaf: "Leaf"
    parts: tuple[Part, ...] = field(repr=False)
    iat: int
    exp: int


def make(
    purpose: Purpose,
    parts: Sequence[Part],
    *,
    identifier: str,
    now: int,
    signer: jose.Signer,
    x5c: Sequence[bytes],
) -> str:
    """The text of the QR code; `identifier` is random, and `now` is rounded down to its day."""
    day = now - now % _DAY
    cards: list[Json] = [
        {
            "vct": part.vct,
            "claims": part.claims,
            "status": {"idx": part.status.idx, "uri": part.status.uri},
        }
        for part in parts
    ]
    payload: Object = {
        "cards": cards,
        "exp": day + LIFE_SECONDS,
        "for": purpose.members(),
        "iat": day,
        "jti": identifier,
    }
    token = jose.sign(payload, typ=TYP_EXTRACT, signer=signer, header=jose.x5c_header(x5c))
    return pack(token)


def verify(text: str, trust: "Trust", purpose: Purpose, *, now: int) -> Extract:
    """The extract, if its issuer may state every part of it, to this asker, now.

    Its parts still have to be looked up in the status lists (`credential.statuslist.check`).
    """
    jws = jose.parse(unpack(text), typ=TYP_EXTRACT, max_bytes=MAX_BYTES)
    claims = jws.dangerous_payload()
    if strictjson.obj(claims, "for") != purpose.members():
        raise NotAllowed("paper.purpose", "Regie formats 11")
    iat, exp = strictjson.numeric_date(claims, "iat"), strictjson.numeric_date(claims, "exp")
    if iat > now + SIGNER_CLOCK:
        raise NotValidNow("paper.not_yet_valid", "Regie formats 11")
    if exp - iat > LIFE_SECONDS or now >= exp:
        raise NotValidNow("paper.expired", "Regie formats 11")
    parts = tuple(_part(one) for one in strictjson.array(claims, "cards"))
    if not parts or len({part.vct for part in parts}) != len(parts):
        raise Malformed("paper.parts", "Regie formats 11")
    found = [trust.card_signer(jws.x5c(), vct=one.vct, issued_at=iat, now=now) for one in parts]
    leaf, issuer = found[0]
    for part in parts:
        if not issuer.keeps_status_at(part.status.uri):
            raise NotTrusted("card.status_prefix", "Regie formats 7")
    jose.verify(jws, leaf.key)
    return Extract(strictjson.text(claims, "jti"), issuer, leaf, parts, iat, exp)


def _part(value: Json) -> Part:
    if not isinstance(value, dict):
        raise Malformed("paper.parts", "Regie formats 11")
    status = strictjson.obj(value, "status")
    place = StatusReference(strictjson.text(status, "uri"), strictjson.integer(status, "idx"))
    return Part(strictjson.text(value, "vct"), strictjson.obj(value, "claims"), place)


def pack(token: str) -> str:
    """A compact JWS as a QR code holds it best: its bytes, deflated, in base45 (RFC 9285)."""
    header, payload, signature = (base64url.decode(part) for part in token.split("."))
    data = len(header).to_bytes(2, "big") + header + payload + signature
    return PREFIX + _base45(zlib.compress(data, 9)) + END


def unpack(text: str) -> str:
    """The compact JWS in this text; refuses what is not of its one form."""
    wrong = Malformed("paper.form", "Regie formats 11")
    text = text.strip()
    if not text.startswith(PREFIX) or not text.endswith(END) or len(text) > MAX_TEXT:
        raise wrong
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(_from_base45(text[len(PREFIX) : -len(END)]), MAX_BYTES)
    except (zlib.error, ValueError, KeyError, OverflowError):
        raise wrong from None
    size = int.from_bytes(data[:2], "big")
    whole = inflate.eof and not inflate.unused_data
    if not whole or len(data) < 2 + size + 2 + _SIGNATURE:
        raise wrong
    parts = (data[2 : 2 + size], data[2 + size : -_SIGNATURE], data[-_SIGNATURE:])
    return ".".join(base64url.encode(part) for part in parts)


def _base45(data: bytes) -> str:
    """Two bytes become three characters, a last one two (RFC 9285, 4)."""
    out: list[str] = []
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(3 if len(pair) == 2 else 2):  # noqa: PLR2004
            value, digit = divmod(value, 45)
            out.append(_ALPHABET[digit])
    return "".join(out)


def _from_base45(text: str) -> bytes:
    out = bytearray()
    for at in range(0, len(text), 3):
        group = text[at : at + 3]
        value = sum(_VALUE[one] * 45**place for place, one in enumerate(group))
        out += value.to_bytes(len(group) - 1, "big") if len(group) > 1 else _refuse()
    return bytes(out)


def _refuse() -> bytes:
    raise ValueError("base45")


def claims_of(extract: Extract) -> Mapping[str, Object]:
    """What is stated, by type."""
    return {part.vct: part.claims for part in extract.parts}
