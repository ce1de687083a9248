"""A certificate authority for the https of a test town: loopback names only."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from credential.jose import PrivateKey, generate_key
from registrar.certificates import DAY, Entropy

LIFE: Final = 397 * DAY
_LOOPBACK: Final = ("127.0.0.1", "::1")


@dataclass(frozen=True)
class TlsFiles:
    """What clients trust (`ca`) and what servers need, as PEM."""

    ca: bytes
    certificate: bytes
    key: bytes = field(repr=False)


def make(host: str, *, now: int, entropy: Entropy) -> TlsFiles:
    """An authority of this moment and one server certificate for the host and loopback."""
    authority_key, key = generate_key(), generate_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Regie test TLS")])
    own_key = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = (
        _builder(name, name, authority_key, now, entropy)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(own_key, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    hosts = [x509.DNSName(one) for one in dict.fromkeys((host, "localhost"))]
    addresses = [x509.IPAddress(ip_address(one)) for one in _LOOPBACK]
    server = (
        _builder(subject, name, key, now, entropy)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([*hosts, *addresses]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_key),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    return TlsFiles(
        ca=authority.public_bytes(Encoding.PEM),
        certificate=server.public_bytes(Encoding.PEM),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, now: int, entropy: Entropy
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(entropy(16), "big") >> 1 | 1)
        .not_valid_before(datetime.fromtimestamp(now - DAY, UTC))
        .not_valid_after(datetime.fromtimestamp(now + LIFE, UTC))
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
