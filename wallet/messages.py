"""Strict decoders of what issuers and verifiers send; unknown members are ignored, never echoed."""

from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from credential import strictjson
from credential.errors import CredentialError
from wallet.refusals import MessageError

_T = TypeVar("_T")
Text = Annotated[str, Meta(min_length=1, max_length=8_192)]
ShortText = Annotated[str, Meta(min_length=1, max_length=300)]
PRE_AUTHORIZED: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


class Message(Struct, frozen=True, kw_only=True):
    """A received JSON object; its `repr` shows nothing because it may hold codes and tokens."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class TxCode(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 4.1.1: the presence of this object means that a code is needed."""

    input_mode: str = "numeric"
    length: Annotated[int, Meta(ge=1, le=64)] | None = None
    description: Annotated[str, Meta(max_length=300)] | None = None


class PreAuthorizedGrant(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 4.1.1, the grant of the desk route."""

    code: Text = field(name="pre-authorized_code")
    tx_code: TxCode | None = None
    authorization_server: Text | None = None


class AuthorizationCodeGrant(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 4.1.1, the grant of the browser route."""

    issuer_state: Text | None = None
    authorization_server: Text | None = None


class Grants(Message, frozen=True, kw_only=True):
    """The grants of an offer that this wallet knows; others are ignored."""

    pre_authorized: PreAuthorizedGrant | None = field(name=PRE_AUTHORIZED, default=None)
    authorization_code: AuthorizationCodeGrant | None = None


class OfferMessage(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 4.1.1: a credential offer. It proves nothing about who sent it."""

    credential_issuer: Text
    credential_configuration_ids: Annotated[
        tuple[ShortText, ...], Meta(min_length=1, max_length=32)
    ]
    grants: Grants | None = None


class ProofType(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 12.2.4: one proof type of a configuration."""

    proof_signing_alg_values_supported: tuple[str, ...]
    key_attestations_required: dict[str, tuple[str, ...]] | None = None


class Configuration(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 12.2.4: one kind of card as this issuer offers it."""

    format: ShortText
    vct: Text | None = None
    scope: ShortText | None = None
    cryptographic_binding_methods_supported: tuple[str, ...] = ()
    proof_types_supported: dict[str, ProofType] = field(default_factory=dict)
    credential_metadata: "CredentialMetadata | None" = None


class CredentialMetadata(Message, frozen=True, kw_only=True):
    """What an issuer says about a kind; of this only who should see it (TS 119 472-3 4.2.5)."""

    embedded_disclosure_policy: dict[str, object] | None = None


class Batch(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 12.2.4: how many copies one request may ask."""

    batch_size: Annotated[int, Meta(ge=2, le=100)]


class RequestEncryption(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 12.2.4: how the issuer wants to be written to."""

    jwks: "KeySet"
    enc_values_supported: tuple[str, ...]
    encryption_required: bool


class ResponseEncryption(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 12.2.4: how the issuer can write back."""

    alg_values_supported: tuple[str, ...]
    enc_values_supported: tuple[str, ...]
    encryption_required: bool


class Regie(Message, frozen=True, kw_only=True):
    """Our own addition to issuer metadata (Regie formats 12): the resident's own address there."""

    my_endpoint: Text | None = None
    declared: dict[str, list[dict[str, object]]] = field(default_factory=dict)


class IssuerMetadata(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 12.2.4, as it stood in the verified signed form."""

    credential_issuer: Text
    credential_endpoint: Text
    nonce_endpoint: Text | None = None
    deferred_credential_endpoint: Text | None = None
    notification_endpoint: Text | None = None
    authorization_servers: tuple[Text, ...] = ()
    batch_credential_issuance: Batch | None = None
    credential_request_encryption: RequestEncryption | None = None
    credential_response_encryption: ResponseEncryption | None = None
    nl_regie: Regie | None = None
    credential_configurations_supported: dict[str, Configuration]


class ServerMetadata(Message, frozen=True, kw_only=True):
    """RFC 8414: the authorization server of an issuer."""

    issuer: Text
    token_endpoint: Text
    authorization_endpoint: Text | None = None
    par_endpoint: Text | None = field(name="pushed_authorization_request_endpoint", default=None)
    challenge_endpoint: Text | None = None
    grant_types_supported: tuple[str, ...] = ()
    response_types_supported: tuple[str, ...] = ()
    code_challenge_methods_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = ()
    says_issuer: bool = field(name="authorization_response_iss_parameter_supported", default=False)
    dpop_signing_alg_values_supported: tuple[str, ...] = ()
    anonymous: bool = field(name="pre-authorized_grant_anonymous_access_supported", default=False)


class GrantedDetail(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 6.2: one kind that was granted, and what to call it from now on."""

    type: ShortText
    credential_configuration_id: ShortText | None = None
    credential_identifiers: Annotated[tuple[ShortText, ...], Meta(max_length=32)] = ()


class Token(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 6.2: what the code was exchanged for."""

    access_token: Text
    token_type: ShortText
    expires_in: Annotated[int, Meta(ge=1, le=366 * 86_400)] | None = None
    refresh_token: Text | None = None
    scope: Annotated[str, Meta(max_length=8_192)] | None = None
    authorization_details: Annotated[tuple[GrantedDetail, ...], Meta(max_length=64)] = ()


class Pushed(Message, frozen=True, kw_only=True):
    """RFC 9126 2.2: where the browser is sent, and for how long that holds."""

    request_uri: Annotated[str, Meta(min_length=1, max_length=2_048)]
    expires_in: Annotated[int, Meta(ge=1, le=86_400)]


class Nonce(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 7.2."""

    c_nonce: ShortText


class IssuedCredential(Message, frozen=True, kw_only=True):
    """One element of `credentials`; the string is kept byte for byte."""

    credential: Annotated[str, Meta(min_length=1, max_length=131_072)]


class CredentialAnswer(Message, frozen=True, kw_only=True):
    """OpenID4VCI 1.0 8.3: copies, or the promise of them; never both."""

    credentials: Annotated[tuple[IssuedCredential, ...], Meta(min_length=1, max_length=100)] = (
        field(default=())
    )
    notification_id: Text | None = None
    transaction_id: Text | None = None
    interval: Annotated[int, Meta(ge=1, le=366 * 86_400)] | None = None


class MyCard(Message, frozen=True, kw_only=True):
    """How one kind of card stands by its issuer (Regie formats 12)."""

    kind: ShortText
    state: ShortText
    reason: ShortText | None = None
    at: int | None = None


class MyCards(Message, frozen=True, kw_only=True):
    """What an issuer tells its own resident; cases are read by `wallet.casefile`."""

    cards: Annotated[tuple[MyCard, ...], Meta(max_length=200)] = ()
    refill: dict[str, Annotated[int, Meta(ge=0)]] = field(default_factory=dict)


class Problem(Message, frozen=True, kw_only=True):
    """An OAuth style error body; only the code is used, the description is never shown."""

    error: Annotated[str, Meta(max_length=100, pattern=r"\A[\x20-\x21\x23-\x5b\x5d-\x7e]*\Z")]


class PostAnswer(Message, frozen=True, kw_only=True):
    """The answer of `response_uri` (OpenID4VP 1.0 8.2; formats.md 3 and 5)."""

    redirect_uri: Text | None = None
    confirm_code: Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")] | None = None
    receipt: Annotated[str, Meta(min_length=1, max_length=65_536)] | None = None


class ClientMetadata(Message, frozen=True, kw_only=True):
    """OpenID4VP 1.0 5.1: where the answer is encrypted to."""

    jwks: "KeySet | None" = None
    enc_values: tuple[str, ...] = field(
        name="encrypted_response_enc_values_supported", default=("A128GCM",)
    )
    vp_formats_supported: dict[str, object] | None = None


class KeySet(Message, frozen=True, kw_only=True):
    """RFC 7517 5."""

    keys: Annotated[tuple[dict[str, object], ...], Meta(max_length=16)]


def convert(value: strictjson.Json, shape: type[_T], code: str) -> _T:
    """The value as this shape; refuses the rest with `code` and never with what it held."""
    try:
        return msgspec.convert(value, shape, strict=True)
    except msgspec.ValidationError:
        raise MessageError(code) from None


def decode(data: bytes | str, shape: type[_T], code: str, *, max_bytes: int = 65_536) -> _T:
    """Strict JSON (no duplicate names) as this shape."""
    try:
        value = strictjson.loads_object(data, max_bytes=max_bytes)
    except CredentialError:
        raise MessageError(code) from None
    return convert(value, shape, code)


def error_code(body: bytes) -> str:
    """The error code of a refusal, or the empty text; what else it says is never shown."""
    try:
        return decode(body, Problem, "malformed").error
    except MessageError:
        return ""
