"""The header of a registration certificate: type, algorithm, who signed."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from support import forge
from support.scheme import (
    NOW,
    VOORBEELDWONEN,
    shared,
)

from credential import base64url, strictjson
from credential.errors import CredentialError, NotTrusted
from credential.registration import verify_registration
from credential.trust import Role
from registrar.authority import REGISTRATION_SIGNER, REGISTRATION_STATUS_SIGNER
from registrar.certificates import Pair

DOCUMENT = "TS 119 475"


@pytest.fixture
def scheme():
    return shared()


@pytest.fixture
def compact(scheme):
    return scheme.verifier().registrations["inschrijven"]


def verify(scheme, compact, *, now=NOW, name=VOORBEELDWONEN, leaf=None):
    return verify_registration(compact, scheme.trust, now=now, leaf=leaf or scheme.leaf(name))


def refusal(scheme, compact, **changes) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        verify(scheme, compact, **changes)
    return caught.value


def changed(scheme, compact, **members) -> str:
    return forge.registration(scheme, compact, **members)


# Header, chain, signature.


@pytest.mark.spec(DOCUMENT, "5.2", "typ")
@pytest.mark.parametrize(
    ("typ", "code"),
    [
        ("JWT", "jose.typ"),
        ("RC-WRP+JWT", "jose.typ"),
        ("rc-rp+jwt", "registration.typ_german"),
        ("rc-wrp+cwt", "registration.typ_cbor"),
    ],
)
def test_another_type_is_refused_by_name(scheme, compact, typ, code):
    assert refusal(scheme, changed(scheme, compact, typ=typ)).code == code


def test_a_missing_type_is_refused(scheme, compact):
    _, payload, signature = compact.split(".")
    header = base64url.encode(strictjson.dumps({"alg": "ES256"}))
    assert refusal(scheme, f"{header}.{payload}.{signature}").code == "jose.typ"


@pytest.mark.spec("RFC 8725", "3.1", "the algorithm is ES256")
def test_other_algorithms_are_refused(scheme, compact):
    header, payload, signature = compact.split(".")
    members = strictjson.loads_object(base64url.decode(header))
    for alg in ("none", "HS256", "ES384", "ES512", "RS256"):
        other = base64url.encode(strictjson.dumps({**members, "alg": alg}))
        for end in (signature, ""):
            assert refusal(scheme, f"{other}.{payload}.{end}").code == "jose.alg"
    assert refusal(scheme, f"{header}.{payload}.").code == "jose.signature"
    zero = base64url.encode(bytes(64))
    assert refusal(scheme, f"{header}.{payload}.{zero}").code == "jose.signature"


@pytest.mark.parametrize(
    "header", [{"crit": ["exp"]}, {"b64": False}, {"jku": "https://elders.example"}]
)
def test_dangerous_header_members_are_refused(scheme, compact, header):
    assert isinstance(refusal(scheme, changed(scheme, compact, header=header)), NotTrusted)


@pytest.mark.spec("TS 119 182-1", "5.1", "signing time and certificate hash")
def test_the_header_tells_the_same_story(scheme, compact):
    signer = scheme.authority.pairs[REGISTRATION_SIGNER].der

    def other(name: str) -> dict:
        digest = hashlib.new(name, signer).digest()
        return {"x5t#o": {"digAlg": f"S{name[3:]}", "digVal": base64url.encode(digest)}}

    for good in (
        {"iat": NOW},
        {"x5t#S256": base64url.sha256(signer)},
        other("sha256"),
        other("sha512"),
        {"x5t#o": {"digAlg": "iets", "digVal": "x"}},
    ):
        assert verify(scheme, changed(scheme, compact, header=good))
    for wrong in (
        {"iat": NOW + 61},
        {"iat": True},
        {"iat": "nu"},
        {"x5t#S256": base64url.sha256(b"iets")},
        {"x5t#o": {"digAlg": "S384", "digVal": base64url.sha256(signer)}},
        {"x5t#o": "x"},
    ):
        assert refusal(scheme, changed(scheme, compact, header=wrong))


@pytest.mark.spec(DOCUMENT, "6", "signed by a registrar of the list")
def test_only_the_registrar_registers(scheme, compact):
    signers = scheme.authority.pairs
    status = changed(scheme, compact, signer=signers[REGISTRATION_STATUS_SIGNER])
    assert refusal(scheme, status).code == "trust.wrong_role"
    itself = scheme.verifier().access
    own = Pair(x509.load_der_x509_certificate(itself.x5c[0]), itself.signer._key)
    assert refusal(scheme, changed(scheme, compact, signer=own)).code == "trust.wrong_role"
    stranger = Pair(
        signers[REGISTRATION_SIGNER].certificate, ec.generate_private_key(ec.SECP256R1())
    )
    assert refusal(scheme, changed(scheme, compact, signer=stranger)).code == "jose.signature"
    authority = signers[Role.REGISTRATION.value]
    assert refusal(scheme, changed(scheme, compact, signer=authority)).code == "x5c.anchor_inside"


def test_any_changed_byte_of_the_payload_is_refused(scheme, compact):
    header, payload, signature = compact.split(".")
    text = base64url.decode(payload).replace(b"age_over_18", b"age_over_21")
    assert (
        refusal(scheme, f"{header}.{base64url.encode(text)}.{signature}").code == "jose.signature"
    )
