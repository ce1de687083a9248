"""Revocation by hash holds whatever form of the signature is shown."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from support import forge
from support.scheme import NOW, VOORBEELDWONEN, build, shared

from credential import registration, twins
from credential.errors import CredentialError, Malformed
from credential.trust import ChainCache, Role, validate_chain
from credential.trust.chains import SIGNER, trace
from registrar.certificates import Pair


def refused(read) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        read()
    return caught.value


def twin_of(der: bytes, authority: Pair) -> bytes:
    return twins.of_certificate(x509.load_der_x509_certificate(der), der, authority.certificate)


def test_a_certificate_has_one_twin_and_it_verifies():
    scheme = shared()
    authority = scheme.authority.role(Role.VERIFIER_ACCESS)
    der = scheme.verifier().access.x5c[0]
    twin = twin_of(der, authority)
    assert twin != der
    assert twin_of(twin, authority) == der
    found = x509.load_der_x509_certificate(twin)
    found.verify_directly_issued_by(authority.certificate)
    assert found.tbs_certificate_bytes == (
        x509.load_der_x509_certificate(der).tbs_certificate_bytes
    )


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_each_curve_has_its_own_order(curve):
    scheme = shared()
    key = ec.generate_private_key(curve)
    own = scheme.authority.role(Role.VERIFIER_ACCESS).certificate
    name = own.subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(own.not_valid_before_utc)
        .not_valid_after(own.not_valid_after_utc)
    )
    certificate = builder.sign(key, hashes.SHA512())
    der = certificate.public_bytes(Encoding.DER)
    twin = x509.load_der_x509_certificate(twins.of_certificate(certificate, der, certificate))
    twin.verify_directly_issued_by(certificate)
    assert decode_dss_signature(twin.signature)[1] != decode_dss_signature(certificate.signature)[1]


@pytest.mark.spec("Regie formats", "8", "a revoked certificate in its other form is refused")
def test_the_twin_of_a_revoked_certificate_is_revoked():
    scheme = build()
    der = scheme.verifier().access.x5c[0]
    twin = twin_of(der, scheme.authority.role(Role.VERIFIER_ACCESS))
    assert scheme.trust.verifier_leaf([twin], NOW).der == twin
    scheme.revoke(hashlib.sha256(der).hexdigest())
    for form in (der, twin):
        code = refused(lambda form=form: scheme.trust.verifier_leaf([form], NOW)).code
        assert code == "trust.certificate_revoked"


def test_a_chain_is_known_by_every_certificate_below_its_anchor():
    scheme = shared()
    leaf = scheme.verifier().access.x5c[0]
    between = scheme.authority.role(Role.VERIFIER_ACCESS).der
    chain = trace([leaf, between], [scheme.root], now=NOW, cache=ChainCache(), profile=SIGNER)
    assert {hashlib.sha256(der).hexdigest() for der in (leaf, between)} < chain.fingerprints
    assert len(chain.fingerprints) == 4
    assert hashlib.sha256(scheme.root).hexdigest() not in chain.fingerprints


def test_spare_bits_after_a_signature_are_refused():
    scheme = shared()
    authority = scheme.authority.role(Role.VERIFIER_ACCESS)
    leaf = scheme.verifier().access.x5c[0]
    while leaf[-1] & 1:
        leaf = forge.again(leaf, authority)
    forged = bytearray(leaf)
    forged[-len(x509.load_der_x509_certificate(leaf).signature) - 1] = 1
    error = refused(
        lambda: validate_chain([bytes(forged)], [authority.der], now=NOW, cache=ChainCache())
    )
    assert isinstance(error, Malformed)
    assert error.code == "x5c.signature_form"


@pytest.mark.spec("Regie trust", "7", "a revoked registration in its other form is refused")
def test_the_twin_of_a_revoked_registration_is_revoked():
    scheme = build()
    compact = scheme.verifier(VOORBEELDWONEN).registrations["toewijzing"]
    twin = twins.of_jws(compact)
    assert twin != compact
    assert twins.of_jws(twin) == compact
    leaf = scheme.leaf()
    registration.verify_registration(twin, scheme.trust, now=NOW, leaf=leaf)
    scheme.revoke(hashlib.sha256(compact.encode()).hexdigest())
    for form in (compact, twin):
        error = refused(
            lambda form=form: registration.verify_registration(
                form, scheme.trust, now=NOW, leaf=leaf
            )
        )
        assert error.code == "registration.revoked"
