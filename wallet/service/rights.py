"""Asking an organisation about one disclosure, and keeping its signed answer (formats.md 4).

Also what settles "mogelijk gedeeld": a receipt that verifies, an answer that knows the disclosure,
or an organisation that says it has nothing.
"""

from dataclasses import dataclass
from typing import Final

from credential import base64url, jose, rights, strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_JSON, MEDIA_JWT, path_text
from credential.rights import Right, RightsAnswer, RightsQuestion
from credential.strictjson import Json, Object
from wallet import proof
from wallet.errors import Distrusted, ExitCode, NoMatch, Usage, WalletError, from_credential
from wallet.events import Kind, Outcome
from wallet.fetch import Call, Fetch, Reply
from wallet.refusals import MessageError, NotSent
from wallet.service import partycases
from wallet.service.share import keep_verdict, request_object, share_body
from wallet.service.wallet import Wallet
from wallet.store.values import Evidence, PartyCase, RightsCase, RightsKey

JTI_BYTES: Final = 16
MAX_ANSWER: Final = 131_072
NOT_FOUND: Final = 404
ASKED: Final = "asked"
UNSENT: Final = "unsent"
UNKNOWN_THERE: Final = "not_known"


@dataclass(frozen=True)
class Answered:
    """What came of asking: the signed answer, the receipt if one came, the outcome since."""

    case: str
    activity: str
    right: Right
    answer: RightsAnswer | None
    verdict: proof.Verdict | None
    outcome: str

    @property
    def state(self) -> str:
        """How the organisation says it stands; `not_known` if it has nothing of this."""
        return UNKNOWN_THERE if self.answer is None else self.answer.state.value


def ask(
    wallet: Wallet,
    fetch: Fetch,
    activity: str,
    right: Right,
    *,
    now: int,
    confirm: str | None = None,
) -> Answered:
    """Asks once, on record before it leaves; the answer counts only if it verifies.

    `confirm` is the id of a consequence the resident was told and said yes to.
    """
    key = wallet.store.rights_key(activity)
    if key is None:
        raise NoMatch("ask.no_endpoint")
    trust = wallet.trust(now)
    _not_too_soon(wallet, activity, right, now)
    request = rights.build_request(
        _question(wallet, activity, key, right, confirm),
        endpoint=key.endpoint,
        oin=key.oin,
        iat=now,
        jti=base64url.encode(wallet.entropy(JTI_BYTES)),
        signer=jose.KeySigner(jose.private_key_from_pem(key.private_key_pem)),
    )
    case = wallet.store.new_id()
    opened = RightsCase(case, activity, right.value, ASKED, now, None, None, {"request": request})
    asked: Object = {"right": right.value, "state": ASKED, "confirm": confirm is not None}
    kept = [Evidence("right-request", request.encode())]
    wallet.store.open_right(opened, asked, at=now, evidence=kept)
    reply = _send(wallet, fetch, opened, request, key, now)
    if reply.status == NOT_FOUND:
        return _not_known(wallet, opened, right, now)
    try:
        signed, receipt = _parts(reply, right)
        answer = rights.verify_answer(
            signed, trust=trust, oin=key.oin, request=request, jkt=key.jkt, now=now
        )
    except CredentialError as error:
        _close(wallet, opened, {"right": right.value, "reason": error.code}, "invalid", now)
        raise from_credential(error) from None
    _record(wallet, opened, answer, signed, now)
    verdict = _receipt(wallet, activity, receipt, now) if right is Right.RECEIPT else None
    return Answered(case, activity, right, answer, verdict, _settle(wallet, activity, now))


def open_cases(wallet: Wallet, activity: str) -> tuple[RightsCase, ...]:
    """The rights asked about this disclosure, oldest first."""
    return wallet.store.rights_cases(activity)


def _question(
    wallet: Wallet, activity: str, key: RightsKey, right: Right, confirm: str | None
) -> RightsQuestion:
    """About the receipt where one arrived, else about the request it would have been for."""
    jti = _receipt_id(wallet, activity)
    nonce = key.nonce if jti is None else None
    return RightsQuestion(right, receipt=jti, nonce=nonce, confirm=confirm)


def _receipt_id(wallet: Wallet, activity: str) -> str | None:
    """The id of the newest receipt that verified."""
    for entry in reversed(wallet.store.events(activity)):
        if entry.kind == Kind.RECEIPT_VERIFIED:
            return strictjson.text_or_none(entry.body, "jti")
    return None


def _not_too_soon(wallet: Wallet, activity: str, right: Right, now: int) -> None:
    """Polling is a new `status` request, not before `retry_after` (formats.md 4)."""
    if right is not Right.STATUS:
        return
    waits = [case.retry_after or 0 for case in wallet.store.rights_cases(activity)]
    if waits and max(waits) > now:
        raise WalletError("ask.too_soon", exit=ExitCode.PENDING, seconds=max(waits) - now)


