"""Whether a published tree tells one story, to our readers and to everybody else's.

Revocation lists, the status list of registrations and the register exist for readers outside the
scheme; they may never be more permissive than the snapshot (Regie trust 8).
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping

from credential import archive, jose, snapshot, statuslist, strictjson
from credential.errors import CredentialError
from credential.names import TYP_STATUS_LIST
from credential.snapshot import ROOT, SNAPSHOT, Snapshot
from credential.trust import ChainCache, Role, Trust, validate_chain
from credential.trust.revocation import revoked_serials
from credential.trust.spans import COMPROMISED
from registrar import own, policypages, registryaudit
from registrar.findings import Finding
from registrar.ledger import CertificateRecord, Ledger
from registrar.own import generation
from registrar.publication import REGISTRY

Read = Callable[[str], bytes]


def check(
    read: Read,
    ledger: Ledger,
    *,
    fingerprint: bytes,
    now: int,
    same: Collection[str] = frozenset(),
) -> list[Finding]:
    """Everything in this tree that readers would refuse, or that contradicts the snapshot.

    `same` are answers of the register and registrations that say what they said when they were
    looked at before; whether they still count is looked at again.
    """
    try:
        trust = snapshot.open_scheme(read, fingerprint=fingerprint, floor=ledger.sequence, now=now)
        opened = snapshot.open_snapshot(
            read(SNAPSHOT), read(ROOT), fingerprint=hashlib.sha256(trust.root).digest(), now=now
        )
    except (CredentialError, OSError, KeyError) as error:
        return [Finding("audit.unreadable", str(error))]
    return [
        *_files(read, opened.files),
        *_archive(read, opened),
        *_told(trust, ledger),
        *_stopped(trust, ledger),
        *_revocations(read, opened, trust, ledger, now),
        *_registrations(read, trust, ledger, now),
        *_answers(read, opened),
        *_pages(read, opened),
        *registryaudit.check(read, opened, trust, ledger, now=now, same=same),
    ]


def _files(read: Read, files: Mapping[str, str]) -> Iterator[Finding]:
    for path, digest in files.items():
        try:
            data = read(path)
        except (OSError, KeyError):
            yield Finding("audit.file_missing", path)
            continue
        if hashlib.sha256(data).hexdigest() != digest:
            yield Finding("audit.file_differs", path)


def _archive(read: Read, opened: Snapshot) -> Iterator[Finding]:
    """Whether this day can be opened again when the next publication has replaced its files."""
    kept = {archive.path_of(opened.files[path]): opened.files[path] for path in opened.needed}
    yield from _files(read, kept)
    try:
        same = read(archive.snapshot_path(opened.sequence)) == opened.raw.encode()
    except (OSError, KeyError):
        same = False
    if not same:
        yield Finding("audit.not_archived", archive.snapshot_path(opened.sequence))


def _pages(read: Read, opened: Snapshot) -> Iterator[Finding]:
    """What people read of the register is as `pages.json` names it, where there are pages."""
    if policypages.MANIFEST in opened.files:
        yield from policypages.audit(read)


def _told(trust: Trust, ledger: Ledger) -> Iterator[Finding]:
    """What the ledger took back or suspended is in the snapshot's set, and the reverse."""
    known = {one.fingerprint for one in ledger.certificates}
    known |= {one.sha256 for one in ledger.registrations}
    told = trust.revoked_certificates | trust.revoked_registrations
    for one in sorted((ledger.revoked.keys() | ledger.suspended.keys()) & known - told):
        yield Finding("audit.not_revoked", one)
    # A ledger put back from a copy: the next publication would give these back.
    for one in sorted(told - trust.suspended - ledger.revoked.keys()):
        yield Finding("audit.forgotten", one)


def _stopped(trust: Trust, ledger: Ledger) -> Iterator[Finding]:
    """No day up to which signatures count for a key that leaked, nor one that is too late."""
    for one, since in sorted(trust.until.items()):
        told = ledger.stopped_at(one)
        if told is not None and (since > told or ledger.reasons.get(one) == COMPROMISED):
            yield Finding("audit.until_too_lenient", one)


def _revocations(
    read: Read, opened: Snapshot, trust: Trust, ledger: Ledger, now: int
) -> Iterator[Finding]:
    """Every certificate the snapshot revokes is on its authority's list."""
    records = {one.fingerprint: one for one in ledger.certificates}
    lists: dict[str, frozenset[int]] = {}
    listed = {anchor for role in Role for anchor in trust.anchors(role)}
    named = [path[4:-4] for path in opened.files if path.startswith("crl/")]
    names = named or [role.value for role in Role]
    for name in names:
        path = f"crl/{name}.crl"
        try:
            authority = read(f"ca/{name}.cer")
            listed.discard(authority)
            lists[name] = revoked_serials(read(path), authority, now=now)
        except (CredentialError, OSError, KeyError) as error:
            yield _unread(name, path, error)
    # One that could not be read was named already.
    for anchor in sorted(listed) if len(lists) == len(names) else ():
        yield Finding("audit.crl", hashlib.sha256(anchor).hexdigest(), "ca/")
    for fingerprint in sorted(trust.revoked_certificates):
        record = records.get(fingerprint)
        if record is None:
            yield Finding("audit.crl_too_lenient", fingerprint)
            continue
        # An authority that is listed no more carries nothing: nobody needs its list.
        known = lists.get(_authority(record))
        if known is not None and record.serial not in known:
            yield Finding("audit.crl_too_lenient", fingerprint)


def _unread(name: str, path: str, error: Exception) -> Finding:
    """The root's lists are made in the ceremony, with a life of their own: one that ended is told.

    It keeps nothing from being published: readers of the scheme look nothing up in it.
    """
    ended = isinstance(error, CredentialError) and error.code == "crl.expired"
    rooted = generation(name)[0] == own.ROOT
    return Finding("audit.crl", path, str(error), level="advice" if ended and rooted else "error")


def _authority(record: CertificateRecord) -> str:
    return record.authority or record.role


def _registrations(read: Read, trust: Trust, ledger: Ledger, now: int) -> Iterator[Finding]:
    """Every registration the snapshot revokes is invalid on the status list."""
    indices = {one.sha256: one.index for one in ledger.registrations}
    path = "registration-status/1.jwt"
    try:
        token = jose.parse(
            read(path).decode("ascii"), typ=TYP_STATUS_LIST, max_bytes=statuslist.MAX_TOKEN
        )
        anchors = trust.anchors(Role.REGISTRATION_STATUS)
        signer = validate_chain(token.x5c(), anchors, now=now, cache=ChainCache(1))
        listed = strictjson.obj(jose.verify(token, signer.key).payload, "status_list")
        bits = statuslist.decode(strictjson.text(listed, "lst"))
    except (CredentialError, OSError, KeyError, UnicodeDecodeError) as error:
        yield Finding("audit.status", path, str(error))
        return
    for found in sorted(trust.revoked_registrations):
        index = indices.get(found)
        if index is None or not bits[index // 8] >> index % 8 & 1:
            yield Finding("audit.status_too_lenient", found)


def _answers(read: Read, opened: Snapshot) -> Iterator[Finding]:
    """Every answer of the register is the one this publication made."""
    if REGISTRY not in opened.files:
        return
    try:
        document = strictjson.loads_object(read(REGISTRY), max_bytes=snapshot.MAX_FILE)
        listed = strictjson.obj(document, "files")
        files = {path: strictjson.text(listed, path) for path in listed}
    except (CredentialError, OSError, KeyError) as error:
        yield Finding("audit.registry", REGISTRY, str(error))
        return
    yield from _files(read, files)
