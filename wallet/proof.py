"""What a receipt for one disclosure must say, kept with it; and what one that came does say.

Source: formats.md 3. The expectation stands in the `share.intended` event as `receipt_expected`, so
that a receipt asked for later (formats.md 4) is judged by what was sent and registered then.
"""

from dataclasses import dataclass
from typing import Final

from credential import jose, receipt, strictjson, transactiondata
from credential.dcql import parse_path
from credential.errors import CredentialError, Malformed
from credential.names import TYP_REQUEST_OBJECT
from credential.receipt import Disclosed, Receipt, ReceiptExpectation, Retention
from credential.strictjson import Json, Object
from wallet.events import Kind
from wallet.request import VerifiedRequest
from wallet.sharing import Prepared

MEMBER: Final = "receipt_expected"


@dataclass(frozen=True)
class Verified:
    """The organisation signed for exactly what was sent."""

    receipt: Receipt
    raw: str


@dataclass(frozen=True)
class Invalid:
    """A receipt came that breaks this rule; it is kept all the same."""

    rule: str
    raw: str


@dataclass(frozen=True)
class Absent:
    """No receipt came."""

    reason: str = ""


Verdict = Verified | Invalid | Absent


def expected(request: VerifiedRequest, prepared: Prepared) -> Object:
    """The expectation as the log keeps it: hashes and digests, no values."""
    registered = request.registration
    retention = None if registered is None else registered.retention
    key = prepared.rights_key
    return {
        "client_id": request.client_id,
        "nonce": request.nonce,
        "request_hash": request.sha256,
        "registration_hash": None if registered is None else registered.sha256,
        "retention": None
        if retention is None
        else {"duration": retention.duration, "starts": retention.starts},
        "rights_endpoint": request.rights_endpoint,
        "rights_jkt": None if key is None else key.jkt,
        "disclosed": [
            {
                "query_id": one.query,
                "vct": one.vct,
                "claims": [
                    {"path": [*path], "digests": [*digests]} for path, digests in one.disclosed
                ],
            }
            for one in prepared.released
        ],
    }


def judge(
    token: str | None, body: Object, request: str | None, *, sent_at: int, now: int
) -> Verdict:
    """The verdict on a receipt; `body` is that of `share.intended`, `request` the object sent."""
    if token is None:
        return Absent()
    if request is None:
        return Invalid("request_erased", token)
    try:
        wanted = _expectation(body, request, sent_at, now)
        return Verified(receipt.verify(token, wanted), token)
    except CredentialError as error:
        return Invalid(error.code, token)


def event(verdict: Verdict) -> tuple[Kind, Object]:
    """How a verdict stands in the log."""
    match verdict:
        case Verified():
            body: Object = {"jti": verdict.receipt.jti}
            day = verdict.receipt.delete_by
            if day is not None:
                body["delete_by"] = day.isoformat()
            return Kind.RECEIPT_VERIFIED, body
        case Invalid():
            return Kind.RECEIPT_INVALID, {"reason": verdict.rule}
        case Absent():
            return Kind.RECEIPT_ABSENT, {"reason": verdict.reason} if verdict.reason else {}


def word(verdict: Verdict) -> str:
    """The word of the command line for a verdict."""
    match verdict:
        case Verified():
            return "verified"
        case Invalid():
            return "invalid"
        case Absent():
            return "absent"


def _expectation(body: Object, request: str, sent_at: int, now: int) -> ReceiptExpectation:
    stored = strictjson.obj(body, MEMBER)
    retention = stored.get("retention")
    jws = jose.parse(request, typ=TYP_REQUEST_OBJECT)
    return ReceiptExpectation(
        leaf=jws.x5c()[0],
        client_id=strictjson.text(stored, "client_id"),
        nonce=strictjson.text(stored, "nonce"),
        request_hash=strictjson.text(stored, "request_hash"),
        registration_hash=strictjson.text_or_none(stored, "registration_hash"),
        disclosed=tuple(_disclosed(one) for one in strictjson.array(stored, "disclosed")),
        retention=None
        if not isinstance(retention, dict)
        else Retention(
            strictjson.text(retention, "duration"), strictjson.text(retention, "starts")
        ),
        rights_endpoint=_optional(stored, "rights_endpoint"),
        rights_jkt=_optional(stored, "rights_jkt"),
        transaction_data_hashes=_signed_for(jws),
        sent_at=sent_at,
        now=now,
    )


def _signed_for(request: jose.UnverifiedJws) -> tuple[str, ...]:
    """What was signed for: all that the request, verified when it was answered, asked for."""
    payload = request.dangerous_payload()
    texts = strictjson.texts(payload, "transaction_data") if "transaction_data" in payload else ()
    return tuple(map(transactiondata.digest, texts))


def _disclosed(value: Json) -> Disclosed:
    if not isinstance(value, dict):
        raise Malformed("receipt.expected", "Regie formats 3")
    claims = []
    for claim in strictjson.array(value, "claims"):
        if not isinstance(claim, dict):
            raise Malformed("receipt.expected", "Regie formats 3")
        claims.append((parse_path(claim.get("path")), strictjson.texts(claim, "digests")))
    return Disclosed(
        strictjson.text(value, "query_id"), strictjson.text(value, "vct"), tuple(claims)
    )


def _optional(stored: Object, name: str) -> str | None:
    return None if stored.get(name) is None else strictjson.text(stored, name)
