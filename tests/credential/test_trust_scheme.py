"""Decisions of the scheme: who may sign a card, a status list, and from when to when."""

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from support.scheme import (
    NOW,
    VOORBEELDSTAD,
    VOORBEELDWONEN,
    WESTHOVE,
    build,
    example_party,
    shared,
)

from credential.errors import CredentialError, NotAllowed, NotTrusted, NotValidNow
from credential.names import vct_of
from credential.staleness import SIGNER_CLOCK
from credential.trust import Role
from credential.trust.spans import Span
from registrar.parties import Succession

DAY = 86_400
VCT = vct_of("woonadres")


def card_signer(scheme, *, vct=VCT, issued_at=NOW, now=NOW, name=VOORBEELDSTAD):
    return scheme.trust.card_signer(
        scheme.issuer(name).card.x5c, vct=vct, issued_at=issued_at, now=now
    )


def refusal(*args, **kwargs) -> CredentialError:
    with pytest.raises(CredentialError) as caught:
        card_signer(*args, **kwargs)
    return caught.value


def step(party, at=NOW - DAY) -> Succession:
    assert party.issuing is not None
    return Succession(
        party.organization_identifier, party.oin, party.issuing.municipality_codes, at
    )


def merge(scheme, *, reason="merged", at=NOW - DAY, both=True, status=True):
    """Westhove goes into Voorbeeldstad."""
    old, new = example_party(WESTHOVE), example_party(VOORBEELDSTAD)
    scheme.change(
        WESTHOVE,
        issuing=replace(
            old.issuing,
            withdrawn=at,
            withdrawal_reason=reason,
            successors=(step(new),),
            status_successor=new.oin if status else None,
        ),
    )
    if both:
        scheme.change(VOORBEELDSTAD, issuing=replace(new.issuing, predecessors=(step(old),)))
    scheme.publish()
    return scheme


def test_the_signer_of_a_card_is_its_municipality():
    leaf, issuer = card_signer(shared())
    assert leaf.oin == issuer.oin
    assert issuer.name == "Gemeente Voorbeeldstad"
    assert card_signer(shared(), name=WESTHOVE)[1].name == "Gemeente Westhove"


@pytest.mark.spec("TS 119 602", "PuB-EAA", "only the kinds that are listed")
def test_a_kind_that_is_not_listed_is_refused():
    found = refusal(shared(), vct=vct_of("contactgegevens"))
    assert isinstance(found, NotAllowed)
    assert found.code == "trust.kind_not_listed"


def test_a_signer_of_nobody_on_the_list_is_refused():
    scheme = build()
    scheme.publish(without=WESTHOVE)
    assert refusal(scheme, name=WESTHOVE).code == "trust.issuer_unknown"


@pytest.mark.spec("TS 119 602", "PuB-EAA", "issuance and revocation are separate services")
def test_a_status_signer_signs_no_cards_and_the_reverse():
    scheme = shared()
    issuer = scheme.issuer()
    with pytest.raises(NotTrusted):
        scheme.trust.card_signer(issuer.status.x5c, vct=VCT, issued_at=NOW, now=NOW)
    listed = scheme.trust.issuer_by_oin(issuer.oin)
    with pytest.raises(NotTrusted):
        scheme.trust.status_signer(issuer.card.x5c, issuer=listed, now=NOW)
    with pytest.raises(NotTrusted):
        scheme.trust.card_signer(issuer.access.x5c, vct=VCT, issued_at=NOW, now=NOW)


def test_the_signer_was_valid_when_it_signed():
    leaf, _ = card_signer(shared())
    card_signer(shared(), issued_at=leaf.not_before)
    assert isinstance(refusal(shared(), issued_at=leaf.not_before - 1), NotValidNow)
    assert isinstance(refusal(shared(), issued_at=leaf.not_after + 1), NotValidNow)


def test_leaves_outlive_what_they_sign_and_precede_the_week_of_their_making():
    leaf, _ = card_signer(shared())
    assert leaf.not_before <= NOW - 8 * DAY
    assert leaf.not_after >= NOW + (365 + 52 * 7 + 30) * DAY


