"""What a signed file says and who signed it, offline; for a privacy officer or a lawyer."""

from typing import Any

from credential import jose, receipt, sdjwtvc
from credential.names import (
    TYP_RECEIPT,
    TYP_RIGHTS_ANSWER,
    TYP_STATUS_LIST,
    path_text,
)
from credential.trust import Trust
from verifier.dates import stamp
from verifier.errors import NotTrusted

MAX_FILE = 131_072


def inspect(data: bytes, trust: Trust, now: int) -> dict[str, Any]:
    """A receipt, a rights answer, or a card with or without its holder's signature."""
    try:
        text = data.decode("ascii").strip()
    except UnicodeDecodeError:
        raise NotTrusted("input.file", "", file="-") from None
    return _card(text, trust, now) if "~" in text else _signed(text, trust, now)


def _card(text: str, trust: Trust, now: int) -> dict[str, Any]:
    """The issuer's part; for whom it was made can only be told with its request."""
    card = sdjwtvc.verify_card(text[: text.rindex("~") + 1], trust, now=now, vct=None)
    return {
        "type": "card",
        "kind": card.kind,
        "signed_by": card.issuer.name,
        "oin": card.leaf.oin,
        "valid_until": stamp(card.exp),
        "key_binding": not text.endswith("~"),
        "disclosed": [path_text(part.path) for part in card.sd_jwt.disclosures],
    }


def _signed(text: str, trust: Trust, now: int) -> dict[str, Any]:
    jws = jose.parse(
        text,
        typ=frozenset({TYP_RECEIPT, TYP_RIGHTS_ANSWER, TYP_STATUS_LIST}),
        max_bytes=MAX_FILE,
    )
    leaf = trust.verifier_leaf(jws.x5c(), now)
    payload = jose.verify(jws, leaf.key).payload
    found: dict[str, Any] = {
        "type": jws.header["typ"],
        "signed_by": leaf.organization,
        "oin": leaf.oin,
        "at": payload.get("iat"),
    }
    if jws.header["typ"] == TYP_RECEIPT:
        stated = receipt.dangerous_read(text)  # its signature was verified two lines up
        found["receipt"] = stated.jti
        found["disclosed"] = [
            f"{one.query_id}:{path_text(path)}"
            for one in stated.disclosed
            for path, _ in one.claims
        ]
        found["kept"] = [f"{query_id}:{path_text(path)}" for query_id, path in stated.kept]
    else:
        found |= {name: payload.get(name) for name in ("right", "state", "due")}
    return found
