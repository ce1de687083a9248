"""Access certificates: what a party must show before a wallet talks to it."""

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID
from support import forge
from support.scheme import NOW, VOORBEELDWONEN, build, shared

from credential.errors import CredentialError, NotTrusted
from credential.trust import Role, check_host, host_of
from credential.trust.revocation import revoked_serials
from registrar.certificates import make_crl

DAY = 86_400
NO_REVOCATION = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.56"), b"\x05\x00")
ASSURED = x509.UnrecognizedExtension(x509.ObjectIdentifier("0.4.0.194121.2.1"), b"\x05\x00")


@pytest.fixture
def scheme():
    return shared()


def policies(*oids):
    return x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]
    )


def refusal(scheme, **changes) -> str:
    with pytest.raises(CredentialError) as caught:
        scheme.trust.verifier_leaf((forge.access(scheme, VOORBEELDWONEN, **changes),), NOW)
    return caught.value.code


def test_what_the_registrar_signs_is_accepted(scheme):
    assert scheme.leaf().organization == "Woonstichting Voorbeeldwonen"
    issuer = scheme.issuer()
    assert scheme.trust.issuer_leaf(issuer.access.x5c, NOW).oin == issuer.oin


@pytest.mark.spec("TS 119 411-8", "certificatePolicies", "one of the access policies")
def test_the_policy_says_access(scheme):
    assert refusal(scheme, add=[(policies("1.2.3"), False)]) == "access.policy"
    assert refusal(scheme, drop=[ExtensionOID.CERTIFICATE_POLICIES]) == "access.policy"
    mixed = policies("0.4.0.194118.1.1", "0.4.0.194118.1.2")
    assert refusal(scheme, add=[(mixed, False)]) == "access.policy_mixed"
    natural = policies("0.4.0.194118.1.1")
    assert refusal(scheme, add=[(natural, False)]) == "access.natural_person"


@pytest.mark.spec("TS 119 411-8", "subject", "legal person")
@pytest.mark.parametrize(
    "oid",
    [
        NameOID.COUNTRY_NAME,
        NameOID.ORGANIZATION_NAME,
        NameOID.ORGANIZATION_IDENTIFIER,
        NameOID.COMMON_NAME,
        NameOID.SERIAL_NUMBER,
    ],
)
def test_every_part_of_the_name_is_needed(scheme, oid):
    subject = x509.load_der_x509_certificate(scheme.verifier().access.x5c[0]).subject
    assert refusal(scheme, subject=forge.without_attribute(subject, oid)) == "access.subject"


@pytest.mark.spec("EN 319 412-1", "5.1.4", "semantic identifier")
def test_the_identifier_has_its_form(scheme):
    subject = x509.load_der_x509_certificate(scheme.verifier().access.x5c[0]).subject
    bare = forge.without_attribute(subject, NameOID.ORGANIZATION_IDENTIFIER)
    for wrong in ("90000001", "NTRNL90000001", "ntrNL-90000001"):
        named = forge.with_attributes(bare, (NameOID.ORGANIZATION_IDENTIFIER, wrong))
        assert refusal(scheme, subject=named) == "access.identifier"


@pytest.mark.spec("TS 119 411-8", "subjectAltName", "a contact")
def test_a_contact_is_needed(scheme):
    service = x509.UniformResourceIdentifier(
        "https://localhost:8440/wrp/NTRNL-90000001/services/inschrijving"
    )
    only = x509.SubjectAlternativeName([x509.DNSName("localhost"), service])
    assert refusal(scheme, add=[(only, False)]) == "access.contact"
    assert refusal(scheme, drop=[ExtensionOID.SUBJECT_ALTERNATIVE_NAME]) == "access.contact"
    phone = x509.OtherName(x509.ObjectIdentifier("2.5.4.20"), b"\x0c\x0c+31201234567")
    reachable = x509.SubjectAlternativeName([x509.DNSName("localhost"), phone])
    der = forge.access(scheme, VOORBEELDWONEN, add=[(reachable, False)])
    assert scheme.trust.verifier_leaf((der,), NOW).oin


