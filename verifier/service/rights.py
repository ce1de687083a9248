"""The rights endpoint: whoever holds the rights key of a disclosure asks, and is answered.

In this order (formats.md 4): size, `typ` and `alg`, the key is known (else one constant answer),
signature, times, `aud` and `org`, the `jti` once, and only then what was asked.
"""

from dataclasses import dataclass, replace

from credential import base64url, jwe, rights, strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_JSON, MEDIA_JWT, Path
from credential.rights import (
    Consequence,
    Reason,
    Right,
    RightsAnswer,
    RightsQuestion,
    RightsRequest,
    State,
)
from credential.strictjson import Object
from verifier import dates
from verifier.errors import Refused
from verifier.keys import open_with, sealed_by_bytes
from verifier.service.receive import RECEIPT
from verifier.service.verifier import Verifier
from verifier.store import rights as store
from verifier.store.rights import Act, Asked, Held, History
from verifier.texts import sentence

MAX_JTI = 128
HOUR = 3600
# Polling costs the resident nothing, and us little: once an hour is often enough for a decision.
RETRY_SECONDS = 3600
# A request lives five minutes: after a day its answer cannot be asked for again.
TOLD_SECONDS = 86_400


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
        hour_ago=now - HOUR,
        decide=_Decision(verifier, request, now).act,
    )
    return _wrap(verifier, request.question, asked, held)


def _unknown() -> Refused:
    return Refused("rights.unknown", "Regie formats 4", wire="not_found", status=404)


def _wrap(verifier: Verifier, question: RightsQuestion, asked: Asked, held: Held) -> Answered:
    """The signed answer alone, or with what may only travel beside it."""
    beside: Object = {}
    if asked.outcome["state"] == State.DONE.value:
        if question.right is Right.RECEIPT:
            found = _receipt(held, question.nonce)
            beside = {} if found is None else {"receipt": found}
        elif question.right is Right.ACCESS and question.enc_jwk is not None:
            beside = {
                "data": jwe.encrypt(
                    strictjson.dumps(_data(verifier, held)),
                    recipient=question.enc_jwk,
                    enc="A256GCM",
                    kid=strictjson.text_or_none(question.enc_jwk, "kid"),
                )
            }
    if not beside:
        return Answered(asked.answer.encode(), MEDIA_JWT)
    return Answered(strictjson.dumps({"answer": asked.answer, **beside}), MEDIA_JSON)


def _receipt(held: Held, nonce: str | None) -> str | None:
    """The receipt, which only the nonce of the request can open."""
    if nonce is None or held.receipt_sealed is None:
        return None
    plain = open_with(sealed_by_bytes(nonce.encode(), RECEIPT), held.receipt_sealed, held.id)
    return None if plain is None else plain.decode()


def _data(verifier: Verifier, held: Held) -> Object:
    """What is held of this disclosure and its registration, for the person themselves."""
    registration = held.registration
    return {
        "received": dates.stamp(held.row.received),
        "profile": held.profile,
        "outcome": held.row.outcome,
        "rule": held.row.rule,
        "values": store.values_of(held, verifier.sealer),
        "kept": [[query_id, [*path]] for query_id, path in held.kept],
        "registration": None
        if registration is None
        else {
            "number": registration.number,
            "since": dates.stamp(registration.since),
            "contact": store.contact_of(verifier.store, verifier.sealer, registration.id),
        },
    }


