"""Whether a published tree tells one story, to our readers and to everybody else's.

Revocation lists and the status list of registrations exist for readers outside the scheme; they
may never be more permissive than the snapshot (Regie trust 8).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from credential import jose, snapshot, statuslist, strictjson
from credential.errors import CredentialError
from credential.names import TYP_STATUS_LIST
from credential.snapshot import REVOKED, ROOT, SNAPSHOT, Snapshot
from credential.trust import ChainCache, Role, validate_chain
from credential.trust.revocation import revoked_serials
from registrar.ledger import Ledger
from registrar.lint import Finding

Read = Callable[[str], bytes]


def check(read: Read, ledger: Ledger, *, fingerprint: bytes, now: int) -> list[Finding]:
    """Everything in this tree that readers would refuse, or that contradicts the snapshot."""
    try:
        opened = snapshot.open_snapshot(
            read(SNAPSHOT), read(ROOT), fingerprint=fingerprint, now=now
        )
        snapshot.open_scheme(read, fingerprint=fingerprint, floor=ledger.sequence, now=now)
    except (CredentialError, OSError, KeyError) as error:
        return [Finding("audit.unreadable", str(error))]
    return [
        *_files(read, opened),
        *_revocations(read, ledger, now),
        *_registrations(read, ledger, now),
    ]


def _files(read: Read, opened: Snapshot) -> Iterator[Finding]:
    for path, digest in opened.files.items():
        try:
            data = read(path)
        except (OSError, KeyError):
            yield Finding("audit.file_missing", path)
            continue
        if hashlib.sha256(data).hexdigest() != digest:
            yield Finding("audit.file_differs", path)


def _revoked(read: Read, member: str) -> Sequence[str]:
    return strictjson.texts(strictjson.loads_object(read(REVOKED)), member)


def _revocations(read: Read, ledger: Ledger, now: int) -> Iterator[Finding]:
    """Every certificate the snapshot revokes is on its authority's list."""
    records = {one.fingerprint: one for one in ledger.certificates}
    lists: dict[str, frozenset[int]] = {}
    for role in Role:
        path = f"crl/{role.value}.crl"
        try:
            lists[role.value] = revoked_serials(read(path), read(f"ca/{role.value}.cer"), now=now)
        except (CredentialError, OSError, KeyError) as error:
            yield Finding("audit.crl", path, str(error))
    for fingerprint in _revoked(read, "certificates"):
        record = records.get(fingerprint)
        if record is None or record.serial not in lists.get(record.role, frozenset()):
            yield Finding("audit.crl_too_lenient", fingerprint)


def _registrations(read: Read, ledger: Ledger, now: int) -> Iterator[Finding]:
    """Every registration the snapshot revokes is invalid on the status list."""
    indices = {one.sha256: one.index for one in ledger.registrations}
    path = "registration-status/1.jwt"
    try:
        anchor = read(f"ca/{Role.REGISTRATION_STATUS.value}.cer")
        token = jose.parse(
            read(path).decode("ascii"), typ=TYP_STATUS_LIST, max_bytes=statuslist.MAX_TOKEN
        )
        signer = validate_chain(token.x5c(), (anchor,), now=now, cache=ChainCache(1))
        listed = strictjson.obj(jose.verify(token, signer.key).payload, "status_list")
        bits = statuslist.decode(strictjson.text(listed, "lst"))
    except (CredentialError, OSError, KeyError, UnicodeDecodeError) as error:
        yield Finding("audit.status", path, str(error))
        return
    for found in _revoked(read, "registrations"):
        index = indices.get(found)
        if index is None or not bits[index // 8] >> index % 8 & 1:
            yield Finding("audit.status_too_lenient", found)
