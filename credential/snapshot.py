"""The scheme snapshot: the one door to everything the registrar publishes (Regie formats 8).

`scheme.jws` names every file with its SHA-256. A reader checks the root against the fingerprint
it was given, the snapshot against the root, and each file against the snapshot before it looks
inside. Lists of another issue, or an older snapshot than was seen before, are refused.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeAlias

from cryptography import x509

from credential import jose, rootchain, strictjson
from credential.errors import Malformed, NotTrusted, NotValidNow
from credential.names import LISTS, TYP_SCHEME, lote_type
from credential.staleness import SCHEME_CLOCK, SCHEME_LIFE
from credential.trust import leaf as leaves
from credential.trust.chains import ChainCache, Profile, check_signer, trace
from credential.trust.entities import LIST_SERVICES
from credential.trust.listing import Anchors, Issuers, Lists
from credential.trust.lists import TrustedList, open_list
from credential.trust.scheme import Trust
from credential.typeshelf import Shelf

Read: TypeAlias = Callable[[str], bytes]

SNAPSHOT: Final = "scheme.jws"
ROOT: Final = "root.cer"
REVOKED: Final = "revoked.json"
ARCHIVE: Final = "archive"
"""Below it every file that was ever published, under its SHA-256, for ever."""

MAX_SNAPSHOT: Final = 4 * 1024 * 1024
MAX_FILE: Final = 4 * 1024 * 1024
SNAPSHOT_PURPOSE_OID: Final = "1.3.6.1.4.1.32473.2017.2"
"""Extended key usage of the one certificate under the root that may sign snapshots."""

# What a reader decides with; the rest of the tree is for other readers and for auditors.
_NEEDED = re.compile(
    r"(?:lote|signers|types(?:/earlier)?)/[A-Za-z0-9._-]+\Z|(?:revoked|roots)\.json\Z"
)
_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._%-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._%-]*)*\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot whose signature, dates and names held."""

    sequence: int
    issued: int
    next_update: int
    operator: str
    files: Mapping[str, str] = field(repr=False)
    raw: str = field(repr=False)

    @property
    def needed(self) -> tuple[str, ...]:
        """The files a reader must have, in order."""
        return tuple(path for path in sorted(self.files) if is_needed(path))

    def check(self, path: str, data: bytes) -> bytes:
        """The bytes, if they are the ones this snapshot names."""
        if self.files.get(path) != hashlib.sha256(data).hexdigest():
            raise NotTrusted("scheme.file_hash", "Regie formats 8", file=path)
        return data


def is_needed(path: str) -> bool:
    """Whether a reader must have this file to open the scheme."""
    return _NEEDED.match(path) is not None


def open_scheme(read: Read, *, fingerprint: bytes, floor: int, now: int) -> Trust:
    """The scheme in force at `now`, not older than the sequence `floor`."""
    root = read(ROOT)
    pin, _ = pinned(read, root, fingerprint, now)
    snapshot = open_snapshot(read(SNAPSHOT), root, fingerprint=pin, now=now)
    if snapshot.sequence < floor:
        raise NotValidNow("scheme.rollback", "Regie formats 8")
    trust, lists = _assemble(read, snapshot, root, now)
    lists.open_all()
    trust.types.open_all()
    return trust


def reopen_scheme(read: Read, *, fingerprint: bytes, floor: int, now: int) -> Trust:
    """As `open_scheme`, of what the same reader opened in full when it came in.

    Snapshot and hashes are checked as always; a list is verified, and the types are read, when they
    are first needed.
    """
    root = read(ROOT)
    pin, _ = pinned(read, root, fingerprint, now)
    snapshot = open_snapshot(read(SNAPSHOT), root, fingerprint=pin, now=now)
    if snapshot.sequence < floor:
        raise NotValidNow("scheme.rollback", "Regie formats 8")
    return _assemble(read, snapshot, root, now)[0]


def open_archived_scheme(read: Read, *, fingerprint: bytes) -> Trust:
    """The scheme as it was when it was issued: to label what is kept, and to judge evidence.

    Its decisions refuse every `now` outside its own week, so nothing new can be trusted with it.
    """
    trust, lists = _archived(read, fingerprint)
    lists.open_all()
    trust.types.open_all()
    return trust


