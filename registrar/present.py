"""What stands in the folder that is published to: a publication of ours, or somebody else's.

A ledger may be put back from a copy and a clock may run ahead; what readers have already seen says
so. Nothing in the folder is believed for being there: the snapshot must be signed under our root.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from credential import archive, jose, snapshot, strictjson
from credential.errors import CredentialError
from credential.names import TYP_SCHEME
from credential.snapshot import MAX_FILE, MAX_SNAPSHOT, REVOKED, ROOT, SNAPSHOT, Snapshot
from registrar.errors import BadInput, NotReady, Untrusted
from registrar.home import LEDGER
from registrar.roothome import RootHome

Read: TypeAlias = Callable[[str], bytes]

LATE: Final = 30 * 86_400
"""So long after a publication ended, a clock that runs ahead is likelier than a timer at rest."""


@dataclass(frozen=True)
class Present:
    """The publication that stands, verified as of its own day."""

    sequence: int
    issued: int
    next_update: int
    stopped: frozenset[str] = field(repr=False)
    """What it says was taken back for good."""


NOTHING: Final = Present(0, 0, 0, frozenset())


def require_apart(home: Path, target: Path) -> None:
    """Refuses a folder that is, holds or lies in a register or a root: keys would lie beside it."""
    home, target = home.resolve(), target.resolve()
    around = target == home or target.is_relative_to(home) or home.is_relative_to(target)
    if around or any(map(_guarded, (target, *target.parents, *_folders(target)))):
        raise BadInput("publish.in_home", folder=str(target))


def require_ours(read: Read, roots: Collection[bytes]) -> Present:
    """The publication that stands; refuses one of another scheme, or one that is not whole."""
    root, raw = _optional(read, ROOT), _optional(read, SNAPSHOT)
    if root is not None and root not in roots:
        raise Untrusted("publish.foreign")
    if raw is None:
        return NOTHING
    found = next(filter(None, (_under(raw, one) for one in roots)), None)
    if found is None:
        raise Untrusted("publish.foreign")
    return Present(found.sequence, found.issued, found.next_update, _stopped(read, found))


def require_after(present: Present, ledger_sequence: int, *, now: int, late: bool) -> int:
    """How long it still lasts; refuses a ledger or a clock that goes back on it."""
    if present.sequence > ledger_sequence:
        # Publishing on would give out a number again that readers know (Regie trust 4.6).
        raise NotReady("publish.behind", ledger=ledger_sequence, published=present.sequence)
    if now < present.issued:
        # Readers of the present one would refuse an earlier day under a higher number.
        raise NotReady("publish.clock_back")
    if present.sequence and now > present.next_update + LATE and not late:
        raise NotReady("publish.clock_ahead", days=(now - present.next_update) // 86_400)
    return max(0, present.next_update - now)


def require_kept(present: Present, tree: Read) -> None:
    """Refuses a publication that no longer says what the present one took back for good."""
    lost = sorted(present.stopped - stopped(tree(REVOKED)))
    if lost:
        raise NotReady("publish.forgotten", count=len(lost), first=lost[0])


def stopped(data: bytes) -> frozenset[str]:
    """What a `revoked.json` says is taken back for good."""
    document = strictjson.loads_object(data, max_bytes=MAX_FILE)
    named = (strictjson.texts(document, name) for name in ("certificates", "registrations"))
    gone = frozenset().union(*named)
    held = strictjson.texts(document, "suspended") if "suspended" in document else ()
    return gone.difference(held)


def _under(raw: bytes, root: bytes) -> Snapshot | None:
    try:
        unverified = jose.parse(raw.decode("ascii"), typ=TYP_SCHEME, max_bytes=MAX_SNAPSHOT)
        issued = strictjson.integer(unverified.dangerous_payload(), "issued")
        digest = hashlib.sha256(root).digest()
        return snapshot.open_snapshot(raw, root, fingerprint=digest, now=issued)
    except (CredentialError, UnicodeDecodeError):
        return None


def _stopped(read: Read, found: Snapshot) -> frozenset[str]:
    """As the snapshot names it: where it stands, or in the archive."""
    digest = found.files.get(REVOKED, "")
    for path in (REVOKED, archive.path_of(digest)):
        data = _optional(read, path)
        if data is not None and hashlib.sha256(data).hexdigest() == digest:
            return stopped(data)
    raise Untrusted("publish.foreign")


def _optional(read: Read, path: str) -> bytes | None:
    try:
        return read(path)
    except (OSError, KeyError):
        return None


def _guarded(folder: Path) -> bool:
    return (folder / LEDGER).is_file() or RootHome(folder).exists


def _folders(target: Path) -> Iterator[Path]:
    return (one for one in target.iterdir() if one.is_dir()) if target.is_dir() else iter(())
