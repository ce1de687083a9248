"""Certificates as the scheme issues them: authorities, access and signing certificates.

Profiles follow TS 119 411-8 for access certificates and RFC 5280 for the rest. Everything a leaf
says comes from the party's file; a request contributes its key and the proof that it is held.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from credential.jose import KeySigner, PrivateKey, PublicKey, generate_key
from credential.kinds import LONGEST
from credential.names import ACCESS_POLICY_OID, DEVELOPMENT_POLICY_OID
from credential.trust.chains import issued_by
from credential.trust.leaf import seconds
from registrar.errors import Untrusted

Entropy: TypeAlias = Callable[[int], bytes]

DAY: Final = 86_400
YEAR: Final = 365 * DAY
# A week-rounded `iat` never precedes its signer (Regie formats 1).
BACKDATED: Final = 8 * DAY
ROOT_LIFE: Final = 20 * YEAR
AUTHORITY_LIFE: Final = 10 * YEAR
ACCESS_LIFE: Final = YEAR
MARGIN: Final = 30 * DAY
SIGNING_PERIOD: Final = YEAR
SIGNER_LIFE: Final = SIGNING_PERIOD + LONGEST + MARGIN
REGISTRATION_LIFE: Final = 182 * DAY
ROOT_CRL_LIFE: Final = YEAR
"""The root is in a safe: its revocation list lasts until the next ceremony."""


@dataclass(frozen=True)
class Anchor:
    """A certificate whose key may be somewhere else."""

    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.public_bytes(Encoding.DER)


@dataclass(frozen=True)
class Pair(Anchor):
    """A certificate with its private key, in memory or in a token."""

    key: PrivateKey = field(repr=False)

    @property
    def signer(self) -> KeySigner:
        """The key as a signer of messages."""
        return KeySigner(self.key, repeatable=True)


@dataclass(frozen=True)
class Subject:
    """Whose certificate it is."""

    country: str
    organization: str
    organization_identifier: str
    oin: str
    common_name: str

    def name(self) -> x509.Name:
        """The distinguished name, OIN in the serial number (Regie formats 1)."""
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, self.country),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, self.organization),
                x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, self.organization_identifier),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, self.oin),
                x509.NameAttribute(NameOID.COMMON_NAME, self.common_name),
            ]
        )


@dataclass(frozen=True)
class Places:
    """Where an authority's own files are published."""

    issuer_uri: str
    crl_uri: str
    policy_uri: str


@dataclass(frozen=True)
class LeafPlan:
    """What one end certificate is to say."""

    subject: Subject
    life: int
    names: tuple[x509.GeneralName, ...] = ()
    access: bool = False
    purpose_oid: str | None = None


def make_root(subject: Subject, *, development: bool, now: int, entropy: Entropy) -> Pair:
    """A self-signed root with a fresh key."""
    key = generate_key()
    return Pair(certify_root(subject, key, development=development, now=now, entropy=entropy), key)


def make_authority(
    subject: Subject, root: Pair, *, development: bool, now: int, entropy: Entropy
) -> Pair:
    """An authority for one role, below the root, with a fresh key."""
    key = generate_key()
    certificate = certify_authority(
        subject, key.public_key(), root, development=development, now=now, entropy=entropy
    )
    return Pair(certificate, key)


def certify_root(
    subject: Subject, key: PrivateKey, *, development: bool, now: int, entropy: Entropy
) -> x509.Certificate:
    """The self-signed certificate of a root with this key."""
    builder = _builder(subject.name(), subject.name(), key.public_key(), now, ROOT_LIFE, entropy)
    return _signed(_authority(builder, key.public_key(), 1, development=development), key)


def certify_authority(
    subject: Subject,
    key: PublicKey,
    root: Pair,
    *,
    development: bool,
    now: int,
    entropy: Entropy,
    path_length: int = 0,
) -> x509.Certificate:
    """An authority's certificate for this key; `path_length` 1 is for a root below a root."""
    # Nothing outlives what it hangs on (RFC 5280 6.1.3: every certificate of the path is valid).
    left = seconds(root.certificate.not_valid_after_utc) - now
    life = min(AUTHORITY_LIFE if path_length == 0 else ROOT_LIFE, left)
    builder = _builder(subject.name(), root.certificate.subject, key, now, life, entropy)
    builder = _authority(builder, key, path_length, development=development)
    return _signed(builder.add_extension(_authority_key(root), critical=False), root.key)


