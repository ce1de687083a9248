"""Registration certificates: header, payload, times, revocation, and the bond with who shows it."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from support import forge
from support.scheme import (
    GRIJPGRAAG,
    NOW,
    VOORBEELDSTAD,
    VOORBEELDWONEN,
    build,
    shared,
)

from credential import base64url, jose, strictjson
from credential.errors import CredentialError, Malformed, NotAllowed, NotTrusted, NotValidNow
from credential.names import (
    ENTITLEMENT_PUB_EAA_PROVIDER,
    ENTITLEMENT_SERVICE_PROVIDER,
    REGISTRATION_EXTENSION,
    TYP_REGISTRATION,
    vct_of,
)
from credential.registration import verify_issuer_registration, verify_registration
from credential.trust import Role
from registrar.authority import REGISTRATION_SIGNER, REGISTRATION_STATUS_SIGNER
from registrar.certificates import Pair

DAY = 86_400
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


def extension(compact, **members) -> dict:
    payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
    return {**payload[REGISTRATION_EXTENSION], **members}


# What it says.


def test_what_the_registrar_states_is_what_people_see(scheme, compact):
    found = verify(scheme, compact)
    assert found.name == "Woonstichting Voorbeeldwonen"
    assert found.oin == "00000099000000003000"
    assert found.service_id == "inschrijving"
    assert found.intended_use_id == "inschrijven"
    assert found.purpose.nl == "Je inschrijven als woningzoekende"
    assert found.purpose.text("en") == "Registering you as a home seeker"
    assert [one.gdpr for one in found.legal_basis] == ["6.1.b"]
    assert (found.retention.duration, found.retention.starts) == ("P2Y", "end_of_registration")
    assert found.recipients == ()
    assert found.rights.uri == "https://localhost:8442/rights"
    assert found.authority["name"] == "Autoriteit Persoonsgegevens"
    assert found.authority["uri"].startswith("https://")
    assert found.sha256 == base64url.sha256(compact)
    assert (vct_of("verblijfsrecht"), ("housing_residence_right",)) in found.required
    assert (vct_of("persoonsgegevens"), ("given_name",)) not in found.required


@pytest.mark.spec("ARF", "RPRC_07", "one certificate per intended use")
def test_two_certificates_two_texts(scheme):
    uses = scheme.verifier().registrations
    first, second = (verify(scheme, uses[use]) for use in ("inschrijven", "profiel-aanvullen"))
    assert first.purpose != second.purpose
    assert first.legal_basis != second.legal_basis
    assert first.retention != second.retention
    assert first.recipients == ()
    assert second.recipients == ("Regionaal woningzoekendenregister Voorbeeldregio",)


def test_what_is_not_stated_has_no_default(scheme):
    found = verify(
        scheme, scheme.verifier(GRIJPGRAAG).registrations["inschrijven"], name=GRIJPGRAAG
    )
    assert found.retention is None
    assert found.recipients is None


@pytest.mark.spec("Regie trust", "2.5", "absent is not stated")
def test_without_our_extension_everything_is_not_stated(scheme, compact):
    found = verify(scheme, changed(scheme, compact, drop=[REGISTRATION_EXTENSION]))
    assert (found.legal_basis, found.retention, found.recipients, found.rights) == (None,) * 4
    assert found.required == frozenset()


@pytest.mark.spec("Regie trust", "2.5", "a wrong type is malformed")
@pytest.mark.parametrize(
    "members",
    [
        {"oin": 7},
        {"legal_basis": {}},
        {"legal_basis": ["6.1.b"]},
        {"legal_basis": [{"gdpr": "toestemming"}]},
        {"legal_basis": [{"gdpr": "6.1.b", "law": "AVG"}]},
        {"retention": []},
        {"retention": {"duration": "twee jaar", "starts": "decision", "text": []}},
        {"retention": {"duration": "P2Y", "starts": "ooit", "text": []}},
        {"retention": {"duration": "P2Y", "starts": "decision", "text": []}},
        {"onward_sharing": {}},
        {"onward_sharing": {"recipients": [1]}},
        {"rights": {"uri": "http://localhost/rights"}},
        {"rights": {"email": 1}},
        {"claims": [{"vct": 1, "path": ["x"], "required": True}]},
        {"claims": [{"vct": "x", "path": [], "required": True}]},
        {"claims": [{"vct": "x", "path": ["x"], "required": "ja"}]},
        {"authority": {"name": ""}},
    ],
)
def test_a_wrong_type_in_our_extension_is_malformed(scheme, compact, members):
    wrong = changed(scheme, compact, **{REGISTRATION_EXTENSION: extension(compact, **members)})
    assert isinstance(refusal(scheme, wrong), Malformed)


def test_our_extension_is_an_object(scheme, compact):
    for wrong in ([], "x", None, True):
        found = refusal(scheme, changed(scheme, compact, **{REGISTRATION_EXTENSION: wrong}))
        assert isinstance(found, Malformed)


@pytest.mark.spec(DOCUMENT, "5.2", "unknown members are ignored")
def test_unknown_members_are_ignored(scheme, compact):
    assert verify(scheme, changed(scheme, compact, onbekend={"a": [1]}))


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


@pytest.mark.spec("RFC8725", "3.1", "the algorithm is ES256")
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
    assert refusal(scheme, status).code == "x5c.no_anchor"
    itself = scheme.verifier().access
    own = Pair(
        __import__("cryptography.x509", fromlist=["x"]).load_der_x509_certificate(itself.x5c[0]),
        itself.signer._key,
    )
    assert refusal(scheme, changed(scheme, compact, signer=own)).code == "x5c.no_anchor"
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


# Payload.


@pytest.mark.parametrize(
    "members",
    [
        {"name": ""},
        {"name": 7},
        {"name": "Woonstichting\u202e"},
        {"sub": {"legal_name": ["x"]}},
        {"sub": None},
        {"country": "nl"},
        {"country": "NLD"},
        {"registry_uri": "http://register.example"},
        {"privacy_policy": ["https://x.example"]},
        {"support_uri": ""},
        {"supervisory_authority": {}},
        {"supervisory_authority": []},
        {"supervisory_authority": {"email": 1}},
        {"srv_id": "a/b"},
        {"srv_id": "inschrijving", "service_identifier": "anders"},
        {"purpose": []},
        {"purpose": "Inschrijven"},
        {"purpose": [{"lang": "nl"}]},
        {"purpose": [{"content": "x", "lang": "nl"}]},
        {"intended_use_id": ""},
        {"credentials": {}},
        {"credentials": ["x"]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {"vct_values": "x"}}]},
        {"credentials": [{"format": "dc+sd-jwt", "meta": {}, "claim": [{"path": []}]}]},
        {"provides_attestations": ["https://schema.example"]},
        {"public_body": "ja"},
        {"status": {}},
        {"status": {"status_list": {"idx": -1, "uri": "https://x.example"}}},
        {"status": {"status_list": {"idx": True, "uri": "https://x.example"}}},
        {"act": {"sub": "NTRNL-1"}},
    ],
)
def test_a_payload_of_a_wrong_shape_is_malformed(scheme, compact, members):
    assert isinstance(refusal(scheme, changed(scheme, compact, **members)), Malformed)


@pytest.mark.parametrize(
    "member",
    ["name", "sub", "sub_ln", "country", "registry_uri", "srv_id", "purpose", "intended_use_id"]
    + ["iat", "exp", "support_uri", "privacy_policy", "supervisory_authority", "entitlements"],
)
def test_every_needed_member_is_needed(scheme, compact, member):
    assert isinstance(refusal(scheme, changed(scheme, compact, drop=[member])), Malformed)


def test_a_natural_person_has_no_place_here(scheme, compact):
    both = changed(scheme, compact, sub_gn="Jan", sub_fn="Jansen")
    assert refusal(scheme, both).code == "registration.natural_person"


def test_a_service_identifier_of_an_earlier_draft_is_read(scheme, compact):
    old = changed(scheme, compact, drop=["srv_id"], service_identifier="inschrijving")
    assert verify(scheme, old).service_id == "inschrijving"


@pytest.mark.spec("RFC8259", "4", "no duplicate members")
def test_a_duplicate_member_is_refused(scheme, compact):
    payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
    text = strictjson.dumps(payload).replace(b'"sub":', b'"sub":"NTRNL-9","sub":', 1)
    assert refusal(scheme, forge.registration_of(scheme, text)).code == "json.duplicate"


@pytest.mark.spec(DOCUMENT, "5.2", "times")
@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"exp": NOW - 60}, NotValidNow),
        ({"exp": NOW + 395 * DAY}, NotTrusted),
        ({"iat": NOW - 30 * DAY, "exp": NOW - 31 * DAY}, NotValidNow),
        ({"iat": NOW + 30, "exp": NOW + 20}, NotTrusted),
        ({"iat": NOW + 61}, NotValidNow),
        ({"nbf": NOW + 61}, NotValidNow),
        ({"nbf": "morgen"}, Malformed),
        ({"exp": True}, Malformed),
        ({"exp": "2027"}, Malformed),
        ({"exp": 1.5}, Malformed),
        ({"iat": None}, Malformed),
    ],
)
def test_times(scheme, compact, members, kind):
    assert isinstance(refusal(scheme, changed(scheme, compact, **members)), kind)


def test_a_number_too_large_is_malformed(scheme, compact):
    payload = jose.parse(compact, typ=TYP_REGISTRATION).dangerous_payload()
    text = strictjson.dumps({**payload, "exp": 0}).replace(b'"exp":0', b'"exp":1e400')
    assert isinstance(refusal(scheme, forge.registration_of(scheme, text)), Malformed)


def test_the_window_is_a_minute_on_both_sides(scheme, compact):
    assert verify(scheme, changed(scheme, compact, exp=NOW - 59, iat=NOW - DAY))
    assert verify(scheme, changed(scheme, compact, iat=NOW + 60))


@pytest.mark.spec(DOCUMENT, "5.2", "status unless short-lived")
def test_a_long_life_needs_a_status(scheme, compact):
    without = changed(scheme, compact, drop=["status"])
    assert refusal(scheme, without).code == "registration.no_status"
    short = changed(scheme, compact, drop=["status"], exp=NOW + DAY)
    assert verify(scheme, short)


@pytest.mark.spec("Regie formats", "8", "revoked registrations are in the snapshot")
def test_a_revoked_registration_is_refused():
    scheme = build()
    compact = scheme.verifier().registrations["inschrijven"]
    leaf = scheme.leaf()
    assert verify(scheme, compact)
    scheme.revoke(hashlib.sha256(compact.encode()).hexdigest())
    assert refusal(scheme, compact, leaf=leaf).code == "registration.revoked"
    # Another encoding of the same words is another certificate, and not signed.
    other = compact[:-1] + ("A" if compact[-1] != "A" else "Q")
    assert isinstance(refusal(scheme, other, leaf=leaf), CredentialError)
    assert verify(scheme, scheme.verifier().registrations["rechten"])


@pytest.mark.spec(DOCUMENT, "A", "entitlements")
@pytest.mark.parametrize(
    ("entitlements", "kind"),
    [
        (ENTITLEMENT_SERVICE_PROVIDER, Malformed),
        ([], Malformed),
        ([7], Malformed),
        (["https://uri.etsi.org/19475/Entitlement/Onbekend"], NotAllowed),
        (["0.4.0.19475.1.1"], NotAllowed),
        ([ENTITLEMENT_SERVICE_PROVIDER.lower()], NotAllowed),
        ([ENTITLEMENT_PUB_EAA_PROVIDER], NotAllowed),
    ],
)
def test_asking_needs_its_entitlement(scheme, compact, entitlements, kind):
    assert isinstance(refusal(scheme, changed(scheme, compact, entitlements=entitlements)), kind)


def test_an_unknown_entitlement_beside_a_known_one_is_ignored(scheme, compact):
    more = [ENTITLEMENT_SERVICE_PROVIDER, "https://uri.etsi.org/19475/Entitlement/Onbekend"]
    assert verify(scheme, changed(scheme, compact, entitlements=more))


# The bond.


@pytest.mark.spec(DOCUMENT, "binding", "sub is the access certificate's identifier")
def test_someone_elses_registration_is_refused(scheme):
    theirs = scheme.verifier(VOORBEELDWONEN).registrations["inschrijven"]
    found = refusal(scheme, theirs, name=GRIJPGRAAG)
    assert isinstance(found, NotAllowed)
    assert found.code == "registration.bond_identifier"


@pytest.mark.parametrize("sub", ["ntrnl-90000001", "NTRNL-90000001 ", " NTRNL-90000001"])
def test_identifiers_are_compared_byte_for_byte(scheme, compact, sub):
    assert refusal(scheme, changed(scheme, compact, sub=sub)).code == "registration.bond_identifier"


def test_an_identifier_missing_on_both_sides_is_no_match(scheme, compact):
    empty = type(scheme.leaf())(
        **{
            **{name: getattr(scheme.leaf(), name) for name in scheme.leaf().__dataclass_fields__},
            "organization_identifier": "",
        }
    )
    assert refusal(scheme, compact, leaf=empty).code == "registration.no_identifier"
    assert isinstance(refusal(scheme, changed(scheme, compact, sub=""), leaf=empty), Malformed)


@pytest.mark.spec("Regie trust", "2.7", "OIN, name and service are the leaf's")
def test_number_name_and_service_are_the_leafs(scheme, compact):
    other = {REGISTRATION_EXTENSION: extension(compact, oin="00000099000000009999")}
    assert refusal(scheme, changed(scheme, compact, **other)).code == "registration.bond_oin"
    named = changed(scheme, compact, name="Woonstichting Anders")
    assert refusal(scheme, named).code == "registration.bond_name"
    service = changed(scheme, compact, srv_id="verhuur")
    assert refusal(scheme, service).code == "registration.bond_service"
    register = changed(scheme, compact, registry_uri="https://elders.example")
    assert refusal(scheme, register).code == "registration.bond_service"


@pytest.mark.spec(DOCUMENT, "binding", "with an intermediary, its identifier and not sub")
def test_an_intermediary_asks_for_another(scheme, compact):
    between = {"intermediary": {"sub": "NTRNL-90000002", "sname": "Woonstichting Grijpgraag"}}
    found = verify(scheme, changed(scheme, compact, **between), name=GRIJPGRAAG)
    assert found.name == "Woonstichting Voorbeeldwonen"
    assert str(found.intermediary) == "Woonstichting Grijpgraag"
    with_act = changed(scheme, compact, **between, act={"sub": "NTRNL-90000002"})
    assert verify(scheme, with_act, name=GRIJPGRAAG)
    # Named as intermediary, shown by the party itself: not either of the two.
    assert refusal(scheme, changed(scheme, compact, **between)).code == (
        "registration.bond_intermediary"
    )
    other_act = changed(scheme, compact, **between, act={"sub": "NTRNL-90000001"})
    assert refusal(scheme, other_act, name=GRIJPGRAAG).code == "registration.act"
    itself = changed(scheme, compact, intermediary={"sub": "NTRNL-90000001"})
    assert refusal(scheme, itself).code == "registration.bond_intermediary"


# Issuers.


def issuing(scheme, compact=None, *, vcts=(vct_of("woonadres"),), leaf=None, now=NOW):
    issuer = scheme.issuer(VOORBEELDSTAD)
    return verify_issuer_registration(
        compact or issuer.registration,
        scheme.trust,
        now=now,
        leaf=leaf or scheme.trust.issuer_leaf(issuer.access.x5c, now),
        vcts=vcts,
    )


@pytest.mark.spec("ARF", "RPRC_05", "what an issuer may issue")
def test_an_issuer_issues_what_it_is_registered_for(scheme):
    found = issuing(scheme, vcts=[vct_of("woonadres"), vct_of("huishouden")])
    assert found.public_body
    assert found.credentials == ()
    for wrong in (
        [vct_of("kvk-inschrijving")],
        [vct_of("woonadres"), "urn:eudi:pid:1"],
        [vct_of("woonadres").upper()],
    ):
        with pytest.raises(NotAllowed) as caught:
            issuing(scheme, vcts=wrong)
        assert caught.value.code == "registration.attestation"


def test_a_registration_may_not_widen_the_list(scheme):
    compact = scheme.issuer().registration
    wider = forge.registration(
        scheme,
        compact,
        provides_attestations=[
            {"format": "dc+sd-jwt", "meta": {"vct_values": [vct_of("kvk-inschrijving")]}}
        ],
    )
    with pytest.raises(NotAllowed):
        issuing(scheme, wider, vcts=[vct_of("kvk-inschrijving")])


def test_another_format_grants_nothing(scheme):
    other = forge.registration(
        scheme,
        scheme.issuer().registration,
        provides_attestations=[
            {"format": "mso_mdoc", "meta": {"vct_values": [vct_of("woonadres")]}}
        ],
    )
    with pytest.raises(NotAllowed):
        issuing(scheme, other)


def test_entitlements_do_not_mix(scheme):
    with pytest.raises(NotAllowed) as caught:
        verify_registration(
            scheme.issuer().registration,
            scheme.trust,
            now=NOW,
            leaf=scheme.trust.issuer_leaf(scheme.issuer().access.x5c, NOW),
        )
    assert caught.value.code == "registration.entitlement"
    with pytest.raises(NotAllowed) as caught:
        issuing(scheme, scheme.verifier().registrations["inschrijven"], leaf=scheme.leaf())
    assert caught.value.code == "registration.entitlement"


def test_one_that_looks_like_base64_is_no_jwt(scheme, compact):
    assert isinstance(
        refusal(scheme, base64.urlsafe_b64encode(compact.encode()).decode()), Malformed
    )
