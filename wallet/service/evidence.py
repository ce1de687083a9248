"""The signed documents behind an activity, verified again on the spot, each as of its own day.

Source: formats.md 2, Evidence. Who signed it is traced by the lists and revocations of now; that
it was signed on that day is the signer's word, and that it belongs here is in the log.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from credential import base64url, jose, names, rootchain, strictjson
from credential.dcql.paths import parse_path
from credential.errors import CredentialError
from credential.log import Event, judging
from credential.log.entries import Entry
from credential.log.export import Exported, Segment
from credential.snapshot import ROOT, Snapshot, open_snapshot
from credential.strictjson import Json, Object
from credential.trust import Trust
from wallet import files
from wallet.errors import Usage
from wallet.service.exporting import require_new
from wallet.service.lookback import ROLES
from wallet.service.wallet import Wallet
from wallet.store.values import Evidence
from wallet.texts import LANGUAGES

HOLDS: Final = ""
FOREIGN: Final = "foreign"
"""Signed under an authority the resident chose, outside the scheme."""
_NO_ANCHOR: Final = "x5c.no_anchor"


@dataclass(frozen=True)
class Fact:
    """One thing a document says: a text, a time, a word of ours, or which data."""

    label: str
    text: str = field(default="", repr=False)
    at: int | None = None
    word: str = ""
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examined:
    """One document: what it is, who signed it when, and whether that holds.

    `verdict` is empty when everything holds, `FOREIGN`, or the rule that failed.
    """

    role: str
    sha256: str
    size: int
    entry: int
    """The entry of the log that names it; 0 when none does."""
    signer: str
    oin: str
    signed_at: int | None
    verdict: str
    as_of: int
    facts: tuple[Fact, ...] = field(default=(), repr=False)
    content: bytes = field(default=b"", repr=False)

    @property
    def holds(self) -> bool:
        """Whether it is signed by whom it says, and says what the log says."""
        return self.verdict in (HOLDS, FOREIGN)


def examine(wallet: Wallet, activity: str, *, now: int) -> tuple[Examined, ...]:
    """Every document kept with an activity, in the order things happened.

    By the lists of now; of lists that ran out, by what they said on their last day.
    """
    trust, as_of = wallet.trust_of_then(now)
    kept = sorted(dict.fromkeys(wallet.store.evidence(activity)), key=_turn)
    entries = tuple(
        Entry(one.n, one.activity, Event(one.kind), one.at, one.body)
        for one in wallet.store.events(activity)
    )
    found = {
        sha256: entry.n
        for entry in reversed(entries)
        for _, sha256 in judging.evidence_of(entry.body)
    }
    texts = tuple(one.content.decode("ascii", "replace") for one in kept)
    segment = Segment(wallet.store.chain.log_id, wallet.store.chain.public_key, (), (), texts, ())
    judged = judging.judge(Exported((), segment, entries, 0, ()), trust, now=as_of)
    differs = {fault.n for fault in judged.faults if fault.code == "statement.differs"}
    return tuple(_examine(wallet, trust, one, found, differs, as_of) for one in kept)


def save(folder: Path, found: tuple[Examined, ...]) -> list[str]:
    """Each as a file, byte for byte, so that others can check it: `regie-verifier check FILE`."""
    if not files.is_folder(folder):
        raise Usage("export.no-folder", folder=folder.name)
    files_of = {f"{turn:02}-{one.role}.jwt": one for turn, one in enumerate(found, start=1)}
    for name in files_of:
        require_new(folder / name)
    for name, one in files_of.items():
        files.write_new(folder / name, one.content)
    return [*files_of]


def _examine(
    wallet: Wallet,
    trust: Trust,
    one: Evidence,
    found: Mapping[str, int],
    differs: set[int],
    now: int,
) -> Examined:
    sha256 = base64url.sha256(one.content)
    entry = found.get(sha256, 0)
    signer, oin, verdict = "", "", HOLDS
    at: int | None = None
    facts: tuple[Fact, ...] = ()
    try:
        document = _open(wallet, trust, one, now)
        signer, oin, at = document.organisation, document.oin, document.at
        facts = tuple(_facts(document))
    except CredentialError as error:
        verdict = error.code
        if error.code == _NO_ANCHOR and wallet.foreign:
            signer, at, verdict = _foreign(wallet, one, now)
    if not entry:
        verdict = "evidence.stray"
    elif entry in differs and verdict == HOLDS:
        verdict = "statement.differs"
    size = len(one.content)
    return Examined(
        one.role, sha256, size, entry, signer, oin, at, verdict, now, facts, one.content
    )


def _turn(one: Evidence) -> int:
    return ROLES.index(one.role) if one.role in ROLES else len(ROLES)


def _open(wallet: Wallet, trust: Trust, one: Evidence, now: int) -> judging.Document:
    text = one.content.decode("ascii", "replace")
    document = judging.open_document(text, trust, now=now)
    return _scheme(wallet, one.content) if document is None else document


def _scheme(wallet: Wallet, content: bytes) -> judging.Document:
    """A snapshot, under a root this wallet was led to, on the day it was issued."""
    jws = jose.parse(content.decode("ascii"), typ=names.TYP_SCHEME, max_bytes=len(content))
    issued = strictjson.integer(jws.dangerous_payload(), "issued")
    found = _under_any(content, _roots(wallet), issued)
    said: Object = {"sequence": found.sequence, "next_update": found.next_update}
    sha256 = base64url.sha256(content)
    return judging.Document(sha256, names.TYP_SCHEME, found.operator, "", found.issued, said)


def _roots(wallet: Wallet) -> tuple[bytes, ...]:
    """The root of the scheme in force, and those that led to it: what is kept may be older."""
    row = wallet.scheme_folder / rootchain.FILE
    return rootchain.under(
        bytes.fromhex(wallet.config.fingerprint),
        (wallet.scheme_folder / ROOT).read_bytes(),
        row.read_bytes() if row.is_file() else None,
    )


def _under_any(content: bytes, roots: Sequence[bytes], issued: int) -> Snapshot:
    for root in roots[:-1]:
        with suppress(CredentialError):
            return open_snapshot(
                content, root, fingerprint=hashlib.sha256(root).digest(), now=issued
            )
    last = roots[-1]
    return open_snapshot(content, last, fingerprint=hashlib.sha256(last).digest(), now=issued)


def _foreign(wallet: Wallet, one: Evidence, now: int) -> tuple[str, int | None, str]:
    """Who signed it, under an authority the resident chose; nothing is known of such a party."""
    try:
        jws = jose.parse(one.content.decode("ascii"), typ=names.TYP_REQUEST_OBJECT)
        members = jws.dangerous_payload()
        at = strictjson.integer(members, "iat") if "iat" in members else now
        leaf = wallet.foreign.signer(jws.x5c(), now=min(at, now))
        jose.verify(jws, leaf.key)
    except (CredentialError, UnicodeDecodeError):
        return "", None, _NO_ANCHOR
    return leaf.organization, at, FOREIGN


# --- what it says, for people ---------------------------------------------------------------------


def _facts(document: judging.Document) -> Iterator[Fact]:
    """The meaning of a document that was verified, without the value of any card."""
    said = document.payload
    match document.typ:
        case names.TYP_REQUEST_OBJECT:
            yield from _host("answer-to", said.get("response_uri"))
        case names.TYP_REGISTRATION:
            yield from _localised("purpose", said.get("purpose"))
            yield from _time("valid-until", said.get("exp"))
        case names.TYP_RECEIPT:
            yield from _paths("arrived", _members(said.get("disclosed"), "claims"))
            yield from _paths("kept", said.get("kept"))
            retention = said.get("retention")
            if isinstance(retention, dict):
                yield from _text("gone-by", retention.get("delete_by"))
        case names.TYP_RIGHTS_REQUEST:
            yield from _word("asked", "right", said.get("right"))
        case names.TYP_RIGHTS_ANSWER:
            yield from _word("asked", "right", said.get("right"))
            yield from _word("answer", "rights.states", said.get("state"))
            yield from _paths("erased", said.get("erased"))
            yield from _time("due", said.get("due"))
        case names.TYP_DECISION:
            yield from _text("case", said.get("case"))
            yield from _word("kind", "kind", said.get("kind"))
        case names.TYP_SCHEME:
            yield Fact("sequence", str(said.get("sequence")))
            yield from _time("in-force-until", said.get("next_update"))
        case _:
            return


def _text(label: str, value: Json) -> Iterator[Fact]:
    if isinstance(value, str) and value:
        yield Fact(label, value)


def _time(label: str, value: Json) -> Iterator[Fact]:
    if type(value) is int:
        yield Fact(label, at=value)


def _word(label: str, family: str, value: Json) -> Iterator[Fact]:
    if isinstance(value, str) and value:
        yield Fact(label, value, word=f"{family}.{value}")


def _host(label: str, value: Json) -> Iterator[Fact]:
    if isinstance(value, str):
        try:
            yield from _text(label, urlsplit(value).hostname)
        except ValueError:
            return


def _localised(label: str, value: Json) -> Iterator[Fact]:
    """A text in two languages; the reader's own is chosen where it is shown."""
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict) and isinstance(text := one.get("value"), str):
            lang = str(one.get("lang", ""))[:2]
            yield Fact(f"{label}.{lang}" if lang in LANGUAGES else label, text)


def _members(value: Json, name: str) -> Json:
    parts = value if isinstance(value, list) else []
    found: list[Json] = []
    for part in parts:
        inner = part.get(name) if isinstance(part, dict) else None
        found += inner if isinstance(inner, list) else []
    return found


def _paths(label: str, value: Json) -> Iterator[Fact]:
    """Claims by their paths: what, never what it was."""
    found = []
    for one in value if isinstance(value, list) else ():
        path = one.get("path") if isinstance(one, dict) else one
        try:
            found.append(names.path_text(parse_path(path)))
        except CredentialError:
            continue
    if found:
        yield Fact(label, paths=tuple(found))
