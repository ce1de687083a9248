"""Cards: proofs against copies, at once or after a person decided (OpenID4VCI 1.0, 8, 9, 11)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from credential import base64url
from credential.strictjson import Object
from issuer import encryption, messages, offer, proofs, registers
from issuer.encryption import AnswerKey, RequestKeys
from issuer.errors import Pending, TokenFault, WalletFault
from issuer.messages import CredentialRequest
from issuer.offer import Confirmed, Ended, Offered, Redeemed
from issuer.service import applications, batches
from issuer.service.access import Access, Asked, authorise
from issuer.service.applications import Denied
from issuer.service.batches import Batch, Claims
from issuer.service.oauth import kind_of_identifier
from issuer.service.office import Municipality, Office
from issuer.store import Promise, Waiting
from issuer.store.promises import until_allowed

DESK_SECONDS: Final = 5
APPLICATION_SECONDS: Final = 3_600
_TRANSACTION_BYTES: Final = 32
_OK: Final = 200
_ACCEPTED: Final = 202


@dataclass(frozen=True, repr=False)
class Body:
    """What was sent: JSON, or a JWE with JSON inside."""

    data: bytes
    encrypted: bool = False


@dataclass(frozen=True, repr=False)
class Reply:
    """What goes back: an object, or a JWE with one inside."""

    status: int
    content: Object | str


def nonce(office: Office, now: int) -> Object:
    """A nonce for key proofs (OpenID4VCI 1.0, 7.2)."""
    return {"c_nonce": office.proof_nonces.mint(now)}


def credential(office: Office, municipality: Municipality, asked: Asked, body: Body) -> Reply:
    """The cards of one kind, or the promise of them while a person has to decide."""
    access = authorise(office, municipality, asked)
    request = messages.credential_request(_opened(office, body, asked.now))
    _check_answer(office, body, request.answer_key)
    kind = _kind(office, access, request)
    keys = _proven(office, access, request, asked)
    if access.case is not None:
        return _reply(request.answer_key, lambda: _of_desk(office, access, kind, keys, asked))
    return _reply(request.answer_key, lambda: _of_grant(office, access, kind, keys, asked))


def deferred(office: Office, municipality: Municipality, asked: Asked, body: Body) -> Reply:
    """The cards of a request that waited; each transaction is used up by its cards."""
    access = authorise(office, municipality, asked)
    request = messages.deferred_request(_opened(office, body, asked.now))
    _check_answer(office, body, request.answer_key)
    collect = _collect if access.case is not None else _collect_promised
    return _reply(request.answer_key, lambda: collect(office, access, request.transaction, asked))


def notification(office: Office, municipality: Municipality, asked: Asked, data: bytes) -> None:
    """What became of a batch; kept without the person, for the statistics."""
    access = authorise(office, municipality, asked)
    said = messages.notification(data)
    digest = base64url.sha256(said.identifier.encode())
    if not office.store.notifications.record(digest, access.grant_id, said.event, asked.now):
        raise WalletFault("invalid_notification_id", "notification.unknown", "OpenID4VCI 1.0 11.3")


def _reply(key: AnswerKey | None, make: Callable[[], Object]) -> Reply:
    """Cards or a promise, for the wallet's eyes if it said so; a refusal never is (8.3.1.2)."""
    try:
        status, content = _OK, make()
    except Pending as waiting:
        status = _ACCEPTED
        content = {"transaction_id": waiting.transaction, "interval": waiting.interval}
    return Reply(status, content if key is None else encryption.seal(content, key))


# ---- at the desk


def _of_desk(
    office: Office, access: Access, kind: str, keys: tuple[Object, ...], asked: Asked
) -> Object:
    match access.case:
        case Redeemed() | Offered():
            transaction, digest = _transaction(office)
            office.store.cases.wait(
                Waiting(
                    transaction_hash=digest,
                    token_hash=access.token_hash,
                    kind=kind,
                    keys=keys,
                    expires_at=access.expires_at,
                ),
                most=len(access.case.kinds) * offer.BATCHES_PER_KIND,
            )
            raise Pending(transaction, DESK_SECONDS)
        case Confirmed():
            return batches.of_case(office, access, Batch(kind, keys), asked)
        case Ended() | None:
            raise _ended(access)


def _collect(office: Office, access: Access, transaction: str, asked: Asked) -> Object:
    digest = base64url.sha256(transaction.encode())
    waiting = office.store.cases.waiting(digest, access.token_hash)
    if waiting is None:
        raise _unknown_transaction()
    match access.case:
        case Redeemed() | Offered():
            raise Pending(transaction, DESK_SECONDS)
        case Confirmed():
            batch = Batch(waiting.kind, waiting.keys, digest)
            return batches.of_case(office, access, batch, asked)
        case Ended() | None:
            raise _ended(access)


# ---- by a standing grant


def _of_grant(
    office: Office, access: Access, kind: str, keys: tuple[Object, ...], asked: Asked
) -> Object:
    claims = _claims(office, access, kind, asked.now)
    if claims is not None:
        return batches.of_grant(office, access, Batch(kind, keys), claims, asked)
    grant = office.store.grants.find(access.grant_id)
    if grant is None:
        raise TokenFault("invalid_token", "grant.changed", "RFC 6750 3.1", status=401)
    transaction, digest = _transaction(office)
    # It outlives the access token: whoever comes with a later one of this grant may collect.
    office.store.promises.keep(Promise(digest, access.grant_id, kind, keys, grant.expires_at))
    raise Pending(transaction, APPLICATION_SECONDS)


