"""The bond of a registration with who shows it, and what issuers are registered for."""

import base64
from dataclasses import replace

import pytest
from support import forge
from support.scheme import (
    GRIJPGRAAG,
    NOW,
    VOORBEELDSTAD,
    VOORBEELDWONEN,
    shared,
)

from credential import jose
from credential.errors import CredentialError, Malformed, NotAllowed
from credential.names import (
    REGISTRATION_EXTENSION,
    TYP_REGISTRATION,
    vct_of,
)
from credential.registration import verify_issuer_registration, verify_registration
from credential.trust.spans import Span

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


WOONADRES = vct_of("woonadres")


def issuing(scheme, compact=None, *, vcts=(WOONADRES,), leaf=None, now=NOW):
    issuer = scheme.issuer(VOORBEELDSTAD)
    return verify_issuer_registration(
        compact or issuer.registration,
        scheme.trust,
        now=now,
        leaf=leaf or scheme.trust.issuer_leaf(issuer.access.x5c, now),
        vcts=vcts,
    )


@pytest.mark.spec("ARF 3.0", "RPRC_05", "what an issuer may issue")
def test_an_issuer_issues_what_it_is_registered_for(scheme):
    found = issuing(scheme, vcts=[vct_of("woonadres"), vct_of("huishouden")])
    assert found.public_body
    assert found.credentials == ()
    for wrong in (
        [vct_of("contactgegevens")],
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
            {"format": "dc+sd-jwt", "meta": {"vct_values": [vct_of("contactgegevens")]}}
        ],
    )
    with pytest.raises(NotAllowed):
        issuing(scheme, wider, vcts=[vct_of("contactgegevens")])


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


@pytest.mark.spec("Regie trust", "4.5", "a kind of a service that ended is not issued")
def test_a_kind_of_a_service_that_ended_is_not_issued():
    scheme = shared()
    issuer = scheme.issuer()
    trust = scheme.trust
    own = trust.issuer_by_oin(issuer.oin)
    leaf = trust.issuer_leaf(issuer.access.x5c, NOW)
    vct = vct_of("woonadres")
    ended = replace(own.services[0], spans=(Span(0, "notified"), Span(1, "withdrawn", "ceased")))
    less = replace(own.services[0], vcts=own.vcts - {vct})
    other = replace(trust, issuers=(replace(own, services=(less, ended)),))
    verify = verify_issuer_registration
    assert verify(issuer.registration, trust, now=NOW, leaf=leaf, vcts=[vct])
    with pytest.raises(NotAllowed) as caught:
        verify(issuer.registration, other, now=NOW, leaf=leaf, vcts=[vct])
    assert caught.value.code == "registration.attestation"
