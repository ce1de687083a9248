"""Certificates that break one rule: an existing one, made again with a difference."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from support.scheme import TestScheme

from credential import jose
from credential.names import TYP_REGISTRATION
from credential.trust import Role
from registrar.authority import REGISTRATION_SIGNER
from registrar.certificates import Pair


def again(
    der: bytes,
    authority: Pair,
    *,
    drop: Iterable[x509.ObjectIdentifier] = (),
    add: Sequence[tuple[x509.ExtensionType, bool]] = (),
    subject: x509.Name | None = None,
    issuer: x509.Name | None = None,
    key: ec.EllipticCurvePublicKey | None = None,
    not_before: int | None = None,
    not_after: int | None = None,
    algorithm: hashes.HashAlgorithm | None = None,
) -> bytes:
    """The same certificate, changed where asked, signed by this authority."""
    old = x509.load_der_x509_certificate(der)
    gone = {*drop, *(extension.oid for extension, _ in add)}
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject or old.subject)
        .issuer_name(issuer or authority.certificate.subject)
        .public_key(key or old.public_key())
        .serial_number(x509.random_serial_number() >> 8)
        .not_valid_before(_moment(not_before) or old.not_valid_before_utc)
        .not_valid_after(_moment(not_after) or old.not_valid_after_utc)
    )
    for one in old.extensions:
        if one.oid not in gone:
            builder = builder.add_extension(one.value, one.critical)
    for extension, critical in add:
        builder = builder.add_extension(extension, critical)
    signed = builder.sign(authority.key, algorithm or hashes.SHA256())
    return signed.public_bytes(Encoding.DER)


def access(scheme: TestScheme, name: str, **changes) -> bytes:
    """A verifier's access certificate, changed."""
    der = scheme.verifier(name).access.x5c[0]
    return again(der, scheme.authority.role(Role.VERIFIER_ACCESS), **changes)


def with_attributes(name: x509.Name, *more: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    """The name with more attributes."""
    extra = [x509.NameAttribute(oid, value) for oid, value in more]
    return x509.Name([*name, *extra])


def without_attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> x509.Name:
    return x509.Name([one for one in name if one.oid != oid])


def registration(
    scheme: TestScheme,
    compact: str,
    *,
    header: dict | None = None,
    typ: str = TYP_REGISTRATION,
    signer: Pair | None = None,
    drop: Iterable[str] = (),
    **members,
) -> str:
    """A registration certificate with other members, genuinely signed unless said otherwise."""
    payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
    changed = {**{k: v for k, v in payload.items() if k not in set(drop)}, **members}
    return registration_of(scheme, changed, header=header, typ=typ, signer=signer)


def registration_of(
    scheme: TestScheme,
    payload: dict | bytes,
    *,
    header: dict | None = None,
    typ: str = TYP_REGISTRATION,
    signer: Pair | None = None,
) -> str:
    """Any payload, signed as a registration certificate."""
    pair = signer or scheme.authority.pairs[REGISTRATION_SIGNER]
    full = {**jose.x5c_header([pair.der]), **(header or {})}
    return jose.sign(payload, typ=typ, signer=pair.signer, header=full)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
