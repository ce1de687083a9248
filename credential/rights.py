"""Asking an organisation about one disclosure, and its signed answer (formats.md 4).

The request is signed with the rights key made for that disclosure and used for nothing else: it
proves "I am the person behind it" without a login. Neither message carries a value of a claim,
except what the resident writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from credential import base64url, jose, periods, permitcase, strictjson
from credential.dcql.paths import parse_path
from credential.errors import Malformed, NotAllowed, NotValidNow
from credential.jose import Signer
from credential.names import TYP_RIGHTS_ANSWER, TYP_RIGHTS_REQUEST, Path, is_jti
from credential.permitcase import Case
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object

if TYPE_CHECKING:
    from credential.trust import Leaf, Trust

MAX_REQUEST: Final = 16_384
MAX_ANSWER: Final = 65_536
MAX_LIFE: Final = 300
MAX_TEXT: Final = 1000
CLOCK_SKEW: Final = 60
# AVG 12(3): one month, once extended by at most two more.
TERM: Final = "P1M"
EXTENDED_TERM: Final = "P3M"

_SECTION: Final = "Regie formats 4"


class Right(StrEnum):
    """What can be asked about a disclosure."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    STATUS = "status"
    RECEIPT = "receipt"


class State(StrEnum):
    """How far the organisation is."""

    DONE = "done"
    PARTLY = "partly"
    IN_PROGRESS = "in_progress"
    NEEDS_CONFIRMATION = "needs_confirmation"
    EXTENDED = "extended"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RightsQuestion:
    """What is asked; `about` is the receipt's `jti`, or the request's `nonce` without one."""

    right: Right
    receipt: str | None
    nonce: str | None
    claims: tuple[Path, ...] | None = None
    proposed: Json = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    confirm: str | None = None
    enc_jwk: Object | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RightsRequest:
    """A request by whoever holds the rights key; its `jti` may be used once."""

    question: RightsQuestion
    jkt: str
    jti: str
    iat: int
    exp: int
    request_hash: str
    raw: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a stable code and in both languages."""

    code: str
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Consequence:
    """What will follow if the resident asks again with this id in `confirm`."""

    id: str
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class RightsAnswer:
    """What the organisation signs; times are seconds since the epoch."""

    client_id: str
    oin: str
    jkt: str
    iat: int
    request_hash: str
    received_at: int
    right: Right
    state: State
    reason: Reason | None = None
    due: int | None = None
    retry_after: int | None = None
    erased: tuple[Path, ...] = ()
    kept: tuple[tuple[Path, Reason], ...] = ()
    consequence: Consequence | None = None
    case: Case | None = None


def build_request(
    question: RightsQuestion,
    *,
    endpoint: str,
    oin: str,
    iat: int,
    jti: str,
    signer: Signer,
    life: int = MAX_LIFE,
) -> str:
    """The request as a JWS by the rights key, which its header carries."""
    _check_question(question)
    payload: Object = {
        "aud": endpoint,
        "org": oin,
        "iat": iat,
        "exp": iat + life,
        "jti": jti,
        "right": question.right.value,
    }
    for name in ("receipt", "nonce", "proposed", "text", "confirm", "enc_jwk"):
        value: Json = getattr(question, name)
        if value is not None:
            payload[name] = value
    if question.claims is not None:
        payload["claims"] = [[*path] for path in question.claims]
    header: Object = {"jwk": jose.public_jwk(signer.public_key)}
    token = jose.sign(payload, typ=TYP_RIGHTS_REQUEST, signer=signer, header=header)
    if len(token) > MAX_REQUEST:
        raise Malformed("rights.size", _SECTION, limit=MAX_REQUEST)
    return token


def open_request(
    token: str, *, endpoint: str, oin: str, now: int, key_known: Callable[[str], bool]
) -> RightsRequest:
    """The request, in the order that costs a stranger most and us least.

    1. Size, `typ`, `alg`. 2. The key is one we know: else `rights.unknown`, one constant answer.
    3. Signature. 4. Times, `aud`, `org`. The caller then spends the `jti` in one statement.
    """
    unverified = jose.parse(token, typ=TYP_RIGHTS_REQUEST, max_bytes=MAX_REQUEST)
    key = unverified.jwk()
    jkt = jose.thumbprint(key)
    if not key_known(jkt):
        raise NotAllowed("rights.unknown", _SECTION)
    payload = jose.verify(unverified, key).payload
    iat, exp = (strictjson.integer(payload, name) for name in ("iat", "exp"))
    if not 0 < exp - iat <= MAX_LIFE:
        raise NotAllowed("rights.life", _SECTION, limit=MAX_LIFE)
    if iat > now + CLOCK_SKEW:
        raise NotValidNow("rights.iat", _SECTION)
    if exp < now - CLOCK_SKEW:
        raise NotValidNow("rights.exp", _SECTION)
    if strictjson.text(payload, "aud") != endpoint:
        raise NotAllowed("rights.aud", _SECTION)
    if strictjson.text(payload, "org") != oin:
        raise NotAllowed("rights.org", _SECTION)
    jti = strictjson.text(payload, "jti")
    if not is_jti(jti):
        raise Malformed("rights.jti", _SECTION)
    question = _read_question(payload)
    return RightsRequest(question, jkt, jti, iat, exp, base64url.sha256(token), token)


def build_answer(answer: RightsAnswer, *, signer: Signer, x5c: Sequence[bytes]) -> str:
    """The answer as a JWS by an access certificate of the organisation."""
    _check_answer(answer)
    payload: Object = {
        "iss": answer.client_id,
        "org": answer.oin,
        "aud": answer.jkt,
        "iat": answer.iat,
        "request_hash": answer.request_hash,
        "received_at": answer.received_at,
        "right": answer.right.value,
        "state": answer.state.value,
    }
    if answer.reason is not None:
        payload["reason"] = _reason_json(answer.reason)
    if answer.due is not None:
        payload["due"] = answer.due
    if answer.retry_after is not None:
        payload["retry_after"] = answer.retry_after
    if answer.erased:
        payload["erased"] = [[*path] for path in answer.erased]
    if answer.kept:
        payload["kept"] = [
            {"path": [*path], "reason": _reason_json(reason)} for path, reason in answer.kept
        ]
    if answer.consequence is not None:
        one = answer.consequence
        payload["consequence"] = {"id": one.id, "nl": one.nl, "en": one.en}
    if answer.case is not None:
        payload["case"] = permitcase.encode(answer.case)
    header = jose.x5c_header(x5c)
    return jose.sign(payload, typ=TYP_RIGHTS_ANSWER, signer=signer, header=header)


def verify_answer(
    token: str, *, trust: "Trust", oin: str, request: str, jkt: str, now: int
) -> RightsAnswer:
    """The answer to `request`, if the organisation that received the data gave it, or its heir."""
    unverified = jose.parse(token, typ=TYP_RIGHTS_ANSWER, max_bytes=MAX_ANSWER)
    leaf = trust.verifier_leaf(unverified.x5c(), now)
    if leaf.oin != oin and leaf.oin not in _heirs(trust, oin):
        raise NotAllowed("rights.organisation", _SECTION)
    answer = _read_answer(jose.verify(unverified, leaf.key).payload)
    _check_sender(answer, leaf)
    if answer.jkt != jkt:
        raise NotAllowed("rights.aud", _SECTION)
    if answer.request_hash != base64url.sha256(request):
        raise NotAllowed("rights.request_hash", _SECTION)
    asked = jose.parse(request, typ=TYP_RIGHTS_REQUEST, max_bytes=MAX_REQUEST).dangerous_payload()
    # Asked for its status, an organisation answers about the right that is open.
    if asked.get("right") not in (answer.right.value, Right.STATUS.value):
        raise NotAllowed("rights.right", _SECTION)
    if answer.case is not None and asked.get("right") != Right.STATUS.value:
        raise NotAllowed("rights.case", _SECTION)
    earliest = strictjson.integer(asked, "iat") - CLOCK_SKEW
    if not earliest <= answer.iat <= now + CLOCK_SKEW or answer.received_at > now + CLOCK_SKEW:
        raise NotValidNow("rights.iat", _SECTION)
    _check_answer(answer)
    return answer


def dangerous_answer(token: str) -> RightsAnswer:
    """What an answer says, vouched for by nobody: for one whose signature was looked at before."""
    unverified = jose.parse(token, typ=TYP_RIGHTS_ANSWER, max_bytes=MAX_ANSWER)
    answer = _read_answer(unverified.dangerous_payload())
    _check_answer(answer)
    return answer


def _heirs(trust: "Trust", oin: str) -> frozenset[str]:
    """The organisations the trusted list names as successors of this one."""
    issuer = trust.issuer_by_oin(oin)
    return frozenset() if issuer is None else frozenset(one.oin for one in issuer.successors)


def _check_sender(answer: RightsAnswer, leaf: "Leaf") -> None:
    if answer.oin != leaf.oin:
        raise NotAllowed("rights.org", _SECTION)
    if answer.client_id != f"x509_hash:{leaf.x509_hash}":
        raise NotAllowed("rights.iss", _SECTION)


def _check_question(question: RightsQuestion) -> None:
    if (question.receipt is None) == (question.nonce is None):
        raise Malformed("rights.about", _SECTION)
    if question.text is not None and len(question.text) > MAX_TEXT:
        raise Malformed("rights.text", _SECTION, limit=MAX_TEXT)
    if (question.proposed is not None) > (question.right is Right.RECTIFICATION):
        raise Malformed("rights.proposed", _SECTION)
    if (question.enc_jwk is not None) != (question.right is Right.ACCESS):
        raise Malformed("rights.enc_jwk", _SECTION)
    if question.enc_jwk is not None:
        jose.key_from_jwk(question.enc_jwk)


def _check_answer(answer: RightsAnswer) -> None:
    """Each state says what it must, and no term is longer than the law's."""
    state = answer.state
    needs_reason = (State.REFUSED, State.EXTENDED, State.PARTLY)
    if state in needs_reason and answer.reason is None and not answer.kept:
        raise NotAllowed("rights.reason", _SECTION)
    if (state is State.NEEDS_CONFIRMATION) != (answer.consequence is not None):
        raise NotAllowed("rights.consequence", _SECTION)
    if answer.right is Right.ERASURE and state is State.DONE:
        # The proof of an erasure names what is gone, or says why nothing was there.
        if answer.kept or not (answer.erased or answer.reason):
            raise NotAllowed("rights.erased", _SECTION)
    elif answer.erased and state not in (State.DONE, State.PARTLY):
        raise NotAllowed("rights.erased", _SECTION)
    if state in (State.IN_PROGRESS, State.EXTENDED) and answer.due is None:
        raise NotAllowed("rights.due", _SECTION)
    if answer.due is not None:
        term = EXTENDED_TERM if state is State.EXTENDED else TERM
        last = periods.end_of(periods.after(periods.day_of(answer.received_at), term))
        if not answer.received_at <= answer.due <= last:
            raise NotAllowed("rights.due", "AVG 12(3)")


