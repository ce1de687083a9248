"""Private keys and secrets: files that only their owner can read, or keys in a token."""

import os
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.x509.oid import NameOID

from credential import jose
from credential.errors import CredentialError
from credential.jose import KeySigner, Signer
from issuer.errors import SettingsFault
from issuer.status import Entropy
from tokens.hardware import HardwareToken
from tokens.signing import TokenKey

ROLES: Final = ("card", "status", "access")
SECRET_BYTES: Final = 32
NEXT: Final = ".next"
"""The key that takes over once a certificate for it is installed (`rotate`)."""
_OWNER_ONLY: Final = 0o600
_OTHERS: Final = 0o077
_SEALED: Final = "sealed-1:"
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12


class Keys:
    """The folder `keys/` of a home; signing keys are in the token where there is one."""

    def __init__(
        self, folder: Path, passphrase: bytes | None = None, token: HardwareToken | None = None
    ) -> None:
        self._folder = folder
        self._passphrase = passphrase
        self._token = token

    def signer(self, municipality: str, role: str) -> Signer:
        """The signing key of one role of one municipality."""
        name = f"{municipality}.{role}.key"
        if self._token is not None:
            found = self._token.signer(_label(municipality, role))
            if found is None:
                raise SettingsFault("keys.missing", file=_label(municipality, role))
            return found
        return KeySigner(self._key(name))

    def candidates(self, municipality: str, role: str) -> tuple[Signer, ...]:
        """The signing key, and the one that is to take over."""
        found = [self.signer(municipality, role)]
        coming = role + NEXT
        if self._token is not None:
            key = self._token.signer(_label(municipality, coming))
            found += [key] if key is not None else []
        elif (self._folder / f"{municipality}.{coming}.key").exists():
            found.append(self.signer(municipality, coming))
        return tuple(found)

    def promote(self, municipality: str, role: str) -> None:
        """The next key becomes the signing key; the one before it is destroyed."""
        if self._token is not None:
            self._token.rename(_label(municipality, role + NEXT), _label(municipality, role))
            return
        coming = self._folder / f"{municipality}.{role}{NEXT}.key"
        coming.replace(self._folder / f"{municipality}.{role}.key")

    def secret(self, name: str) -> bytes:
        """A secret of 32 bytes."""
        file = f"{name}.secret"
        try:
            text = self._read(file).decode("ascii")
            value = self._unsealed(text) if text.startswith(_SEALED) else bytes.fromhex(text)
        except (ValueError, InvalidTag):
            raise SettingsFault("keys.unreadable", file=file) from None
        if len(value) != SECRET_BYTES:
            raise SettingsFault("keys.unreadable", file=file)
        return value

    def has_secret(self, name: str) -> bool:
        """Whether there is a file of this secret."""
        return (self._folder / f"{name}.secret").exists()

    def hardware(self, name: str) -> HardwareToken | None:
        """The token, if it holds this secret."""
        held = self._token is not None and self._token.has_secret(_secret_label(name))
        return self._token if held else None

    def make_signer(self, municipality: str, role: str) -> bool:
        """Makes the key if it is not there; an existing key is never replaced."""
        if self._token is not None:
            return self._token.make_signer(_label(municipality, role))
        pem = jose.private_key_to_pem(jose.generate_key(), self._passphrase)
        return self._write_new(f"{municipality}.{role}.key", pem)

    def make_secret(self, name: str, entropy: Entropy, *, in_token: bool = False) -> bool:
        """Makes the secret if it is not there; `in_token`: in the token, where there is one."""
        if in_token and self._token is not None and not self.has_secret(name):
            return self._token.make_secret(_secret_label(name))
        value = entropy(SECRET_BYTES)
        text = value.hex() if self._passphrase is None else self._sealed(value, entropy)
        return self._write_new(f"{name}.secret", text.encode())

    def move_secret(self, name: str, to: str) -> None:
        """Gives a secret another name; the one that had it is gone."""
        if self.hardware(name) is not None and self._token is not None:
            self._token.rename(_secret_label(name), _secret_label(to))
            return
        try:
            (self._folder / f"{name}.secret").replace(self._folder / f"{to}.secret")
        except FileNotFoundError:
            raise SettingsFault("keys.missing", file=f"{name}.secret") from None

    def drop_secret(self, name: str) -> bool:
        """Destroys a secret; false if there is none."""
        if self.hardware(name) is not None and self._token is not None:
            self._token.destroy(_secret_label(name))
            return True
        file = self._folder / f"{name}.secret"
        held = file.exists()
        file.unlink(missing_ok=True)
        return held

    def mac(self, name: str, data: bytes) -> bytes:
        """HMAC-SHA-256 under a secret that the token holds."""
        if self._token is None:
            raise SettingsFault("hsm.key_missing", label=_secret_label(name))
        return self._token.mac(_secret_label(name), data)

    def request(self, municipality: str, role: str) -> bytes:
        """A certificate request (PKCS#10, PEM) for the key of one role."""
        key: ec.EllipticCurvePrivateKey
        if self._token is not None:
            found = self._token.signer(_label(municipality, role))
            if found is None:
                raise SettingsFault("keys.missing", file=_label(municipality, role))
            key = TokenKey(found)
        else:
            key = self._key(f"{municipality}.{role}.key")
        # The registrar decides the subject; this name only tells the files apart.
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{municipality} {role}")])
        made = x509.CertificateSigningRequestBuilder().subject_name(subject)
        return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _key(self, name: str) -> jose.PrivateKey:
        try:
            return jose.private_key_from_pem(self._read(name), self._passphrase)
        except CredentialError:
            raise SettingsFault("keys.unreadable", file=name) from None

    def _sealed(self, value: bytes, entropy: Entropy) -> str:
        salt, nonce = entropy(_SALT_BYTES), entropy(_NONCE_BYTES)
        sealed = AESGCM(self._stretched(salt)).encrypt(nonce, value, b"regie/issuer/secret/1")
        return _SEALED + (salt + nonce + sealed).hex()

    def _unsealed(self, text: str) -> bytes:
        data = bytes.fromhex(text.removeprefix(_SEALED))
        salt, data = data[:_SALT_BYTES], data[_SALT_BYTES:]
        aead = AESGCM(self._stretched(salt))
        return aead.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], b"regie/issuer/secret/1")

    def _stretched(self, salt: bytes) -> bytes:
        if self._passphrase is None:
            raise SettingsFault("keys.passphrase")
        # 32 MiB and about 0.1 s: read a few times at each start (RFC 7914, 2).
        return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(self._passphrase)

    def _read(self, name: str) -> bytes:
        path = self._folder / name
        try:
            return read_private(path)
        except FileNotFoundError:
            raise SettingsFault("keys.missing", file=name) from None

    def _write_new(self, name: str, data: bytes) -> bool:
        return write_new_private(self._folder / name, data.decode("ascii"))


def _label(municipality: str, role: str) -> str:
    return f"regie/{municipality}/{role}"


def _secret_label(name: str) -> str:
    return f"regie/secret/{name}"


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
