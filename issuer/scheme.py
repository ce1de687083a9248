"""The scheme as `sync` left it on disk; the only source of trust here (Regie formats 8).

A generation is a folder that is never changed once `current` names it, so a reader sees one
whole snapshot or another, never a mixture. Nothing in this file can open a connection.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from credential import snapshot
from credential.errors import CredentialError
from credential.trust import Trust
from issuer.errors import SettingsFault

CURRENT: Final = "current"
PIN: Final = "pin"
FOLDER: Final = "scheme"


class SchemeFolder:
    """The folder that `sync` writes and everything else reads."""

    def __init__(self, folder: Path, fingerprint: bytes) -> None:
        self.folder = folder
        self.fingerprint = fingerprint
        self._lock = threading.Lock()
        self._loaded: tuple[str, Trust] | None = None

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
        """Keeps the root of a scheme that was verified in full; the one before it is past."""
        found = hashlib.sha256(root).digest()
        if found != self.pin:
            _write(self.folder / PIN, f"{self.fingerprint.hex()} {found.hex()}\n")

    def current_name(self) -> str | None:
        """The name of the generation in force."""
        try:
            return (self.folder / CURRENT).read_text("ascii").strip() or None
        except FileNotFoundError:
            return None

    def trust(self, now: int) -> Trust:
        """The generation in force, opened and verified once per process."""
        name = self.current_name()
        if name is None:
            raise SettingsFault("scheme.missing", "Regie formats 8")
        with self._lock:
            if self._loaded is None or self._loaded[0] != name:
                self._loaded = (name, self._open(name, now))
            return self._loaded[1]

    def files(self, prefix: str) -> list[tuple[str, str]]:
        """Path and text of every file of the generation in force under this prefix.

        What the snapshot signed was checked when the generation was put there (`sync`).
        """
        name = self.current_name()
        root = self.folder / (name or "")
        if name is None or not (root / prefix).is_dir():
            return []
        found = sorted(path for path in (root / prefix).rglob("*") if path.is_file())
        return [(path.relative_to(root).as_posix(), path.read_text("ascii")) for path in found]

    def _open(self, name: str, now: int) -> Trust:
        """A generation from disk; while one is loaded, a broken newer one does not replace it."""
        try:
            return snapshot.reopen_scheme(
                reading(self.folder / name), fingerprint=self.pin, floor=0, now=now
            )
        except (OSError, CredentialError):
            if self._loaded is None:
                raise
            return self._loaded[1]

    def put_in_force(self, name: str) -> None:
        """Makes a complete generation the current one, in one step."""
        _write(self.folder / CURRENT, name)


def reading(folder: Path) -> Callable[[str], bytes]:
    """Reads the files of one generation by their path in the scheme."""
    return lambda path: (folder / path).read_bytes()


def fingerprint_of(text: str) -> bytes:
    """The SHA-256 of the root as the settings write it: hexadecimal, colons allowed."""
    try:
        found = bytes.fromhex(text.replace(":", ""))
    except ValueError:
        found = b""
    if len(found) != 32:  # noqa: PLR2004 - SHA-256
        raise SettingsFault("settings.value", key="scheme.fingerprint")
    return found


def _write(file: Path, text: str) -> None:
    """The whole file in one step, or what was there before."""
    pending = file.with_name(f".{file.name}")
    with pending.open("w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    pending.replace(file)
