"""Who asks: the access certificate and its key, and the ones before it while requests still run.

A request names its asker by the certificate (`x509_hash`, HAIP 1.0), so a new certificate is a
new name. Every id of a request ends in the tag of the certificate it was started under: each
process can tell whose it is, also of a certificate that was installed a moment ago.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from credential import base64url, jose
from credential.errors import CredentialError
from credential.jose import KeySigner, PrivateKey
from credential.trust import Leaf
from verifier import keys
from verifier.config import Config
from verifier.errors import NotReady, NotTrusted, VerifierError
from verifier.request import client_id_of
from verifier.scheme import SchemeFolder

ACCESS_CERTIFICATE: Final = "access.pem"
NEXT_KEY: Final = "access.next.key"
PREVIOUS: Final = "previous"
_TAG: Final = 8


def tag_of(leaf: bytes) -> str:
    """What an id of a request ends in; short, and no secret."""
    return base64url.sha256(leaf)[:_TAG]


@dataclass(frozen=True)
class Identity:
    """One name towards wallets, and what signs under it."""

    signer: jose.Signer = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)

    @property
    def client_id(self) -> str:
        """The name itself."""
        return client_id_of(self.chain[0])

    @property
    def tag(self) -> str:
        """What ids of its requests end in."""
        return tag_of(self.chain[0])


def read(settings: Config) -> Identity:
    """The access certificate in force and its key, checked to belong together.

    Between the steps of a rotation the key may still stand under its other name.
    """
    file = settings.certificates / ACCESS_CERTIFICATE
    if not file.is_file():
        raise NotReady("certificates.missing", "Architecture, Trust", file=ACCESS_CERTIFICATE)
    chain = keys.chain_of(file.read_bytes())
    key = None if not chain else key_of(settings, chain[0])
    if key is None:
        raise NotReady("certificates.other_key", "Architecture, Trust", file=ACCESS_CERTIFICATE)
    return Identity(KeySigner(key), chain)


def key_of(settings: Config, leaf: bytes) -> PrivateKey | None:
    """The key of ours that this certificate is about."""
    file = file_of(settings, leaf)
    return None if file is None else keys.access_key(settings.keys, file.name)


def file_of(settings: Config, leaf: bytes) -> Path | None:
    """The file of the key that this certificate is about."""
    names = [keys.ACCESS_KEY]
    if (settings.keys / NEXT_KEY).is_file():
        names.append(NEXT_KEY)
    found = (name for name in names if keys.belongs(keys.access_key(settings.keys, name), leaf))
    return next((settings.keys / name for name in found), None)


def before(settings: Config) -> dict[str, Identity]:
    """The certificates whose last requests may still be answered, by tag."""
    found: dict[str, Identity] = {}
    for file in sorted((settings.certificates / PREVIOUS).glob("*.pem")):
        try:
            chain = keys.chain_of(file.read_bytes())
            key = keys.access_key(settings.keys / PREVIOUS, f"{file.stem}.key")
        except (OSError, ValueError, VerifierError):
            continue  # half of a step; the other half is not there yet, or already gone
        if chain and keys.belongs(key, chain[0]):
            found[tag_of(chain[0])] = Identity(KeySigner(key), chain)
    return found


class Identities:
    """What this process knows of them; a new certificate is noticed without a restart."""

    def __init__(self, settings: Config, scheme: SchemeFolder, now: Callable[[], int]) -> None:
        self._settings = settings
        self._scheme = scheme
        self._now = now
        self._lock = threading.Lock()
        self._stamp = _stamp(settings)
        self._current = read(settings)
        # Taken back or not, it is who we are: rights and receipts go on under it.
        self._leaf = self._vouched(self._current, regardless=True)
        self._others = before(settings)

    @property
    def current(self) -> Identity:
        """Under which new requests are started and what is signed now."""
        self._look()
        return self._current

    @property
    def leaf(self) -> Leaf:
        """What the certificate in force says about us."""
        self._look()
        return self._leaf

    def of(self, transaction: str) -> Identity:
        """Under which this request was started."""
        tag = transaction[-_TAG:]
        if tag == self.current.tag:
            return self._current
        return self._others.get(tag, self._current)

    def _look(self) -> None:
        stamp = _stamp(self._settings)
        if stamp == self._stamp:
            return
        with self._lock:
            try:
                found = read(self._settings)
                leaf = self._vouched(found)
            except (VerifierError, CredentialError, OSError):
                return  # what holds stays in force; `doctor` says what is wrong with the new one
            self._others = {**before(self._settings), self._current.tag: self._current}
            self._current, self._leaf, self._stamp = found, leaf, stamp

    def _vouched(self, one: Identity, *, regardless: bool = False) -> Leaf:
        now = self._now()
        try:
            trust = self._scheme.generation(now).trust
            return (trust.regardless() if regardless else trust).verifier_leaf(one.chain, now)
        except CredentialError as error:
            raise NotTrusted(error.code, error.section) from None


def _stamp(settings: Config) -> tuple[int, int] | None:
    """Changes when the file is replaced; it is never written in place."""
    try:
        found = (Path(settings.certificates) / ACCESS_CERTIFICATE).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
