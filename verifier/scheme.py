"""The scheme and the status lists as `sync` left them on disk; the only source of trust here.

A generation is a folder that is never changed once `current` names it, so a reader sees one
whole snapshot or another, never a mixture. Nothing in this file can open a connection.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from credential import base64url, jose, snapshot, statuslist, strictjson
from credential.errors import CredentialError
from credential.names import TYP_STATUS_LIST
from credential.statuslist import StatusList
from credential.trust import Issuer, Trust
from verifier.errors import NotReady

CURRENT: Final = "current"
PIN: Final = "pin"
MAX_ANNOUNCED: Final = 1024 * 1024


@dataclass(frozen=True)
class Announced:
    """One status list that an issuer announces, and when it was signed if we have it."""

    issuer: str
    oin: str
    uri: str
    iat: int | None


@dataclass
class Generation:
    """One whole snapshot with its status lists; a list is opened when it is first needed."""

    name: str
    folder: Path
    trust: Trust
    # By whose it is as well: what one issuer may not say must not hide what another may.
    _lists: dict[tuple[str, str], StatusList | None] = field(default_factory=dict)
    _announced: tuple[Announced, ...] | None = None

    def status_list(self, uri: str, issuer: Issuer, now: int) -> StatusList | None:
        """The list of this address, if `sync` brought one that is genuine; never fetched."""
        key = uri, issuer.oin
        if key not in self._lists:
            self._lists[key] = self._open(uri, issuer, now)
        return self._lists[key]

    def announced(self) -> tuple[Announced, ...]:
        """Every list of every issuer with its date: for people and for figures, never a verdict."""
        if self._announced is None:
            self._announced = tuple(
                Announced(issuer.name, issuer.oin, uri, self._signed(uri))
                for issuer in self.trust.issuers
                for uri in self.uris(issuer)
            )
        return self._announced

    def uris(self, issuer: Issuer) -> tuple[str, ...]:
        """The addresses of the status lists this issuer announces, as `sync` brought them."""
        found: dict[str, None] = {}
        for address in dict.fromkeys(one.status_aggregation for one in issuer.services):
            try:
                data = (self.folder / aggregation_path(address)).read_bytes()
                listed = strictjson.loads_object(data, max_bytes=MAX_ANNOUNCED)
                found |= dict.fromkeys(strictjson.texts(listed, "status_lists"))
            except (OSError, CredentialError):
                found[address] = None  # not one list of theirs is known here
        return tuple(found)

    def _signed(self, uri: str) -> int | None:
        try:
            token = (self.folder / statuslist.mirror_path(uri)).read_text("ascii").strip()
            jws = jose.parse(token, typ=TYP_STATUS_LIST, max_bytes=statuslist.MAX_TOKEN)
            return strictjson.numeric_date(jws.dangerous_payload(), "iat")
        except (OSError, UnicodeDecodeError, CredentialError):
            return None

    def _open(self, uri: str, issuer: Issuer, now: int) -> StatusList | None:
        file = self.folder / statuslist.mirror_path(uri)
        try:
            token = file.read_text("ascii").strip()
            return statuslist.open_token(token, uri=uri, issuer=issuer, trust=self.trust, now=now)
        except (OSError, UnicodeDecodeError, CredentialError):
            return None


class SchemeFolder:
    """The folder that `sync` writes and everything else reads."""

    def __init__(self, folder: Path, fingerprint: bytes) -> None:
        self.folder = folder
        self.fingerprint = fingerprint
        self._lock = threading.Lock()
        self._loaded: Generation | None = None

    @property
    def pin(self) -> bytes:
        """The SHA-256 of the root: as configured, or of the newer one that led to since then."""
        try:
            given, since = (self.folder / PIN).read_text("ascii").split()
            found = bytes.fromhex(since)
        except (OSError, ValueError):
            return self.fingerprint
        # Another fingerprint in the settings is a decision of the administrator: it goes first.
        return found if given == self.fingerprint.hex() else self.fingerprint

    def believe_root(self, root: bytes) -> None:
        """Keep the root of a scheme that was verified in full; the one before it is past."""
        found = hashlib.sha256(root).digest()
        if found != self.pin:
            _write(self.folder / PIN, f"{self.fingerprint.hex()} {found.hex()}\n")

    def current_name(self) -> str | None:
        """The name of the generation in force."""
        try:
            return (self.folder / CURRENT).read_text("ascii").strip() or None
        except FileNotFoundError:
            return None

    def generation(self, now: int) -> Generation:
        """The generation in force, opened and verified once per process."""
        name = self.current_name()
        if name is None:
            raise NotReady("scheme.missing", "Regie formats 8")
        with self._lock:
            if self._loaded is None or self._loaded.name != name:
                self._loaded = self._open(name, now)
            return self._loaded

    def _open(self, name: str, now: int) -> Generation:
        """A generation from disk; while one is loaded, a broken newer one does not replace it."""
        folder = self.folder / name
        try:
            trust = snapshot.reopen_scheme(reading(folder), fingerprint=self.pin, floor=0, now=now)
        except (OSError, CredentialError):
            if self._loaded is None:
                raise
            return self._loaded
        return Generation(name, folder, trust)

    def put_in_force(self, name: str) -> None:
        """Make a complete generation the current one, in one step."""
        _write(self.folder / CURRENT, name)


def aggregation_path(uri: str) -> str:
    """Where a mirror keeps the list of an issuer's status lists."""
    return f"status/{base64url.sha256(uri)}.json"


def reading(folder: Path) -> Callable[[str], bytes]:
    """Read the files of one generation by their path in the scheme."""
    return lambda path: (folder / path).read_bytes()


def _write(file: Path, text: str) -> None:
    """The whole file in one step, or what was there before."""
    pending = file.with_name(f".{file.name}")
    with pending.open("w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    pending.replace(file)
