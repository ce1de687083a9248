"""What wallets send, read strictly; unknown members are ignored, repeated ones refused."""

from typing import Final
from urllib.parse import parse_qsl

import msgspec

from credential import strictjson
from credential.errors import Malformed
from credential.names import GRANT_PRE_AUTHORIZED
from credential.strictjson import Json, Object
from issuer.errors import WalletFault

MAX_FORM_BYTES: Final = 8_192
MAX_REQUEST_BYTES: Final = 65_536
MAX_FIELDS: Final = 32
_DETAIL: Final = "openid_credential"


class TokenRequest(msgspec.Struct, frozen=True):
    """A token request of the pre-authorized code flow (OpenID4VCI 1.0, 6.1)."""

    code: str
    tx_code: str | None
    kinds: tuple[str, ...] | None
    """What `authorization_details` asks of the offered kinds; `None` without them."""

    def __repr__(self) -> str:
        return "TokenRequest()"


class CredentialRequest(msgspec.Struct, frozen=True):
    """A credential request (OpenID4VCI 1.0, 8.2)."""

    identifier: str | None
    configuration: str | None
    proofs: tuple[str, ...]

    def __repr__(self) -> str:
        return "CredentialRequest()"


def token_request(body: bytes) -> TokenRequest:
    """Reads the form of a token request."""
    form = _form(body)
    grant = form.get("grant_type")
    if grant is None:
        raise _invalid("token.grant_type_missing")
    if grant != GRANT_PRE_AUTHORIZED:
        raise WalletFault("unsupported_grant_type", "token.grant_type", "RFC 6749 5.2")
    if "client_id" in form or "client_assertion" in form or "client_secret" in form:
        # No client is registered here; one that names itself is not known (RFC 6749, 5.2).
        raise WalletFault("invalid_client", "token.client", "RFC 6749 5.2", status=401)
    code = form.get("pre-authorized_code")
    if not code:
        raise _invalid("token.code_missing")
    details = form.get("authorization_details")
    return TokenRequest(
        code=code,
        tx_code=form.get("tx_code"),
        kinds=None if details is None else _details(details),
    )


def _details(value: str) -> tuple[str, ...]:
    """The configurations that `authorization_details` chooses (RFC 9396, 2)."""
    fault = WalletFault(
        "invalid_authorization_details", "token.authorization_details", "RFC 9396 5"
    )
    try:
        details = strictjson.loads(value, max_bytes=MAX_FORM_BYTES)
    except Malformed:
        raise fault from None
    if not isinstance(details, list) or not details:
        raise fault
    chosen = []
    for detail in details:
        if not isinstance(detail, dict) or detail.get("type") != _DETAIL:
            raise fault
        configuration = detail.get("credential_configuration_id")
        if not isinstance(configuration, str) or configuration in chosen:
            raise fault
        chosen.append(configuration)
    return tuple(chosen)


def credential_request(body: bytes) -> CredentialRequest:
    """Reads a credential request; shape only, its proofs are not looked into."""
    members = _object(body)
    _no_encryption(members)
    proofs = members.get("proofs")
    if proofs is None:
        raise WalletFault("invalid_proof", "proofs.none", "OpenID4VCI 1.0 8.3.1")
    if not isinstance(proofs, dict) or len(proofs) != 1:
        raise _request("proofs.types")
    if "jwt" not in proofs:
        raise _request("proofs.type_unsupported")
    return CredentialRequest(
        identifier=_text(members, "credential_identifier"),
        configuration=_text(members, "credential_configuration_id"),
        proofs=_texts(proofs["jwt"]),
    )


def deferred_request(body: bytes) -> str:
    """The transaction a wallet asks after (OpenID4VCI 1.0, 9.1)."""
    members = _object(body)
    _no_encryption(members)
    transaction = _text(members, "transaction_id")
    if not transaction:
        raise _request("deferred.id_missing")
    return transaction


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise _invalid("token.form") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _invalid("token.parameter_twice")
    return form


def _object(body: bytes) -> Object:
    try:
        return strictjson.loads_object(body, max_bytes=MAX_REQUEST_BYTES)
    except Malformed as fault:
        raise _request(fault.code) from None


def _no_encryption(members: Object) -> None:
    if "credential_response_encryption" in members:
        # None is offered, and in a plain request it would let a relay swap the key.
        raise WalletFault(
            "invalid_encryption_parameters", "request.encryption", "OpenID4VCI 1.0 10"
        )


def _text(members: Object, name: str) -> str | None:
    value = members.get(name)
    if value is not None and not isinstance(value, str):
        raise _request("request.member", member=name)
    return value


def _texts(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise WalletFault("invalid_proof", "proofs.none", "OpenID4VCI 1.0 8.3.1")
    found = []
    for one in value:
        if not isinstance(one, str):
            raise _request("proofs.shape")
        found.append(one)
    return tuple(found)


def _invalid(code: str) -> WalletFault:
    return WalletFault("invalid_request", code, "RFC 6749 5.2")


def _request(code: str, member: str = "") -> WalletFault:
    section = "OpenID4VCI 1.0 8.3.1"
    return WalletFault("invalid_credential_request", code, section, member=member)
