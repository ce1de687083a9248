"""What a signed file says and who signed it, offline; for a privacy officer or a lawyer.

A certificate that has expired since does not spoil what was signed while it held: the chain is
looked at as of the time the signer states, by the lists and revocations of now.
"""

from collections.abc import Callable
from typing import Any, Final

from credential import jose, receipt, rights, sdjwtvc, statuslist, strictjson
from credential.errors import CredentialError
from credential.names import (
    TYP_DECISION,
    TYP_PURGE_STATEMENT,
    TYP_RECEIPT,
    TYP_RIGHTS_ANSWER,
    TYP_STATUS_LIST,
    path_text,
)
from credential.rights import Right, State
from credential.strictjson import Object
from credential.trust import Issuer, Leaf, Role, Trust
from credential.trust.heirs import now_called
from verifier.dates import stamp
from verifier.errors import NotTrusted, UsageError

MAX_FILE: Final = 131_072
CLOCK_SKEW: Final = 300
_ENVELOPE_DOTS: Final = 4

Told = dict[str, Any]
Secret = Callable[[], str]


def inspect(data: bytes, trust: Trust, now: int, secret: Secret | None = None) -> Told:
    """What a file is, says and who signed it; `ok` is false when something in it does not hold.

    `secret` gives the passphrase of an exported log, when the file is one.
    """
    trust.require_fresh(now)
    try:
        text = data.decode("ascii").strip()
    except UnicodeDecodeError:
        raise NotTrusted("input.file", "", file="-") from None
    if text.startswith("{"):
        text = _answer_in(text)
    if "~" in text:
        return _card(text, trust, now)
    if text.count(".") == _ENVELOPE_DOTS:
        # Deferred: only who checks a log pays for what reads one.
        from verifier.service.logfile import inspect_log  # noqa: PLC0415

        if secret is None:
            raise UsageError("check.passphrase", "Regie formats 2")
        return inspect_log(text, secret(), trust, now)
    return _signed(text, trust, now)


def _answer_in(text: str) -> str:
    """The signed answer inside the body that `access` and `receipt` come in (formats.md 4)."""
    return strictjson.text(strictjson.loads_object(text.encode(), max_bytes=MAX_FILE), "answer")


def _card(text: str, trust: Trust, now: int) -> Told:
    """The issuer's part; for whom it was made can only be told with its request."""
    card = sdjwtvc.verify_card(text[: text.rindex("~") + 1], trust, now=now, vct=None)
    return {
        "type": "card",
        "kind": card.kind,
        "signed_by": card.issuer.name,
        "oin": card.leaf.oin,
        **_now(card.issuer, trust, now),
        "valid_until": stamp(card.exp),
        "key_binding": not text.endswith("~"),
        "disclosed": [path_text(part.path) for part in card.sd_jwt.disclosures],
    }


def _now(issuer: Issuer, trust: Trust, now: int) -> Told:
    """Who does the work of an issuer that went up in another (Regie trust 4.5)."""
    names = now_called(trust, issuer.oin, now)
    return {} if names == (issuer.name,) else {"now": [*names]}


def _signed(text: str, trust: Trust, now: int) -> Told:
    known = {**_KINDS, TYP_STATUS_LIST: _nothing}
    jws = jose.parse(text, typ=frozenset(known), max_bytes=MAX_FILE)
    typ = str(jws.header["typ"])
    if typ == TYP_STATUS_LIST:
        return _list(text, jws.dangerous_payload(), trust, now)
    at = strictjson.integer(jws.dangerous_payload(), "iat")
    if at > now + CLOCK_SKEW:
        raise NotTrusted("check.iat", "Regie formats 3")
    role = Role.ISSUER_ACCESS if typ == TYP_DECISION else Role.VERIFIER_ACCESS
    leaf = trust.kept_signer(role, jws.x5c(), signed_at=at, now=now)
    payload = jose.verify(jws, leaf.key).payload
    stopped = trust.stopped_at(jws.x5c())
    found: Told = {
        "type": typ,
        "signed_by": leaf.organization,
        "oin": leaf.oin,
        "at": at,
        **({"certificate_expired": stamp(leaf.not_after)} if leaf.not_after < now else {}),
        **({} if stopped is None else {"certificate_revoked": stamp(stopped)}),
    }
    return found | known[typ](text, payload, leaf)


