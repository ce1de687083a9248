"""Where the operator's private keys are: files for their owner alone, or a token (PKCS#11)."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from credential import jose
from credential.errors import CredentialError
from credential.jose import PrivateKey
from registrar import tomlfile
from registrar.errors import BadInput, NotReady
from tokens.hardware import HardwareToken
from tokens.signing import TokenKey

TOKEN: Final = "token.toml"  # noqa: S105 - the name of a file
_OTHERS: Final = 0o077


class KeyStore(Protocol):
    """Keys by name; what is made is never replaced."""

    def has(self, name: str) -> bool:
        """Whether there is a key of this name."""
        ...

    def make(self, name: str) -> bool:
        """Makes the key if it is not there; false if it is."""
        ...

    def load(self, name: str) -> PrivateKey:
        """The key, or what asks the token for its signatures."""
        ...

    def drop(self, name: str) -> bool:
        """Destroys the key; false if there is none."""
        ...


@dataclass(frozen=True)
class FileKeys:
    """The folder `keys/`: PKCS #8, mode 0600, behind a passphrase unless it is a test."""

    folder: Path
    passphrase: bytes | None = field(repr=False)

    def has(self, name: str) -> bool:
        """Whether there is a key of this name."""
        return self._file(name).is_file()

    def make(self, name: str) -> bool:
        """Makes the key if it is not there; false if it is."""
        if self.has(name):
            return False
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.folder / f".{name}.key.new"
        # A command that was killed may have left half a key; nobody has used it.
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(jose.private_key_to_pem(jose.generate_key(), self.passphrase))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._file(name))
        return True

    def load(self, name: str) -> PrivateKey:
        """The key; refused when others can read its file."""
        try:
            with self._file(name).open("rb") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise NotReady("home.key_mode", name=name)
                return jose.private_key_from_pem(file.read(), self.passphrase)
        except FileNotFoundError:
            raise NotReady("home.key_missing", name=name) from None
        except CredentialError:
            raise BadInput("home.passphrase") from None

    def drop(self, name: str) -> bool:
        """Destroys the key; false if there is none."""
        held = self.has(name)
        self._file(name).unlink(missing_ok=True)
        return held

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.key"


@dataclass(frozen=True)
class TokenKeys:
    """Keys in a token, each under a label with this prefix."""

    token: HardwareToken = field(repr=False)
    prefix: str

    def has(self, name: str) -> bool:
        """Whether there is a key of this name."""
        return self.token.signer(self._label(name)) is not None

    def make(self, name: str) -> bool:
        """Makes the key if it is not there; false if it is."""
        return self.token.make_signer(self._label(name))

    def load(self, name: str) -> PrivateKey:
        """What asks the token for its signatures."""
        found = self.token.signer(self._label(name))
        if found is None:
            raise NotReady("home.key_missing", name=name)
        return TokenKey(found)

    def drop(self, name: str) -> bool:
        """Destroys the key; false if there is none."""
        held = self.has(name)
        self.token.destroy(self._label(name))
        return held

    def _label(self, name: str) -> str:
        return f"{self.prefix}/{name}"


def open_keys(folder: Path, passphrase: bytes | None, *, prefix: str) -> KeyStore:
    """The keys of a folder: in the token that its `token.toml` names, else in `keys/`."""
    file = folder / TOKEN
    if not file.is_file():
        return FileKeys(folder / "keys", passphrase)
    found = tomlfile.parse(file.read_text("utf-8"), TOKEN)
    pin_file = folder / tomlfile.text(found, "pin_file")
    try:
        with pin_file.open("rb") as handle:
            if os.fstat(handle.fileno()).st_mode & _OTHERS:
                raise NotReady("token.pin_mode", file=pin_file.name)
            pin = handle.read().decode("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        raise NotReady("token.pin_missing", file=pin_file.name) from None
    module, label = tomlfile.text(found, "module"), tomlfile.text(found, "label")
    return TokenKeys(HardwareToken(module, label, pin, NotReady), prefix)


def token_settings(module: str, label: str, pin_file: str) -> bytes:
    """The file that says which token holds the keys."""
    lines = (("module", module), ("label", label), ("pin_file", pin_file))
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in lines).encode()


def _quoted(value: str) -> str:
    if not value.isprintable():
        raise BadInput("token.setting")
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