def _send(
    wallet: Wallet, fetch: Fetch, case: RightsCase, request: str, key: RightsKey, now: int
) -> Reply:
    call = Call(
        "POST",
        key.endpoint,
        accept=f"{MEDIA_JWT}, {MEDIA_JSON}",
        content_type=MEDIA_JWT,
        body=request.encode(),
        max_bytes=MAX_ANSWER,
    )
    try:
        reply = fetch.send(call)
    except NotSent as failure:
        _close(wallet, case, {"right": case.right, "reason": failure.code}, UNSENT, now)
        raise
    # After `Lost` it may have been heard: the case stays open, asking again is harmless.
    if reply.status not in (200, NOT_FOUND):
        reason = f"http_{reply.status}"
        _close(wallet, case, {"right": case.right, "reason": reason}, UNSENT, now)
        raise Distrusted("ask.refused", status=reply.status)
    return reply


def _parts(reply: Reply, right: Right) -> tuple[str, str | None]:
    """The signed answer, and beside it the receipt if that was asked."""
    if reply.media_type == MEDIA_JWT and right is not Right.RECEIPT:
        return reply.body.decode("ascii", "replace"), None
    if reply.media_type != MEDIA_JSON:
        if reply.media_type == MEDIA_JWT:
            return reply.body.decode("ascii", "replace"), None
        raise MessageError("rights.media_type", "Regie formats 4")
    found = strictjson.loads_object(reply.body, max_bytes=MAX_ANSWER)
    return strictjson.text(found, "answer"), strictjson.text_or_none(found, "receipt")


def _record(wallet: Wallet, case: RightsCase, answer: RightsAnswer, signed: str, now: int) -> None:
    """The answer with its proof; what it calls erased shows as erased from now on."""
    reason, consequence = answer.reason, answer.consequence
    kept: list[Json] = [
        {"path": path_text(path), "reason": {"code": why.code, "nl": why.nl, "en": why.en}}
        for path, why in answer.kept
    ]
    body: Object = {
        "right": answer.right.value,
        "state": answer.state.value,
        "due": answer.due,
        "erased": [path_text(path) for path in answer.erased],
        "kept": kept,
    }
    if reason is not None:
        body["reason_given"] = {"code": reason.code, "nl": reason.nl, "en": reason.en}
    if answer.case is not None:
        body["case"] = {"number": answer.case.number, "phase": answer.case.phase.value}
    if consequence is not None:
        body["consequence"] = {"nl": consequence.nl, "en": consequence.en}
    document = {**case.document, "answer": signed}
    wallet.store.answer_right(
        case.id,
        body,
        state=answer.state.value,
        due=answer.due,
        retry_after=answer.retry_after,
        document=document,
        at=now,
        evidence=[Evidence("right-answer", signed.encode())],
        told=partycases.told(wallet, case.activity, answer.case, answer.retry_after, now=now)
        if case.right == Right.STATUS.value
        else None,
    )


def _close(
    wallet: Wallet,
    case: RightsCase,
    body: Object,
    state: str,
    now: int,
    told: PartyCase | None = None,
) -> None:
    wallet.store.answer_right(
        case.id,
        {**body, "state": state},
        state=state,
        due=None,
        retry_after=None,
        document=case.document,
        at=now,
        told=told,
    )


def _receipt(wallet: Wallet, activity: str, token: str | None, now: int) -> proof.Verdict:
    """The receipt that was asked for, judged as if it had come at once."""
    intended = share_body(wallet, activity)
    if intended is None:
        raise Usage("ask.not_shared")
    at, body = intended
    verdict = proof.judge(token, body, request_object(wallet, activity), sent_at=at, now=now)
    if not isinstance(verdict, proof.Absent):
        keep_verdict(wallet, activity, verdict, "", now)
    return verdict


def _settle(wallet: Wallet, activity: str, now: int) -> str:
    """A signed answer means that the disclosure arrived; says how the activity stands then."""
    found = wallet.store.activity(activity)
    if found is None:
        raise NoMatch("activity.none")
    if found.outcome in (Outcome.UNKNOWN, Outcome.UNSENT):
        wallet.store.settle(activity, Kind.SHARE_ACKNOWLEDGED, {"reason": "right_answered"}, at=now)
        return Outcome.SHARED.value
    return found.outcome


def _not_known(wallet: Wallet, case: RightsCase, right: Right, now: int) -> Answered:
    """The constant "not found": over authenticated TLS, they hold nothing under this key.

    That settles "mogelijk gedeeld" on their word alone, so copies stay spent and the rights key
    stays.
    """
    found = wallet.store.activity(case.activity)
    outcome = "" if found is None else found.outcome
    body: Object = {"right": case.right, "reason": UNKNOWN_THERE}
    if outcome == Outcome.UNKNOWN:
        outcome = Outcome.UNSENT.value
        body["outcome"] = outcome
    # Whatever was asked: who holds nothing of this holds no application of it either.
    told = partycases.told(wallet, case.activity, None, None, now=now)
    _close(wallet, case, body, UNKNOWN_THERE, now, told)
    return Answered(case.id, case.activity, right, None, None, outcome)
