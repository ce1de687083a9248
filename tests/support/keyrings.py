"""A keyring in memory, behind the keyring library as that of a computer would stand there."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from wallet import device


class MemoryKeyring(KeyringBackend):
    """Keeps secrets as long as it lives; `locked`: it refuses everything."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError

    def _check(self) -> None:
        if self.locked:
            raise KeyringLocked


@contextmanager
def keyring_of_this_computer() -> Iterator[MemoryKeyring]:
    """From here on this computer has a keyring that locks."""
    before, ring = keyring.get_keyring(), MemoryKeyring()
    with mock.patch.object(device, "KEEPERS", (*device.KEEPERS, MemoryKeyring.__module__)):
        keyring.set_keyring(ring)
        try:
            yield ring
        finally:
            keyring.set_keyring(before)