def _read_question(payload: Object) -> RightsQuestion:
    claims = strictjson.array(payload, "claims") if "claims" in payload else None
    question = RightsQuestion(
        right=_right(payload),
        receipt=strictjson.text_or_none(payload, "receipt"),
        nonce=strictjson.text_or_none(payload, "nonce"),
        claims=None if claims is None else tuple(map(parse_path, claims)),
        proposed=payload.get("proposed"),
        text=strictjson.text_or_none(payload, "text"),
        confirm=strictjson.text_or_none(payload, "confirm"),
        enc_jwk=strictjson.obj(payload, "enc_jwk") if "enc_jwk" in payload else None,
    )
    _check_question(question)
    return question


def _read_answer(payload: Object) -> RightsAnswer:
    try:
        state = State(strictjson.text(payload, "state"))
    except ValueError:
        raise Malformed("rights.state", _SECTION) from None
    erased = strictjson.array(payload, "erased") if "erased" in payload else []
    kept = strictjson.array(payload, "kept") if "kept" in payload else []
    consequence = strictjson.obj(payload, "consequence") if "consequence" in payload else None
    return RightsAnswer(
        client_id=strictjson.text(payload, "iss"),
        oin=strictjson.text(payload, "org"),
        jkt=strictjson.text(payload, "aud"),
        iat=strictjson.integer(payload, "iat"),
        request_hash=strictjson.text(payload, "request_hash"),
        received_at=strictjson.integer(payload, "received_at"),
        right=_right(payload),
        state=state,
        reason=_reason(strictjson.obj(payload, "reason")) if "reason" in payload else None,
        due=strictjson.integer_or_none(payload, "due"),
        retry_after=strictjson.integer_or_none(payload, "retry_after"),
        erased=tuple(map(parse_path, erased)),
        kept=tuple(map(_read_kept, kept)),
        consequence=None
        if consequence is None
        else Consequence(
            strictjson.text(consequence, "id"),
            *(terminal_safe(strictjson.text(consequence, name)) for name in ("nl", "en")),
        ),
        case=permitcase.decode(strictjson.obj(payload, "case")) if "case" in payload else None,
    )


def _read_kept(value: Json) -> tuple[Path, Reason]:
    if not isinstance(value, dict):
        raise Malformed("rights.kept", _SECTION)
    return parse_path(value.get("path")), _reason(strictjson.obj(value, "reason"))


def _right(payload: Object) -> Right:
    try:
        return Right(strictjson.text(payload, "right"))
    except ValueError:
        raise Malformed("rights.right", _SECTION) from None


def _reason(value: Object) -> Reason:
    # An organisation's words, to be shown to a person.
    return Reason(*(terminal_safe(strictjson.text(value, name)) for name in ("code", "nl", "en")))


def _reason_json(reason: Reason) -> Object:
    return {"code": reason.code, "nl": reason.nl, "en": reason.en}
