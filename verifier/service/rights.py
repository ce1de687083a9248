"""The rights endpoint: whoever holds the rights key of a disclosure asks, and is answered.

In this order (formats.md 4): size, `typ` and `alg`, the key is known (else one constant answer),
signature, times, `aud` and `org`, the `jti` once, and only then what was asked.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from credential import jwe, rights, strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_JSON, MEDIA_JWT
from credential.rights import Right, RightsQuestion, State
from credential.strictjson import Object
from verifier.errors import Refused
from verifier.processing import Activity
from verifier.service import access, processing, webhooks
from verifier.service.deciding import Decision, stored_receipt
from verifier.service.verifier import Verifier
from verifier.store import rights as store
from verifier.store.effects import Held
from verifier.store.rights import FOLLOWED, Act, Asked

MAX_JTI: Final = 128


@dataclass(frozen=True)
class Answered:
    """The body of the HTTP answer and its media type."""

    body: bytes
    media: str


def ask(verifier: Verifier, body: bytes) -> Answered:
    """Answer one request; an unknown key meets the same words as nonsense."""
    now = verifier.now()
    met: list[bool] = []

    def known(jkt: str) -> bool:
        met.append(store.known(verifier.store, jkt))
        return met[0]

    try:
        request = rights.open_request(
            body.decode("ascii"),
            endpoint=verifier.config.rights_endpoint,
            oin=verifier.leaf.oin,
            now=now,
            key_known=known,
        )
    except UnicodeDecodeError:
        raise _unknown() from None
    except CredentialError as error:
        if met != [True]:
            raise _unknown() from None
        raise Refused(error.code, error.section) from None
    if len(request.jti) > MAX_JTI:
        raise Refused("rights.jti", "Regie formats 4")
    asked, held = store.settle(
        verifier.store,
        verifier.sealer,
        jkt=request.jkt,
        jti=request.jti,
        request_hash=request.request_hash,
        now=now,
        decide=Decision(verifier, request, now).act,
        after=lambda connection, act, held: _account(connection, verifier, act, held, now),
    )
    verifier.counts.right(asked.asked, asked.state)
    return _wrap(verifier, request.question, asked, held)


def _unknown() -> Refused:
    return Refused("rights.unknown", "Regie formats 4", wire="not_found", status=404)


def _account(connection: Connection, verifier: Verifier, act: Act, held: Held, now: int) -> None:
    """On record, and told to the organisation's own systems (AVG 19); before anything goes."""
    asked, standing = act.asked, held.registration
    processing.note(
        connection,
        verifier,
        Activity.RIGHTS,
        subject=standing.id if standing else None,
        disclosure=held.id,
        role="system",
        trace=held.row.trace,
        now=now,
    )
    if asked.asked not in FOLLOWED or asked.state == State.NEEDS_CONFIRMATION.value:
        return
    about: Object = {
        "registration": standing.number if standing else None,
        "profile": held.profile,
    }
    webhooks.emit(
        connection,
        verifier,
        webhooks.Event.RIGHT_ASKED,
        {"case": asked.id, "right": asked.asked, "state": asked.state, **about},
        now,
    )
    if act.effect.removes:
        told: Object = {"receipt": held.jti, **about}
        webhooks.emit(connection, verifier, webhooks.Event.DATA_ERASED, told, now)
    if act.effect.erase and held.founds:
        ended: Object = {**about, "event": "erased"}
        webhooks.emit(connection, verifier, webhooks.Event.REGISTRATION_ENDED, ended, now)
    if act.effect.restrict and standing is not None:
        webhooks.emit(connection, verifier, webhooks.Event.REGISTRATION_RESTRICTED, about, now)


def _wrap(verifier: Verifier, question: RightsQuestion, asked: Asked, held: Held) -> Answered:
    """The signed answer alone, or with what may only travel beside it."""
    beside: Object = {}
    if asked.outcome["state"] == State.DONE.value:
        if question.right is Right.RECEIPT:
            found = stored_receipt(held, question.nonce)
            beside = {} if found is None else {"receipt": found}
        elif question.right is Right.ACCESS and question.enc_jwk is not None:
            beside = {
                "data": jwe.encrypt(
                    strictjson.dumps(access.data(verifier, held)),
                    recipient=question.enc_jwk,
                    enc="A256GCM",
                    kid=strictjson.text_or_none(question.enc_jwk, "kid"),
                )
            }
    if not beside:
        return Answered(asked.answer.encode(), MEDIA_JWT)
    return Answered(strictjson.dumps({"answer": asked.answer, **beside}), MEDIA_JSON)
