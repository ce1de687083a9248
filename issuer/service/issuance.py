"""Cards: proofs against copies, at once or after the clerk (OpenID4VCI 1.0, 8 and 9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from credential import base64url, kinds
from credential.strictjson import Json, Object
from issuer import messages, offer, proofs
from issuer.accounting import new_span, traceparent
from issuer.errors import Pending, TokenFault, WalletFault
from issuer.offer import Case, Confirmed, Ended, Offered, Redeemed
from issuer.service import copies
from issuer.service.oauth import Asked, authorise, kind_of_identifier
from issuer.service.office import Municipality, Office
from issuer.store import Grant, Issuance, ProcessingRow, StoredCase, Waiting

INTERVAL_SECONDS: Final = 5
_TRANSACTION_BYTES: Final = 32
_ACTIVITY: Final = "https://regie.example/ns/activity/card-issuance"


class Sealed(msgspec.Struct, frozen=True):
    """What is kept, encrypted, of a person between offer and cards: no BSN."""

    subject: str
    claims: dict[str, dict[str, Any]]

    def __repr__(self) -> str:
        return "Sealed()"


@dataclass(frozen=True, repr=False)
class _Batch:
    """One kind for the keys that were proved."""

    kind: str
    keys: Sequence[Object]
    waiting: str | None


def nonce(office: Office, now: int) -> Object:
    """A nonce for key proofs (OpenID4VCI 1.0, 7.2)."""
    return {"c_nonce": office.proof_nonces.mint(now)}


def credential(office: Office, municipality: Municipality, asked: Asked, body: bytes) -> Object:
    """The cards of one kind; raises `Pending` until the clerk has confirmed."""
    grant, case = authorise(office, municipality, asked)
    request = messages.credential_request(body)
    kind = _kind(municipality, grant, request)
    proven = proofs.check(
        request.proofs,
        issuer=municipality.identifier,
        now=asked.now,
        nonces=office.proof_nonces,
        batch_size=office.settings.batch_size,
    )
    until = office.proof_nonces.until(asked.now)
    if not office.store.cases.use_once("proof", proven.nonces, until):
        raise WalletFault("invalid_nonce", "proof.nonce_used", "OpenID4VCI 1.0 8.3.1.2")
    match case:
        case Redeemed() | Offered():
            raise _wait(office, grant, case, kind, proven.keys)
        case Confirmed():
            return _issue(office, municipality, grant, _Batch(kind, proven.keys, None), asked)
        case Ended():
            raise _denied(case)


def deferred(office: Office, municipality: Municipality, asked: Asked, body: bytes) -> Object:
    """The cards of a request that waited; each transaction is used up by its cards."""
    grant, case = authorise(office, municipality, asked)
    transaction = messages.deferred_request(body)
    digest = base64url.sha256(transaction.encode())
    waiting = office.store.cases.waiting(digest, grant.token_hash)
    if waiting is None:
        raise WalletFault("invalid_transaction_id", "deferred.unknown", "OpenID4VCI 1.0 9.3")
    match case:
        case Redeemed() | Offered():
            raise Pending(transaction, INTERVAL_SECONDS)
        case Confirmed():
            batch = _Batch(waiting.kind, waiting.keys, digest)
            return _issue(office, municipality, grant, batch, asked)
        case Ended():
            raise _denied(case)


def _kind(municipality: Municipality, grant: Grant, request: messages.CredentialRequest) -> str:
    if (request.identifier is None) == (request.configuration is None):
        raise WalletFault("invalid_credential_request", "request.identifier", "OpenID4VCI 1.0 8.2")
    if grant.identifiers != (request.identifier is not None):
        # Which of the two is to be used follows from the token response (OpenID4VCI 1.0, 8.2).
        raise WalletFault(
            "invalid_credential_request", "request.identifier_kind", "OpenID4VCI 1.0 8.2"
        )
    if request.identifier is not None:
        kind = kind_of_identifier(request.identifier)
        if kind not in grant.kinds:
            raise WalletFault(
                "unknown_credential_identifier", "request.not_granted", "OpenID4VCI 1.0 8.3.1.2"
            )
        return kind
    if request.configuration not in municipality.settings.kinds:
        raise WalletFault(
            "unknown_credential_configuration", "request.unknown_kind", "OpenID4VCI 1.0 8.3.1.2"
        )
    if request.configuration not in grant.kinds:
        raise TokenFault(
            "insufficient_scope", "request.not_granted", "OpenID4VCI 1.0 8.3.1.1", status=403
        )
    return request.configuration


def _wait(office: Office, grant: Grant, case: Case, kind: str, keys: tuple[Object, ...]) -> Pending:
    transaction = base64url.encode(office.entropy(_TRANSACTION_BYTES))
    office.store.cases.wait(
        Waiting(
            transaction_hash=base64url.sha256(transaction.encode()),
            token_hash=grant.token_hash,
            kind=kind,
            keys=keys,
            expires_at=grant.expires_at,
        ),
        most=len(case.kinds) * offer.BATCHES_PER_KIND,
    )
    return Pending(transaction, INTERVAL_SECONDS)


def _issue(
    office: Office, municipality: Municipality, grant: Grant, batch: _Batch, asked: Asked
) -> Object:
    now = asked.now
    leaf = municipality.certificates.card
    iat, exp = kinds.times(batch.kind, now)
    leaf.require_signs(iat, exp)

    def decide(stored: StoredCase) -> Confirmed:
        case = offer.expire(stored.case, now)
        if not isinstance(case, Confirmed) or stored.sealed is None:
            raise WalletFault("credential_request_denied", "case.ended", "OpenID4VCI 1.0 8.3.1.2")
        return offer.collect(case, batch.kind, now)

    stored = office.store.cases.find(grant.case)
    decide(stored)
    sealed = open_sealed(office, stored)
    # The wallet may say which session of its own this belongs to; else it is the case's.
    trace, parent = traceparent(asked.traceparent) or (stored.trace, None)
    places = office.store.issue(
        grant.case,
        decide,
        Issuance(batch.kind, len(batch.keys), sealed.subject, exp),
        office.pool,
        ProcessingRow(
            trace_id=trace,
            span_id=new_span(office.entropy),
            parent_span_id=parent,
            name=f"issue {batch.kind}",
            activity_id=_ACTIVITY,
            start_time=now * 1_000,
            end_time=now * 1_000,
            data_subject_id=sealed.subject,
            municipality=municipality.code,
        ),
        now=now,
        waiting=batch.waiting,
    )
    sheet = copies.Sheet(batch.kind, sealed.claims[batch.kind], iat, exp)
    made: list[Json] = []
    for key, (number, idx) in zip(batch.keys, places, strict=True):
        uri = municipality.status_uri(number)
        card = copies.make(sheet, holder=key, uri=uri, idx=idx, leaf=leaf, entropy=office.entropy)
        made.append({"credential": card})
    return {"credentials": made}


def open_sealed(office: Office, stored: StoredCase) -> Sealed:
    """What was sealed in a case."""
    assert stored.sealed is not None
    data = office.cases.open(stored.sealed, stored.case.case)
    return msgspec.json.decode(data, type=Sealed)


def _denied(case: Ended) -> WalletFault:
    return WalletFault(
        "credential_request_denied", f"case.{case.reason.value}", "OpenID4VCI 1.0 8.3.1.2"
    )
