"""The signed receipt for a disclosure: what arrived, what is kept, how long (formats.md 3).

No values. The verifier builds it for every response whose key bindings verify; the wallet
checks it against what it sent and what was registered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from credential import base64url, jose, periods, strictjson, transactiondata
from credential.dcql.paths import parse_path
from credential.errors import Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.jose import Signer
from credential.names import TYP_RECEIPT, Path, is_jti
from credential.strictjson import Json, Object
from credential.trust import leaf as leaves

MAX_RECEIPT: Final = 65_536
CLOCK_SKEW: Final = 300
STARTS: Final = ("disclosure", "end_of_registration", "end_of_tenancy", "decision")

_SECTION: Final = "Regie formats 3"

Claims: TypeAlias = tuple[tuple[Path, tuple[str, ...]], ...]
"""Per disclosure: its path, and its own and its ancestors' digests."""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What one presentation disclosed; `VerifiedSdJwt.disclosed()` yields the claims."""

    query_id: str
    vct: str
    claims: Claims


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what is kept is kept, and from when."""

    duration: str
    starts: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who received it."""

    name: str
    oin: str
    service_id: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything a receipt states; `registration_hash` is `None` if no registration was sent."""

    client_id: str
    org: Organisation
    iat: int
    jti: str
    nonce: str
    request_hash: str
    registration_hash: str | None
    disclosed: tuple[Disclosed, ...]
    kept: tuple[tuple[str, Path], ...]
    retention: Retention | None
    rights_endpoint: str | None
    rights_jkt: str | None
    transaction_data_hashes: tuple[str, ...] = ()
    """What the holder signed for besides (formats.md 13), in the order of the request."""

    @property
    def delete_by(self) -> date | None:
        """The day it will be gone, if that depends on the disclosure alone."""
        if self.retention is None or self.retention.starts != "disclosure":
            return None
        return periods.after(periods.day_of(self.iat), self.retention.duration)


@dataclass(frozen=True, slots=True)
class ReceiptExpectation:
    """What the wallet knows without the receipt: the request, its registration, what was sent.

    `leaf` is the DER of the certificate that signed the request; `now` and `sent_at` bound `iat`.
    """

    leaf: bytes
    client_id: str
    nonce: str
    request_hash: str
    registration_hash: str | None
    disclosed: tuple[Disclosed, ...]
    retention: Retention | None
    rights_endpoint: str | None
    rights_jkt: str | None
    transaction_data_hashes: tuple[str, ...]
    sent_at: int
    now: int


def build(receipt: Receipt, *, signer: Signer, x5c: Sequence[bytes]) -> str:
    """The receipt as a JWS by the key of the request's access certificate."""
    _check_shape(receipt)
    payload: Object = {
        "iss": receipt.client_id,
        "org": {"name": receipt.org.name, "oin": receipt.org.oin},
        "iat": receipt.iat,
        "jti": receipt.jti,
        "nonce": receipt.nonce,
        "request_hash": receipt.request_hash,
        "disclosed": [_disclosed_json(one) for one in receipt.disclosed],
        "kept": [{"query_id": query_id, "path": [*path]} for query_id, path in receipt.kept],
    }
    if receipt.org.service_id is not None:
        payload["org"] = {
            **strictjson.obj(payload, "org"),
            "service_id": receipt.org.service_id,
        }
    if receipt.registration_hash is not None:
        payload["registration_hash"] = receipt.registration_hash
    if receipt.retention is not None:
        retention: Object = {
            "duration": receipt.retention.duration,
            "starts": receipt.retention.starts,
        }
        if receipt.delete_by is not None:
            retention["delete_by"] = receipt.delete_by.isoformat()
        payload["retention"] = retention
    if receipt.rights_endpoint is not None:
        payload["rights_endpoint"] = receipt.rights_endpoint
    if receipt.rights_jkt is not None:
        payload["cnf"] = {"jkt": receipt.rights_jkt}
    if receipt.transaction_data_hashes:
        payload[transactiondata.HASHES] = [*receipt.transaction_data_hashes]
    return jose.sign(payload, typ=TYP_RECEIPT, signer=signer, header=jose.x5c_header(x5c))


def verify(token: str, expected: ReceiptExpectation) -> Receipt:
    """The receipt, if it is the one this disclosure calls for; else the rule it breaks."""
    unverified = jose.parse(token, typ=TYP_RECEIPT, max_bytes=MAX_RECEIPT)
    if unverified.x5c()[0] != expected.leaf:
        raise NotTrusted("receipt.leaf", _SECTION)
    leaf = leaves.read(leaves.load(expected.leaf), expected.leaf)
    payload = jose.verify(unverified, leaf.key).payload
    receipt = _read(payload)
    for rule, said, wanted in (
        ("iss", receipt.client_id, expected.client_id),
        ("org", (receipt.org.oin, receipt.org.service_id), (leaf.oin, leaf.service_id)),
        ("nonce", receipt.nonce, expected.nonce),
        ("request_hash", receipt.request_hash, expected.request_hash),
        ("registration_hash", receipt.registration_hash, expected.registration_hash),
        ("disclosed", _normal(receipt.disclosed), _normal(expected.disclosed)),
        ("jkt", receipt.rights_jkt, expected.rights_jkt),
        (
            "transaction_data",
            receipt.transaction_data_hashes,
            expected.transaction_data_hashes,
        ),
        ("rights_endpoint", receipt.rights_endpoint, expected.rights_endpoint),
    ):
        if said != wanted:
            raise NotAllowed(f"receipt.{rule}", _SECTION)
    if not _within(receipt.retention, expected.retention):
        raise NotAllowed("receipt.retention", _SECTION)
    if not expected.sent_at - CLOCK_SKEW <= receipt.iat <= expected.now + CLOCK_SKEW:
        raise NotValidNow("receipt.iat", _SECTION)
    _check_shape(receipt)
    _check_delete_by(payload, receipt)
    return receipt


