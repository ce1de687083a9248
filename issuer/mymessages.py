"""What a wallet sends about its resident's own cases, read strictly (formats.md 12).

Unknown members are ignored, repeated ones refused; what does not fit is named, never quoted.
"""

import re
from dataclasses import dataclass
from typing import Final

from credential import base64url, strictjson
from credential.dcql.paths import parse_path
from credential.errors import CredentialError
from credential.strictjson import Json, Object
from issuer.dossier import Claimed
from issuer.errors import WalletFault
from issuer.evidence import MAX_BYTES, MOST, Attachment

MAX_CASE_BYTES: Final = MOST * (MAX_BYTES * 4 // 3 + 1_024) + 131_072
MAX_SMALL_BYTES: Final = 4_096
_KEY: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}\Z")
_MAX_ENCODED: Final = MAX_BYTES * 4 // 3 + 4
_SECTION: Final = "Regie formats 12"


@dataclass(frozen=True, repr=False)
class CardRequest:
    """An application for a card that a person decides about."""

    kind: str
    fields: Object
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, repr=False)
class CorrectionRequest:
    """What is wrong on a card."""

    kind: str
    claims: tuple[Claimed, ...]
    explanation: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, repr=False)
class SupplementRequest:
    """Words, files, or both."""

    text: str
    attachments: tuple[Attachment, ...]


def case_request(body: bytes) -> CardRequest | CorrectionRequest:
    """Reads a request for a new case."""
    members = _object(body, MAX_CASE_BYTES)
    kind, files = _text(members, "kind"), _attachments(members)
    match members.get("type"):
        case "card":
            fields = members.get("fields")
            if not isinstance(fields, dict):
                raise _malformed("fields")
            return CardRequest(kind, fields, files)
        case "correction":
            claims = members.get("claims")
            if not isinstance(claims, list):
                raise _malformed("claims")
            explanation = _text(members, "explanation", "")
            return CorrectionRequest(kind, tuple(map(_claim, claims)), explanation, files)
        case _:
            raise _malformed("type")


def supplement_request(body: bytes) -> SupplementRequest:
    """Reads what is added to a case."""
    members = _object(body, MAX_CASE_BYTES)
    return SupplementRequest(_text(members, "text", ""), _attachments(members))


def recipients_request(body: bytes) -> bool:
    """Whether recipients must be told."""
    tell = _object(body, MAX_SMALL_BYTES).get("tell")
    if not isinstance(tell, bool):
        raise _malformed("tell")
    return tell


def withdraw_request(body: bytes) -> None:
    """An empty object: nothing else is meant by it."""
    _object(body, MAX_SMALL_BYTES)


def idempotency_key(values: list[str]) -> str:
    """The one `Idempotency-Key`; without it a lost answer would make a second case."""
    if len(values) != 1 or not _KEY.match(values[0]):
        raise WalletFault("invalid_request", "my.idempotency_key", _SECTION)
    return values[0]


def _claim(value: Json) -> Claimed:
    if not isinstance(value, dict) or "claimed" not in value:
        raise _malformed("claims")
    try:
        path = parse_path(value.get("path"))
    except CredentialError:
        raise _malformed("claims") from None
    return Claimed(
        path=path,
        claimed=value["claimed"],
        held=value.get("held"),
        is_held="held" in value,
    )


def _attachments(members: Object) -> tuple[Attachment, ...]:
    found = members.get("attachments", [])
    if not isinstance(found, list) or len(found) > MOST:
        raise _malformed("attachments")
    return tuple(_attachment(one) for one in found)


def _attachment(value: Json) -> Attachment:
    if not isinstance(value, dict):
        raise _malformed("attachments")
    media, data = value.get("media"), value.get("data")
    if not isinstance(media, str) or not isinstance(data, str):
        raise _malformed("attachments")
    if len(data) > _MAX_ENCODED:
        raise WalletFault("invalid_request", "attachment.size", _SECTION, status=413)
    try:
        return Attachment(media, base64url.decode(data, max_bytes=_MAX_ENCODED))
    except CredentialError:
        raise _malformed("attachments") from None


def _object(body: bytes, most: int) -> Object:
    try:
        return strictjson.loads_object(body, max_bytes=most)
    except CredentialError as fault:
        raise WalletFault("invalid_request", fault.code, _SECTION) from None


def _text(members: Object, name: str, default: str | None = None) -> str:
    value = members.get(name, default)
    if not isinstance(value, str):
        raise _malformed(name)
    return value


def _malformed(member: str) -> WalletFault:
    return WalletFault("invalid_request", "my.member", _SECTION, member=member)
