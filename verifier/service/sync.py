"""Bring the scheme and every status list here, on our own clock, from a mirror or a folder.

Nothing that happens during a presentation leads here. A generation comes into force whole or
not at all; an older scheme is refused, an older status list is left where it is (formats.md 7, 8).
"""

import contextlib
import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credential import base64url, jose, snapshot, statuslist, strictjson
from credential.errors import CredentialError
from credential.names import TYP_SCHEME
from credential.trust import Issuer, Trust
from verifier import fetch, scheme
from verifier.config import Config
from verifier.errors import NetworkFailed, NothingFound, NotTrusted
from verifier.fetch import Read

MAX_LISTS: Final = 4096


@dataclass(frozen=True)
class Synced:
    """What `sync` brought: the sequence in force, and how the status lists fared."""

    sequence: int
    next_update: int
    lists: int
    kept: int
    missing: tuple[str, ...]


def sync(config: Config, now: int, *, source: str | None = None) -> Synced:
    """Take the scheme and all lists from the configured places, or from one mirror `source`."""
    scheme_source = f"{source}/scheme" if source else config.scheme
    status_source = source or config.status
    folder = scheme.SchemeFolder(config.scheme_folder, config.fingerprint)
    config.scheme_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_alone(config.scheme_folder))
        previous = folder.current_name()
        before = None if previous is None else config.scheme_folder / previous
        work = Path(tempfile.mkdtemp(prefix=".next-", dir=config.scheme_folder))
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        try:
            with fetch.reader(scheme_source, config.tls_ca) as read:
                trust = _take_scheme(read, work, config, _floor(before), now)
            if before is not None:
                in_force = (before / snapshot.SNAPSHOT).read_bytes()
                snapshot.require_not_back(in_force, (work / snapshot.SNAPSHOT).read_bytes())
            with fetch.reader(status_source, config.tls_ca) as read:
                lists, kept, missing = _take_lists(read, work, before, trust, now)
        except CredentialError as error:
            raise NotTrusted(error.code, error.section) from None
        name = f"{trust.sequence}-{_digest(work)}"
        if not (config.scheme_folder / name).exists():
            work.rename(config.scheme_folder / name)
        folder.put_in_force(name)
        _tidy(config.scheme_folder, {name, previous})
    return Synced(trust.sequence, trust.next_update, lists, kept, tuple(missing))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One `sync` at a time: two at once could bring back the older scheme, or tidy the newer."""
    with (folder / ".lock").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _floor(before: Path | None) -> int:
    """The highest sequence seen: what is in force now, expired or not."""
    if before is None:
        return 0
    raw = (before / snapshot.SNAPSHOT).read_text("ascii")
    jws = jose.parse(raw, typ=TYP_SCHEME, max_bytes=snapshot.MAX_SNAPSHOT)
    return strictjson.integer(jws.dangerous_payload(), "sequence")


def _take_scheme(read: Read, work: Path, config: Config, floor: int, now: int) -> Trust:
    try:
        root, jws = read(snapshot.ROOT), read(snapshot.SNAPSHOT)
        needed = snapshot.listed_files(jws, root, fingerprint=config.fingerprint, now=now)
        _write(work / snapshot.ROOT, root)
        _write(work / snapshot.SNAPSHOT, jws)
        for path in needed:
            _write(work / path, read(path))
    except NothingFound as error:
        raise NetworkFailed("sync.scheme_missing", "Regie formats 8", **error.params) from None
    return snapshot.open_scheme(
        scheme.reading(work), fingerprint=config.fingerprint, floor=floor, now=now
    )


def _take_lists(
    read: Read, work: Path, before: Path | None, trust: Trust, now: int
) -> tuple[int, int, list[str]]:
    """Every list of every issuer; one that fails leaves the copy we had, never the others."""
    taken = kept = 0
    missing: list[str] = []
    for issuer in trust.issuers:
        for service in dict.fromkeys(one.status_aggregation for one in issuer.services):
            for uri in _announced(read, service, work, before, missing):
                fresh = _genuine(
                    _quietly(read, statuslist.mirror_path(uri)), uri, issuer, trust, now
                )
                held = _genuine(_held(before, uri), uri, issuer, trust, now)
                chosen = fresh if fresh and (not held or fresh[1] >= held[1]) else held
                if chosen is None:
                    missing.append(uri)
                    continue
                _write(work / statuslist.mirror_path(uri), chosen[0])
                taken += chosen is fresh
                kept += chosen is not fresh
    return taken, kept, missing


def aggregation_path(uri: str) -> str:
    """Where a mirror keeps the list of an issuer's status lists."""
    return f"status/{base64url.sha256(uri)}.json"


def _announced(
    read: Read, aggregation: str, work: Path, before: Path | None, missing: list[str]
) -> tuple[str, ...]:
    path = aggregation_path(aggregation)
    data = _quietly(read, path)
    if data is None and before is not None and (before / path).is_file():
        data = (before / path).read_bytes()
    if data is None:
        missing.append(aggregation)
        return ()
    try:
        uris = strictjson.texts(
            strictjson.loads_object(data, max_bytes=fetch.MAX_FILE), "status_lists"
        )
    except CredentialError:
        missing.append(aggregation)
        return ()
    _write(work / path, data)
    return uris[:MAX_LISTS]


def _quietly(read: Read, path: str) -> bytes | None:
    """Token Status List 9.4: the failure of one list is no reason to leave the others."""
    try:
        return read(path)
    except (NothingFound, NetworkFailed):
        return None


def _held(before: Path | None, uri: str) -> bytes | None:
    if before is None:
        return None
    file = before / statuslist.mirror_path(uri)
    return file.read_bytes() if file.is_file() else None


def _genuine(
    data: bytes | None, uri: str, issuer: Issuer, trust: Trust, now: int
) -> tuple[bytes, int] | None:
    if data is None:
        return None
    try:
        opened = statuslist.open_token(
            data.decode("ascii").strip(), uri=uri, issuer=issuer, trust=trust, now=now
        )
    except (UnicodeDecodeError, CredentialError):
        return None
    return data, opened.iat


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


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
