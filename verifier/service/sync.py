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
from itertools import zip_longest
from pathlib import Path
from typing import Final

from credential import gathering, jose, snapshot, statuslist, strictjson
from credential.errors import CredentialError
from credential.names import TYP_SCHEME
from credential.staleness import STATUS_TTL
from credential.trust import Issuer, Trust
from verifier import fetch, scheme
from verifier.config import Config
from verifier.errors import NetworkFailed, NothingFound, NotReady, NotTrusted, VerifierError
from verifier.fetch import Read
from verifier.scheme import aggregation_path
from verifier.service import places
from verifier.service.places import Place

MAX_LISTS: Final = 4096
MAX_ADDRESS: Final = 200
"""In characters: so many of these stay within what is read of an announcement."""
YOUNG_SECONDS: Final = STATUS_TTL
"""A list is signed anew twice a day: from a younger copy on, no other mirror is asked."""
BEHIND_SECONDS: Final = 3600
"""By so much a mirror may follow another."""


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


def _bring(config: Config, named: tuple[Place, ...], now: int) -> Synced:
    """The newest scheme that holds; then every list, from whoever has a young one."""
    first: VerifierError | None = None
    order = _newest_first(config, named, now)
    for at, place in enumerate(order):
        if place.failed != places.BEHIND:
            place.failed = ""
        try:
            done = _from(config, place, (*order[at:], *order[:at]), now)
        except CredentialError as error:
            fault: VerifierError = NotTrusted(error.code, error.section, **error.params)
        except VerifierError as error:
            fault = error
        else:
            failed = tuple((one.name, one.failed) for one in named if one.failed)
            return replace(done, failed=failed)
        place.failed = fault.code
        # Who lies is worth more attention than who is silent.
        if first is None or (isinstance(fault, NotTrusted) and not isinstance(first, NotTrusted)):
            first = fault
    assert first is not None
    raise first from None


def _newest_first(config: Config, order: tuple[Place, ...], now: int) -> tuple[Place, ...]:
    """By the sequence of what each has, as asked where that is the same; who has none last.

    Of a mirror that stands still everything holds, a week long: all but what was taken back since.
    """
    if len(order) == 1:
        return order
    heads: dict[str, snapshot.Snapshot] = {}
    pin = scheme.SchemeFolder(config.scheme_folder, config.fingerprint).pin
    for place in order:
        try:
            with fetch.reader(place.scheme, config.tls_ca) as read:
                heads[place.scheme] = gathering.head(
                    read, fingerprint=pin, now=now, gone=(NothingFound,)
                )
        except NothingFound:
            place.failed = "sync.scheme_missing"
        except (CredentialError, VerifierError) as error:
            # Asked in full when nobody else has anything: half a publication may have passed by.
            place.failed = error.code
    newest = max((one.issued for one in heads.values()), default=0)
    for place in order:
        if place.scheme in heads and heads[place.scheme].issued < newest - BEHIND_SECONDS:
            place.failed = places.BEHIND
    reached = {scheme: one.sequence for scheme, one in heads.items()}
    return tuple(sorted(order, key=lambda one: -reached.get(one.scheme, 0)))


