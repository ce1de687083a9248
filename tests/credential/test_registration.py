"""Registration certificates: what they say, their shape, times and revocation."""

import hashlib

import pytest
from support import forge
from support.scheme import (
    GRIJPGRAAG,
    NOW,
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
from credential.registration import verify_registration

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
    assert found.purpose.nl == "Inschrijven als woningzoekende"
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


@pytest.mark.spec("ARF 3.0", "RPRC_07", "one certificate per intended use")
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


@pytest.mark.spec("Regie trust", "2.4", "`claim`, and `claims` only where it is absent")
def test_presence_of_claim_decides_not_emptiness(scheme, compact):
    def granted(**members):
        entry = {"format": "dc+sd-jwt", "meta": {"vct_values": ["urn:a:1"]}, **members}
        found = verify(scheme, changed(scheme, compact, credentials=[entry]))
        return [one.path for one in found.credentials[0].claims]

    assert granted(claim=[{"path": ["a"]}], claims=[{"path": ["b"]}]) == [("a",)]
    assert granted(claims=[{"path": ["b"]}]) == [("b",)]
    assert granted(claim=[], claims=[{"path": ["b"]}]) == []
    assert granted() == []
    text = {"format": "dc+sd-jwt", "meta": "urn:a:1", "claim": [{"path": ["a"]}]}
    found = verify(scheme, changed(scheme, compact, credentials=[text]))
    assert found.credentials[0].types == frozenset()


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
    [
        "name",
        "sub",
        "sub_ln",
        "country",
        "registry_uri",
        "srv_id",
        "purpose",
        "intended_use_id",
        "iat",
        "exp",
        "support_uri",
        "privacy_policy",
        "supervisory_authority",
        "entitlements",
    ],
)
def test_every_needed_member_is_needed(scheme, compact, member):
    assert isinstance(refusal(scheme, changed(scheme, compact, drop=[member])), Malformed)


def test_a_natural_person_has_no_place_here(scheme, compact):
    both = changed(scheme, compact, sub_gn="Jan", sub_fn="Jansen")
    assert refusal(scheme, both).code == "registration.natural_person"


def test_a_service_identifier_of_an_earlier_draft_is_read(scheme, compact):
    old = changed(scheme, compact, drop=["srv_id"], service_identifier="inschrijving")
    assert verify(scheme, old).service_id == "inschrijving"


@pytest.mark.spec("RFC 8259", "4", "no duplicate members")
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


@pytest.mark.parametrize(
    "members",
    [
        {"sub_ln": "Wonen\x1b[2J"},
        {"name": "Wonen\u202e"},
        {"support_uri": "https://a.example/\n"},
        {"info_uri": ""},
        {"intended_use_id": "in\u200bschrijven"},
        {"privacy_policy": "https://a.example/\x1b[2J"},
        {"privacy_policy": "https://"},
        {"privacy_policy": "https://\u0430.example/"},
        {"registry_uri": "https://a.example/ b"},
        {"policy_id": "0.4.0.19475.3.1"},
        {"policy_id": []},
        {"srv_description": {}},
        {"certificate_policy": 1},
        {"jti": None},
    ],
)
def test_what_is_shown_or_kept_has_its_form(scheme, compact, members):
    found = refusal(scheme, changed(scheme, compact, **members))
    assert isinstance(found, Malformed)


@pytest.mark.parametrize("contact", [{"email": "a\x1b@b"}, {"phone": ""}, {"uri": "http://a/"}])
def test_where_rights_are_exercised_is_text_for_people(scheme, compact, contact):
    own = extension(compact, rights=contact)
    found = refusal(scheme, changed(scheme, compact, **{REGISTRATION_EXTENSION: own}))
    assert isinstance(found, Malformed)


@pytest.mark.parametrize("duration", ["P\u0663M", "P99999Y", "P", "P1M\n", "PT1H"])
def test_a_retention_that_cannot_be_counted_is_malformed(scheme, compact, duration):
    own = extension(compact)
    own["retention"] = {**own["retention"], "duration": duration}
    found = refusal(scheme, changed(scheme, compact, **{REGISTRATION_EXTENSION: own}))
    assert isinstance(found, Malformed)
