"""Parties of another scheme: an authority of its own, and leaves as foreign verifiers have them."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from credential import base64url, jose
from credential.jose import KeySigner

DAY = dt.timedelta(days=1)


def named(**parts: str) -> x509.Name:
    oids = {"o": NameOID.ORGANIZATION_NAME, "cn": NameOID.COMMON_NAME, "c": NameOID.COUNTRY_NAME}
    oids |= {"id": NameOID.ORGANIZATION_IDENTIFIER}
    return x509.Name([x509.NameAttribute(oids[part], text) for part, text in parts.items()])


@dataclass
class Stranger:
    """A foreign authority with one leaf; `write` makes it one that a wallet trusts."""

    now: int
    hosts: tuple[str, ...] = ("localhost",)
    leaf_key: Any = None
    not_after: int = 30
    oin: str = "NTRDE-HRB123"
    service: str = ""

    def __post_init__(self) -> None:
        self.moment = dt.datetime.fromtimestamp(self.now, dt.UTC)
        self.root_key = jose.generate_key()
        self.root_name = named(c="DE", o="Fremde Stelle", cn="Fremde CA")
        self.root = self._root()
        self.key = self.leaf_key or jose.generate_key()
        self.leaf = self._leaf()

    @property
    def signer(self) -> KeySigner:
        return KeySigner(self.key)

    @property
    def header(self) -> dict:
        return jose.x5c_header((self.leaf,))

    @property
    def client_id(self) -> str:
        return f"x509_hash:{base64url.sha256(self.leaf)}"

    def write(self, file: Path) -> Path:
        certificate = x509.load_der_x509_certificate(self.root)
        file.write_bytes(certificate.public_bytes(Encoding.PEM))
        return file

    def _builder(self, subject: x509.Name, key: Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.root_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.moment - DAY)
            .not_valid_after(self.moment + self.not_after * DAY)
        )

    def _root(self) -> bytes:
        usage = dict.fromkeys(
            [
                "digital_signature",
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "key_cert_sign",
                "crl_sign",
                "encipher_only",
                "decipher_only",
            ],
            False,
        )
        return self._signed(
            self._builder(self.root_name, self.root_key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(**{**usage, "key_cert_sign": True}), critical=True)
        )

    def _leaf(self) -> bytes:
        subject = named(c="DE", o="Fremde Wohnen GmbH", cn="Fremde Wohnen", id=self.oin)
        names: list[x509.GeneralName] = [x509.DNSName(host) for host in self.hosts]
        if self.service:
            uri = f"https://fremd.example/wrp/{self.oin}/services/{self.service}"
            names.append(x509.UniformResourceIdentifier(uri))
        return self._signed(
            self._builder(subject, self.key).add_extension(
                x509.SubjectAlternativeName(names or [x509.RFC822Name("hilfe@fremd.example")]),
                critical=False,
            )
        )

    def _signed(self, builder: x509.CertificateBuilder) -> bytes:
        # The library's signatures are not all in the form we read: spare bits are refused.
        return builder.sign(self.root_key, hashes.SHA256()).public_bytes(Encoding.DER)