def make_leaf(
    plan: LeafPlan,
    key: PublicKey,
    authority: Pair,
    places: Places,
    *,
    development: bool,
    now: int,
    entropy: Entropy,
) -> x509.Certificate:
    """An end certificate for this key."""
    builder = _builder(
        plan.subject.name(), authority.certificate.subject, key, now, plan.life, entropy
    )
    # Set both bits: digitalSignature for TS 119 411-8 readers, nonRepudiation for EN 319 412.
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign=True), critical=True)
        .add_extension(_policies(plan, places, development=development), critical=False)
        .add_extension(_authority_key(authority), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        AuthorityInformationAccessOID.CA_ISSUERS,
                        x509.UniformResourceIdentifier(places.issuer_uri),
                    )
                ]
            ),
            critical=False,
        )
        .add_extension(
            x509.CRLDistributionPoints(
                [
                    x509.DistributionPoint(
                        [x509.UniformResourceIdentifier(places.crl_uri)], None, None, None
                    )
                ]
            ),
            critical=False,
        )
    )
    if plan.names:
        builder = builder.add_extension(x509.SubjectAlternativeName(plan.names), critical=False)
    if plan.purpose_oid is not None:
        purpose = x509.ExtendedKeyUsage([x509.ObjectIdentifier(plan.purpose_oid)])
        builder = builder.add_extension(purpose, critical=False)
    return _signed(builder, authority.key)


def make_crl(
    authority: Pair,
    revoked: Sequence[tuple[int, int] | tuple[int, int, x509.ReasonFlags | None]],
    *,
    number: int,
    now: int,
    until: int,
) -> bytes:
    """The authority's revocation list, of serial numbers, times and reasons, as DER."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(_moment(now))
        .next_update(_moment(until))
        .add_extension(x509.CRLNumber(number), critical=False)
        .add_extension(_authority_key(authority), critical=False)
    )
    for serial, at, *why in revoked:
        one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(_moment(at))
        if why and why[0] is not None:
            one = one.add_extension(x509.CRLReason(why[0]), critical=False)
        builder = builder.add_revoked_certificate(one.build())
    return builder.sign(authority.key, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(
        Encoding.DER
    )


def requested_key(pem: bytes) -> PublicKey:
    """The key of a certificate request that proves possession (PKCS#10)."""
    try:
        request = x509.load_pem_x509_csr(pem)
        key, held = request.public_key(), request.is_signature_valid
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise Untrusted("csr.unreadable") from None
    if not held:
        raise Untrusted("csr.no_proof")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Untrusted("csr.key")
    return key


def under(certificate: x509.Certificate, authority: Anchor) -> bool:
    """Whether this authority issued the certificate, and not an older one of the same role."""
    return issued_by(certificate, authority.certificate)


def _signed(builder: x509.CertificateBuilder, key: PrivateKey) -> x509.Certificate:
    # The same certificate for the same input (RFC 6979); a token draws its own numbers.
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PublicKey, now: int, life: int, entropy: Entropy
) -> x509.CertificateBuilder:
    # 16 random octets with the top bit clear, never zero.
    serial = int.from_bytes(entropy(16), "big") & ((1 << 127) - 1) | 1
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(_moment(now - BACKDATED))
        .not_valid_after(_moment(now + life))
    )


def _authority(
    builder: x509.CertificateBuilder, key: PublicKey, path_length: int, *, development: bool
) -> x509.CertificateBuilder:
    policy = DEVELOPMENT_POLICY_OID if development else "2.5.29.32.0"
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), True)
        .add_extension(_usage(sign=False), critical=True)
        .add_extension(
            x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(policy), None)]),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _policies(plan: LeafPlan, places: Places, *, development: bool) -> x509.CertificatePolicies:
    listed = [ACCESS_POLICY_OID] if plan.access else []
    listed += [DEVELOPMENT_POLICY_OID] if development else []
    return x509.CertificatePolicies(
        [
            x509.PolicyInformation(x509.ObjectIdentifier(oid), [places.policy_uri])
            for oid in listed or ["2.5.29.32.0"]
        ]
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    """The bits of a signer, or those of an authority."""
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not sign,
        crl_sign=not sign,
        encipher_only=False,
        decipher_only=False,
    )


def _authority_key(authority: Pair) -> x509.AuthorityKeyIdentifier:
    own = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
