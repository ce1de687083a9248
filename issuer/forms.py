"""The forms of OAuth, read strictly; unknown fields are ignored, repeated ones refused."""

from typing import Final, TypeAlias
from urllib.parse import parse_qsl

import msgspec

from credential import strictjson
from credential.errors import Malformed
from credential.names import (
    GRANT_AUTHORIZATION_CODE,
    GRANT_PRE_AUTHORIZED,
    GRANT_REFRESH_TOKEN,
)
from credential.strictjson import Json
from issuer.errors import WalletFault

MAX_FORM_BYTES: Final = 8_192
MAX_FIELDS: Final = 32
_DETAIL: Final = "openid_credential"
_SECRETS: Final = ("client_secret", "client_assertion", "client_assertion_type")


class _TokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    client_id: str | None
    kinds: tuple[str, ...] | None
    """What `authorization_details` asks of what was granted; `None` without them."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PreAuthorized(_TokenRequest, frozen=True, kw_only=True):
    """A token request with the code of an offer (OpenID4VCI 1.0, 6.1)."""

    code: str
    tx_code: str | None


class AuthorizationCode(_TokenRequest, frozen=True, kw_only=True):
    """A token request with the code of a login (RFC 6749, 4.1.3; RFC 7636, 4.5)."""

    code: str
    redirect_uri: str
    verifier: str


class Refresh(_TokenRequest, frozen=True, kw_only=True):
    """A token request with a refresh token (RFC 6749, 6)."""

    refresh_token: str
    scope: tuple[str, ...] | None


TokenRequest: TypeAlias = PreAuthorized | AuthorizationCode | Refresh


def read(body: bytes) -> dict[str, str]:
    """The fields of a form, each at most once (RFC 6749, 3.2)."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise invalid("token.form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise invalid("token.parameter_twice")
    return form


def token_request(body: bytes, grants: frozenset[str]) -> TokenRequest:
    """Reads the form of a token request; `grants` are the grant types that are served here."""
    form = read(body)
    grant = form.get("grant_type")
    if grant is None:
        raise invalid("token.grant_type_missing")
    if grant not in grants:
        raise WalletFault("unsupported_grant_type", "token.grant_type", "RFC 6749 5.2")
    no_secrets(form)
    given = form.get("authorization_details")
    kinds = None if given is None else details(given)
    client_id = form.get("client_id")
    if grant == GRANT_AUTHORIZATION_CODE:
        return AuthorizationCode(
            client_id=client_id,
            kinds=kinds,
            code=_required(form, "code"),
            redirect_uri=_required(form, "redirect_uri"),
            verifier=_required(form, "code_verifier"),
        )
    if grant == GRANT_REFRESH_TOKEN:
        scope = form.get("scope")
        return Refresh(
            client_id=client_id,
            kinds=kinds,
            refresh_token=_required(form, "refresh_token"),
            scope=None if scope is None else tuple(scope.split(" ")),
        )
    assert grant == GRANT_PRE_AUTHORIZED
    return PreAuthorized(
        client_id=client_id,
        kinds=kinds,
        code=_required(form, "pre-authorized_code"),
        tx_code=form.get("tx_code"),
    )


def details(value: str, issuer: str | None = None) -> tuple[str, ...]:
    """The configurations that `authorization_details` chooses (RFC 9396, 2).

    `issuer`: whom `locations` must name, where a request has them (OpenID4VCI 1.0, 5.1.1).
    """
    fault = WalletFault(
        "invalid_authorization_details", "token.authorization_details", "RFC 9396 5"
    )
    try:
        found = strictjson.loads(value, max_bytes=MAX_FORM_BYTES)
    except Malformed:
        raise fault from None
    if not isinstance(found, list) or not found:
        raise fault
    chosen: list[str] = []
    for detail in found:
        if not isinstance(detail, dict) or detail.get("type") != _DETAIL:
            raise fault
        configuration = detail.get("credential_configuration_id")
        if not isinstance(configuration, str) or configuration in chosen:
            raise fault
        if issuer is not None and detail.get("locations", [issuer]) != [issuer]:
            raise fault
        if not _claims(detail.get("claims")):
            raise fault
        chosen.append(configuration)
    return tuple(chosen)


def no_secrets(form: dict[str, str]) -> None:
    """Refuses a client that would prove itself with a secret: none has one here."""
    if any(name in form for name in _SECRETS):
        raise WalletFault("invalid_client", "client.secret", "RFC 6749 5.2", status=401)


def invalid(code: str, section: str = "RFC 6749 5.2") -> WalletFault:
    """A malformed request."""
    return WalletFault("invalid_request", code, section)


def _claims(value: Json) -> bool:
    """Whether `claims` has its shape (OpenID4VCI 1.0, 5.1.1); a card has all claims anyway."""
    return value is None or (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) and isinstance(one.get("path"), list) for one in value)
    )


def _required(form: dict[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise invalid("token.field_missing")
    return value