def dangerous_read(token: str) -> Receipt:
    """What a receipt says, vouched for by nobody: for one that failed, or is shown from keeping."""
    return _read(jose.parse(token, typ=TYP_RECEIPT, max_bytes=MAX_RECEIPT).dangerous_payload())


def _within(stated: Retention | None, registered: Retention | None) -> bool:
    """A receipt promises what was registered, or less: never longer, never from another moment."""
    if stated == registered or stated is None or registered is None:
        return stated == registered
    known = periods.is_period(stated.duration) and periods.is_period(registered.duration)
    return (
        known
        and stated.starts == registered.starts
        and periods.within(stated.duration, registered.duration)
    )


def _check_shape(receipt: Receipt) -> None:
    """Refuse a receipt that says more was kept than arrived, or cannot be told from others."""
    if not is_jti(receipt.jti):
        raise Malformed("receipt.jti", _SECTION)
    if receipt.retention is not None and receipt.retention.starts not in STARTS:
        raise Malformed("receipt.retention", _SECTION)
    for digest in (
        receipt.request_hash,
        receipt.registration_hash,
        receipt.rights_jkt,
        *receipt.transaction_data_hashes,
    ):
        if digest is not None and len(base64url.decode(digest, max_bytes=64)) != 32:  # noqa: PLR2004 - SHA-256
            raise Malformed("receipt.hash", _SECTION)
    # A query may be answered by several cards; the same disclosures cannot arrive twice.
    shown = [one for one in receipt.disclosed if one.claims]
    queries = {one.query_id for one in receipt.disclosed}
    if len(set(shown)) != len(shown) or not {name for name, _ in receipt.kept} <= queries:
        raise Malformed("receipt.query_id", _SECTION)


def _check_delete_by(payload: Object, receipt: Receipt) -> None:
    """`delete_by` stands there for `disclosure` alone, and is not later than the period says."""
    if receipt.retention is None:
        return
    stated = strictjson.text_or_none(strictjson.obj(payload, "retention"), "delete_by")
    if (stated is None) != (receipt.delete_by is None):
        raise NotAllowed("receipt.delete_by", _SECTION)
    if stated is None or receipt.delete_by is None:
        return
    try:
        day = date.fromisoformat(stated)
    except ValueError:
        raise Malformed("receipt.delete_by", _SECTION) from None
    if day > receipt.delete_by:
        raise NotAllowed("receipt.delete_by", _SECTION)


def _normal(disclosed: Sequence[Disclosed]) -> object:
    """Without order: neither side prescribes the other's."""
    return sorted(
        (
            one.query_id,
            one.vct,
            sorted((strictjson.dumps([*path]), sorted(digests)) for path, digests in one.claims),
        )
        for one in disclosed
    )


def _disclosed_json(one: Disclosed) -> Json:
    return {
        "query_id": one.query_id,
        "vct": one.vct,
        "claims": [{"path": [*path], "digests": [*digests]} for path, digests in one.claims],
    }


def _read(payload: Object) -> Receipt:
    org = strictjson.obj(payload, "org")
    retention = strictjson.obj(payload, "retention") if "retention" in payload else None
    cnf = strictjson.obj(payload, "cnf") if "cnf" in payload else None
    return Receipt(
        client_id=strictjson.text(payload, "iss"),
        org=Organisation(
            strictjson.text(org, "name"),
            strictjson.text(org, "oin"),
            strictjson.text_or_none(org, "service_id"),
        ),
        iat=strictjson.integer(payload, "iat"),
        jti=strictjson.text(payload, "jti"),
        nonce=strictjson.text(payload, "nonce"),
        request_hash=strictjson.text(payload, "request_hash"),
        registration_hash=strictjson.text_or_none(payload, "registration_hash"),
        disclosed=tuple(map(_read_disclosed, strictjson.array(payload, "disclosed"))),
        kept=tuple(map(_read_kept, strictjson.array(payload, "kept"))),
        retention=None
        if retention is None
        else Retention(
            strictjson.text(retention, "duration"), strictjson.text(retention, "starts")
        ),
        rights_endpoint=strictjson.text_or_none(payload, "rights_endpoint"),
        rights_jkt=None if cnf is None else strictjson.text(cnf, "jkt"),
        transaction_data_hashes=strictjson.texts(payload, transactiondata.HASHES)
        if transactiondata.HASHES in payload
        else (),
    )


def _read_disclosed(value: Json) -> Disclosed:
    one = _object(value)
    claims = [_object(claim) for claim in strictjson.array(one, "claims")]
    return Disclosed(
        strictjson.text(one, "query_id"),
        strictjson.text(one, "vct"),
        tuple((_path(claim), strictjson.texts(claim, "digests")) for claim in claims),
    )


def _read_kept(value: Json) -> tuple[str, Path]:
    one = _object(value)
    return strictjson.text(one, "query_id"), _path(one)


def _path(value: Object) -> Path:
    return parse_path(value.get("path"))


def _object(value: Json) -> Object:
    if not isinstance(value, dict):
        raise Malformed("receipt.shape", _SECTION)
    return value
