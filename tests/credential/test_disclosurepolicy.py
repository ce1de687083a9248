"""Who an issuer wants to see a card: read strictly, evaluated as a table, never fetched."""

from typing import Any

import pytest
from support.scheme import shared

from credential import disclosurepolicy, registration
from credential.disclosurepolicy import Party, Verdict
from credential.errors import Malformed
from credential.jose import parse as parse_jws
from credential.trust.path import name_of, named

EDP = "ARF 3.0"
URI = "https://gemeente.example/beleid/1"
SERVICE = "https://uri.etsi.org/19475/Entitlement/Service_Provider"
CORPORATION = Party(
    identifier="NTRNL-90000001",
    service_id="inschrijving",
    entitlements=frozenset({SERVICE}),
    path=(("CN=Root,C=NL", 7),),
)


def policy(form: str, **members: Any) -> dict[str, Any]:
    return {"policy_uri": URI, "policy_type": form, **members}


def listing(**party: str) -> dict[str, Any]:
    return policy("authorized_rp_only", authorized_parties=[party])


def rooted(name: str, number: str) -> dict[str, Any]:
    roots = [{"issuer_dn": name, "serial_number": number}]
    return policy("specific_root_of_trust", trusted_roots=roots)


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        (policy("no_policy"), Verdict.OPEN),
        (listing(identifier="NTRNL-90000001"), Verdict.ALLOWED),
        (listing(identifier="NTRNL-90000002"), Verdict.NOT_LISTED),
        (listing(identifier="ntrnl-90000001"), Verdict.NOT_LISTED),
        (listing(identifier="NTRNL-90000001", service_id="inschrijving"), Verdict.ALLOWED),
        (listing(identifier="NTRNL-90000001", service_id="reclame"), Verdict.NOT_LISTED),
        (listing(entitlement_uri=SERVICE), Verdict.ALLOWED),
        (listing(entitlement_uri=SERVICE + "/"), Verdict.NOT_LISTED),
        (listing(identifier="NTRNL-90000002", entitlement_uri=SERVICE), Verdict.NOT_LISTED),
        # A service alone names nobody, and a name of a form we do not compare neither.
        (listing(service_id="inschrijving"), Verdict.NOT_LISTED),
        (listing(subject_dn="CN=Woonstichting"), Verdict.NOT_LISTED),
        (rooted("CN=Root,C=NL", "7"), Verdict.ALLOWED),
        (rooted("CN=Root,C=NL", "8"), Verdict.OTHER_ROOT),
        (rooted("CN=Root,C=DE", "7"), Verdict.OTHER_ROOT),
        (policy("attribute_based", rules=[{"any": "thing"}]), Verdict.UNKNOWN),
    ],
)
@pytest.mark.spec(EDP, "EDP_06", "the wallet evaluates the policy")
def test_the_table(stated: dict[str, Any], verdict: Verdict) -> None:
    found = disclosurepolicy.evaluate(disclosurepolicy.parse(stated), CORPORATION)
    assert found is verdict
    assert found.met == (verdict in (Verdict.OPEN, Verdict.ALLOWED))


@pytest.mark.spec(EDP, "EDP_02", "who shows nothing is nobody's listed party")
def test_a_party_without_a_registration_meets_no_restriction() -> None:
    for stated in (listing(identifier="NTRNL-90000001"), rooted("CN=Root,C=NL", "7")):
        read = disclosurepolicy.parse(stated)
        assert not disclosurepolicy.evaluate(read, Party()).met
    assert disclosurepolicy.evaluate(disclosurepolicy.parse(policy("no_policy")), Party()).met


@pytest.mark.parametrize(
    "stated",
    [
        [],
        "no_policy",
        {},
        {"policy_type": "no_policy"},
        {"policy_uri": URI},
        policy("no_policy", policy_uri=7),
        policy("authorized_rp_only"),
        policy("authorized_rp_only", authorized_parties=[]),
        policy("authorized_rp_only", authorized_parties=["NTRNL-90000001"]),
        policy("authorized_rp_only", authorized_parties=[{"identifier": True}]),
        policy("authorized_rp_only", authorized_parties=[{"identifier": "x"}] * 257),
        policy("specific_root_of_trust", trusted_roots=[{"issuer_dn": "CN=Root"}]),
        rooted("geen naam", "7"),
        rooted("CN=Root", "-7"),
        rooted("CN=Root", "0x7"),
        policy("no_policy", policy_info_url="http://gemeente.example"),
        policy("no_policy", policy_info_url="https://gemeente.example/\x1b[2J"),
        policy("no_policy", description="x" * 501),
    ],
)
def test_what_cannot_be_read_is_refused(stated: Any) -> None:
    with pytest.raises(Malformed):
        disclosurepolicy.parse(stated)


