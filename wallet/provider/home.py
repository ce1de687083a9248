"""The provider's folder: settings, the signing key, its certificate, the challenge secret."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from credential import jose
from wallet import files
from wallet.errors import NotReady, Usage
from wallet.provider.attest import Entropy, Provider, require_own

SETTINGS: Final = "provider.toml"
KEY: Final = "attestation.key"
SECRET: Final = "challenge.secret"  # noqa: S105 - the name of a file
CERTIFICATE: Final = "attestation.pem"
SECRET_BYTES: Final = 32
_LAST_PORT: Final = 65_535
_KEYS: Final = frozenset({"id", "base_url", "listen", "tls_cert", "tls_key", "behind_proxy"})


@dataclass(frozen=True)
class Settings:
    """The whole of `provider.toml`."""

    id: str
    base_url: str
    host: str
    port: int
    tls_cert: str | None
    tls_key: str | None
    behind_proxy: bool


def load(home: Path) -> Settings:
    """The settings; what is unknown or unsafe is refused by its name."""
    try:
        table = tomllib.loads((home / SETTINGS).read_text("utf-8"))
    except OSError:
        raise NotReady("provider.none", file=SETTINGS) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Usage("config.syntax", file=SETTINGS) from None
    for key in table:
        if key not in _KEYS:
            raise Usage("config.unknown", key=key)
    host, _, port = _text(table, "listen").rpartition(":")
    url = urlsplit(_text(table, "base_url"))
    if url.scheme != "https" or not url.hostname or url.query or url.fragment:
        raise Usage("config.value", key="base_url")
    if not host or not port.isdecimal() or int(port) > _LAST_PORT:
        raise Usage("config.value", key="listen")
    behind_proxy = table.get("behind_proxy", False)
    if not isinstance(behind_proxy, bool):
        raise Usage("config.value", key="behind_proxy")
    if not behind_proxy and not ("tls_cert" in table and "tls_key" in table):
        raise Usage("config.value", key="tls_cert")
    return Settings(
        id=_text(table, "id"),
        base_url=_text(table, "base_url").rstrip("/"),
        host=host.strip("[]"),
        port=int(port),
        tls_cert=_text(table, "tls_cert") if "tls_cert" in table else None,
        tls_key=_text(table, "tls_key") if "tls_key" in table else None,
        behind_proxy=behind_proxy,
    )


def prepare(home: Path, entropy: Entropy) -> Path:
    """Makes the key and the secret if they are not there, and the request for the registrar."""
    settings = load(home)
    _write_new(home / KEY, jose.private_key_to_pem(jose.generate_key()))
    _write_new(home / SECRET, entropy(SECRET_BYTES).hex().encode())
    # The registrar decides the subject; this name only tells the files apart.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{settings.id} attestation")])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject)
    signed = request.sign(_key(home), hashes.SHA256())
    folder = home / "csr"
    folder.mkdir(exist_ok=True)
    target = folder / f"{settings.id}.attestation.csr"
    target.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return target


def install_certificate(home: Path, source: Path) -> None:
    """Takes over the certificate that the registrar signed, if it is for this key."""
    try:
        pem = (source / CERTIFICATE).read_bytes()
    except OSError:
        raise NotReady("provider.no_certificate", file=CERTIFICATE) from None
    _read(pem, _key(home))
    files.write_atomically(home / CERTIFICATE, pem)


def open_provider(home: Path, entropy: Entropy) -> Provider:
    """Everything it signs with."""
    settings, key = load(home), _key(home)
    try:
        pem = (home / CERTIFICATE).read_bytes()
    except OSError:
        raise NotReady("provider.no_certificate", file=CERTIFICATE) from None
    secret = bytes.fromhex(files.read_private(home / SECRET))
    der = _read(pem, key)
    return Provider(settings.base_url, jose.KeySigner(key), (der,), secret, entropy)


def _read(pem: bytes, key: jose.PrivateKey) -> bytes:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise NotReady("provider.no_certificate", file=CERTIFICATE) from None
    found = certificate.public_key()
    if not isinstance(found, ec.EllipticCurvePublicKey):
        raise NotReady("provider.no_certificate", file=CERTIFICATE)
    require_own(key.public_key(), found)
    return certificate.public_bytes(serialization.Encoding.DER)


def _key(home: Path) -> jose.PrivateKey:
    return jose.private_key_from_pem(files.read_private(home / KEY).encode())


def _write_new(path: Path, data: bytes) -> None:
    """A file for its owner alone; one that is there stays."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, files.PRIVATE)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise Usage("config.value", key=key)
    return value