class _Decision:
    """What one request comes to, given what is held and what was asked before."""

    def __init__(self, verifier: Verifier, request: RightsRequest, now: int) -> None:
        self.verifier = verifier
        self.request = request
        self.question = request.question
        self.now = now

    def act(self, held: Held, history: History) -> Act:
        """Decide, and build the signed answer that is stored with it."""
        self._about(held)
        match self.question.right:
            case Right.STATUS:
                return self._store(self._status(held, history))
            case Right.RECEIPT:
                return self._store(self._receipt(held))
            case Right.ERASURE:
                return self._erasure(held, history)
            case Right.ACCESS:
                return self._store(self._answer(State.DONE, reason=self._nothing(held)))
            case Right.RECTIFICATION | Right.RESTRICTION | Right.OBJECTION:
                if held.erased is not None:
                    return self._store(self._answer(State.REFUSED, reason=self._nothing(held)))
                return self._for_a_person()

    def _about(self, held: Held) -> None:
        """The receipt or nonce named must be that of this key's disclosure, where we can tell."""
        question = self.question
        if question.receipt is not None and question.receipt != held.jti:
            raise Refused("rights.about", "Regie formats 4")
        if (
            question.nonce is not None
            and held.receipt_sealed
            and not _receipt(held, question.nonce)
        ):
            raise Refused("rights.about", "Regie formats 4")

    def _answer(self, state: State, *, reason: Reason | None = None) -> RightsAnswer:
        return RightsAnswer(
            client_id=self.verifier.client_id,
            oin=self.verifier.leaf.oin,
            jkt=self.request.jkt,
            iat=self.now,
            request_hash=self.request.request_hash,
            received_at=self.now,
            right=self.question.right,
            state=state,
            reason=reason,
        )

    def _reason(self, code: str, **params: str) -> Reason:
        nl, en = (sentence(lang, f"reason.{code}", **params) for lang in ("nl", "en"))
        return Reason(code, nl, en)

    def _nothing(self, held: Held) -> Reason | None:
        return None if held.kept and held.erased is None else self._reason("nothing_held")

    def _status(self, held: Held, history: History) -> RightsAnswer:
        """The open or latest request if there is one, else what is kept and why."""
        latest = history.latest
        if latest is not None:
            return _again(self._answer(State.DONE), latest)
        kept: tuple[tuple[Path, Reason], ...] = tuple(
            (path, self._reason("purpose")) for _, path in held.kept
        )
        return replace(self._answer(State.DONE, reason=self._nothing(held)), kept=kept)

    def _receipt(self, held: Held) -> RightsAnswer:
        if _receipt(held, self.question.nonce) is None:
            return self._answer(State.REFUSED, reason=self._reason("receipt_gone"))
        return self._answer(State.DONE)

    def _erasure(self, held: Held, history: History) -> Act:
        if held.erased is not None:
            # Asked again, perhaps because our first answer got lost: what went is said again.
            before = history.latest
            gone = before.outcome["erased"] if before and before.asked == Right.ERASURE else []
            done = self._answer(State.DONE, reason=self._reason("nothing_held"))
            return self._store(replace(done, erased=tuple(tuple(path) for path in gone)))
        paths = tuple(dict.fromkeys(path for _, path in held.kept))
        if self.question.claims is not None and not set(paths) <= set(self.question.claims):
            return self._for_a_person()
        confirmed = self.question.confirm if self.question.confirm in history.awaiting else None
        if held.founds and confirmed is None:
            assert held.registration is not None
            return self._ask_again(held.registration.since)
        answer = replace(
            self._answer(State.DONE, reason=None if paths else self._reason("nothing_held")),
            erased=paths,
        )
        return replace(self._store(answer), erase=True, spend=confirmed)

    def _ask_again(self, since: int) -> Act:
        """Erasing this ends a registration: said first, done only after a yes."""
        consequence = base64url.encode(self.verifier.entropy(18))
        nl, en = (
            sentence(lang, "consequence.registration_ends", date=dates.for_people(since, lang))
            for lang in ("nl", "en")
        )
        answer = replace(
            self._answer(State.NEEDS_CONFIRMATION), consequence=Consequence(consequence, nl, en)
        )
        return self._store(answer, consequence=consequence)

    def _for_a_person(self) -> Act:
        """Recorded for the organisation's staff; a month at most (AVG 12(3))."""
        answer = replace(
            self._answer(State.IN_PROGRESS, reason=self._reason("received")),
            due=dates.last_moment(self.now, rights.TERM),
            retry_after=RETRY_SECONDS,
        )
        question = self.question
        body: Object = {
            "claims": None if question.claims is None else [[*path] for path in question.claims],
            "proposed": question.proposed,
            "text": question.text,
        }
        return self._store(answer, body=body)

    def _store(
        self, answer: RightsAnswer, *, consequence: str | None = None, body: Object | None = None
    ) -> Act:
        token = rights.build_answer(answer, signer=self.verifier.signer, x5c=self.verifier.chain)
        asked = Asked(
            id=base64url.encode(self.verifier.entropy(12)),
            rights_jkt=self.request.jkt,
            jti=self.request.jti,
            request_hash=self.request.request_hash,
            asked=self.question.right.value,
            received=self.now,
            due=answer.due,
            state=answer.state.value,
            outcome=_outcome(answer),
            answer=token,
            consequence=consequence,
            remove_after=self._remove_after(),
            body=dict(body) if body else None,
        )
        return Act(asked)

    def _remove_after(self) -> int:
        """Answers that decided something stay 13 months; one that only told, as long as needed."""
        if self.question.right in (Right.STATUS, Right.RECEIPT):
            return self.now + TOLD_SECONDS
        return dates.last_moment(self.now, f"P{self.verifier.config.answer_months}M")


def _outcome(answer: RightsAnswer) -> dict[str, object]:
    """What a later `status` repeats: codes, sentences and paths, never a value."""
    reason = answer.reason
    return {
        "state": answer.state.value,
        "reason": None if reason is None else [reason.code, reason.nl, reason.en],
        "erased": [[*path] for path in answer.erased],
    }


def _again(template: RightsAnswer, latest: Asked) -> RightsAnswer:
    """The state of an earlier request, in an answer to this one."""
    outcome = latest.outcome
    reason = None if outcome["reason"] is None else Reason(*outcome["reason"])
    state = State(latest.state)
    pending = state in (State.IN_PROGRESS, State.EXTENDED)
    return replace(
        template,
        right=Right(latest.asked),
        received_at=latest.received,
        state=state,
        reason=reason,
        due=latest.due if pending else None,
        retry_after=RETRY_SECONDS if pending else None,
        erased=tuple(tuple(path) for path in outcome["erased"]),
    )