def reopen_archived_scheme(read: Read, *, fingerprint: bytes) -> Trust:
    """The same of what this reader opened in full when it came in; see `reopen_scheme`."""
    return _archived(read, fingerprint)[0]


def _archived(read: Read, fingerprint: bytes) -> tuple[Trust, Lists]:
    raw, root = read(SNAPSHOT), read(ROOT)
    unverified = jose.parse(_ascii(raw), typ=TYP_SCHEME, max_bytes=MAX_SNAPSHOT)
    issued = strictjson.integer(unverified.dangerous_payload(), "issued")
    pin, _ = pinned(read, root, fingerprint, issued)
    snapshot = open_snapshot(raw, root, fingerprint=pin, now=issued)
    return _assemble(read, snapshot, root, issued)


def pinned(
    read: Read,
    root: bytes,
    fingerprint: bytes,
    now: int,
    gone: tuple[type[Exception], ...] = (OSError, KeyError),
) -> tuple[bytes, bytes | None]:
    """The fingerprint this root is believed by, and the row of roots that led to it if one did."""
    chain = _roots(read, root, fingerprint, gone)
    return rootchain.follow(fingerprint, root, chain, now=now), chain


def _roots(
    read: Read,
    root: bytes,
    fingerprint: bytes,
    gone: tuple[type[Exception], ...],
) -> bytes | None:
    """The row of roots, looked for only by whoever was given another root than this one."""
    if hashlib.sha256(root).digest() == fingerprint:
        return None
    try:
        return read(rootchain.FILE)
    except gone:
        return None


def require_not_back(kept: bytes | None, found: bytes) -> None:
    """Refuses a snapshot that goes back on the one a reader kept (formats.md 8, trust.md 4.6).

    Both are `scheme.jws`, the kept one verified when it was new. A lower number, an earlier date
    under a higher number, and another text under the same number are refused.
    """
    if kept is None:
        return
    before, after = (
        jose.parse(_ascii(one), typ=TYP_SCHEME, max_bytes=MAX_SNAPSHOT) for one in (kept, found)
    )
    (old, earlier), (new, later) = (
        (strictjson.integer(payload, "sequence"), strictjson.integer(payload, "issued"))
        for payload in (before.dangerous_payload(), after.dangerous_payload())
    )
    if new < old or (new > old and later < earlier):
        raise NotValidNow("scheme.rollback", "Regie formats 8")
    # What was signed, not the signature: a mirror can change that without a key.
    if new == old and before.dangerous_payload() != after.dangerous_payload():
        raise NotTrusted("scheme.two_versions", "Regie trust 4.6")


def open_snapshot(data: bytes, root: bytes, *, fingerprint: bytes, now: int) -> Snapshot:
    """The snapshot these bytes are, signed under the root with this fingerprint."""
    if hashlib.sha256(root).digest() != fingerprint:
        raise NotTrusted("scheme.fingerprint", "Regie formats 8")
    jws = jose.parse(_ascii(data), typ=TYP_SCHEME, max_bytes=MAX_SNAPSHOT)
    chain = jws.x5c()
    if len(chain) != 1:
        # An authority below the root signs for its own role, never the snapshot.
        raise NotTrusted("scheme.signer", "Regie formats 8")
    signer = trace(chain, (root,), now=now, cache=ChainCache(1), profile=_SNAPSHOT_SIGNER).leaf
    payload = jose.verify(jws, signer.key).payload
    snapshot = Snapshot(
        sequence=strictjson.integer(payload, "sequence"),
        issued=strictjson.integer(payload, "issued"),
        next_update=strictjson.integer(payload, "next_update"),
        operator=signer.organization,
        files=_files(strictjson.obj(payload, "files")),
        raw=jws.raw,
    )
    _check_dates(snapshot, now)
    return snapshot


def _check_purpose(certificate: x509.Certificate) -> None:
    check_signer(certificate)
    purposes = leaves.extension(certificate, x509.ExtendedKeyUsage) or ()
    if SNAPSHOT_PURPOSE_OID not in {one.dotted_string for one in purposes}:
        raise NotTrusted("scheme.signer", "Regie formats 8")


_SNAPSHOT_SIGNER: Final = Profile("snapshot", _check_purpose)


def _ascii(data: bytes) -> str:
    if len(data) > MAX_SNAPSHOT:
        raise Malformed("scheme.too_large", "Regie formats 8", limit=MAX_SNAPSHOT)
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("scheme.ascii", "RFC 7515 7.1") from None


