"""The archive of a published scheme: what was in force on any day can be opened again.

Every file a reader decides with stands for ever under the SHA-256 of its bytes, and every snapshot
under its number (Regie formats 8). Nothing here is trusted: a file that is not what its name says
fails its hash in the snapshot.
"""

import hashlib
import re
from collections.abc import Callable
from typing import Final, TypeAlias

from credential import jose, strictjson
from credential.errors import Malformed
from credential.names import TYP_SCHEME
from credential.snapshot import ARCHIVE, MAX_SNAPSHOT, ROOT, SNAPSHOT
from credential.strictjson import Object

Read: TypeAlias = Callable[[str], bytes]

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def path(data: bytes) -> str:
    """Where these bytes stand for ever."""
    return path_of(hashlib.sha256(data).hexdigest())


def path_of(digest: str) -> str:
    """Where the bytes with this SHA-256 stand."""
    return f"{ARCHIVE}/{digest}"


def snapshot_path(sequence: int) -> str:
    """Where the snapshot of this number stands for ever."""
    return f"snapshots/{sequence}.jws"


def of(read: Read, sequence: int) -> Read:
    """The tree of that publication, for `open_archived_scheme`; only files readers decide with."""
    raw = read(snapshot_path(sequence))
    files = _files(raw)

    def past(name: str) -> bytes:
        if name == SNAPSHOT:
            return raw
        if name not in files:
            if name == ROOT:  # before snapshots named it
                return read(ROOT)
            raise KeyError(name)
        digest = strictjson.text(files, name)
        if not _SHA256.fullmatch(digest):
            raise Malformed("scheme.files", "Regie formats 8")
        return read(path_of(digest))

    return past


def _files(raw: bytes) -> Object:
    """What the snapshot names, before anyone vouched for it: it says where to look, no more."""
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("scheme.ascii", "RFC 7515 7.1") from None
    unverified = jose.parse(text, typ=TYP_SCHEME, max_bytes=MAX_SNAPSHOT)
    return strictjson.obj(unverified.dangerous_payload(), "files")
