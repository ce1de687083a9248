"""The registrar's folder: settings and parties to review, keys to guard, what was signed."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509

from registrar import config, keystore, ledger, own, register, registerfiles
from registrar.authority import Authority
from registrar.certificates import Anchor, Pair
from registrar.errors import NotReady, Untrusted
from registrar.keystore import KeyStore
from registrar.ledger import Ledger
from registrar.own import Own, Owned
from registrar.party import Party
from registrar.register import Register
from registrar.tls import TlsFiles

SCHEME: Final = "scheme.toml"
LEDGER: Final = "ledger.json"
_MANY: Final = 64
OWN: Final = "authorities.json"


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

    def create(self, scheme_toml: str) -> None:
        """Everything a new registrar needs beside its keys, the settings last."""
        (self.path / "parties").mkdir(exist_ok=True)
        for name, data in registerfiles.laid_out().items():
            self.write(name, data)
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

    def keys(self, passphrase: bytes | None) -> KeyStore:
        """The operator's keys; the root's is not among them."""
        return keystore.open_keys(self.path, passphrase, prefix="regie/registrar")

    def authority(self, passphrase: bytes | None, *, now: int) -> Authority:
        """The operator as it signs at `now`, with everything readers are to believe."""
        owned, found, keys = self.owned(), self.ledger(), self.keys(passphrase)
        generations = {
            slot: tuple((one.name, _pair(one, keys)) for one in owned.used(slot, found, now))
            for slot in own.SLOTS
        }
        return Authority(
            scheme=self.scheme(),
            pairs={slot: listed[0][1] for slot, listed in generations.items()},
            root=Anchor(owned.root),
            roots=owned.roots,
            root_crls=owned.crls,
            generations=generations,
        )

    def owned(self) -> Owned:
        """The operator's own certificates; needs no key."""
        self.require()
        try:
            return own.load((self.path / OWN).read_bytes())
        except FileNotFoundError:
            raise NotReady("home.no_root", home=str(self.path)) from None

    def own(self) -> tuple[Own, ...]:
        """Every generation of everything the operator signs with."""
        return self.owned().own

    def save_owned(self, owned: Owned) -> None:
        """Keep the operator's certificates, whole or not at all."""
        self.write(OWN, own.dump(owned))

    def certificate(self, name: str) -> x509.Certificate:
        """One of the operator's own certificates, the newest of its place; needs no key."""
        owned = self.owned()
        if name == own.ROOT:
            return owned.root
        able = [one for one in owned.own if name in (one.name, one.slot) and one.revoked is None]
        if not able:
            raise NotReady("home.key_missing", name=name)
        return able[-1].certificate

    def parties(self) -> list[Party]:
        """Every party, by the name of its file; refused with everything that is wrong."""
        return list(self.register().require())

    def register(self) -> Register:
        """The register as its files state it; needs no key."""
        self.require()
        return register.read(registerfiles.gather(self.path))

    def uses(self, party: str) -> dict[str, bytes]:
        """The purposes of a party that stand in files of their own, by their path."""
        return registerfiles.uses(self.path, party)

    def add_party(
        self, party: Party, text: str, uses: Mapping[str, bytes], requests: Mapping[str, bytes]
    ) -> None:
        """A party's files and its certificate requests, replacing earlier ones."""
        for name, pem in requests.items():
            self.write(f"parties/{party.id}/{name}.csr", pem)
        for path, data in uses.items():
            self.write(path, data)
        self.write(f"parties/{party.id}.toml", text.encode())

    def requests(self, party: Party) -> dict[str, bytes]:
        """The party's certificate requests by name."""
        return {file.stem: data for file, data in registerfiles.requests(self.path, party.id)}

    def handover(self, party: str) -> dict[str, bytes]:
        """The files the party was given, by their path below its folder."""
        folder = self.path / "certificates" / party
        return {
            str(file.relative_to(folder)): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    def save_handovers(
        self,
        parties: Mapping[str, Mapping[str, bytes]],
        before: Mapping[str, Mapping[str, bytes]],
    ) -> None:
        """The files each party is given; what it is no longer given goes, what stands stays."""
        fresh: dict[str, bytes] = {}
        for party, files in parties.items():
            for name in before[party].keys() - files.keys():
                (self.path / "certificates" / party / name).unlink()
            fresh |= {
                f"certificates/{party}/{name}": data
                for name, data in files.items()
                if before[party].get(name) != data
            }
        # One flush for a whole country instead of one for each file.
        many = len(fresh) > _MANY
        for name, data in fresh.items():
            write_whole(self.path / name, data, durable=not many)
        if many:
            os.sync()

    def kept_types(self) -> dict[str, bytes]:
        """Every text of a kind that was ever published, by its path in this folder."""
        found = sorted((self.path / "types").glob("*.json"))
        return {f"types/{file.name}": file.read_bytes() for file in found}

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


def write_whole(target: Path, data: bytes, *, mode: int = 0o644, durable: bool = True) -> None:
    """The file, replaced in one step, never seen half written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    fresh.replace(target)


def _pair(one: Own, keys: KeyStore) -> Pair:
    key = keys.load(one.name)
    if one.certificate.public_key() != key.public_key():
        raise Untrusted("home.key_mismatch", name=one.name)
    return Pair(one.certificate, key)