def _files(files: Mapping[str, strictjson.Json]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, digest in files.items():
        if not _PATH.match(path) or not isinstance(digest, str) or not _SHA256.match(digest):
            raise Malformed("scheme.files", "Regie formats 8")
        found[path] = digest
    return found


def _check_dates(snapshot: Snapshot, now: int) -> None:
    if snapshot.sequence < 1:
        raise Malformed("scheme.sequence", "Regie formats 8")
    if snapshot.issued > now + SCHEME_CLOCK:
        raise NotValidNow("scheme.not_yet_valid", "Regie formats 8")
    if snapshot.next_update <= now:
        raise NotValidNow("scheme.expired", "Regie formats 8")
    if not 0 < snapshot.next_update - snapshot.issued <= SCHEME_LIFE:
        raise NotTrusted("scheme.period", "Regie formats 8")


def _assemble(read: Read, snapshot: Snapshot, root: bytes, now: int) -> tuple[Trust, Lists]:
    contents = {path: _bounded(path, read(path), snapshot) for path in snapshot.needed}
    revoked, until = _revoked(contents.get(REVOKED, b""))
    pins = [data for path, data in contents.items() if path.startswith("signers/")]
    documents: dict[str, bytes] = {}
    for name in LISTS:
        document = contents.pop(f"lote/{name}.jwt", None)
        if document is None:
            raise NotTrusted("scheme.list_missing", "Regie formats 8", list=name)
        documents[name] = document
    open_one = partial(_list, pins=pins, snapshot=snapshot, now=now)
    lists = Lists(documents, open_one, revoked["certificates"])
    trust = Trust(
        sequence=snapshot.sequence,
        issued=snapshot.issued,
        next_update=snapshot.next_update,
        operator=snapshot.operator,
        issuers=Issuers(lists),
        types=_types(contents),
        revoked_certificates=revoked["certificates"],
        revoked_registrations=revoked["registrations"],
        suspended=revoked["suspended"],
        until=until,
        root=root,
        scheme_jws=snapshot.raw,
        role_anchors=Anchors(lists),
    )
    return trust, lists


def _bounded(path: str, data: bytes, snapshot: Snapshot) -> bytes:
    if len(data) > MAX_FILE:
        raise Malformed("scheme.file_too_large", "Regie formats 8", file=path)
    return snapshot.check(path, data)


def _list(
    name: str, data: bytes, *, pins: list[bytes], snapshot: Snapshot, now: int
) -> TrustedList:
    found = open_list(
        data, list_type=lote_type(name), services=LIST_SERVICES[name], pins=pins, now=now
    )
    if found.sequence != snapshot.sequence or found.next_update != snapshot.next_update:
        raise NotTrusted("scheme.mixed", "Regie formats 8", list=name)
    return found


def _revoked(data: bytes) -> tuple[dict[str, frozenset[str]], dict[str, int]]:
    document = strictjson.loads_object(data, max_bytes=MAX_FILE)
    found = {
        # `suspended` came later; a scheme without it suspends nobody.
        name: frozenset(strictjson.texts(document, name) if name in document else ())
        for name in ("certificates", "registrations", "suspended")
    }
    if not {"certificates", "registrations"} <= {*document}:
        raise Malformed("scheme.revoked", "Regie formats 8")
    if any(not _SHA256.match(one) for values in found.values() for one in values):
        raise Malformed("scheme.revoked", "Regie formats 8")
    if not found["suspended"] <= found["certificates"] | found["registrations"]:
        # Held for a time and yet not refused: no reader may have to choose.
        raise Malformed("scheme.suspended", "Regie formats 8")
    # `until` came later too; without it no day helps what was signed before.
    stopped = strictjson.obj(document, "until") if "until" in document else {}
    until = {name: strictjson.integer(stopped, name) for name in stopped}
    if not until.keys() <= found["certificates"]:
        raise Malformed("scheme.until", "Regie formats 8")
    return found, until


def _types(contents: Mapping[str, bytes]) -> Shelf:
    """The types as they are now, and under `types/earlier/` as they were when cards were made."""
    here = {path: data for path, data in contents.items() if path.startswith("types/")}
    earlier = [here.pop(path) for path in [*here] if path.startswith("types/earlier/")]
    return Shelf(here.values(), earlier, when_used=True)
