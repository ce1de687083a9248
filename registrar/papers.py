"""What travels between the register and the safe: a request, and the answer to it.

Both are one file that people carry and whose SHA-256 they read aloud. Nothing in them is believed
for being there: a request proves its keys, and everything in an answer hangs under the root.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credential import base64url, rootchain, strictjson, words
from credential.errors import CredentialError
from credential.rootchain import Root
from credential.strictjson import Json, Object
from registrar.errors import BadInput, Untrusted
from registrar.own import certificate, encoded, roots_of

MAX_PAPER: Final = 1024 * 1024
MOST: Final = 64
DIGEST: Final = 32
SPOKEN: Final = 15
_HEX: Final = frozenset("0123456789abcdef")
REASONS: Final = ("compromised", "superseded", "ceased")


@dataclass(frozen=True)
class Request:
    """Which keys the root is asked to certify, and what it is asked to take back."""

    operator: str
    oin: str
    wanted: Mapping[str, bytes]
    """Certificate requests (PKCS#10, PEM) by name."""
    dropped: Mapping[str, str]
    """Why each of these names is taken back."""


@dataclass(frozen=True)
class Answer:
    """Everything the root has certified and not taken back, and its revocation lists."""

    roots: tuple[Root, ...]
    crls: Mapping[str, bytes]
    certificates: Mapping[str, x509.Certificate]


def dump_request(request: Request) -> bytes:
    """The file."""
    wanted: Object = {name: pem.decode("ascii") for name, pem in request.wanted.items()}
    return strictjson.dumps(
        {
            "version": 1,
            "operator": request.operator,
            "oin": request.oin,
            "wanted": wanted,
            "dropped": {**request.dropped},
        }
    )


def load_request(data: bytes) -> Request:
    """The request in this file; shape only."""
    try:
        document = _versioned(data)
        wanted, dropped = (strictjson.obj(document, name) for name in ("wanted", "dropped"))
        found = Request(
            operator=strictjson.text(document, "operator"),
            oin=strictjson.text(document, "oin"),
            wanted={name: strictjson.text(wanted, name).encode() for name in wanted},
            dropped={name: strictjson.text(dropped, name) for name in dropped},
        )
    except CredentialError:
        raise BadInput("paper.request") from None
    if len(found.wanted) + len(found.dropped) > MOST or not set(found.dropped.values()) <= {
        *REASONS
    }:
        raise BadInput("paper.request")
    return found


def dump_answer(answer: Answer) -> bytes:
    """The file."""
    certificates: Object = {name: encoded(one) for name, one in answer.certificates.items()}
    crls: Object = {name: base64url.encode_padded(one) for name, one in answer.crls.items()}
    roots: Json = strictjson.loads_object(rootchain.write(answer.roots))["roots"]
    return strictjson.dumps(
        {"version": 1, "roots": roots, "crls": crls, "certificates": certificates}
    )


def load_answer(data: bytes) -> Answer:
    """The answer in this file; shape only, nothing of it is believed yet."""
    try:
        document = _versioned(data)
        certificates, crls = (strictjson.obj(document, name) for name in ("certificates", "crls"))
        if len(certificates) > MOST or len(crls) > MOST:
            raise BadInput("paper.answer")
        return Answer(
            roots=roots_of(document),
            crls={name: base64url.decode_padded(strictjson.text(crls, name)) for name in crls},
            certificates={
                name: certificate(strictjson.text(certificates, name)) for name in certificates
            },
        )
    except (CredentialError, Untrusted):
        raise BadInput("paper.answer") from None


def _versioned(data: bytes) -> Object:
    document = strictjson.loads_object(data, max_bytes=MAX_PAPER)
    if strictjson.integer(document, "version") != 1:
        raise BadInput("paper.version")
    return document


def der(found: x509.Certificate) -> bytes:
    """A certificate's bytes."""
    return found.public_bytes(Encoding.DER)


def spoken(digest: bytes) -> str:
    """The first 120 bits of a SHA-256 as ten words, to read to one another (Regie formats 2)."""
    return " ".join(words.words_for(digest[:SPOKEN]))


def heard(typed: str) -> bytes:
    """The bytes of a fingerprint as it was given: 64 hexadecimal digits, or the ten words.

    A refusal has the `place` of the first word that is none of the list; 0 where there is none.
    """
    given, place = typed.strip(), 0
    try:
        if len(given) == 2 * DIGEST and _HEX.issuperset(given.lower()):
            return bytes.fromhex(given)
        found = words.bytes_for(given)
        if len(found) == SPOKEN:
            return found
    except CredentialError as error:
        place = int(error.params.get("place", 0))
    raise BadInput("paper.fingerprint", place=place)


def is_heard(given: bytes, digest: bytes) -> bool:
    """Whether what was read aloud or typed is this SHA-256."""
    return given == digest[: len(given)] and len(given) in (SPOKEN, DIGEST)
