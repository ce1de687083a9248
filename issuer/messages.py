"""What wallets send, read strictly; unknown members are ignored, repeated ones refused."""

import re
from typing import Final

import msgspec

from credential import strictjson
from credential.errors import Malformed
from credential.strictjson import Json, Object
from issuer import encryption
from issuer.encryption import AnswerKey
from issuer.errors import WalletFault
from issuer.proofs import TYPES as PROOF_TYPES

MAX_REQUEST_BYTES: Final = 65_536
EVENTS: Final = ("credential_accepted", "credential_deleted", "credential_failure")
# What `event_description` may hold (OpenID4VCI 1.0, 11.1).
_PLAIN: Final = re.compile(r"[\x20-\x21\x23-\x5B\x5D-\x7E]*")


class CredentialRequest(msgspec.Struct, frozen=True):
    """A credential request (OpenID4VCI 1.0, 8.2)."""

    identifier: str | None
    configuration: str | None
    proof_type: str
    proofs: tuple[str, ...]
    answer_key: AnswerKey | None

    def __repr__(self) -> str:
        return "CredentialRequest()"


class DeferredRequest(msgspec.Struct, frozen=True):
    """A request for what was promised (OpenID4VCI 1.0, 9.1)."""

    transaction: str
    answer_key: AnswerKey | None

    def __repr__(self) -> str:
        return "DeferredRequest()"


class Notification(msgspec.Struct, frozen=True):
    """What became of a batch at the wallet (OpenID4VCI 1.0, 11.1)."""

    identifier: str
    event: str

    def __repr__(self) -> str:
        return "Notification()"


def credential_request(body: bytes) -> CredentialRequest:
    """Reads a credential request; shape only, its proofs are not looked into."""
    members = _object(body)
    answer = encryption.answer_key(members)
    proofs = members.get("proofs")
    if proofs is None:
        raise WalletFault("invalid_proof", "proofs.none", "OpenID4VCI 1.0 8.3.1")
    if not isinstance(proofs, dict) or len(proofs) != 1:
        raise _request("proofs.types")
    (proof_type,) = proofs
    if proof_type not in PROOF_TYPES:
        raise _request("proofs.type_unsupported")
    return CredentialRequest(
        identifier=_text(members, "credential_identifier"),
        configuration=_text(members, "credential_configuration_id"),
        proof_type=proof_type,
        proofs=_texts(proofs[proof_type]),
        answer_key=answer,
    )


def deferred_request(body: bytes) -> DeferredRequest:
    """The transaction a wallet asks after (OpenID4VCI 1.0, 9.1)."""
    members = _object(body)
    answer = encryption.answer_key(members)
    transaction = _text(members, "transaction_id")
    if not transaction:
        raise _request("deferred.id_missing")
    return DeferredRequest(transaction, answer)


def notification(body: bytes) -> Notification:
    """Reads a notification; what the wallet adds in words is not kept (OpenID4VCI 1.0, 11.1)."""
    try:
        members = strictjson.loads_object(body, max_bytes=MAX_REQUEST_BYTES)
    except Malformed as fault:
        raise _notification(fault.code) from None
    identifier, event = members.get("notification_id"), members.get("event")
    if not isinstance(identifier, str) or not identifier:
        raise _notification("notification.id_missing")
    if not isinstance(event, str) or event not in EVENTS:
        raise _notification("notification.event")
    said = members.get("event_description", "")
    if not isinstance(said, str) or not _PLAIN.fullmatch(said):
        raise _notification("notification.description")
    return Notification(identifier, event)


def _object(body: bytes) -> Object:
    try:
        return strictjson.loads_object(body, max_bytes=MAX_REQUEST_BYTES)
    except Malformed as fault:
        raise _request(fault.code) from None


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


def _request(code: str, member: str = "") -> WalletFault:
    section = "OpenID4VCI 1.0 8.3.1"
    return WalletFault("invalid_credential_request", code, section, member=member)


def _notification(code: str) -> WalletFault:
    return WalletFault("invalid_notification_request", code, "OpenID4VCI 1.0 11.3")
