"""Our access and registration certificates, read by an implementation that is not ours.

`openvc` implements TS 119 475 and TS 119 411-8 for whoever receives such certificates. On good ones
the two read the same; on bad ones a table says who refuses, and why not where one does not.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openvc import rp_cert, rp_registration
from openvc.errors import OpenvcError
from openvc.status import token_status_list
from openvc.status.issue import verify_status_list_token
from support import forge
from support.living import Living, steps
from support.registration_changes import (
    BAD,
    BONDS,
    DAY,
    QUESTIONS,
    REGISTERED,
    askers,
    plain,
)
from support.scheme import (
    GRIJPGRAAG,
    NOW,
    VOORBEELDSTAD,
    VOORBEELDWONEN,
    TestScheme,
    build,
    shared,
)

from credential import dcql, jose
from credential.errors import CredentialError
from credential.registration import (
    Registration,
    over_asked,
    verify_issuer_registration,
    verify_registration,
)
from credential.trust import Role
from registrar.authority import REGISTRATION_STATUS_SIGNER
from registrar.registrations import status_uri
from verifier import profiles
from verifier.decisions import amounts

pytestmark = pytest.mark.interop

PROGRAMS = "trust"
VERIFIERS = (VOORBEELDWONEN, GRIJPGRAAG)
DEFAULTS = Path(profiles.__file__).parents[1] / "defaults"


@pytest.fixture(scope="module")
def scheme() -> TestScheme:
    return shared()


def read_by_openvc(
    scheme: TestScheme, compact: str, now: int = NOW
) -> rp_registration.RelyingPartyRegistrationCertificate:
    return rp_registration.verify_rp_registration_certificate(
        compact,
        trust_anchors=scheme.trust.anchors(Role.REGISTRATION),
        now=datetime.fromtimestamp(now, UTC),
    )


def asker_by_openvc(
    scheme: TestScheme, der: bytes, role: Role = Role.VERIFIER_ACCESS
) -> rp_cert.RelyingPartyAccessCertificate:
    return rp_cert.verify_rp_access_certificate(
        der,
        trust_anchors=scheme.trust.anchors(role),
        now=datetime.fromtimestamp(NOW, UTC),
    )


def refused_by_us(scheme: TestScheme, compact: str, name: str = VOORBEELDWONEN) -> bool:
    try:
        verify_registration(compact, scheme.trust, now=NOW, leaf=scheme.leaf(name))
    except CredentialError:
        return True
    return False


def registered(scheme: TestScheme, name: str, use: str) -> Registration:
    compact = scheme.verifier(name).registrations[use]
    return verify_registration(compact, scheme.trust, now=NOW, leaf=scheme.leaf(name))


@pytest.mark.spec("TS 119 411-8", "6", "an outside reader accepts our access certificates")
@pytest.mark.parametrize("name", VERIFIERS)
def test_who_asks_is_read_the_same(scheme: TestScheme, name: str) -> None:
    ours = scheme.leaf(name)
    theirs = asker_by_openvc(scheme, scheme.verifier(name).access.x5c[0])
    assert theirs.entity_identifier == ours.organization_identifier
    assert theirs.trade_name == ours.common_name
    assert theirs.organization_name == ours.organization
    assert theirs.country == ours.country
    assert "0.4.0.194118.1.2" in theirs.certificate_policies
    assert theirs.public_jwk is not None
    assert jose.public_jwk(ours.key).items() <= theirs.public_jwk.items()
    with pytest.raises(OpenvcError):
        asker_by_openvc(scheme, scheme.verifier(name).access.x5c[0], Role.ISSUER_ACCESS)


@pytest.mark.spec("TS 119 411-8", "6", "refused by us; whether others refuse stands in a table")
def test_askers_that_are_refused(scheme: TestScheme) -> None:
    good = scheme.verifier().access.x5c[0]
    rows = askers(scheme)
    found: dict[str, bool] = {}
    for name, row in rows.items():
        role = row.changes.pop("authority", Role.VERIFIER_ACCESS)
        der = forge.again(good, scheme.authority.role(role), **row.changes)
        with pytest.raises(CredentialError):
            scheme.trust.verifier_leaf((der,), NOW)
        found[name] = _refused(lambda der=der: asker_by_openvc(scheme, der))
    assert found == {name: row.refused for name, row in rows.items()}
    assert {name: not row.why for name, row in rows.items()} == found


@pytest.mark.spec("TS 119 475", "5.2", "an outside reader accepts and reads what we register")
@pytest.mark.parametrize("name", VERIFIERS)
def test_what_may_be_asked_is_read_the_same(scheme: TestScheme, name: str) -> None:
    party = scheme.verifier(name)
    asker = asker_by_openvc(scheme, party.access.x5c[0])
    assert party.registrations
    for use, compact in party.registrations.items():
        ours, theirs = registered(scheme, name, use), read_by_openvc(scheme, compact)
        rp_registration.check_matches_access_certificate(theirs, asker, match_trade_name=True)
        assert theirs.subject_identifier == ours.organization_identifier
        assert (theirs.trade_name, theirs.legal_name) == (ours.name, ours.legal_name)
        assert theirs.intended_use_id == ours.intended_use_id == use
        assert {one["lang"]: one["value"] for one in theirs.purpose} == {
            "nl": ours.purpose.nl,
            "en": ours.purpose.text("en"),
        }
        assert set(theirs.entitlements) == set(ours.entitlements)
        assert theirs.privacy_policy == ours.privacy_policy
        assert theirs.support_uri == ours.support_uri
        assert (theirs.issued_at, theirs.expires_at) == tuple(
            datetime.fromtimestamp(moment, UTC) for moment in (ours.iat, ours.exp)
        )
        assert [
            (one.format, {*(one.meta or {})["vct_values"]}, one.claim_paths)
            for one in theirs.credentials
        ] == [
            (one.format, {*one.types}, tuple(claim.path for claim in one.claims))
            for one in ours.credentials
        ]


@pytest.mark.spec("ARF 3.0", "RPRC_05", "an outside reader reads what an issuer may issue")
def test_what_may_be_issued_is_read_the_same(scheme: TestScheme) -> None:
    issuer = scheme.issuer(VOORBEELDSTAD)
    theirs = read_by_openvc(scheme, issuer.registration)
    leaf = scheme.trust.issuer_leaf(issuer.access.x5c, NOW)
    ours = verify_issuer_registration(
        issuer.registration, scheme.trust, now=NOW, leaf=leaf, vcts=()
    )
    assert theirs.credentials == ours.credentials == ()
    assert [{*(one.meta or {})["vct_values"]} for one in theirs.provides_attestations] == [
        {*one.types} for one in ours.provides
    ]
    asker = asker_by_openvc(scheme, issuer.access.x5c[0], Role.ISSUER_ACCESS)
    rp_registration.check_matches_access_certificate(theirs, asker, match_trade_name=True)


@pytest.mark.spec("TS 119 475", "5.2", "refused by us; whether others refuse stands in a table")
def test_certificates_that_are_refused(scheme: TestScheme) -> None:
    good = scheme.verifier().registrations["inschrijven"]
    found: dict[str, bool] = {}
    for name, row in BAD.items():
        compact = row.change(scheme, good)
        assert refused_by_us(scheme, compact), name
        found[name] = _refused(lambda compact=compact: read_by_openvc(scheme, compact))
    assert found == {name: row.refused for name, row in BAD.items()}
    for name, row in BAD.items():
        assert row.refused == (not row.why), name


@pytest.mark.spec("TS 119 475", "binding", "a registration of another binds for nobody")
def test_certificates_that_do_not_belong_together(scheme: TestScheme) -> None:
    found: dict[str, bool] = {}
    for name, bond in BONDS.items():
        party, compact = bond.change(scheme)
        assert refused_by_us(scheme, compact, party), name
        asker = asker_by_openvc(scheme, scheme.verifier(party).access.x5c[0])
        theirs = read_by_openvc(scheme, compact)
        found[name] = _refused(
            lambda theirs=theirs, asker=asker: rp_registration.check_matches_access_certificate(
                theirs, asker, match_trade_name=True
            )
        )
    assert found == {name: bond.refused for name, bond in BONDS.items()}
    for name, bond in BONDS.items():
        assert bond.refused == (not bond.why), name


@pytest.mark.spec("ARF 3.0", "RPRC_21", "what our example verifiers ask, others find in order too")
def test_what_is_asked_is_within_what_is_registered(scheme: TestScheme) -> None:
    seen = 0
    for file in sorted(DEFAULTS.glob("*.toml")):
        if file.name == amounts.FILE:
            continue
        profile = profiles.read(file)
        for name in VERIFIERS:
            compact = scheme.verifier(name).registrations.get(profile.intended_use)
            if compact is None:
                continue
            theirs = read_by_openvc(scheme, compact)
            ours = registered(scheme, name, profile.intended_use)
            over = over_asked(dcql.parse(profile.raw_query), ours)
            refused = _refused(
                lambda theirs=theirs, profile=profile: (
                    rp_registration.check_request_within_registration(
                        theirs,
                        plain(profile.raw_query),
                        intended_use_id=profile.intended_use,
                    )
                )
            )
            assert refused == bool(over), (profile.id, name)
            seen += not over
    assert seen >= 5


@pytest.mark.spec("ARF 3.0", "RPRC_21", "over-asking, judged by two; differences say why")
def test_questions(scheme: TestScheme) -> None:
    good = scheme.verifier().registrations["inschrijven"]
    compact = forge.registration(scheme, good, credentials=REGISTERED)
    theirs = read_by_openvc(scheme, compact)
    ours = verify_registration(compact, scheme.trust, now=NOW, leaf=scheme.leaf())
    for name, question in QUESTIONS.items():
        query = {"credentials": [question.credential]}
        assert bool(over_asked(dcql.parse(plain(query)), ours)) == question.us, name
        refused = _refused(
            lambda query=query: rp_registration.check_request_within_registration(theirs, query)
        )
        assert refused == question.them, name
        assert (question.us == question.them) == (not question.why), name


def status_by_openvc(scheme: TestScheme, compact: str) -> int:
    """The status of a registration as an outside reader finds it in the signed status list."""
    claims = dict(read_by_openvc(scheme, compact, scheme.now).claims)
    signer = scheme.authority.pairs[REGISTRATION_STATUS_SIGNER]

    def listed(uri: str) -> dict[str, Any]:
        assert uri == status_uri(scheme.authority.scheme)
        return verify_status_list_token(
            scheme.read("registration-status/1.jwt").decode(),
            public_key_jwk=jose.public_jwk(signer.key.public_key()),
            expected_uri=uri,
            now=datetime.fromtimestamp(scheme.now, UTC),
        )

    found = token_status_list.check_token_status(claims, resolve_status_list_token=listed)
    assert found is not None
    return found.status


@pytest.mark.spec("Regie trust", "8", "what the snapshot takes back, outside readers see too")
def test_what_is_taken_back_is_seen_outside() -> None:
    scheme = build()
    compacts = list(scheme.verifier().registrations.values())
    valid, invalid = token_status_list.STATUS_VALID, token_status_list.STATUS_INVALID
    assert {status_by_openvc(scheme, one) for one in compacts} == {valid}
    scheme.revoke(VOORBEELDWONEN)
    assert {status_by_openvc(scheme, one) for one in compacts} == {invalid}


@pytest.mark.spec("Regie trust", "8", "what is suspended is invalid outside too, until it resumes")
def test_what_is_suspended_is_seen_outside() -> None:
    living = Living()
    days = ("2025-01-01 admitted", "2026-01-03 suspended", "2026-01-05 resumed")
    living.edit(VOORBEELDWONEN, more=steps(*days, table="step"))
    valid, invalid = token_status_list.STATUS_VALID, token_status_list.STATUS_INVALID
    living.publish(NOW)
    compacts = list(living.scheme.verifier().registrations.values())
    for day, expected in ((0, valid), (2, invalid), (3, invalid), (4, valid)):
        living.publish(NOW + day * DAY)
        assert {status_by_openvc(living.scheme, one) for one in compacts} == {expected}, day


def _refused(check: Callable[[], object]) -> bool:
    try:
        check()
    except OpenvcError:
        return True
    return False