def _nothing(_text: str, _payload: Object, _leaf: Leaf) -> Told:
    return {}


def _receipt(text: str, _payload: Object, leaf: Leaf) -> Told:
    """What arrived and what was kept; the receipt names the party that signed it."""
    stated = receipt.dangerous_read(text)  # its signature was verified
    if stated.client_id != f"x509_hash:{leaf.x509_hash}" or stated.org.oin != leaf.oin:
        raise NotTrusted("receipt.org", "Regie formats 3")
    return {
        "receipt": stated.jti,
        "disclosed": [
            f"{one.query_id}:{path_text(path)}"
            for one in stated.disclosed
            for path, _ in one.claims
        ],
        "kept": [f"{query_id}:{path_text(path)}" for query_id, path in stated.kept],
    }


def _answer(text: str, payload: Object, leaf: Leaf) -> Told:
    """An answer about a right; of an erasure that is done, what is gone: the proof of it."""
    stated = rights.dangerous_answer(text)
    if stated.client_id != f"x509_hash:{leaf.x509_hash}" or stated.oin != leaf.oin:
        raise NotTrusted("rights.org", "Regie formats 4")
    found: Told = {name: payload.get(name) for name in ("right", "state", "due")}
    found["received_at"] = stated.received_at
    found["about_key"] = stated.jkt
    if stated.reason is not None:
        found["reason"] = {"nl": stated.reason.nl, "en": stated.reason.en}
    if stated.right is Right.ERASURE:
        found["erasure_proof"] = stated.state is State.DONE
        found["erased"] = [path_text(path) for path in stated.erased]
        found["kept"] = [path_text(path) for path, _ in stated.kept]
    return found


def _purge(_text: str, payload: Object, leaf: Leaf) -> Told:
    """How many of what a purge removed, and of which receipts nothing is left."""
    if payload.get("org") != leaf.oin:
        raise NotTrusted("statement.org", "Regie formats 3")
    removed = strictjson.obj(payload, "removed")
    return {
        "statement": strictjson.text(payload, "jti"),
        "removed": {name: strictjson.integer(removed, name) for name in removed},
        "receipts": [*strictjson.texts(payload, "receipts")],
    }


def _decision(_text: str, payload: Object, leaf: Leaf) -> Told:
    if payload.get("org") != leaf.oin:
        raise NotTrusted("decision.org", "Regie formats 12")
    return {name: payload.get(name) for name in ("case", "kind", "outcome", "reason", "remedy")}


_KINDS: Final[dict[str, Callable[[str, Object, Leaf], Told]]] = {
    TYP_RECEIPT: _receipt,
    TYP_RIGHTS_ANSWER: _answer,
    TYP_DECISION: _decision,
    TYP_PURGE_STATEMENT: _purge,
}


def _list(text: str, payload: Object, trust: Trust, now: int) -> Told:
    """A status list: whose it is, and how many cards in it were taken back."""
    uri = strictjson.text(payload, "sub")
    issuer = next((one for one in trust.issuers if one.keeps_status_at(uri)), None)
    if issuer is None:
        raise NotTrusted("status.prefix", "Regie formats 7")
    try:
        found = statuslist.open_token(text, uri=uri, issuer=issuer, trust=trust, now=now)
    except CredentialError as error:
        raise NotTrusted(error.code, error.section) from None
    return {
        "type": TYP_STATUS_LIST,
        "signed_by": issuer.name,
        "oin": issuer.oin,
        **_now(issuer, trust, now),
        "at": found.iat,
        "entries": len(found),
    }
