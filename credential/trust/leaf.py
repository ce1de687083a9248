"""One end certificate, read strictly: who it names, where they answer, which key they hold."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from credential import base64url
from credential.errors import Malformed, NotTrusted
from credential.jose import PublicKey
from credential.names import DEVELOPMENT_POLICY_OID

MAX_CERTIFICATE: Final = 8192
# What the library raises on bytes that are no certificate, or not one it can read.
UNREADABLE: Final = (
    ValueError,
    TypeError,
    Warning,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_MAX_SERIAL: Final = 1 << 160  # RFC 5280 4.1.2.2: at most 20 octets
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)
_SERVICE = re.compile(r"/wrp/([^/]+)/services/([A-Za-z0-9._-]{1,64})\Z")


@dataclass(frozen=True)
class Leaf:
    """What a chain that held says about the holder of one key."""

    der: bytes = field(repr=False)
    fingerprint: str
    x509_hash: str
    oin: str
    organization_identifier: str
    organization: str
    common_name: str
    country: str
    service_id: str | None
    hosts: tuple[str, ...]
    uris: tuple[str, ...]
    emails: tuple[str, ...]
    policies: frozenset[str]
    key: PublicKey = field(repr=False)
    not_before: int
    not_after: int

    @property
    def development(self) -> bool:
        """Whether the registrar marked this certificate as a test, unfit for production."""
        return DEVELOPMENT_POLICY_OID in self.policies


def load(der: bytes) -> x509.Certificate:
    """One DER certificate of version 3 with a positive serial number and readable extensions."""
    if len(der) > MAX_CERTIFICATE:
        raise Malformed("x5c.too_large", "RFC 5280 4.1")
    try:
        certificate = x509.load_der_x509_certificate(der)
        version, serial = certificate.version, certificate.serial_number
        _ = certificate.extensions, certificate.subject, certificate.issuer
    except UNREADABLE:
        raise Malformed("x5c.certificate", "RFC 5280 4.1") from None
    if version is not x509.Version.v3:
        raise Malformed("x5c.version", "RFC 5280 4.1.2.1")
    if not 0 < serial < _MAX_SERIAL:
        raise Malformed("x5c.serial", "RFC 5280 4.1.2.2")
    if der[-len(certificate.signature) - 1]:
        # Spare bits: the same certificate under another hash.
        raise Malformed("x5c.signature_form", "RFC 5280 4.1.1.3")
    return certificate


def read(certificate: x509.Certificate, der: bytes) -> Leaf:
    """The members of one end certificate; a repeated name attribute is an attack."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise NotTrusted("x5c.key", "HAIP 1.0 x5c")
    subject = certificate.subject
    organization_identifier = attribute(subject, NameOID.ORGANIZATION_IDENTIFIER)
    names = _alternative_names(certificate)
    uris = tuple(name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))
    return Leaf(
        der=der,
        fingerprint=hashlib.sha256(der).hexdigest(),
        x509_hash=base64url.sha256(der),
        oin=attribute(subject, NameOID.SERIAL_NUMBER),
        organization_identifier=organization_identifier,
        organization=attribute(subject, NameOID.ORGANIZATION_NAME),
        common_name=attribute(subject, NameOID.COMMON_NAME),
        country=attribute(subject, NameOID.COUNTRY_NAME),
        service_id=_service_id(uris, organization_identifier),
        hosts=tuple(
            name.value.lower()
            for name in names
            if isinstance(name, x509.DNSName) and "*" not in name.value
        ),
        uris=uris,
        emails=tuple(name.value for name in names if isinstance(name, x509.RFC822Name)),
        policies=frozenset(policies(certificate)),
        key=key,
        not_before=seconds(certificate.not_valid_before_utc),
        not_after=seconds(certificate.not_valid_after_utc),
    )


def attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """The one value of a name attribute, or the empty text where there is none."""
    values = name.get_attributes_for_oid(oid)
    if len(values) > 1:
        raise Malformed("x5c.attribute_repeated", "TS 119 411-8", attribute=oid.dotted_string)
    if not values:
        return ""
    value = values[0].value
    if not isinstance(value, str):
        raise Malformed("x5c.attribute", "RFC 5280 4.1.2.6", attribute=oid.dotted_string)
    return value


def policies(certificate: x509.Certificate) -> Iterable[str]:
    """The certificate policies, as dotted numbers."""
    found = extension(certificate, x509.CertificatePolicies)
    return () if found is None else (policy.policy_identifier.dotted_string for policy in found)


def extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    """One extension by its type, or `None`."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def authority_key_ids(chain: Iterable[bytes]) -> frozenset[str]:
    """The key identifiers of the authorities over these certificates (OpenID4VP 1.0 6.1.1.1)."""
    found = (extension(load(der), x509.AuthorityKeyIdentifier) for der in chain)
    return frozenset(
        base64url.encode(one.key_identifier)
        for one in found
        if one is not None and one.key_identifier is not None
    )


def seconds(moment: datetime) -> int:
    """A certificate's time as whole seconds since the epoch."""
    return int(moment.timestamp())


def is_service_uri(uri: str) -> bool:
    """Whether a SAN URI names a registered service rather than a place to get help."""
    return _SERVICE.search(uri) is not None


def has_phone(certificate: x509.Certificate) -> bool:
    """Whether the alternative names hold a telephone number (2.5.4.20)."""
    return any(
        isinstance(name, x509.OtherName) and name.type_id.dotted_string == "2.5.4.20"
        for name in _alternative_names(certificate)
    )


def _alternative_names(certificate: x509.Certificate) -> tuple[x509.GeneralName, ...]:
    found = extension(certificate, x509.SubjectAlternativeName)
    return () if found is None else tuple(found)


def _service_id(uris: Iterable[str], organization_identifier: str) -> str | None:
    """The service a certificate is for; two services in one certificate are refused."""
    services = {
        found[2]
        for found in map(_SERVICE.search, uris)
        if found and found[1] == organization_identifier
    }
    if len(services) > 1:
        raise Malformed("x5c.two_services", "Regie trust 1.3")
    return services.pop() if services else None
