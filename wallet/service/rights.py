"""Asking an organisation about one disclosure, and keeping its signed answer (formats.md 4).

Also what settles "mogelijk gedeeld": a receipt that verifies, an answer that knows the disclosure,
or an organisation that says it has nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from credential import base64url, jose, periods, rights, strictjson
from credential.errors import CredentialError
from credential.jose import PrivateKey
from credential.names import MEDIA_JSON, MEDIA_JWT, Path, path_text
from credential.rights import Right, RightsAnswer, RightsQuestion, State
from credential.strictjson import Json, Object
from wallet import proof
from wallet.errors import Distrusted, ExitCode, NoMatch, Usage, WalletError, from_credential
from wallet.events import Kind, Outcome
from wallet.fetch import Call, Fetch, Reply
from wallet.refusals import MessageError, NotSent
from wallet.service import accessdata, covered, partycases
from wallet.service.accessdata import Told
from wallet.service.share import keep_verdict, request_object, share_body
from wallet.service.wallet import Wallet
from wallet.store.projection import Activity
from wallet.store.rights import ACCESS_DATA
from wallet.store.values import Evidence, PartyCase, RightsCase, RightsKey

JTI_BYTES: Final = 16
MAX_ANSWER: Final = 131_072
MAX_WITH_DATA: Final = accessdata.MAX_DATA
NOT_FOUND: Final = 404
ASKED: Final = "asked"
UNSENT: Final = "unsent"
UNKNOWN_THERE: Final = "not_known"
CLOSED: Final = "closed"
INVALID: Final = "invalid"
DENIED: Final = "denied"
"""They say they hold nothing, unsigned, of what they signed to have: the term runs on."""
NOTHING_HELD: Final = "nothing_held"
"""The reason a verifier of this kind gives when nothing is left of a disclosure."""


@dataclass(frozen=True)
class Answered:
    """What came of asking: the signed answer, the receipt if one came, the outcome since."""

    case: str
    activity: str
    right: Right
    answer: RightsAnswer | None
    verdict: proof.Verdict | None
    outcome: str
    told: Told | None = None
    """Of `access`: what they hold and what they did with it."""

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
    claims: Sequence[Path] = (),
    proposed: Json = None,
    text: str = "",
) -> Answered:
    """Asks once, on record before it leaves; the answer counts only if it verifies.

    `confirm` is the id of a consequence the resident was told and said yes to. Without `claims` it
    is about everything; `proposed` is what the one claim should be, or a list for several.
    """
    key = wallet.store.rights_key(activity)
    if key is None:
        raise NoMatch("ask.no_endpoint")
    trust = wallet.trust(now)
    _not_too_soon(wallet, activity, right, now)
    opener, enc_jwk = accessdata.new_key() if right is Right.ACCESS else (None, None)
    about = replace(
        _question(wallet, activity, key, right, confirm),
        claims=tuple(dict.fromkeys(claims)) or None,
        proposed=proposed,
        text=require_text(text) or None,
        enc_jwk=enc_jwk,
    )
    request = rights.build_request(
        about,
        endpoint=key.endpoint,
        oin=key.oin,
        iat=now,
        jti=base64url.encode(wallet.entropy(JTI_BYTES)),
        signer=jose.KeySigner(jose.private_key_from_pem(key.private_key_pem)),
    )
    opened = _open(wallet, activity, about, request, now)
    reply = _send(wallet, fetch, opened, request, key, now)
    if reply.status == NOT_FOUND:
        return _not_known(wallet, opened, right, now)
    try:
        signed, beside = _parts(reply, right)
        answer = rights.verify_answer(
            signed, trust=trust, oin=key.oin, request=request, jkt=key.jkt, now=now
        )
        others = covered.spoken_for(wallet, opened, answer)
        covered.require_lawful(opened, others, answer)
        data = _data(beside, opener)
    except CredentialError as error:
        _close(wallet, opened, {"right": right.value, "reason": error.code}, INVALID, now)
        raise from_credential(error) from None
    _record(wallet, opened, others, answer, signed, data, now)
    verdict = _receipt(wallet, activity, beside, now) if right is Right.RECEIPT else None
    told = None if data is None else accessdata.read(data, now)
    outcome = _settle(wallet, activity, now)
    return Answered(opened.id, activity, right, answer, verdict, outcome, told)


def require_text(text: str) -> str:
    """The same words, if there are not too many of them (formats.md 4)."""
    if len(text) > rights.MAX_TEXT:
        raise Usage("ask.text_size", limit=rights.MAX_TEXT)
    return text


def close(wallet: Wallet, beginning: str, *, now: int) -> RightsCase:
    """Puts a request away that the resident expects nothing more of."""
    case = wallet.store.find_right(beginning)
    wallet.store.close_right(case, at=now)
    return case


def consequence_told(wallet: Wallet, activity: str, right: Right) -> tuple[str, str] | None:
    """What they last said would follow from this right, in both languages, if they said so."""
    for entry in reversed(wallet.store.events(activity)):
        if entry.kind == Kind.RIGHT_ANSWERED and entry.body.get("right") == right.value:
            said = entry.body.get("consequence")
            return (str(said["nl"]), str(said["en"])) if isinstance(said, dict) else None
    return None


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


def _open(
    wallet: Wallet, activity: str, about: RightsQuestion, request: str, now: int
) -> RightsCase:
    """On record: the request is evidence, unless it holds what the resident wrote (formats.md 2).

    Then it stands among what can be erased, and the entry keeps its blinded hash.
    """
    paths: list[Json] = [path_text(path) for path in about.claims or ()]
    case = RightsCase(
        wallet.store.new_id(),
        activity,
        about.right.value,
        ASKED,
        now,
        None,
        None,
        {"claims": paths, **({"confirmed": True} if about.confirm is not None else {})},
    )
    body: Object = {
        "right": about.right.value,
        "state": ASKED,
        "confirm": about.confirm is not None,
        **({"claims": paths} if paths else {}),
    }
    texts: dict[str, bytes] = {}
    if about.text is not None:
        texts["right-text"] = about.text.encode()
    if about.proposed is not None:
        texts["right-proposed"] = strictjson.dumps(about.proposed)
    if texts:
        texts["right-request"] = request.encode()
    kept = [] if texts else [Evidence("right-request", request.encode())]
    wallet.store.open_right(case, body, at=now, evidence=kept, texts=texts)
    return case


def _data(sealed: str | None, opener: PrivateKey | None) -> bytes | None:
    """What they hold, if that came with the answer."""
    return None if sealed is None or opener is None else accessdata.open_data(sealed, opener)


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
    waits = [
        case.retry_after or 0
        for case in wallet.store.rights_cases(activity)
        if case.state != CLOSED
    ]
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
        max_bytes=MAX_WITH_DATA if case.right == Right.ACCESS.value else MAX_ANSWER,
    )
    try:
        reply = fetch.send(call)
    except NotSent as failure:
        _close(wallet, case, {"right": case.right, "reason": failure.code}, UNSENT, now)
        raise
    # After `Lost` it may have been heard: the case stays open, asking again is harmless.
    if reply.status not in (200, NOT_FOUND):
        # It was delivered: the term runs, whatever their server makes of it.
        reason = f"http_{reply.status}"
        _close(wallet, case, {"right": case.right, "reason": reason}, INVALID, now)
        raise Distrusted("ask.refused", status=reply.status)
    return reply


def _parts(reply: Reply, right: Right) -> tuple[str, str | None]:
    """The signed answer, and beside it the receipt or the data if that was asked."""
    if reply.media_type == MEDIA_JWT:
        return reply.body.decode("ascii", "replace"), None
    member = {Right.RECEIPT: "receipt", Right.ACCESS: "data"}.get(right)
    if reply.media_type != MEDIA_JSON:
        raise MessageError("rights.media_type", "Regie formats 4")
    found = strictjson.loads_object(reply.body, max_bytes=MAX_WITH_DATA)
    beside = None if member is None else strictjson.text_or_none(found, member)
    return strictjson.text(found, "answer"), beside


def _record(
    wallet: Wallet,
    case: RightsCase,
    about: Sequence[RightsCase],
    answer: RightsAnswer,
    signed: str,
    data: bytes | None,
    now: int,
) -> None:
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
    if _gone((case, *about), answer):
        body["gone"] = True
    if reason is not None:
        body["reason_given"] = {"code": reason.code, "nl": reason.nl, "en": reason.en}
    if answer.case is not None:
        body["case"] = {"number": answer.case.number, "phase": answer.case.phase.value}
    if consequence is not None:
        body["consequence"] = {"nl": consequence.nl, "en": consequence.en}
    document = {**case.document, "answer": signed}
    again = covered.wait(answer, now)
    wallet.store.answer_right(
        case.id,
        body,
        state=answer.state.value,
        due=answer.due,
        retry_after=again,
        document=document,
        at=now,
        evidence=[Evidence("right-answer", signed.encode())],
        texts=None if data is None else {ACCESS_DATA: data},
        told=partycases.told(wallet, case.activity, answer.case, again, now=now)
        if case.right == Right.STATUS.value
        else None,
        others=covered.days(about, answer),
    )


def _gone(asked: Sequence[RightsCase], answer: RightsAnswer) -> bool:
    """Whether they signed that nothing of this disclosure is left.

    An erasure of everything that is done, or a signed "we hold nothing". What was never kept has
    no path in `erased`, and is not there either.
    """
    if answer.state is not State.DONE or answer.kept:
        return False
    if answer.reason is not None and answer.reason.code == NOTHING_HELD:
        return True
    # Asked how it stands, they answer about what was asked before.
    return any(
        one.right == Right.ERASURE.value == answer.right.value and not one.document.get("claims")
        for one in asked
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


def denies(wallet: Wallet, activity: Activity, now: int) -> bool:
    """Whether "not found" goes against a receipt of theirs, for as long as they keep it."""
    left = any(claim.shared and not claim.erased for claim in activity.claims.values())
    kept = not activity.kept_until or activity.kept_until >= periods.day_of(now).isoformat()
    return left and kept and _receipt_id(wallet, activity.id) is not None


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
    denied = found is not None and denies(wallet, found, now)
    _close(wallet, case, body, DENIED if denied else UNKNOWN_THERE, now, told)
    return Answered(case.id, case.activity, right, None, None, outcome)
