"""Bring the registrar's scheme here, on our own clock: who vouches for wallets, who succeeds whom.

A generation comes into force whole or not at all; an older scheme is refused (Regie formats 8).
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credential import gathering, jose, snapshot, strictjson
from credential.names import REGISTERED_ID, TYP_SCHEME
from credential.trust import Trust
from issuer import fetch
from issuer.config import Settings
from issuer.errors import Busy, NetworkFault, SettingsFault
from issuer.fetch import Read
from issuer.scheme import FOLDER, SchemeFolder, fingerprint_of, reading

_REGISTRATION: Final = re.compile(rf"registration/[0-9]{{20}}/{REGISTERED_ID.pattern}\.jwt")


@dataclass(frozen=True)
class Synced:
    """What `sync` brought."""

    sequence: int
    next_update: int
    changed: bool


def sync(home: Path, settings: Settings, now: int, *, source: str | None = None) -> Synced:
    """Takes the scheme from where the settings say, or from another mirror of it."""
    if settings.scheme is None:
        raise SettingsFault("scheme.not_configured", "Regie formats 8")
    folder = SchemeFolder(home / FOLDER, fingerprint_of(settings.scheme.fingerprint))
    folder.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca = None if settings.scheme.tls_ca is None else home / settings.scheme.tls_ca
    with contextlib.ExitStack() as stack:
        stack.enter_context(_alone(folder.folder))
        previous = folder.current_name()
        before = None if previous is None else folder.folder / previous
        work = Path(tempfile.mkdtemp(prefix=".next-", dir=folder.folder))
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        with fetch.reader(source or settings.scheme.url, ca) as read:
            trust = _take(read, work, folder.pin, _floor(before), now)
        if before is not None:
            in_force = (before / snapshot.SNAPSHOT).read_bytes()
            snapshot.require_not_back(in_force, (work / snapshot.SNAPSHOT).read_bytes())
        name = f"{trust.sequence}-{_digest(work)}"
        if not (folder.folder / name).exists():
            work.rename(folder.folder / name)
        folder.put_in_force(name)
        folder.believe_root(trust.root)
        _tidy(folder.folder, {name, previous})
    return Synced(trust.sequence, trust.next_update, name != previous)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One `sync` at a time: two at once could bring back the older scheme, or tidy the newer."""
    with (folder / ".lock").open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Said at once: timers that wait for one that hangs would pile up unseen.
            raise Busy("scheme.busy", "Regie formats 8") from None
        yield


def _floor(before: Path | None) -> int:
    """The highest sequence seen: what is in force now, expired or not."""
    if before is None:
        return 0
    raw = (before / snapshot.SNAPSHOT).read_text("ascii")
    jws = jose.parse(raw, typ=TYP_SCHEME, max_bytes=snapshot.MAX_SNAPSHOT)
    return strictjson.integer(jws.dangerous_payload(), "sequence")


def _take(read: Read, work: Path, fingerprint: bytes, floor: int, now: int) -> Trust:
    # Who may ask what comes along: a paper extract is made for one of these (Regie formats 11).
    found = gathering.gather(
        read, fingerprint=fingerprint, now=now, gone=(NetworkFault,), also=_REGISTRATION
    )
    for path, data in found.items():
        _write(work / path, data)
    return snapshot.open_scheme(reading(work), fingerprint=fingerprint, floor=floor, now=now)


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _digest(work: Path) -> str:
    """A name for exactly these files."""
    found = hashlib.sha256()
    for file in sorted(path for path in work.rglob("*") if path.is_file()):
        found.update(str(file.relative_to(work)).encode() + b"\0")
        found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:16]


def _tidy(folder: Path, keep: set[str | None]) -> None:
    """Older generations go; the one before stays for whoever is still reading it."""
    for item in folder.iterdir():
        if item.is_dir() and not item.name.startswith(".") and item.name not in keep:
            shutil.rmtree(item, ignore_errors=True)