def test_unknown_members_are_ignored_and_words_made_safe() -> None:
    stated = policy("no_policy", extensions=[{"a": 1}], description="Voor\x1b[2J corporaties")
    found = disclosurepolicy.parse(stated)
    assert found.description is not None
    assert "\x1b" not in found.description


@pytest.mark.spec(EDP, "EDP_03", "a root over the path of the registration certificate")
def test_the_path_of_a_real_registration() -> None:
    scheme = shared()
    verifier = scheme.verifier()
    compact = verifier.registrations["inschrijven"]
    registered = registration.verify_registration(
        compact, scheme.trust, now=scheme.now, leaf=scheme.leaf()
    )
    party = disclosurepolicy.party_of(registered, scheme.trust, now=scheme.now)
    assert party.identifier == "NTRNL-90000001"
    assert len(party.path) == 2
    x5c = parse_jws(compact, typ="rc-wrp+jwt").x5c()
    assert party.path[0] == named(x5c)[0]
    authority, number = party.path[1]
    read = disclosurepolicy.parse(rooted(authority, str(number)))
    assert disclosurepolicy.evaluate(read, party) is Verdict.ALLOWED


def test_one_name_in_two_writings() -> None:
    assert name_of("ORGID=NTRNL-1,O=Gemeente,C=NL") == name_of("2.5.4.97=NTRNL-1,O=Gemeente,C=NL")
    assert name_of("geen naam") is None


SECTOR = "https://regie.example/ns/entitlement/woningcorporatie"
OTHER_SECTOR = "https://regie.example/ns/entitlement/makelaar"


@pytest.mark.spec("Regie trust", "4.7", "an issuer may be stricter than the scheme, never less")
@pytest.mark.parametrize(
    ("own", "holds"),
    [
        ([{"entitlement_uri": SECTOR}], True),
        ([{"entitlement_uri": SECTOR, "identifier": "NTRNL-1"}], True),
        ([{"identifier": "NTRNL-2", "service_id": "x"}], True),
        ([{"entitlement_uri": SECTOR}, {"identifier": "NTRNL-2", "service_id": "x"}], True),
        ([{"identifier": "NTRNL-2"}], False),
        ([{"service_id": "z", "identifier": "NTRNL-9"}], False),
        ([{"identifier": "NTRNL-2", "service_id": "y"}], False),
        ([{"entitlement_uri": OTHER_SECTOR}], False),
        ([{"entitlement_uri": SECTOR}, {"identifier": "NTRNL-3"}], False),
    ],
)
def test_never_less_strict(own, holds):
    scheme = policy(
        "authorized_rp_only",
        authorized_parties=[
            {"entitlement_uri": SECTOR},
            {"identifier": "NTRNL-2", "service_id": "x"},
            {"service_id": "z"},
        ],
    )
    floor = disclosurepolicy.parse(scheme)
    stated = disclosurepolicy.parse(policy("authorized_rp_only", authorized_parties=own))
    assert disclosurepolicy.at_least(stated, floor) is holds
    # Whoever says nothing asks for nothing.
    assert disclosurepolicy.at_least(stated, disclosurepolicy.parse(policy("no_policy")))


def test_another_form_cannot_be_compared():
    listed = disclosurepolicy.parse(
        policy("authorized_rp_only", authorized_parties=[{"identifier": "NTRNL-1"}])
    )
    roots = [disclosurepolicy.parse(rooted("CN=A", number)) for number in ("1", "2")]
    both = disclosurepolicy.DisclosurePolicy(
        "u", disclosurepolicy.Form.ROOTS, roots=(*roots[0].roots, *roots[1].roots)
    )
    unknown = disclosurepolicy.parse(policy("attribute_based"))
    free = disclosurepolicy.parse(policy("no_policy"))
    at_least = disclosurepolicy.at_least
    assert at_least(roots[0], both)
    assert not at_least(both, roots[0])
    for own, floor in ((free, listed), (roots[0], listed), (listed, both), (listed, unknown)):
        assert not at_least(own, floor)
    assert not at_least(unknown, listed)
