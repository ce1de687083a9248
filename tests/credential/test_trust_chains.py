"""Chains in `x5c`: what leads to an anchor, and every way not to."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID, NameOID
from support import forge
from support.scheme import NOW, VOORBEELDWONEN, counter, shared

from credential.errors import CredentialError, Malformed, NotTrusted, NotValidNow
from credential.trust import ChainCache, Role, validate_chain
from credential.trust.access import ACCESS
from credential.trust.chains import SIGNER, trace
from registrar.certificates import Pair, Subject, make_authority, make_root

DAY = 86_400
AUTHORITY_USAGE = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
SIGNER_AND_AUTHORITY = x509.KeyUsage(True, False, False, False, False, True, False, False, False)
AGREEMENT_ONLY = x509.KeyUsage(False, False, False, False, True, False, False, False, False)
UNKNOWN_OID = x509.ObjectIdentifier("1.3.6.1.4.1.32473.99")


@pytest.fixture
def scheme():
    return shared()


@pytest.fixture
def anchor(scheme):
    return scheme.authority.role(Role.VERIFIER_ACCESS)


@pytest.fixture
def leaf(scheme):
    return scheme.verifier(VOORBEELDWONEN).access.x5c[0]


def check(x5c, anchor, now=NOW, cache=None):
    return validate_chain(x5c, (anchor.der,), now=now, cache=cache or ChainCache())


def refused(x5c, anchor, now=NOW) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        check(x5c, anchor, now)
    return caught.value


def test_a_leaf_says_who_it_names(leaf, anchor):
    found = check([leaf], anchor)
    assert found.oin == "00000099000000003000"
    assert found.organization_identifier == "NTRNL-90000001"
    assert found.common_name == "Woonstichting Voorbeeldwonen"
    assert found.country == "NL"
    assert found.service_id == "inschrijving"
    assert found.hosts == ("localhost",)
    assert (
        found.fingerprint == x509.load_der_x509_certificate(leaf).fingerprint(hashes.SHA256()).hex()
    )
    assert found.development


@pytest.mark.spec("HAIP 1.0", "x5c", "no anchor inside")
def test_the_anchor_may_not_be_inside(scheme, leaf, anchor):
    assert refused([leaf, anchor.der], anchor).code == "x5c.anchor_inside"
    assert refused([anchor.der], anchor).code == "x5c.anchor_inside"
    # A root that is not itself listed is refused as self-signed.
    assert refused([leaf, anchor.der, scheme.root], anchor).code.startswith("x5c.")


@pytest.mark.spec("HAIP 1.0", "x5c", "no self-signed leaf")
def test_a_self_signed_leaf_is_refused(scheme, anchor):
    assert refused([scheme.root], anchor).code == "x5c.self_signed"


@pytest.mark.spec("RFC 5280", "6.1", "path to an anchor")
def test_a_chain_elsewhere_is_refused(scheme, leaf):
    for role in Role:
        if role is not Role.VERIFIER_ACCESS:
            assert refused([leaf], scheme.authority.role(role)).code == "x5c.no_anchor"


@pytest.mark.spec("RFC 5280", "6.1.3", "each certifies the previous")
def test_the_order_is_leaf_first(scheme, leaf):
    root = scheme.authority.root
    intermediate = scheme.authority.role(Role.VERIFIER_ACCESS).der
    assert check([leaf, intermediate], root).common_name == "Woonstichting Voorbeeldwonen"
    with pytest.raises(CredentialError):
        check([intermediate, leaf], root)
    other = scheme.authority.role(Role.CARD).der
    assert refused([leaf, other], root).code == "x5c.broken"


@pytest.mark.spec("RFC 5280", "6.1.3", "validity of every certificate")
def test_times_are_judged_at_the_given_moment(leaf, anchor):
    found = check([leaf], anchor)
    check([leaf], anchor, now=found.not_before)
    check([leaf], anchor, now=found.not_after)
    early, late = (
        refused([leaf], anchor, now=found.not_before - 1),
        refused([leaf], anchor, now=found.not_after + 1),
    )
    assert isinstance(early, NotValidNow)
    assert early.code == "x5c.not_yet_valid"
    assert late.code == "x5c.expired"


def test_an_expired_anchor_carries_nothing(scheme, leaf, anchor):
    old = Pair(
        x509.load_der_x509_certificate(
            forge.again(anchor.der, scheme.authority.root, not_after=NOW - 1)
        ),
        anchor.key,
    )
    assert refused([leaf], old).code == "x5c.expired"
    both = (old.der, anchor.der)
    assert validate_chain([leaf], both, now=NOW, cache=ChainCache()).oin


@pytest.mark.spec("RFC 5280", "4.2.1.9", "a leaf is no authority")
def test_an_authority_is_no_leaf(leaf, anchor):
    forged = forge.again(leaf, anchor, add=[(x509.BasicConstraints(True, 0), True)])
    assert refused([forged], anchor).code == "x5c.leaf_is_ca"


@pytest.mark.spec("RFC 5280", "4.2.1.3", "key usage")
@pytest.mark.parametrize("usage", [AUTHORITY_USAGE, SIGNER_AND_AUTHORITY, AGREEMENT_ONLY])
def test_a_leaf_may_sign_messages_and_nothing_else(leaf, anchor, usage):
    assert refused([forge.again(leaf, anchor, add=[(usage, True)])], anchor).code == "x5c.key_usage"


def test_a_leaf_without_key_usage_is_refused(leaf, anchor):
    forged = forge.again(leaf, anchor, drop=[ExtensionOID.KEY_USAGE])
    assert refused([forged], anchor).code == "x5c.key_usage"


@pytest.mark.spec("RFC 5280", "6.1.4", "an intermediate is an authority")
def test_a_leaf_certifies_nobody(scheme, leaf, anchor):
    verifier = scheme.verifier(VOORBEELDWONEN)
    holder = Pair(x509.load_der_x509_certificate(leaf), verifier.access.signer._key)
    below = forge.again(leaf, holder, issuer=holder.certificate.subject)
    renamed = forge.again(
        below,
        holder,
        subject=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Onder")]),
        drop=[ExtensionOID.AUTHORITY_KEY_IDENTIFIER],
    )
    assert refused([renamed, leaf], anchor).code == "x5c.not_an_authority"


@pytest.mark.spec("RFC 5280", "6.1.4", "path length")
def test_the_path_length_is_kept(scheme, leaf):
    subject = Subject("NL", "Onder", "NTRNL-1", "0" * 20, "Te diep")
    root = make_root(subject, development=True, now=NOW, entropy=counter())
    first = make_authority(
        Subject("NL", "Onder", "NTRNL-1", "0" * 20, "Eén"),
        root,
        development=True,
        now=NOW,
        entropy=counter(2),
    )
    second = make_authority(
        Subject("NL", "Onder", "NTRNL-1", "0" * 20, "Twee"),
        first,
        development=True,
        now=NOW,
        entropy=counter(3),
    )
    deep = forge.again(leaf, second, drop=[ExtensionOID.AUTHORITY_KEY_IDENTIFIER])
    assert refused([deep, second.der, first.der], root).code == "x5c.path_length"


@pytest.mark.spec("RFC 5280", "4.2", "unknown critical extension")
def test_an_unknown_critical_extension_is_refused(leaf, anchor):
    unknown = x509.UnrecognizedExtension(UNKNOWN_OID, b"\x05\x00")
    critical = forge.again(leaf, anchor, add=[(unknown, True)])
    assert refused([critical], anchor).code == "x5c.critical_extension"
    assert check([forge.again(leaf, anchor, add=[(unknown, False)])], anchor).oin
    purposes = x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.1")])
    assert (
        refused([forge.again(leaf, anchor, add=[(purposes, True)])], anchor).code
        == "x5c.critical_extension"
    )
    assert check([forge.again(leaf, anchor, add=[(purposes, False)])], anchor).oin


@pytest.mark.spec("TS 119 411-8", "subject", "a repeated attribute")
def test_two_identifiers_are_an_attack(leaf, anchor):
    subject = x509.load_der_x509_certificate(leaf).subject
    for oid in (NameOID.ORGANIZATION_IDENTIFIER, NameOID.SERIAL_NUMBER, NameOID.COMMON_NAME):
        twice = forge.with_attributes(subject, (oid, "NTRNL-90000099"))
        refusal = refused([forge.again(leaf, anchor, subject=twice)], anchor)
        assert isinstance(refusal, Malformed)
        assert refusal.code == "x5c.attribute_repeated"


@pytest.mark.spec("HAIP 1.0", "x5c", "the key fits ES256")
def test_other_keys_are_refused(leaf, anchor):
    for key in (
        ec.generate_private_key(ec.SECP384R1()),
        rsa.generate_private_key(65537, 2048),
    ):
        forged = forge.again(leaf, anchor, key=key.public_key())
        assert refused([forged], anchor).code == "x5c.key"


def test_a_signature_by_someone_else_is_refused(scheme, leaf, anchor):
    impostor = Pair(anchor.certificate, ec.generate_private_key(ec.SECP256R1()))
    assert refused([forge.again(leaf, impostor)], anchor).code == "x5c.no_anchor"


def test_the_authority_key_identifier_must_be_the_anchors(scheme, leaf, anchor):
    other = x509.AuthorityKeyIdentifier(b"\x01" * 20, None, None)
    assert (
        refused([forge.again(leaf, anchor, add=[(other, False)])], anchor).code == "x5c.no_anchor"
    )


@pytest.mark.parametrize(
    "der", [b"", b"\x30\x00", b"-----BEGIN CERTIFICATE-----", b"\x30\x82\xff\xff" + b"\x00" * 100]
)
def test_garbage_is_malformed(anchor, der):
    assert isinstance(refused([der], anchor), Malformed)


def test_trailing_bytes_are_malformed(leaf, anchor):
    assert isinstance(refused([leaf + b"\x00"], anchor), Malformed)
    assert refused([leaf + b"\x00" * 9000], anchor).code == "x5c.too_large"


def test_no_certificate_and_too_many_are_malformed(leaf, anchor):
    assert refused([], anchor).code == "x5c.length"
    assert refused([leaf] * 5, anchor).code == "x5c.length"


def test_a_chain_is_built_once_and_the_cache_is_bounded(leaf, anchor):
    cache = ChainCache(2)
    first = check([leaf], anchor, cache=cache)
    assert check([leaf], anchor, cache=cache) is first
    for _ in range(5):
        check([forge.again(leaf, anchor)], anchor, cache=cache)
    assert cache.size == 2
    assert check([leaf], anchor, cache=cache) is not first


def test_the_cache_forgets_neither_time_nor_role(scheme, leaf, anchor):
    cache = ChainCache()
    found = check([leaf], anchor, cache=cache)
    with pytest.raises(NotValidNow):
        check([leaf], anchor, now=found.not_after + DAY, cache=cache)
    with pytest.raises(NotTrusted):
        check([leaf], scheme.authority.role(Role.CARD), cache=cache)


def test_nothing_that_failed_is_kept(scheme, leaf):
    cache = ChainCache()
    with pytest.raises(NotTrusted):
        check([leaf], scheme.authority.role(Role.CARD), cache=cache)
    assert cache.size == 0


def test_two_services_in_one_certificate_are_refused(scheme, leaf, anchor):
    names = x509.load_der_x509_certificate(leaf).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    more = x509.SubjectAlternativeName(
        [
            *names.value,
            x509.UniformResourceIdentifier(
                "https://localhost:8440/wrp/NTRNL-90000001/services/anders"
            ),
        ]
    )
    assert refused([forge.again(leaf, anchor, add=[(more, False)])], anchor).code == (
        "x5c.two_services"
    )


def test_a_leaf_keeps_its_bytes_out_of_sight(leaf, anchor):
    found = check([leaf], anchor)
    assert found.der == leaf == x509.load_der_x509_certificate(leaf).public_bytes(Encoding.DER)
    assert "der=" not in repr(found)


def test_a_certificate_with_any_byte_changed_raises_only_our_errors(leaf, anchor):
    for at in range(len(leaf)):
        for flip in (0x01, 0x20, 0x80, 0xFF):
            forged = bytearray(leaf)
            forged[at] ^= flip
            with pytest.raises(CredentialError):
                check([bytes(forged)], anchor)


def test_an_authority_that_may_not_sign_certificates_carries_nothing(scheme, leaf, anchor):
    usage = x509.KeyUsage(True, False, False, False, False, False, True, False, False)
    mute = forge.again(anchor.der, scheme.authority.root, add=[(usage, True)])
    pair = Pair(x509.load_der_x509_certificate(mute), anchor.key)
    assert refused([leaf], pair).code == "x5c.not_an_authority"


def test_a_chain_that_held_for_one_profile_is_judged_again_for_another(scheme, anchor):
    bare = forge.access(scheme, VOORBEELDWONEN, drop=[ExtensionOID.CERTIFICATE_POLICIES])
    cache = ChainCache()
    trace([bare], (anchor.der,), now=NOW, cache=cache, profile=SIGNER)
    with pytest.raises(NotTrusted) as caught:
        trace([bare], (anchor.der,), now=NOW, cache=cache, profile=ACCESS)
    assert caught.value.code == "access.policy"


def test_a_leaf_that_may_sign_revocation_lists_is_refused(scheme, leaf, anchor):
    usage = x509.KeyUsage(True, True, False, False, False, False, True, False, False)
    forged = forge.again(leaf, anchor, add=[(usage, True)])
    assert refused([forged], anchor).code == "x5c.key_usage"


def test_a_signature_over_a_short_hash_counts_for_nothing(leaf, anchor):
    weak = forge.again(leaf, anchor, algorithm=hashes.SHA224())
    assert refused([weak], anchor).code == "x5c.no_anchor"


def test_bytes_divided_differently_are_another_chain(scheme, leaf):
    root, between = scheme.authority.root, scheme.authority.role(Role.VERIFIER_ACCESS).der
    cache = ChainCache()
    check([leaf, between], root, cache=cache)
    for other in ([leaf + between], [leaf[:-1], leaf[-1:] + between]):
        with pytest.raises(Malformed):
            check(other, root, cache=cache)