def _collect_promised(office: Office, access: Access, transaction: str, asked: Asked) -> Object:
    digest = base64url.sha256(transaction.encode())
    promise = office.store.promises.find(digest, access.grant_id, asked.now)
    if promise is None:
        raise _unknown_transaction()
    claims = _claims(office, access, promise.kind, asked.now)
    if claims is None:
        raise Pending(transaction, APPLICATION_SECONDS)
    batch = Batch(promise.kind, promise.keys, digest)
    try:
        return batches.of_grant(office, access, batch, claims, asked)
    except WalletFault as fault:
        if fault.code != "refill.too_soon":
            raise
        # Another batch of this kind came first: these cards are not lost by it.
        raise Pending(transaction, until_allowed(asked.now)) from None


def _claims(office: Office, access: Access, kind: str, now: int) -> Claims | None:
    """What the cards of this kind say; `None` while a person has to decide."""
    assert access.box is not None
    over = access.box.ask_again_at is not None and now >= access.box.ask_again_at
    if access.changed or over:
        # The register is asked when the wallet refreshes: what this token opens is old.
        raise TokenFault("invalid_token", "grant.changed", "RFC 6750 3.1", status=401)
    if kind in office.declared_kinds:
        decided = applications.granted_claims(
            office, access.municipality, access.subject, kind, now, box=access.box
        )
        if isinstance(decided, Denied):
            raise _denied(f"application.{decided.code}")
        return None if decided is None else Claims(decided, None, registered=False)
    claims = access.box.claims.get(kind)
    if claims is None:
        raise _denied("grant.no_card")
    return Claims(claims, access.box.ask_again_at, registered=True)


def _transaction(office: Office) -> tuple[str, str]:
    """A transaction id, and the hash under which it is kept."""
    transaction = base64url.encode(office.entropy(_TRANSACTION_BYTES))
    return transaction, base64url.sha256(transaction.encode())


def _unknown_transaction() -> WalletFault:
    return WalletFault("invalid_transaction_id", "deferred.unknown", "OpenID4VCI 1.0 9.3")


def _ended(access: Access) -> WalletFault:
    assert isinstance(access.case, Ended)
    return _denied(f"case.{access.case.reason.value}")


def _denied(code: str) -> WalletFault:
    return WalletFault("credential_request_denied", code, "OpenID4VCI 1.0 8.3.1.2")


# ---- what was asked, and with which keys


def _kind(office: Office, access: Access, request: CredentialRequest) -> str:
    if (request.identifier is None) == (request.configuration is None):
        raise WalletFault("invalid_credential_request", "request.identifier", "OpenID4VCI 1.0 8.2")
    if access.identifiers != (request.identifier is not None):
        # Which of the two is to be used follows from the token response (OpenID4VCI 1.0, 8.2).
        raise WalletFault(
            "invalid_credential_request", "request.identifier_kind", "OpenID4VCI 1.0 8.2"
        )
    granted = set(access.kinds)
    if access.case is None and not registers.of_business(granted):
        # What a person decides is asked for later, under the grant the wallet has.
        granted |= applications.declared_kinds(office, access.municipality).keys()
    if request.identifier is not None:
        kind = kind_of_identifier(request.identifier)
        if kind not in granted:
            raise WalletFault(
                "unknown_credential_identifier", "request.not_granted", "OpenID4VCI 1.0 8.3.1.2"
            )
        return kind
    if request.configuration not in office.kinds(access.municipality):
        raise WalletFault(
            "unknown_credential_configuration", "request.unknown_kind", "OpenID4VCI 1.0 8.3.1.2"
        )
    if request.configuration not in granted:
        raise TokenFault(
            "insufficient_scope", "request.not_granted", "OpenID4VCI 1.0 8.3.1.1", status=403
        )
    return request.configuration


def _proven(
    office: Office, access: Access, request: CredentialRequest, asked: Asked
) -> tuple[Object, ...]:
    proven = proofs.check(
        request.proof_type,
        request.proofs,
        proofs.Expected(
            issuer=access.municipality.identifier,
            client=access.client,
            now=asked.now,
            nonces=office.proof_nonces,
            batch_size=office.settings.batch_size,
            attesters=office.attesters(asked.now),
            attestation_required=office.settings.key_attestation == "required",
        ),
    )
    until = office.proof_nonces.until(asked.now)
    if not office.store.cases.use_once("proof", proven.nonces, until):
        raise WalletFault("invalid_nonce", "proof.nonce_used", "OpenID4VCI 1.0 8.3.1.2")
    return proven.keys


# ---- encryption (OpenID4VCI 1.0, 10)


def _opened(office: Office, body: Body, now: int) -> bytes:
    policy = office.settings.encryption
    if body.encrypted and policy == "off":
        raise _encryption("request.encrypted")
    if not body.encrypted and policy == "required":
        raise _encryption("request.plain")
    return RequestKeys(office.secret).open(body.data, now) if body.encrypted else body.data


def _check_answer(office: Office, body: Body, key: AnswerKey | None) -> None:
    if key is not None and not body.encrypted:
        # In a plain request a relay could put its own key.
        raise _encryption("request.encryption")
    if key is None and office.settings.encryption == "required":
        raise _encryption("request.answer_key_missing")


def _encryption(code: str) -> WalletFault:
    return WalletFault("invalid_encryption_parameters", code, "OpenID4VCI 1.0 10")
