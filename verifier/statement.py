"""The signed statement of a purge: how many of what, and which receipts (Regie formats 3).

Never a value. Whoever holds a receipt finds its number here: what it was about is gone. Signed
with the key of the access certificate, like the receipt itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential import jose, strictjson
from credential.jose import Signer
from credential.names import TYP_PURGE_STATEMENT
from credential.strictjson import Object
from credential.trust import Leaf, Trust
from credential.trust.leaf import load, read

MAX_STATEMENT: Final = 65_536


@dataclass(frozen=True)
class Statement:
    """What one batch of a purge removed."""

    id: str
    at: int
    counts: Mapping[str, int]
    receipts: tuple[str, ...]


def build(stated: Statement, *, signer: Signer, x5c: Sequence[bytes]) -> str:
    """The statement as a JWS; the organisation is that of the certificate."""
    leaf = read(load(x5c[0]), x5c[0])
    payload: Object = {
        "iss": f"x509_hash:{leaf.x509_hash}",
        "org": leaf.oin,
        "iat": stated.at,
        "jti": stated.id,
        "removed": {name: count for name, count in stated.counts.items() if count},
        "receipts": [*stated.receipts],
    }
    return jose.sign(payload, typ=TYP_PURGE_STATEMENT, signer=signer, header=jose.x5c_header(x5c))


def verify(token: str, *, trust: Trust, now: int) -> tuple[Statement, Leaf]:
    """The statement and who made it, if a verifier of the scheme did."""
    unverified = jose.parse(token, typ=TYP_PURGE_STATEMENT, max_bytes=MAX_STATEMENT)
    leaf = trust.verifier_leaf(unverified.x5c(), now)
    payload = jose.verify(unverified, leaf.key).payload
    removed = strictjson.obj(payload, "removed")
    return (
        Statement(
            strictjson.text(payload, "jti"),
            strictjson.integer(payload, "iat"),
            {name: strictjson.integer(removed, name) for name in removed},
            tuple(str(one) for one in strictjson.array(payload, "receipts")),
        ),
        leaf,
    )