@pytest.mark.spec("TS 119 411-8", "noRevAvail", "both marks, a week at most")
def test_short_lived_certificates_carry_both_marks(scheme):
    short = {"not_before": NOW - DAY, "not_after": NOW + 6 * DAY}
    long = {"not_before": NOW - DAY, "not_after": NOW + 7 * DAY}
    assert refusal(scheme, add=[(NO_REVOCATION, False)], **short) == "access.short_term"
    assert refusal(scheme, add=[(ASSURED, False)], **short) == "access.short_term"
    both = [(NO_REVOCATION, False), (ASSURED, False)]
    assert refusal(scheme, add=both, **long) == "access.short_term"
    der = forge.access(scheme, VOORBEELDWONEN, add=both, **short)
    assert scheme.trust.verifier_leaf((der,), NOW).oin


def test_the_authority_key_is_named(scheme):
    drop = [ExtensionOID.AUTHORITY_KEY_IDENTIFIER]
    assert refusal(scheme, drop=drop) == "access.authority_key"


@pytest.mark.spec("TS 119 602", "WRPAC", "an issuer's access is no verifier's")
def test_roles_do_not_mix(scheme):
    issuer = scheme.issuer()
    for wrong in (issuer.access.x5c, issuer.status.x5c, issuer.card.x5c):
        with pytest.raises(NotTrusted) as caught:
            scheme.trust.verifier_leaf(wrong, NOW)
        assert caught.value.code == "trust.wrong_role"
    with pytest.raises(NotTrusted):
        scheme.trust.issuer_leaf(scheme.verifier().access.x5c, NOW)


@pytest.mark.spec("OpenID4VP 1.0", "5.9.3", "the host stands in the certificate")
def test_the_host_is_one_the_certificate_names(scheme):
    leaf = scheme.leaf()
    check_host(leaf, "https://localhost:8442/response/1")
    check_host(leaf, "https://LOCALHOST/response/1")
    for url in (
        "https://elders.example/response",
        "http://localhost/response",
        "https://localhost.example/",
        "https://localhost@elders.example/",
        "https://[::1",
        "",
    ):
        with pytest.raises(NotTrusted):
            check_host(leaf, url)


def test_a_wildcard_names_no_host(scheme):
    names = x509.SubjectAlternativeName([x509.DNSName("*.example"), x509.RFC822Name("a@b.example")])
    der = forge.access(scheme, VOORBEELDWONEN, add=[(names, False)])
    leaf = scheme.trust.verifier_leaf((der,), NOW)
    assert leaf.hosts == ()
    with pytest.raises(NotTrusted):
        check_host(leaf, "https://a.example/")


def test_a_host_is_lower_case_and_https_only():
    assert host_of("https://Voorbeeld.Example:8443/pad") == "voorbeeld.example"
    assert host_of("http://voorbeeld.example") == ""


def test_a_revoked_certificate_is_refused_through_the_snapshot():
    scheme = build()
    leaf = scheme.leaf()
    x5c = scheme.verifier().access.x5c
    scheme.revoke(leaf.fingerprint)
    with pytest.raises(NotTrusted) as caught:
        scheme.trust.verifier_leaf(x5c, NOW)
    assert caught.value.code == "trust.certificate_revoked"


@pytest.mark.spec("RFC 5280", "6.3.3", "revocation lists")
def test_revocation_lists_are_signed_by_the_authority_and_fresh(scheme):
    authority = scheme.authority.role(Role.VERIFIER_ACCESS)
    other = scheme.authority.role(Role.CARD)
    crl = make_crl(authority, [(42, NOW - DAY)], number=1, now=NOW, until=NOW + 7 * DAY)
    assert revoked_serials(crl, authority.der, now=NOW) == {42}
    for now, issuer, code in (
        (NOW, other, "crl.issuer"),
        (NOW + 7 * DAY, authority, "crl.expired"),
        (NOW - 1, authority, "crl.not_yet_valid"),
    ):
        with pytest.raises(CredentialError) as caught:
            revoked_serials(crl, issuer.der, now=now)
        assert caught.value.code == code
    forged = make_crl(
        type(authority)(authority.certificate, other.key),
        [],
        number=1,
        now=NOW,
        until=NOW + 7 * DAY,
    )
    with pytest.raises(NotTrusted):
        revoked_serials(forged, authority.der, now=NOW)
    with pytest.raises(CredentialError):
        revoked_serials(b"\x30\x00", authority.der, now=NOW)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example\\@localhost/",
        "https://evil.example@localhost/",
        "https://localhost\t/",
        "https://local\nhost/",
        " https://localhost/",
        "https://localhost/ x",
        "https:///localhost",
        "https:localhost",
        "https://",
    ],
)
def test_an_address_that_readers_read_differently_has_no_host(url):
    assert host_of(url) == ""
