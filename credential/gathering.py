"""Bringing in a scheme from a mirror: the files of one publication, or none (Regie formats 8).

How a file is read, over https or from a folder, is the caller's; what comes back is checked.
"""

import re
from collections.abc import Mapping
from typing import Final

from credential import rootchain
from credential.errors import NotTrusted
from credential.snapshot import ARCHIVE, ROOT, SNAPSHOT, Read, Snapshot, open_snapshot, pinned

# What files of two publications look like: one root with the other's snapshot, or another file.
_SWAPPED: Final = frozenset({"scheme.file_hash", "x5c.no_anchor"})


def gather(
    read: Read,
    *,
    fingerprint: bytes,
    now: int,
    gone: tuple[type[Exception], ...],
    also: re.Pattern[str] | None = None,
) -> dict[str, bytes]:
    """Every file a reader must have, and those whose path is `also` wanted, by their path.

    A tree that is replaced while it is read gives files of two publications: then everything is
    read once more, and what does not fit after that is refused. `gone` is what `read` raises for a
    file that is not there.
    """
    head = {ROOT: read(ROOT), SNAPSHOT: read(SNAPSHOT)}
    try:
        return _gathered(read, head, fingerprint, now, gone, also)
    except gone:
        pass
    except NotTrusted as error:
        if error.code not in _SWAPPED:
            raise
    head = {ROOT: read(ROOT), SNAPSHOT: read(SNAPSHOT)}
    return _gathered(read, head, fingerprint, now, gone, also)


def head(
    read: Read, *, fingerprint: bytes, now: int, gone: tuple[type[Exception], ...]
) -> Snapshot:
    """The snapshot a mirror has, checked, and nothing else of it: which mirror is the furthest."""
    root = read(ROOT)
    pin, _ = pinned(read, root, fingerprint, now, gone)
    return open_snapshot(read(SNAPSHOT), root, fingerprint=pin, now=now)


def _gathered(
    read: Read,
    head: Mapping[str, bytes],
    fingerprint: bytes,
    now: int,
    gone: tuple[type[Exception], ...],
    also: re.Pattern[str] | None,
) -> dict[str, bytes]:
    found = {**head}
    pin, chain = pinned(read, found[ROOT], fingerprint, now, gone)
    listed = open_snapshot(found[SNAPSHOT], found[ROOT], fingerprint=pin, now=now)
    if chain is not None:
        found[rootchain.FILE] = listed.check(rootchain.FILE, chain)
    more = [path for path in sorted(listed.files) if also is not None and also.fullmatch(path)]
    for path in (*listed.needed, *more):
        if path not in found:
            found[path] = _file(read, listed, path, gone)
    return found


def _file(read: Read, listed: Snapshot, path: str, gone: tuple[type[Exception], ...]) -> bytes:
    """The file this snapshot names; while its place holds another one, from the archive."""
    other: tuple[type[Exception], ...] = (NotTrusted, *gone)
    try:
        return listed.check(path, read(path))
    except other as missing:
        try:
            kept = read(f"{ARCHIVE}/{listed.files[path]}")
        except gone:
            raise missing from None
        return listed.check(path, kept)
