"""Private keys and what is sealed with them: files of mode 0600, one secret, labelled uses."""

import hmac
import json
import os
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from credential import jose
from credential.errors import CredentialError
from credential.jose import PrivateKey
from verifier import token
from verifier.errors import NotReady

_NONCE: Final = 12
ACCESS_KEY: Final = "access.key"
SECRET: Final = "secret.key"  # noqa: S105 - the name of a file


def derive(secret: bytes, label: str) -> bytes:
    """32 bytes for one use of a secret; the label is the use."""
    return HKDF(hashes.SHA256(), 32, None, label.encode()).derive(secret)


@dataclass(frozen=True, repr=False)
class Sealer:
    """Seals the columns that hold personal data and recognises people without knowing them."""

    columns: AESGCM
    pseudonyms: bytes
    sessions: bytes
    entropy: Callable[[int], bytes]

    def seal(self, value: Any, place: str) -> bytes:  # noqa: ANN401 - any JSON value
        """AES-256-GCM over a JSON value, bound to its place (table, column, row)."""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return seal_with(self.columns, plain, place, self.entropy)

    def open(self, sealed: bytes, place: str) -> Any:  # noqa: ANN401 - any JSON value
        """What was sealed here; anything moved or changed is refused."""
        plain = open_with(self.columns, sealed, place)
        if plain is None:
            raise NotReady("store.sealed", "Architecture, Verifier")
        return json.loads(plain)

    def person(self, pseudonym: str) -> str:
        """HMAC under our own key: the same person here, nobody elsewhere (formats.md 1)."""
        return hmac.new(self.pseudonyms, pseudonym.encode(), sha256).hexdigest()

    def subject(self, held: str) -> str:
        """How the processing log names somebody: a keyed hash of what is held of them."""
        return hmac.new(self.pseudonyms, f"subject/{held}".encode(), sha256).hexdigest()

    def contact(self, email: str) -> str:
        """A keyed hash to find a registration by an address that somebody gives."""
        plain = f"contact/{email.strip().casefold()}"
        return hmac.new(self.pseudonyms, plain.encode(), sha256).hexdigest()

    def session(self, cookie: str) -> str:
        """What is stored of a browser's session cookie, a response code or a nonce."""
        return hmac.new(self.sessions, cookie.encode(), sha256).hexdigest()


def sealer(secret: bytes, entropy: Callable[[int], bytes]) -> Sealer:
    """The labelled uses of the verifier's one secret."""
    return Sealer(
        columns=AESGCM(derive(secret, "regie/verifier/columns/1")),
        pseudonyms=derive(secret, "regie/verifier/person/1"),
        sessions=derive(secret, "regie/verifier/session/1"),
        entropy=entropy,
    )


def seal_with(key: AESGCM, plain: bytes, place: str, entropy: Callable[[int], bytes]) -> bytes:
    """Nonce and ciphertext."""
    nonce = entropy(_NONCE)
    return nonce + key.encrypt(nonce, plain, place.encode())


def open_with(key: AESGCM, sealed: bytes, place: str) -> bytes | None:
    """The plain bytes, or `None` when key, place or bytes differ."""
    try:
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except InvalidTag:
        return None


def sealed_by_bytes(known: bytes, label: str) -> AESGCM:
    """A key that only someone who still has `known` can derive: we keep nothing to open it."""
    return AESGCM(derive(sha256(known).digest(), label))


@dataclass(frozen=True, repr=False)
class Keys:
    """The access key with its certificate, and the secret for everything stored."""

    access: PrivateKey
    sealer: Sealer
    chain: tuple[bytes, ...] = field(default=())


def write_private(file: Path, data: bytes) -> None:
    """Write a file that only its owner reads; never over an existing one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)


def read_private(file: Path) -> bytes:
    """Read a key file; refused when others may read it."""
    try:
        if file.stat().st_mode & 0o077:
            raise NotReady("keys.mode", "", file=file.name)
        return file.read_bytes()
    except FileNotFoundError:
        raise NotReady("keys.missing", "", file=file.name) from None


def create(
    folder: Path, entropy: Callable[[int], bytes], place: token.Place | None = None
) -> PrivateKey:
    """Make the access key, in a token where one is named, and the secret."""
    make_access_key(folder / ACCESS_KEY, place)
    write_private(folder / SECRET, entropy(32).hex().encode())
    return access_key(folder)


def make_access_key(file: Path, place: token.Place | None) -> None:
    """A new access key: in this file, or in the token and only named there."""
    if place is None:
        write_private(file, jose.private_key_to_pem(jose.generate_key()))
        return
    token.make(place, read_private(Path(place.pin_file)))
    write_private(file, place.dump())


def place_of(file: Path) -> token.Place | None:
    """Where in a token the key of this file is; `None` where the file holds it."""
    return token.place_of(read_private(file), file.name)


def drop_access_key(file: Path, used: Collection[token.Place | None]) -> None:
    """Destroys an access key that is over; in the token too, unless it is still used there."""
    place = place_of(file) if file.is_file() else None
    if place is not None and place not in used:
        token.drop(place, read_private(Path(place.pin_file)))
    file.unlink(missing_ok=True)


def access_key(folder: Path, name: str = ACCESS_KEY) -> PrivateKey:
    """The key of our access certificate, or of the one before or after it."""
    data = read_private(folder / name)
    place = token.place_of(data, name)
    if place is not None:
        return token.load(place, read_private(Path(place.pin_file)))
    try:
        return jose.private_key_from_pem(data)
    except CredentialError:
        raise NotReady("keys.curve", "HAIP 1.0 8", file=name) from None


def load_sealer(folder: Path, entropy: Callable[[int], bytes]) -> Sealer:
    """The sealer over the secret in this folder."""
    return sealer(bytes.fromhex(read_private(folder / SECRET).decode().strip()), entropy)


def csr(key: PrivateKey, name: str) -> bytes:
    """A certificate request: proof that we hold the key; the registrar decides the subject."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def chain_of(pem: bytes) -> tuple[bytes, ...]:
    """The certificates of a PEM file as DER, leaf first."""
    found = x509.load_pem_x509_certificates(pem)
    return tuple(item.public_bytes(serialization.Encoding.DER) for item in found)


def belongs(key: PrivateKey, leaf: bytes) -> bool:
    """Whether this certificate is about this key."""
    return x509.load_der_x509_certificate(leaf).public_key() == key.public_key()


def policies(leaf: bytes) -> frozenset[str]:
    """The certificate policies of a leaf: they tell a test scheme from a real one."""
    certificate = x509.load_der_x509_certificate(leaf)
    try:
        found = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(item.policy_identifier.dotted_string for item in found)


def fingerprint(leaf: bytes) -> str:
    """SHA-256 of a certificate, hex."""
    return sha256(leaf).hexdigest()