def test_a_revoked_card_signer_signs_nothing():
    scheme = build()
    leaf, _ = card_signer(scheme)
    scheme.revoke(leaf.fingerprint)
    assert refusal(scheme).code == "trust.certificate_revoked"


def test_a_compromised_issuer_is_told_as_such_though_its_certificate_is_revoked():
    scheme = merge(build(), reason="compromised")
    leaf = x509.load_der_x509_certificate(scheme.issuer(WESTHOVE).card.x5c[0])
    scheme.revoke(leaf.fingerprint(hashes.SHA256()).hex())
    assert refusal(scheme, name=WESTHOVE).code == "trust.issuer_compromised"


@pytest.mark.spec("Regie formats", "8", "no grace after next_update")
def test_nothing_is_decided_on_a_stale_snapshot():
    scheme = shared()
    trust = scheme.trust
    end = trust.next_update
    card_signer(scheme, now=end - 1)
    assert refusal(scheme, now=end).code == "scheme.expired"
    assert refusal(scheme, now=trust.issued - 301).code == "scheme.not_yet_valid"
    issuer, verifier = scheme.issuer(), scheme.verifier()
    listed = trust.issuer_by_oin(issuer.oin)
    for decide in (
        lambda: trust.verifier_leaf(verifier.access.x5c, end),
        lambda: trust.issuer_leaf(issuer.access.x5c, end),
        lambda: trust.status_signer(issuer.status.x5c, issuer=listed, now=end),
        lambda: trust.registration_signer(verifier.access.x5c, end),
        lambda: trust.wallet_provider_leaf(verifier.access.x5c, end),
    ):
        with pytest.raises(NotValidNow):
            decide()


@pytest.mark.spec("TS 119 602", "PuB-EAA", "after an orderly end, what was signed before")
@pytest.mark.parametrize("reason", ["merged", "ceased"])
def test_after_an_orderly_end_old_cards_stay_good(reason):
    end = NOW - DAY
    scheme = merge(build(), reason=reason, at=end)
    assert card_signer(scheme, name=WESTHOVE, issued_at=end - 1)[1].idle(NOW)
    assert refusal(scheme, name=WESTHOVE, issued_at=end).code == "trust.issuer_withdrawn"
    assert refusal(scheme, name=WESTHOVE, issued_at=NOW).code == "trust.issuer_withdrawn"


@pytest.mark.spec("TS 119 602", "PuB-EAA", "after a compromise, nothing")
@pytest.mark.parametrize(
    ("reason", "code"),
    [("compromised", "trust.issuer_compromised"), ("onbekend", "trust.issuer_withdrawn")],
)
def test_after_a_compromise_nothing_stays_good(reason, code):
    scheme = merge(build(), reason=reason)
    for issued_at in (NOW - 5 * DAY, NOW):
        found = refusal(scheme, name=WESTHOVE, issued_at=issued_at)
        assert found.code == code


def test_a_withdrawn_issuer_issues_nothing_new():
    scheme = merge(build())
    leaf = scheme.trust.issuer_leaf(scheme.issuer(WESTHOVE).access.x5c, NOW)
    with pytest.raises(NotTrusted) as caught:
        scheme.trust.issuing_party(leaf, NOW)
    assert caught.value.code == "trust.issuer_withdrawn"
    verifier = scheme.leaf(VOORBEELDWONEN)
    with pytest.raises(NotTrusted) as caught:
        scheme.trust.issuing_party(verifier, NOW)
    assert caught.value.code == "trust.issuer_unknown"


@pytest.mark.spec("Regie trust", "4.5", "both sides name a succession")
def test_a_succession_named_by_one_side_is_absent():
    both = merge(build())
    old = both.trust.issuer_by_oin(example_party(WESTHOVE).oin)
    new = both.trust.issuer_by_oin(example_party(VOORBEELDSTAD).oin)
    assert [one.oin for one in old.successors] == [new.oin]
    assert [one.oin for one in new.predecessors] == [old.oin]
    assert old.status_successor == new.oin
    one = merge(build(), both=False)
    old = one.trust.issuer_by_oin(example_party(WESTHOVE).oin)
    assert old.successors == ()
    assert old.status_successor is None


