"""A municipality's decision about a request of a resident, signed (formats.md 12).

It names the case, what was asked and what was decided, why, and how to object; no value of a
claim. The resident keeps it as proof: a decision that is shown and not signed counts for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from credential import jose, strictjson
from credential.errors import Malformed, NotAllowed, NotValidNow
from credential.jose import Signer
from credential.names import TYP_DECISION
from credential.plaintext import terminal_safe
from credential.strictjson import Object
from credential.trust import Trust

MAX_DECISION: Final = 32_768
CLOCK_SKEW: Final = 300
TYPES: Final = ("card", "correction")
OUTCOMES: Final = ("granted", "refused", "partly")

_SECTION: Final = "Regie formats 12"
_MAX_WORDS: Final = 8_192


@dataclass(frozen=True, slots=True)
class Words:
    """What the municipality says, in Dutch and, where it does, in English."""

    nl: str = field(repr=False)
    en: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; `at` is when it was made, `iat` when this proof of it was."""

    issuer: str
    """The credential issuer identifier of the municipality."""
    oin: str
    case: str
    type: str
    kind: str
    outcome: str
    at: int
    iat: int
    remedy: Words
    reason: Words | None = None


def build(decision: Decision, *, signer: Signer, x5c: Sequence[bytes]) -> str:
    """The decision as a JWS by an access certificate of the municipality."""
    _check(decision)
    payload: Object = {
        "iss": decision.issuer,
        "org": decision.oin,
        "iat": decision.iat,
        "case": decision.case,
        "type": decision.type,
        "kind": decision.kind,
        "outcome": decision.outcome,
        "at": decision.at,
        "remedy": _json(decision.remedy),
    }
    if decision.reason is not None:
        payload["reason"] = _json(decision.reason)
    return jose.sign(payload, typ=TYP_DECISION, signer=signer, header=jose.x5c_header(x5c))


def verify(token: str, *, trust: Trust, oin: str, now: int, case: str | None = None) -> Decision:
    """The decision, if the municipality with this OIN signed it; `case`: and about this case."""
    unverified = jose.parse(token, typ=TYP_DECISION, max_bytes=MAX_DECISION)
    leaf = trust.issuer_leaf(unverified.x5c(), now)
    if leaf.oin != oin:
        raise NotAllowed("decision.organisation", _SECTION)
    decision = _read(jose.verify(unverified, leaf.key).payload)
    if decision.oin != leaf.oin:
        raise NotAllowed("decision.org", _SECTION)
    if case is not None and decision.case != case:
        raise NotAllowed("decision.case", _SECTION)
    if decision.iat > now + CLOCK_SKEW:
        raise NotValidNow("decision.iat", _SECTION)
    _check(decision)
    return decision


def _check(decision: Decision) -> None:
    """Refuses what is no decision: another outcome, a refusal without a reason, no remedy."""
    if decision.type not in TYPES or decision.outcome not in OUTCOMES:
        raise Malformed("decision.shape", _SECTION)
    if not decision.case or decision.at > decision.iat:
        raise Malformed("decision.shape", _SECTION)
    if decision.outcome != "granted" and (decision.reason is None or not decision.reason.nl):
        raise NotAllowed("decision.reason", "Awb 3:46")
    if not decision.remedy.nl:
        raise NotAllowed("decision.remedy", "Awb 3:45")


def _json(words: Words) -> Object:
    return {"nl": words.nl, "en": words.en} if words.en else {"nl": words.nl}


def _read(payload: Object) -> Decision:
    return Decision(
        issuer=strictjson.text(payload, "iss"),
        oin=strictjson.text(payload, "org"),
        case=strictjson.text(payload, "case"),
        type=strictjson.text(payload, "type"),
        kind=strictjson.text(payload, "kind"),
        outcome=strictjson.text(payload, "outcome"),
        at=strictjson.integer(payload, "at"),
        iat=strictjson.integer(payload, "iat"),
        remedy=_words(payload, "remedy"),
        reason=_words(payload, "reason") if "reason" in payload else None,
    )


def _words(payload: Object, name: str) -> Words:
    found = strictjson.obj(payload, name)
    nl, en = strictjson.text(found, "nl"), strictjson.text_or_none(found, "en") or ""
    # An organisation's words, to be shown to a person.
    return Words(*(terminal_safe(one, max_length=_MAX_WORDS) for one in (nl, en)))
