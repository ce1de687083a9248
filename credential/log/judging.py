"""Who said what in an export: a statement is somebody's signature, or the resident's own word.

The evidence that travels with a log is verified again, each document as of the time it states, and
held against the entry that refers to it (formats.md 2). Completeness and times are the resident's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from credential import base64url, jose, names, strictjson
from credential.dcql.paths import parse_path
from credential.errors import CredentialError, NotAllowed, NotValidNow
from credential.log.chain import Fault
from credential.log.entries import Entry, Event
from credential.log.export import Exported
from credential.strictjson import Json, Object
from credential.trust import Role, Trust

MAX_DOCUMENT: Final = 131_072
CLOCK_SKEW: Final = 300

_SIGNERS: Final = {
    names.TYP_REQUEST_OBJECT: Role.VERIFIER_ACCESS,
    names.TYP_RECEIPT: Role.VERIFIER_ACCESS,
    names.TYP_RIGHTS_ANSWER: Role.VERIFIER_ACCESS,
    names.TYP_DECISION: Role.ISSUER_ACCESS,
    names.TYP_REGISTRATION: Role.REGISTRATION,
}
_BACKED: Final = {
    Event.REQUEST_RECEIVED: names.TYP_REQUEST_OBJECT,
    Event.SHARE_INTENDED: names.TYP_REQUEST_OBJECT,
    Event.RECEIPT_VERIFIED: names.TYP_RECEIPT,
    Event.RIGHT_ANSWERED: names.TYP_RIGHTS_ANSWER,
    Event.CASE_DECIDED: names.TYP_DECISION,
}
"""Which document stands behind which kind of entry."""
_OWN: Final = frozenset({Event.SHARE_INTENDED})
"""Entries that a document goes with, and that yet state what the resident did."""


@dataclass(frozen=True, slots=True)
class Document:
    """A signed document in the evidence and who signed it; "" for the resident's own."""

    sha256: str
    typ: str
    organisation: str
    oin: str
    at: int
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Statement:
    """One entry and whose statement it is: an organisation's, or `None` for the resident's own."""

    n: int
    activity: str
    kind: str
    at: int
    signed_by: str | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything an export says, by whom, and what in it does not hold."""

    statements: tuple[Statement, ...]
    documents: tuple[Document, ...]
    unchecked: int
    """Snapshots of the scheme: signed under a root that stands outside this file."""
    faults: tuple[Fault, ...]


def judge(found: Exported, trust: Trust, *, now: int) -> Judgement:
    """Verify the evidence at the time it states, and hold every entry against it."""
    faults = [*found.faults]
    documents: dict[str, Document] = {}
    unchecked: set[str] = set()
    for token in found.segment.evidence:
        sha256 = base64url.sha256(token)
        try:
            document = open_document(token, trust, now=now)
        except CredentialError as error:
            faults.append(Fault(f"evidence.{error.code}", _user(found.entries, sha256)))
            continue
        if document is None:
            unchecked.add(sha256)
        else:
            documents[sha256] = document
    entries = found.entries
    statements = [_state(one, entries, documents, unchecked, faults) for one in entries]
    used = {sha256 for entry in entries for _, sha256 in evidence_of(entry.body)}
    faults += [Fault("evidence.stray", 0) for _ in (documents.keys() | unchecked) - used]
    return Judgement(tuple(statements), tuple(documents.values()), len(unchecked), tuple(faults))


def evidence_of(body: Object) -> list[tuple[str, str]]:
    """Role and hash of every document an entry refers to."""
    items = body.get("evidence")
    return [
        (role, sha256)
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
        and isinstance(role := item.get("role"), str)
        and isinstance(sha256 := item.get("sha256"), str)
    ]


def open_document(token: str, trust: Trust, *, now: int) -> Document | None:
    """The document, if its signature and chain hold as of when it says it was made.

    Nothing for a snapshot of the scheme: what it is signed under, the reader has to know.
    """
    sha256 = base64url.sha256(token)
    known = frozenset({*_SIGNERS, names.TYP_RIGHTS_REQUEST, names.TYP_SCHEME})
    jws = jose.parse(token, typ=known, max_bytes=MAX_DOCUMENT)
    typ = str(jws.header["typ"])
    if typ == names.TYP_SCHEME:
        return None
    if typ == names.TYP_RIGHTS_REQUEST:
        payload = jose.verify(jws, jws.jwk()).payload
        return Document(sha256, typ, "", "", strictjson.integer(payload, "iat"), payload)
    at = strictjson.integer(jws.dangerous_payload(), "iat")
    if at > now + CLOCK_SKEW:
        raise NotValidNow("iat", "Regie formats 2")
    leaf = trust.kept_signer(_SIGNERS[typ], jws.x5c(), signed_at=at, now=now)
    payload = jose.verify(jws, leaf.key).payload
    signer = f"x509_hash:{leaf.x509_hash}"
    # Who signs for somebody else's name signs nothing (formats.md 3 and 4).
    stated = {names.TYP_REQUEST_OBJECT: "client_id"}.get(typ, "iss")
    if _SIGNERS[typ] is Role.VERIFIER_ACCESS and payload.get(stated) != signer:
        raise NotAllowed("iss", "Regie formats 3")
    return Document(sha256, typ, leaf.organization, leaf.oin, at, payload)


def _user(entries: Sequence[Entry], sha256: str) -> int:
    return next(
        (one.n for one in entries if any(used == sha256 for _, used in evidence_of(one.body))), 0
    )


def _state(
    entry: Entry,
    entries: Sequence[Entry],
    documents: Mapping[str, Document],
    unchecked: set[str],
    faults: list[Fault],
) -> Statement:
    """Whose statement an entry is; a document it names must be there and say the same."""
    signed_by = None
    for _, sha256 in evidence_of(entry.body):
        document = documents.get(sha256)
        if document is None:
            if sha256 not in unchecked and not _faulty(faults, entry.n):
                faults.append(Fault("evidence.missing", entry.n))
        elif document.typ == _BACKED.get(entry.kind):
            if not _agrees(entry, entries, document):
                faults.append(Fault("statement.differs", entry.n))
            elif entry.kind not in _OWN:
                signed_by = document.organisation
    return Statement(entry.n, entry.activity, entry.kind.value, entry.at, signed_by)


def _faulty(faults: Sequence[Fault], n: int) -> bool:
    return any(one.n == n and one.code.startswith("evidence.") for one in faults)


def _agrees(entry: Entry, entries: Sequence[Entry], document: Document) -> bool:
    """Whether the entry tells what the document says."""
    match entry.kind:
        case Event.REQUEST_RECEIVED | Event.SHARE_INTENDED:
            party = entry.body.get("party")
            return isinstance(party, dict) and party.get("oin") == document.oin
        case Event.RIGHT_ANSWERED:
            said = document.payload
            erased = said.get("erased")
            paths = [
                names.path_text(parse_path(path))
                for path in (erased if isinstance(erased, list) else ())
            ]
            return (
                entry.body.get("right") == said.get("right")
                and entry.body.get("state") == said.get("state")
                and (entry.body.get("erased") or []) == paths
            )
        case Event.RECEIPT_VERIFIED:
            return _received(entry, entries, document)
        case _:
            return entry.body.get("case") == document.payload.get("case")


def _received(entry: Entry, entries: Sequence[Entry], document: Document) -> bool:
    """Whether what they sign to have received is what the entry before says was sent."""
    sent = [
        one.body.get("shared")
        for one in entries
        if one.activity == entry.activity and one.kind is Event.SHARE_INTENDED
    ]
    if not sent:
        return True
    arrived = document.payload.get("disclosed")
    return _digests(sent[-1]) == _digests(arrived)


def _digests(value: Json) -> set[str]:
    """Every digest below the members called `digests`."""
    found: set[str] = set()
    stack: list[tuple[Json, bool]] = [(value, False)]
    while stack:
        one, inside = stack.pop()
        if isinstance(one, str):
            if inside:
                found.add(one)
        elif isinstance(one, list):
            stack += [(part, inside) for part in one]
        elif isinstance(one, dict):
            stack += [(part, inside or name == "digests") for name, part in one.items()]
    return found