@pytest.mark.spec("Regie formats", "7", "the issuer or its status successor")
def test_a_status_list_is_signed_by_the_issuer_or_its_successor():
    scheme = merge(build())
    trust = scheme.trust
    old = trust.issuer_by_oin(example_party(WESTHOVE).oin)
    new = trust.issuer_by_oin(example_party(VOORBEELDSTAD).oin)
    own, heir = scheme.issuer(WESTHOVE).status.x5c, scheme.issuer(VOORBEELDSTAD).status.x5c
    assert trust.status_signer(own, issuer=old, now=NOW).oin == old.oin
    assert trust.status_signer(heir, issuer=old, now=NOW).oin == new.oin
    with pytest.raises(NotTrusted) as caught:
        trust.status_signer(own, issuer=new, now=NOW)
    assert caught.value.code == "trust.status_signer"
    without = merge(build(), status=False)
    old = without.trust.issuer_by_oin(example_party(WESTHOVE).oin)
    with pytest.raises(NotTrusted):
        without.trust.status_signer(without.issuer(VOORBEELDSTAD).status.x5c, issuer=old, now=NOW)


@pytest.mark.spec("Regie trust", "4.5", "a successor keeps lists from its day on")
def test_a_successor_signs_no_list_before_its_day():
    scheme, day = build(), NOW + 3 * DAY
    scheme.succeed(WESTHOVE, [VOORBEELDSTAD], at=day)
    trust = scheme.publish()
    old = trust.issuer_by_oin(example_party(WESTHOVE).oin)
    own, heir = scheme.issuer(WESTHOVE).status.x5c, scheme.issuer(VOORBEELDSTAD).status.x5c
    trust.status_signer(own, issuer=old, now=day - DAY)
    with pytest.raises(NotTrusted) as caught:
        trust.status_signer(heir, issuer=old, now=day - SIGNER_CLOCK - 1)
    assert caught.value.code == "trust.status_signer"
    trust.status_signer(heir, issuer=old, now=day - SIGNER_CLOCK)


@pytest.mark.spec("Regie trust", "4.5", "who is compromised signs no status list any more")
@pytest.mark.parametrize(
    ("reason", "own", "heir"),
    [
        ("compromised", "trust.issuer_compromised", "trust.issuer_compromised"),
        ("onbekend", None, "trust.issuer_withdrawn"),
        ("ceased", None, None),
    ],
)
def test_who_signs_nothing_that_counts_brings_no_card_back(reason, own, heir):
    scheme = merge(build())
    party = scheme.parties[VOORBEELDSTAD]
    ended = replace(party.issuing, withdrawn=NOW - 1, withdrawal_reason=reason)
    scheme.change(VOORBEELDSTAD, issuing=ended)
    trust = scheme.publish()
    x5c = scheme.issuer(VOORBEELDSTAD).status.x5c
    for name, code in ((VOORBEELDSTAD, own), (WESTHOVE, heir)):
        issuer = trust.issuer_by_oin(example_party(name).oin)
        if code is None:
            trust.status_signer(x5c, issuer=issuer, now=NOW)
            continue
        with pytest.raises(NotTrusted) as caught:
            trust.status_signer(x5c, issuer=issuer, now=NOW)
        assert caught.value.code == code


def test_an_issuer_is_found_by_number_and_by_host():
    trust = shared().trust
    assert trust.issuer_by_oin("00000099000000001000").name == "Gemeente Voorbeeldstad"
    assert trust.issuer_by_oin("00000099000000009999") is None
    assert trust.issuer_for_host("LOCALHOST").name == "Gemeente Voorbeeldstad"
    assert trust.issuer_for_host("elders.example") is None


def test_every_role_has_its_own_anchors():
    trust = shared().trust
    anchors = [der for role in Role for der in trust.anchors(role)]
    assert len(anchors) == len(set(anchors)) == len(Role)


def test_types_carry_names_for_people():
    trust = shared().trust
    assert trust.types[VCT].name("nl") == "Woonadres"
    assert trust.types[VCT].name("en") == "Home address"
    assert trust.types[VCT].label(("address", "postal_code"), "nl") == "Postcode"


