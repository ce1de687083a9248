"""Asking for cards: proofs of the keys, the request, and what of the answer is believed.

Sources: OpenID4VCI 1.0 7, 8, 9, D and F.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import jose
from credential.names import TYP_PROOF
from credential.strictjson import Json, Object
from wallet import messages
from wallet.fetch import Reply
from wallet.offer import OK
from wallet.refusals import MessageError, NetworkError
from wallet.session import Wanted

ACCEPTED: Final = 202
TOO_MANY: Final = 429
MAX_ANSWER: Final = 1024 * 1024


@dataclass(frozen=True)
class Delivered:
    """Copies as they arrived, not yet verified."""

    copies: tuple[str, ...] = field(repr=False)
    notification: str | None = None


@dataclass(frozen=True)
class Waiting:
    """The issuer needs time: ask again with this id, not sooner than `interval` seconds."""

    transaction: str = field(repr=False)
    interval: int


@dataclass(frozen=True)
class Denied:
    """The issuer will not give this card; `code` is its word for why."""

    code: str


Answered = Delivered | Waiting | Denied


def read_nonce(reply: Reply) -> str:
    """A fresh nonce for key proofs."""
    if not OK <= reply.status < 300:  # noqa: PLR2004
        raise MessageError("issuer.nonce", "OpenID4VCI 1.0 7.2")
    return messages.decode(reply.body, messages.Nonce, "issuer.nonce").c_nonce


def key_proof(
    key: jose.Signer,
    *,
    audience: str,
    nonce: str,
    iat: int,
    client_id: str,
    attestation: str | None = None,
) -> str:
    """One proof of possession (OpenID4VCI 1.0 F.1).

    `iss` only where the server knows the client; an attestation of all keys goes in the header of
    the one proof made with the first of them.
    """
    header: Object = {"jwk": jose.public_jwk(key.public_key)}
    if attestation is not None:
        header["key_attestation"] = attestation
    payload: Object = {"aud": audience, "iat": iat, "nonce": nonce}
    if client_id:
        payload["iss"] = client_id
    return jose.sign(payload, typ=TYP_PROOF, signer=key, header=header)


def request(wanted: Wanted, identifier: str | None, type_: str, proofs: Sequence[str]) -> Object:
    """One credential request (OpenID4VCI 1.0 8.2): by identifier exactly where one was given."""
    listed: list[Json] = [*proofs]
    named: Object = (
        {"credential_configuration_id": wanted.configuration}
        if identifier is None
        else {"credential_identifier": identifier}
    )
    return {**named, "proofs": {type_: listed}}


def read_answer(reply: Reply, keys: int, *, transaction: str | None = None) -> Answered:
    """What a credential or deferred endpoint answered; refuses more copies than keys."""
    if reply.status == TOO_MANY or reply.status >= 500:  # noqa: PLR2004
        # The issuer is out of breath: that says nothing about the card.
        raise NetworkError("network.busy")
    if reply.status not in (OK, ACCEPTED):
        return Denied(messages.error_code(reply.body) or f"http_{reply.status}")
    answer = messages.decode(
        reply.body, messages.CredentialAnswer, "issuer.answer_malformed", max_bytes=MAX_ANSWER
    )
    if bool(answer.credentials) == (answer.transaction_id is not None):
        raise MessageError("issuer.answer_malformed", "OpenID4VCI 1.0 8.3")
    if answer.transaction_id is not None:
        if reply.status != ACCEPTED or answer.interval is None:
            raise MessageError("issuer.answer_malformed", "OpenID4VCI 1.0 8.3")
        if transaction is not None and answer.transaction_id != transaction:
            raise MessageError("issuer.transaction", "OpenID4VCI 1.0 9.2")
        return Waiting(answer.transaction_id, answer.interval)
    if reply.status != OK:
        raise MessageError("issuer.answer_malformed", "OpenID4VCI 1.0 8.3")
    if len(answer.credentials) > keys:
        raise MessageError("issuer.too_many_copies", "OpenID4VCI 1.0 8.3")
    return Delivered(tuple(copy.credential for copy in answer.credentials), answer.notification_id)
