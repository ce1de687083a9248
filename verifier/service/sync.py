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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from credential import jose, snapshot, statuslist, strictjson
from credential.errors import CredentialError
from credential.names import TYP_SCHEME
from credential.trust import Issuer, Trust
from verifier import fetch, scheme
from verifier.config import Config
from verifier.errors import NetworkFailed, NothingFound, NotTrusted, VerifierError
from verifier.fetch import Read
from verifier.scheme import aggregation_path
from verifier.service import places
from verifier.service.places import Place

MAX_LISTS: Final = 4096
YOUNG_SECONDS: Final = 43_200
"""A list is signed anew twice a day: from a younger copy on, no other mirror is asked."""


@dataclass(frozen=True)
class Synced:
    """What `sync` brought: the sequence in force, and how the status lists fared."""

    sequence: int
    next_update: int
    lists: int
    kept: int
    missing: tuple[str, ...]
    place: str = ""
    failed: tuple[tuple[str, str], ...] = ()
    """The places that were asked in vain, each with the reason's code."""


def sync(config: Config, now: int, *, source: str | None = None) -> Synced:
    """Take the scheme and all lists from the configured places in order, or from one `source`."""
    order = places.of(config) if source is None else (places.mirror(source),)
    folder = config.scheme_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder):
        try:
            done = _bring(config, order, now)
        except VerifierError as error:
            places.note(folder, now, {one.name: one.failed or error.code for one in order})
            raise
        places.note(folder, now, dict(done.failed), place=done.place)
    return done


def _bring(config: Config, order: tuple[Place, ...], now: int) -> Synced:
    """The first place whose scheme holds; then every list, from whoever has a young one."""
    first: VerifierError | None = None
    for at, place in enumerate(order):
        try:
            done = _from(config, place, (*order[at:], *order[:at]), now)
        except CredentialError as error:
            fault: VerifierError = NotTrusted(error.code, error.section, **error.params)
        except VerifierError as error:
            fault = error
        else:
            failed = tuple((one.name, one.failed) for one in order if one.failed)
            return replace(done, failed=failed)
        place.failed = fault.code
        # Who lies is worth more attention than who is silent.
        if first is None or (isinstance(fault, NotTrusted) and not isinstance(first, NotTrusted)):
            first = fault
    assert first is not None
    raise first from None


def _from(config: Config, place: Place, order: tuple[Place, ...], now: int) -> Synced:
    folder = scheme.SchemeFolder(config.scheme_folder, config.fingerprint)
    previous = folder.current_name()
    before = None if previous is None else config.scheme_folder / previous
    with contextlib.ExitStack() as stack:
        work = Path(tempfile.mkdtemp(prefix=".next-", dir=config.scheme_folder))
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        with fetch.reader(place.scheme, config.tls_ca) as read:
            trust = _take_scheme(read, work, config, _floor(before), now)
        if before is not None:
            in_force = (before / snapshot.SNAPSHOT).read_bytes()
            snapshot.require_not_back(in_force, (work / snapshot.SNAPSHOT).read_bytes())
        reads = [stack.enter_context(places.reading(one, config.tls_ca)) for one in order]
        lists, kept, missing = _Lists(reads, work, before, trust, now).take()
        name = f"{trust.sequence}-{_digest(work)}"
        if not (config.scheme_folder / name).exists():
            work.rename(config.scheme_folder / name)
        folder.put_in_force(name)
        _tidy(config.scheme_folder, {name, previous})
    return Synced(trust.sequence, trust.next_update, lists, kept, missing, place.name)


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


class _Lists:
    """Every list of every issuer; one that fails leaves the copy we had, never the others."""

    def __init__(
        self, reads: list[Read], work: Path, before: Path | None, trust: Trust, now: int
    ) -> None:
        self.reads = reads
        self.work = work
        self.before = before
        self.trust = trust
        self.now = now
        self.missing: list[str] = []

    def take(self) -> tuple[int, int, tuple[str, ...]]:
        """How many are fresh, how many are the copy we had, and which there are none of."""
        taken = kept = 0
        for issuer in self.trust.issuers:
            for service in dict.fromkeys(one.status_aggregation for one in issuer.services):
                for uri in self._announced(service):
                    path = statuslist.mirror_path(uri)
                    held = self._genuine(_held(self.before, path), uri, issuer)
                    fresh = self._freshest(path, uri, issuer)
                    chosen = fresh if fresh and (not held or fresh[1] >= held[1]) else held
                    if chosen is None:
                        self.missing.append(uri)
                        continue
                    _write(self.work / path, chosen[0])
                    taken += chosen is fresh
                    kept += chosen is not fresh
        return taken, kept, tuple(self.missing)

    def _freshest(self, path: str, uri: str, issuer: Issuer) -> tuple[bytes, int] | None:
        """The youngest copy there is; the first that is young enough ends the search."""
        best: tuple[bytes, int] | None = None
        for read in self.reads:
            found = self._genuine(_quietly(read, path), uri, issuer)
            if found is not None and (best is None or found[1] > best[1]):
                best = found
            if best is not None and self.now - best[1] <= YOUNG_SECONDS:
                break
        return best

    def _announced(self, aggregation: str) -> tuple[str, ...]:
        path = aggregation_path(aggregation)
        for data in (*(_quietly(read, path) for read in self.reads), _held(self.before, path)):
            if data is None:
                continue
            try:
                found = strictjson.loads_object(data, max_bytes=scheme.MAX_ANNOUNCED)
                uris = strictjson.texts(found, "status_lists")
            except CredentialError:
                continue
            _write(self.work / path, data)
            return uris[:MAX_LISTS]
        self.missing.append(aggregation)
        return ()

    def _genuine(self, data: bytes | None, uri: str, issuer: Issuer) -> tuple[bytes, int] | None:
        if data is None:
            return None
        try:
            opened = statuslist.open_token(
                data.decode("ascii").strip(),
                uri=uri,
                issuer=issuer,
                trust=self.trust,
                now=self.now,
            )
        except (UnicodeDecodeError, CredentialError):
            return None
        return data, opened.iat


def _quietly(read: Read, path: str) -> bytes | None:
    """Token Status List 9.4: the failure of one list is no reason to leave the others."""
    try:
        return read(path)
    except (NothingFound, NetworkFailed):
        return None


def _held(before: Path | None, path: str) -> bytes | None:
    if before is None:
        return None
    file = before / path
    return file.read_bytes() if file.is_file() else None


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
