"""Private keys and secrets on disk: files that only their owner can read."""

import os
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from credential import jose
from credential.errors import CredentialError
from credential.jose import KeySigner
from issuer.errors import SettingsFault
from issuer.status import Entropy

ROLES: Final = ("card", "status", "access")
SECRET_BYTES: Final = 32
_OWNER_ONLY: Final = 0o600
_OTHERS: Final = 0o077


class Keys:
    """The folder `keys/` of a home."""

    def __init__(self, folder: Path, passphrase: bytes | None = None) -> None:
        self._folder = folder
        self._passphrase = passphrase

    def signer(self, municipality: str, role: str) -> KeySigner:
        """The signing key of one role of one municipality."""
        name = f"{municipality}.{role}.key"
        try:
            key = jose.private_key_from_pem(self._read(name), self._passphrase)
        except CredentialError:
            raise SettingsFault("keys.unreadable", file=name) from None
        return KeySigner(key)

    def secret(self, name: str) -> bytes:
        """A secret of 32 bytes."""
        try:
            value = bytes.fromhex(self._read(f"{name}.secret").decode("ascii"))
        except ValueError:
            raise SettingsFault("keys.unreadable", file=f"{name}.secret") from None
        if len(value) != SECRET_BYTES:
            raise SettingsFault("keys.unreadable", file=f"{name}.secret")
        return value

    def make_signer(self, municipality: str, role: str) -> bool:
        """Makes the key if it is not there; an existing key is never replaced."""
        pem = jose.private_key_to_pem(jose.generate_key(), self._passphrase)
        return self._write_new(f"{municipality}.{role}.key", pem)

    def make_secret(self, name: str, entropy: Entropy) -> bool:
        """Makes the secret if it is not there."""
        return self._write_new(f"{name}.secret", entropy(SECRET_BYTES).hex().encode())

    def request(self, municipality: str, role: str) -> bytes:
        """A certificate request for a key (PEM): it proves that we hold the key, nothing more."""
        pem = self._read(f"{municipality}.{role}.key")
        key = jose.private_key_from_pem(pem, self._passphrase)
        # The registrar decides the subject; this name only tells the files apart.
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{municipality} {role}")])
        made = x509.CertificateSigningRequestBuilder().subject_name(subject)
        return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        try:
            return read_private(path)
        except FileNotFoundError:
            raise SettingsFault("keys.missing", file=name) from None

    def _write_new(self, name: str, data: bytes) -> bool:
        return write_new_private(self._folder / name, data.decode("ascii"))


def write_new_private(path: Path, text: str) -> bool:
    """Writes a file for its owner alone, durably; false if there already is one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whole or not at all: a crash halfway would leave a key that is there and is none.
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(fresh)
    except FileExistsError:
        return False
    finally:
        fresh.unlink()
    return True


def read_private(path: Path) -> bytes:
    """A file that nobody but its owner can read; refused otherwise."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & _OTHERS:
            raise SettingsFault("keys.readable_by_others", file=path.name)
        return file.read()