def _from(config: Config, place: Place, order: tuple[Place, ...], now: int) -> Synced:
    folder = scheme.SchemeFolder(config.scheme_folder, config.fingerprint)
    previous = folder.current_name()
    before = None if previous is None else config.scheme_folder / previous
    with contextlib.ExitStack() as stack:
        work = Path(tempfile.mkdtemp(prefix=".next-", dir=config.scheme_folder))
        stack.callback(shutil.rmtree, work, ignore_errors=True)
        with fetch.reader(place.scheme, config.tls_ca) as read:
            trust = _take_scheme(read, work, folder.pin, _floor(before), now)
        if before is not None:
            in_force = (before / snapshot.SNAPSHOT).read_bytes()
            snapshot.require_not_back(in_force, (work / snapshot.SNAPSHOT).read_bytes())
        reads = [stack.enter_context(places.reading(one, config.tls_ca)) for one in order]
        lists, kept, missing = _Lists(reads, work, before, trust, now).take()
        name = f"{trust.sequence}-{_digest(work)}"
        if not (config.scheme_folder / name).exists():
            work.rename(config.scheme_folder / name)
        folder.put_in_force(name)
        folder.believe_root(trust.root)
        _tidy(config.scheme_folder, {name, previous})
    return Synced(trust.sequence, trust.next_update, lists, kept, missing, place.name)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One `sync` at a time: two at once could bring back the older scheme, or tidy the newer."""
    with (folder / ".lock").open("a", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Said at once: timers that wait for one that hangs would pile up unseen.
            raise NotReady("sync.busy", "Regie formats 8") from None
        yield


def _floor(before: Path | None) -> int:
    """The highest sequence seen: what is in force now, expired or not."""
    if before is None:
        return 0
    raw = (before / snapshot.SNAPSHOT).read_text("ascii")
    jws = jose.parse(raw, typ=TYP_SCHEME, max_bytes=snapshot.MAX_SNAPSHOT)
    return strictjson.integer(jws.dangerous_payload(), "sequence")


def _take_scheme(read: Read, work: Path, pin: bytes, floor: int, now: int) -> Trust:
    try:
        found = gathering.gather(read, fingerprint=pin, now=now, gone=(NothingFound,))
    except NothingFound as error:
        raise NetworkFailed("sync.scheme_missing", "Regie formats 8", **error.params) from None
    for path, data in found.items():
        _write(work / path, data)
    return snapshot.open_scheme(scheme.reading(work), fingerprint=pin, floor=floor, now=now)


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
                for uri, reads in self._announced(service).items():
                    path = statuslist.mirror_path(uri)
                    held = self._genuine(_held(self.before, path), uri, issuer)
                    fresh = self._freshest(reads, path, uri, issuer)
                    chosen = fresh if fresh and (not held or fresh[1] >= held[1]) else held
                    if chosen is None:
                        self.missing.append(uri)
                        continue
                    _write(self.work / path, chosen[0])
                    taken += chosen is fresh
                    kept += chosen is not fresh
        return taken, kept, tuple(self.missing)

    def _freshest(
        self, reads: list[Read], path: str, uri: str, issuer: Issuer
    ) -> tuple[bytes, int] | None:
        """The youngest copy there is; the first that is young enough ends the search."""
        best: tuple[bytes, int] | None = None
        for read in reads:
            found = self._genuine(_quietly(read, path), uri, issuer)
            if found is not None and (best is None or found[1] > best[1]):
                best = found
            if best is not None and self.now - best[1] <= YOUNG_SECONDS:
                break
        return best

    def _announced(self, aggregation: str) -> dict[str, list[Read]]:
        """Every list that a place announces or that we hold, and who is asked for it.

        Nobody signs an announcement: who leaves a list out withholds it and erases nothing, and
        who names lists that are not there is asked for them alone.
        """
        path = aggregation_path(aggregation)
        held = _uris(_held(self.before, path))
        told = [(read, _uris(_quietly(read, path))) for read in self.reads]
        silent = all(uris is None for _, uris in told)
        if silent and held is None:
            self.missing.append(aggregation)
            return {}
        found = {
            uri: self.reads
            for uri in held or ()
            if silent or _held(self.before, statuslist.mirror_path(uri)) is not None
        }
        # In turns: a long row of one place leaves room for the others.
        for turn in zip_longest(*(uris for _, uris in told if uris is not None)):
            for uri in turn:
                if uri is not None and uri not in found and len(found) < MAX_LISTS:
                    found[uri] = [read for read, uris in told if uris is None or uri in uris]
        _write(self.work / path, strictjson.dumps({"status_lists": [*found]}))
        return found

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


def _uris(announcement: bytes | None) -> dict[str, None] | None:
    """The addresses in an announcement, in order; `None` when there is none that can be read."""
    if announcement is None:
        return None
    try:
        found = strictjson.loads_object(announcement, max_bytes=scheme.MAX_ANNOUNCED)
        uris = strictjson.texts(found, "status_lists")
    except CredentialError:
        return None
    return dict.fromkeys(one for one in uris[:MAX_LISTS] if len(one) <= MAX_ADDRESS)


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
