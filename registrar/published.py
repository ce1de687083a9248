"""What a published folder said on a day: the publication of then, opened from its archive.

Regie trust 9.6, Regie formats 8.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from credential import archive, jose, rootchain, snapshot, strictjson
from credential.names import TYP_SCHEME
from credential.snapshot import ROOT, Snapshot
from credential.trust import Trust
from registrar.history import Verdict, Window, over
from registrar.home import Home

Read = Callable[[str], bytes]


@dataclass(frozen=True)
class Past:
    """One publication, verified as of its own day."""

    trust: Trust
    snapshot: Snapshot
    ended: bool = False
    """Whether it had expired by then, so that no reader decided anything new."""
    missing: int | None = None
    """The next publication, if it was made and is not in the folder: it may have said otherwise."""

    def issued(self, oin: str, vct: str, asked: Window) -> Verdict:
        """Whether this issuer might issue this type then, as this publication says."""
        issuer = self.trust.issuer_by_oin(oin)
        if issuer is None:
            return Verdict(allowed=False, whole=False)
        points = asked.points(*(one.life for one in issuer.services))
        return over(points, lambda moment: issuer.allowed(vct, moment))

    def registered(self, oin: str, use: str) -> Verdict:
        """Whether this purpose was registered, and not taken back, in this publication."""
        digest = self.snapshot.files.get(f"registration/{oin}/{use}.jwt")
        found = digest is not None and digest not in self.trust.revoked_registrations
        return Verdict(found, found)


def past(home: Home, folder: Path, moment: int, *, now: int) -> Past | None:
    """The publication that was in force at this moment; `None` where none is kept from before.

    One that was left out of the folder is told by its number: the numbers ascend by one.
    It may stand under an earlier root, if that one vouched for the present (Regie formats 8).
    """
    read = _reader(folder)
    numbers = _numbers(folder)
    sequence = _last_before(read, numbers, moment)
    if sequence is None:
        return None
    made = max(home.ledger().sequence, *numbers) > sequence
    then = archive.of(read, sequence)
    root = then(ROOT)
    own = home.certificate("root").public_bytes(Encoding.DER)
    fingerprint = hashlib.sha256(root).digest()
    rootchain.follow(fingerprint, own, _optional(read, rootchain.FILE), now=now)
    trust = snapshot.open_archived_scheme(then, fingerprint=fingerprint)
    raw = then(snapshot.SNAPSHOT)
    opened = snapshot.open_snapshot(raw, root, fingerprint=fingerprint, now=trust.issued)
    return Past(
        trust,
        opened,
        ended=moment >= opened.next_update,
        missing=sequence + 1 if made and sequence + 1 not in numbers else None,
    )


def _last_before(read: Read, numbers: list[int], moment: int) -> int | None:
    """The last of these publications issued at or before this moment; their days ascend."""
    low, high = 0, len(numbers)
    while low < high:
        middle = (low + high) // 2
        if _issued(read, numbers[middle]) <= moment:
            low = middle + 1
        else:
            high = middle
    return numbers[low - 1] if low else None


def _issued(read: Read, sequence: int) -> int:
    """Its day as it says itself: only to choose which one is then verified."""
    raw = read(archive.snapshot_path(sequence)).decode("ascii", "replace")
    unverified = jose.parse(raw, typ=TYP_SCHEME, max_bytes=snapshot.MAX_SNAPSHOT)
    return strictjson.integer(unverified.dangerous_payload(), "issued")


def _numbers(folder: Path) -> list[int]:
    found = (file.stem for file in (folder / "snapshots").glob("*.jws"))
    return sorted(int(stem) for stem in found if stem.isascii() and stem.isdecimal())


def _reader(folder: Path) -> Read:
    def read(path: str) -> bytes:
        with (folder / path).open("rb") as file:
            return file.read(snapshot.MAX_FILE + 1)

    return read


def _optional(read: Read, path: str) -> bytes | None:
    try:
        return read(path)
    except OSError:
        return None
