"""What is written down of a ceremony at the root, signed by the root itself.

The report says who was there, in what state the machine was, what was asked and what was signed, by
hashes that anybody can compare with the files; it holds no secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from credential import base64url, jose, strictjson
from credential.errors import CredentialError
from credential.jose import PrivateKey, PublicKey
from credential.strictjson import Json, Object
from registrar.certificates import Pair
from registrar.errors import BadInput, Untrusted
from registrar.papers import is_heard

What: TypeAlias = Literal["init", "sign", "renew", "roll"]

TYP: Final = "regie-ceremony+jwt"
MAX_REPORT: Final = 256 * 1024
LONGEST: Final = 400
PEOPLE: Final = 2
DUTIES: Final = ("leads", "watches")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `why` is what people said to go on all the same."""

    code: str
    good: bool
    detail: str = ""
    why: str = ""


@dataclass(frozen=True)
class Report:
    """Everything that is known of one ceremony so far."""

    what: What
    operator: str
    oin: str
    begun: int
    people: tuple[tuple[str, str], ...] = ()
    """Names, each with the duty: one of `DUTIES`."""
    checks: tuple[Check, ...] = ()
    request: str = ""
    answer: str = ""
    fingerprint: str = ""
    certified: Mapping[str, str] | None = None
    """SHA-256 of every certificate that stands, by name."""
    fresh: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    ended: int = 0

    def with_check(self, check: Check) -> "Report":
        """The report with one more thing looked at."""
        return replace(self, checks=(*self.checks, check))

    def with_people(self, people: Sequence[tuple[str, str]]) -> "Report":
        """The report with who was there: two people, each with a duty."""
        cleaned = tuple((name.strip(), duty.strip()) for name, duty in people)
        if any(not name or not duty for name, duty in cleaned):
            raise BadInput("ceremony.name")
        if any(len(text) > LONGEST for one in cleaned for text in one):
            raise BadInput("ceremony.long")
        if len({name.casefold() for name, _ in cleaned}) < PEOPLE:
            raise BadInput("ceremony.alone")
        return replace(self, people=cleaned)


def sign(report: Report, root: Pair) -> str:
    """The report as a file, signed by the root it is about."""
    payload: Object = {
        "version": 1,
        "what": report.what,
        "operator": report.operator,
        "oin": report.oin,
        "begun": report.begun,
        "ended": report.ended,
        "people": [{"name": name, "duty": duty} for name, duty in report.people],
        "checks": [_check(one) for one in report.checks],
        "request": report.request,
        "answer": report.answer,
        "fingerprint": report.fingerprint,
        "certified": {**(report.certified or {})},
        "fresh": [*report.fresh],
        "dropped": [*report.dropped],
    }
    header = {**jose.x5c_header([root.der]), "x5t#S256": base64url.sha256(root.der)}
    return jose.sign(payload, typ=TYP, signer=root.signer, header=header)


def read(data: bytes, *, fingerprint: bytes) -> Report:
    """The report in this file, if the root signed it that was read aloud as `fingerprint`."""
    try:
        token = jose.parse(data.decode("ascii").strip(), typ=TYP, max_bytes=MAX_REPORT)
        root = x509.load_der_x509_certificate(token.x5c()[0])
        key = root.public_key()
        own = root.fingerprint(hashes.SHA256())
        if not isinstance(key, PublicKey) or not is_heard(fingerprint, own):
            raise Untrusted("ceremony.other_root")
        found = jose.verify(token, key).payload
        return _report(found)
    except (CredentialError, ValueError):
        raise Untrusted("ceremony.report") from None


def holds(key: PrivateKey, root: x509.Certificate) -> bool:
    """Whether a key that was read back is the one of this root: it signs, and that verifies."""
    proof = jose.sign({"version": 1}, typ=TYP, signer=jose.KeySigner(key))
    public = root.public_key()
    try:
        return isinstance(public, PublicKey) and bool(
            jose.verify(jose.parse(proof, typ=TYP), public)
        )
    except CredentialError:
        return False


def fingerprints(certificates: Mapping[str, x509.Certificate]) -> dict[str, str]:
    """SHA-256 of each certificate, in hex."""
    return {name: _sha256(one) for name, one in certificates.items()}


def _sha256(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _check(one: Check) -> Json:
    return {
        "code": one.code,
        "good": one.good,
        **({"detail": one.detail} if one.detail else {}),
        **({"why": one.why} if one.why else {}),
    }


def _report(found: Object) -> Report:
    what = strictjson.text(found, "what")
    kinds: dict[str, What] = {"init": "init", "sign": "sign", "renew": "renew", "roll": "roll"}
    if what not in kinds:
        raise Untrusted("ceremony.report")
    certified = strictjson.obj(found, "certified")
    return Report(
        what=kinds[what],
        operator=strictjson.text(found, "operator"),
        oin=strictjson.text(found, "oin"),
        begun=strictjson.integer(found, "begun"),
        ended=strictjson.integer(found, "ended"),
        people=tuple(
            (strictjson.text(one, "name"), strictjson.text(one, "duty"))
            for one in strictjson.array(found, "people")
            if isinstance(one, dict)
        ),
        checks=tuple(
            Check(
                strictjson.text(one, "code"),
                one.get("good") is True,
                strictjson.text_or_none(one, "detail") or "",
                strictjson.text_or_none(one, "why") or "",
            )
            for one in strictjson.array(found, "checks")
            if isinstance(one, dict)
        ),
        request=str(found.get("request", "")),
        answer=str(found.get("answer", "")),
        fingerprint=strictjson.text(found, "fingerprint"),
        certified={name: strictjson.text(certified, name) for name in certified},
        fresh=tuple(strictjson.texts(found, "fresh")),
        dropped=tuple(strictjson.texts(found, "dropped")),
    )
