"""The folder of the root: its key, what it signed, and the reports of its ceremonies.

It belongs on a medium of its own that is in a safe; nothing on the network ever needs it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credential.jose import PrivateKey
from registrar import config, home, keystore, safe
from registrar.errors import NotReady, Untrusted
from registrar.keystore import KeyStore
from registrar.safe import Safe

SAFE: Final = "root.json"


@dataclass(frozen=True)
class RootHome:
    """One root on disk."""

    path: Path

    @property
    def exists(self) -> bool:
        """Whether there is a root here."""
        return (self.path / SAFE).is_file()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One command at a time."""
        with home.Home(self.path).locked():
            yield

    def scheme(self) -> config.Scheme:
        """The settings the root signs for; a copy of the register's."""
        try:
            return config.parse((self.path / home.SCHEME).read_text("utf-8"))
        except FileNotFoundError:
            raise NotReady("root.missing", root=str(self.path)) from None

    def keys(self, passphrase: bytes | None) -> KeyStore:
        """The keys of this root and of those before it."""
        return keystore.open_keys(self.path, passphrase, prefix="regie/root")

    def safe(self) -> Safe:
        """What the root did so far."""
        try:
            return safe.load((self.path / SAFE).read_bytes())
        except FileNotFoundError:
            raise NotReady("root.missing", root=str(self.path)) from None

    def key(self, found: Safe, passphrase: bytes | None) -> PrivateKey:
        """The key of the root of today."""
        key = self.keys(passphrase).load(found.root_name)
        if found.root.public_key() != key.public_key():
            raise Untrusted("home.key_mismatch", name=found.root_name)
        return key

    def save(self, found: Safe) -> None:
        """Keep what the root did, whole or not at all."""
        self.write(SAFE, safe.dump(found))

    def write(self, name: str, data: bytes) -> None:
        """One file of the folder."""
        home.write_whole(self.path / name, data)
