"""The keyring of the operating system: the half of a PIN that stands in no file.

The only file that knows the keyring library. Source: Regie formats 9.
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from credential import base64url
from credential.errors import CredentialError
from wallet.errors import NotReady
from wallet.keyfile import DEVICE_SECRET_BYTES, DeviceKeyring

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "regie-wallet"
KEEPERS: Final = (
    "keyring.backends.SecretService",
    "keyring.backends.kwallet",
    "keyring.backends.libsecret",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
"""Keyrings that lock with the login of this computer; one that writes a plain file is none."""


class SystemKeyring:
    """The device secret of one wallet folder."""

    def __init__(self, backend: "KeyringBackend", home: Path) -> None:
        self._backend = backend
        # A digest: the keyring's own list of names need not tell where a wallet stands.
        self._name = hashlib.sha256(str(home).encode()).hexdigest()[:32]

    def get(self) -> bytes | None:
        """The device secret, None when there is none, or none that is whole."""
        try:
            kept = self._backend.get_password(SERVICE, self._name)
        except Exception:  # noqa: BLE001 - what lies under a backend raises errors of its own
            raise NotReady("pin.keyring-locked") from None
        if kept is None:
            return None
        try:
            secret = base64url.decode(kept)
        except CredentialError:
            return None
        return secret if len(secret) == DEVICE_SECRET_BYTES else None

    def put(self, secret: bytes) -> None:
        """Keeps the device secret in the place of an older one."""
        try:
            self._backend.set_password(SERVICE, self._name, base64url.encode(secret))
        except Exception:  # noqa: BLE001 - what lies under a backend raises errors of its own
            raise NotReady("pin.keyring-locked") from None

    def drop(self) -> None:
        """Destroys the device secret; without it no PIN opens anything."""
        from keyring.errors import PasswordDeleteError  # noqa: PLC0415

        try:
            self._backend.delete_password(SERVICE, self._name)
        except PasswordDeleteError:
            return
        except Exception:  # noqa: BLE001 - what lies under a backend raises errors of its own
            raise NotReady("pin.keyring-locked") from None


def find(home: Path) -> DeviceKeyring | None:
    """The keyring of this computer; None where there is none that locks."""
    # Deferred: only a PIN needs it, and it takes a tenth of a second.
    import keyring  # noqa: PLC0415
    from keyring.backends.chainer import ChainerBackend  # noqa: PLC0415

    try:
        chosen = keyring.get_keyring()
    except Exception:  # noqa: BLE001 - its settings may name a backend that is not there
        return None
    found = chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    for backend in found:
        if type(backend).__module__ in KEEPERS:
            return SystemKeyring(backend, home)
    return None
