"""Writes SD-JWTs by hand, right or wrong: the issuer of a hostile world."""

import json
from typing import Any

from support.keys import test_signer

from credential import base64url, jose

TYP = "dc+sd-jwt"


def disclosure(*content: Any) -> str:
    return base64url.encode(json.dumps(content).encode())


def digest(disclosed: str) -> str:
    return base64url.sha256(disclosed)


def element(disclosed: str) -> dict[str, str]:
    return {"...": digest(disclosed)}


def signed(payload: Any, *disclosures: str, typ: str = TYP, header: Any = None) -> str:
    """The compact SD-JWT of this very payload, signed by the issuer's key."""
    jws = jose.sign(
        json.dumps(payload).encode(), typ=typ, signer=test_signer("issuer"), header=header
    )
    return "~".join((jws, *disclosures, ""))


def with_header(token: str, **changes: Any) -> str:
    """The token with another header and a signature that fits it; `None` removes a member."""
    head, body, _ = token.split(".")
    header = json.loads(base64url.decode(head))
    header.update(changes)
    header = {name: value for name, value in header.items() if value is not None}
    start = f"{base64url.encode(json.dumps(header).encode())}.{body}"
    return f"{start}.{base64url.encode(test_signer('issuer').sign(start.encode()))}"


def flipped(token: str, at: int) -> str:
    """The token with one character changed to another of the alphabet."""
    other = "A" if token[at] != "A" else "B"
    return token[:at] + other + token[at + 1 :]
