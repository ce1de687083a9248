"""What a wallet sends, decoded strictly; what it is answered, encoded exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from credential import strictjson
from credential.errors import CredentialError
from credential.strictjson import Object
from verifier.errors import Refused

MAX_RESPONSE: Final = 262_144
MAX_FIELDS: Final = 16
MAX_ERROR: Final = 64


@dataclass(frozen=True)
class Presented:
    """`vp_token` and what comes with it, of the right shape and not yet believed."""

    state: str = field(repr=False)
    vp_token: Mapping[str, tuple[str, ...]] = field(repr=False)
    rights_key: Object | None = field(repr=False)


class WalletError(StrEnum):
    """Why a wallet does not answer (OpenID4VP 1.0, 8.5; RFC 6749, 4.1.2.1; RFC 9101, 7)."""

    ACCESS_DENIED = "access_denied"
    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_SCOPE = "invalid_scope"
    INVALID_REQUEST_OBJECT = "invalid_request_object"
    INVALID_REQUEST_URI = "invalid_request_uri"
    INVALID_REQUEST_URI_METHOD = "invalid_request_uri_method"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    INVALID_TRANSACTION_DATA = "invalid_transaction_data"
    VP_FORMATS_NOT_SUPPORTED = "vp_formats_not_supported"
    WALLET_UNAVAILABLE = "wallet_unavailable"
    SERVER_ERROR = "server_error"
    TEMPORARILY_UNAVAILABLE = "temporarily_unavailable"
    OTHER = "other"
    """Any other word: what a stranger writes is not stored."""


@dataclass(frozen=True)
class Declined:
    """The wallet does not answer; only the code is read, never the description."""

    state: str | None = field(repr=False)
    error: WalletError


Payload: TypeAlias = Presented | Declined


def form(body: bytes) -> dict[str, str]:
    """A form body: UTF-8, each name once."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise Refused("response.form", "OpenID4VP 1.0 8.2") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused("response.form", "OpenID4VP 1.0 8.2")
    return fields


def payload(plain: bytes) -> Payload:
    """The decrypted response: one of `vp_token` or `error` (OpenID4VP 1.0, 8.1 and 8.3)."""
    try:
        members = strictjson.loads_object(plain, max_bytes=MAX_RESPONSE)
    except CredentialError as error:
        raise Refused(error.code, error.section) from None
    state = members.get("state")
    if state is not None and not isinstance(state, str):
        raise Refused("response.state", "OpenID4VP 1.0 8.1")
    if "error" in members:
        return declined(members.get("error"), state)
    if state is None:
        raise Refused("response.state", "OpenID4VP 1.0 8.1")
    rights_key = members.get("rights_key")
    if rights_key is not None and not isinstance(rights_key, dict):
        raise Refused("response.rights_key", "Regie formats 4")
    return Presented(state, _vp_token(members.get("vp_token")), rights_key)


def declined(error: object, state: str | None) -> Declined:
    """An error of the wallet, by the one code that is stored of it."""
    if not isinstance(error, str) or not error or len(error) > MAX_ERROR or not error.isascii():
        raise Refused("response.error", "OpenID4VP 1.0 8.5")
    try:
        return Declined(state, WalletError(error))
    except ValueError:
        return Declined(state, WalletError.OTHER)


def _vp_token(value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or not value:
        raise Refused("response.vp_token", "OpenID4VP 1.0 8.1")
    found: dict[str, tuple[str, ...]] = {}
    for query_id, items in value.items():
        # An array also when there is one: a bare string is an older draft's shape.
        if not isinstance(items, list) or not items:
            raise Refused("response.presentations", "OpenID4VP 1.0 8.1")
        texts = tuple(item for item in items if isinstance(item, str))
        if len(texts) != len(items):
            raise Refused("response.presentations", "OpenID4VP 1.0 8.1")
        found[query_id] = texts
    return found


def answer(
    *, redirect_uri: str | None, confirm_code: str | None = None, receipt: str | None = None
) -> bytes:
    """The JSON answer of `response_uri`; `{}` when nothing is to be said."""
    members: Object = {}
    if redirect_uri is not None:
        members["redirect_uri"] = redirect_uri
    if confirm_code is not None:
        members["confirm_code"] = confirm_code
    if receipt is not None:
        members["receipt"] = receipt
    return strictjson.dumps(members)
