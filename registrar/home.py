"""The registrar's folder: settings and parties to review, keys to guard, what was signed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from credential.trust import Role
from registrar import authority as authorities
from registrar import config, ledger, parties
from registrar.authority import Authority
from registrar.certificates import Pair
from registrar.errors import BadInput, NotReady, Untrusted
from registrar.ledger import Ledger
from registrar.parties import Party
from registrar.tls import TlsFiles

SCHEME: Final = "scheme.toml"
LEDGER: Final = "ledger.json"
_NAMES: Final = (authorities.ROOT, *(role.value for role in Role), *authorities.SIGNERS)


@dataclass(frozen=True)
class Home:
    """One registrar on disk."""

    path: Path

    @property
    def exists(self) -> bool:
        """Whether a registrar was made here."""
        return (self.path / SCHEME).is_file()

    def require(self) -> None:
        """Refuses a folder that is no registrar."""
        if not self.exists:
            raise NotReady("home.missing", home=str(self.path))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One command at a time."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.path / "lock").open("a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise NotReady("home.busy", home=str(self.path)) from None
            yield

    def create(self, scheme_toml: str, made: Authority, passphrase: bytes | None) -> None:
        """Everything a new registrar needs, the settings last."""
        for name, pair in made.pairs.items():
            self._write_secret(f"keys/{name}.key", _pem(pair.key, passphrase))
            self.write(f"ca/{name}.pem", pair.certificate.public_bytes(Encoding.PEM))
        (self.path / "parties").mkdir(exist_ok=True)
        self.save_ledger(Ledger())
        self.write(SCHEME, scheme_toml.encode())

    def write_tls(self, files: TlsFiles) -> None:
        """The https files of a test town."""
        self.write("tls/ca.pem", files.ca)
        self.write("tls/server.pem", files.certificate)
        self._write_secret("tls/server.key", files.key)

    def scheme(self) -> config.Scheme:
        """The settings."""
        self.require()
        return config.parse((self.path / SCHEME).read_text("utf-8"))

    def authority(self, passphrase: bytes | None) -> Authority:
        """The operator with all its keys."""
        return Authority(self.scheme(), {name: self._pair(name, passphrase) for name in _NAMES})

    def certificate(self, name: str) -> x509.Certificate:
        """One of the operator's own certificates; needs no key."""
        return x509.load_pem_x509_certificate((self.path / "ca" / f"{name}.pem").read_bytes())

    def parties(self) -> list[Party]:
        """Every party, by the name of its file."""
        found = sorted((self.path / "parties").glob("*.toml"))
        return [parties.parse(file.read_text("utf-8"), file.name) for file in found]

    def add_party(self, party: Party, text: str, requests: dict[str, bytes]) -> None:
        """A party's file and its certificate requests, replacing earlier ones."""
        for name, pem in requests.items():
            self.write(f"parties/{party.id}/{name}.csr", pem)
        self.write(f"parties/{party.id}.toml", text.encode())

    def requests(self, party: Party) -> dict[str, bytes]:
        """The party's certificate requests by name."""
        folder = self.path / "parties" / party.id
        return {file.stem: file.read_bytes() for file in sorted(folder.glob("*.csr"))}

    def handover(self, party: str) -> dict[str, bytes]:
        """The files the party was given, by their path below its folder."""
        folder = self.path / "certificates" / party
        return {
            str(file.relative_to(folder)): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    def save_handover(self, party: str, files: dict[str, bytes]) -> None:
        """The files the party is given; what it is no longer given goes."""
        for name in self.handover(party).keys() - files.keys():
            (self.path / "certificates" / party / name).unlink()
        for name, data in files.items():
            self.write(f"certificates/{party}/{name}", data)

    def ledger(self) -> Ledger:
        """What was signed and taken back so far."""
        self.require()
        return ledger.load((self.path / LEDGER).read_bytes())

    def save_ledger(self, found: Ledger) -> None:
        """Keep the ledger, whole or not at all."""
        self.write(LEDGER, ledger.dump(found))

    def write(self, name: str, data: bytes) -> None:
        """One file, whole or not at all."""
        write_whole(self.path / name, data)

    def _write_secret(self, name: str, data: bytes) -> None:
        write_whole(self.path / name, data, mode=0o600)

    def _pair(self, name: str, passphrase: bytes | None) -> Pair:
        try:
            data = (self.path / "keys" / f"{name}.key").read_bytes()
            key = load_pem_private_key(data, passphrase)
        except FileNotFoundError:
            raise NotReady("home.key_missing", name=name) from None
        except (ValueError, TypeError):
            raise BadInput("home.passphrase") from None
        certificate = self.certificate(name)
        if (
            not isinstance(key, ec.EllipticCurvePrivateKey)
            or certificate.public_key() != key.public_key()
        ):
            raise Untrusted("home.key_mismatch", name=name)
        return Pair(certificate, key)


def write_whole(target: Path, data: bytes, *, mode: int = 0o644) -> None:
    """The file, replaced in one step, never seen half written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(target)


def _pem(key: ec.EllipticCurvePrivateKey, passphrase: bytes | None) -> bytes:
    protection: KeySerializationEncryption = (
        NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