def test_an_authority_signs_only_for_the_services_that_list_it():
    scheme = shared()
    issuer = scheme.issuer()
    own = scheme.trust.issuer_by_oin(issuer.oin)
    elsewhere = tuple(replace(one, anchors=(scheme.root,)) for one in own.services)
    other = replace(scheme.trust, issuers=(replace(own, services=elsewhere),))
    with pytest.raises(NotTrusted) as caught:
        other.card_signer(issuer.card.x5c, vct=VCT, issued_at=NOW, now=NOW)
    assert caught.value.code == "trust.issuer_authority"
    changed = replace(own, status_anchors=(scheme.root,))
    other = replace(scheme.trust, issuers=(changed,))
    with pytest.raises(NotTrusted) as caught:
        other.status_signer(issuer.status.x5c, issuer=changed, now=NOW)
    assert caught.value.code == "trust.status_signer"


def test_a_service_in_force_goes_before_a_younger_one_that_ended():
    issuer = shared().trust.issuers[0]
    life = (Span(0, "notified"), Span(NOW, "withdrawn", "ceased"))
    ended = replace(
        issuer.services[0], state="withdrawn", since=NOW, spans=life, status_prefix="https://x/"
    )
    both = replace(issuer, services=(issuer.services[0], ended))
    assert both.current == issuer.services[0]
    assert both.issuing(NOW)
    assert replace(issuer, services=(ended,)).idle(NOW) == "trust.issuer_withdrawn"
    assert replace(issuer, services=(ended,)).issuing(NOW - 1)


@pytest.mark.spec("Regie trust", "1.1", "kept: a chain as of the day something was signed")
def test_kept_signer() -> None:
    """For evidence alone: the day is the signer's word, what was taken back is known today."""
    scheme = build()
    later = NOW + 2 * 365 * DAY
    scheme.publish(later)
    with pytest.raises(CredentialError):
        scheme.trust.verifier_leaf(scheme.verifier(VOORBEELDWONEN).access.x5c, later)

    def kept(signed_at: int, *, now: int = later, role: Role = Role.VERIFIER_ACCESS) -> str:
        x5c = scheme.verifier(VOORBEELDWONEN).access.x5c
        return scheme.trust.kept_signer(role, x5c, signed_at=signed_at, now=now).oin

    assert kept(NOW) == scheme.verifier(VOORBEELDWONEN).oin
    for wrong in (
        {"signed_at": later},
        {"signed_at": NOW - 10 * 365 * DAY},
        {"signed_at": NOW, "now": later + 30 * DAY},
        {"signed_at": NOW, "role": Role.ISSUER_ACCESS},
    ):
        with pytest.raises(CredentialError):
            kept(**wrong)  # type: ignore[arg-type]
    scheme = build()
    scheme.revoke(VOORBEELDWONEN)
    with pytest.raises(NotTrusted, match="revoked"):
        kept(NOW, now=NOW)


@pytest.mark.spec("Regie formats", "8", "until: kept evidence from before a revocation holds")
@pytest.mark.parametrize("reason", ["withdrawn", "superseded", "ended", "", "compromised"])
def test_kept_signer_taken_back(reason: str) -> None:
    """A leaked key writes any date, and without a reason it may have leaked."""
    scheme = build()
    access = scheme.verifier(VOORBEELDWONEN).access
    fingerprint = sha256(access.x5c[0]).hexdigest()
    scheme.ledger = scheme.ledger.with_revoked([fingerprint], NOW + DAY, reason)
    trust = scheme.publish(NOW + DAY)
    later = NOW + DAY

    def kept(signed_at: int) -> str:
        role = Role.VERIFIER_ACCESS
        return trust.kept_signer(role, access.x5c, signed_at=signed_at, now=later).oin

    with pytest.raises(NotTrusted, match="revoked"):
        kept(NOW + DAY)
    if reason in ("", "compromised"):
        assert not trust.until
        with pytest.raises(NotTrusted, match="revoked"):
            kept(NOW)
        return
    assert kept(NOW)
    assert trust.stopped_at(access.x5c) == NOW + DAY
    with pytest.raises(NotTrusted, match="revoked"):
        trust.verifier_leaf(access.x5c, later)
