"""Lint of the sources and audit of what was published: one story to every reader."""

from dataclasses import replace

import pytest
from support.scheme import (
    NOW,
    REGISTRY,
    VOORBEELDSTAD,
    VOORBEELDWONEN,
    WESTHOVE,
    build,
    example_party,
)

from credential.trust import Role
from registrar import audit, config, lint, register
from registrar.certificates import make_crl
from registrar.findings import wrong
from registrar.parties import Claim, Succession

DAY = 86_400
ALL = (VOORBEELDSTAD, WESTHOVE, VOORBEELDWONEN)


SCHEME = config.parse(config.TEST_SCHEME.replace("{registry}", REGISTRY))


def codes(*found):
    return [(one.code, one.where) for one in wrong(lint.check(register.of(found, SCHEME), now=NOW))]


def parties():
    return [example_party(name) for name in ALL]


def step(party):
    return Succession(party.organization_identifier, party.oin, ("0001",), NOW)


def test_the_examples_are_clean():
    assert codes(*parties()) == []


def test_repeated_names_and_numbers():
    first, second, third = parties()
    assert ("lint.oin_repeated", first.oin) in codes(first, replace(second, oin=first.oin))
    same = replace(second, organization_identifier=first.organization_identifier)
    assert codes(first, same)[0][0] == "lint.identifier_repeated"
    assert codes(third, replace(third, oin="1" * 20, organization_identifier="x"))[0] == (
        "lint.id_repeated",
        third.id,
    )


def test_two_issuers_of_one_municipality():
    first, second, _ = parties()
    taken = replace(second.issuing, municipality_codes=first.issuing.municipality_codes)
    assert codes(first, replace(second, issuing=taken)) == [("lint.municipality_repeated", "0599")]


def test_status_prefixes_are_kept_apart():
    first, second, _ = parties()
    under = replace(second.issuing, status_prefix=f"{first.issuing.status_prefix}b/")
    assert codes(first, replace(second, issuing=under)) == [("lint.status_prefix", first.id)]


def test_a_claim_no_kind_has():
    party = parties()[2]
    service = party.services[0]
    use = replace(service.intended_uses[0], claims=(Claim("woonadres", ("bsn",), True),))
    changed = replace(party, services=(replace(service, intended_uses=(use,)),))
    assert codes(changed) == [("lint.claim_unknown", party.id)]


@pytest.mark.spec("Regie domain", "2.9", "nobody is registered to ask who restricted disclosure")
def test_the_marker_of_restricted_disclosure_is_never_registered():
    party = parties()[2]
    service = party.services[0]
    claims = tuple(
        Claim(kind, ("disclosure_restricted",), False) for kind in ("persoonsgegevens", "woonadres")
    )
    use = replace(service.intended_uses[0], claims=claims)
    changed = replace(party, services=(replace(service, intended_uses=(use,)),))
    assert codes(changed) == [("lint.claim_never_asked", party.id)] * 2


@pytest.mark.spec("Regie trust", "4.5", "the registrar refuses a one-sided succession")
def test_a_succession_is_named_by_both():
    new, old, _ = parties()
    gone = replace(
        old.issuing,
        withdrawn=NOW,
        withdrawal_reason="merged",
        successors=(step(new),),
        status_successor=new.oin,
    )
    heir = replace(new.issuing, predecessors=(step(old),))
    both = replace(new, issuing=heir), replace(old, issuing=gone)
    assert codes(*both) == []
    assert codes(new, both[1]) == [("lint.succession", old.id)]
    assert codes(both[0], old) == [("lint.succession", new.id)]
    stranger = replace(gone, status_successor="9" * 20)
    assert ("lint.status_successor", old.id) in codes(both[0], replace(old, issuing=stranger))
    silent = replace(gone, withdrawal_reason=None)
    assert ("lint.withdrawal_reason", old.id) in codes(both[0], replace(old, issuing=silent))


@pytest.fixture
def scheme():
    made = build()
    made.revoke(made.leaf().fingerprint)
    compact = made.ledger.registrations[-1].sha256
    made.revoke(compact)
    return made


def found(scheme, now=NOW):
    return [
        one.code
        for one in audit.check(scheme.read, scheme.ledger, fingerprint=scheme.fingerprint, now=now)
    ]


@pytest.mark.spec("Regie trust", "8", "never more permissive than the snapshot")
def test_what_is_published_tells_one_story(scheme):
    assert found(scheme) == []


def test_a_list_that_is_too_lenient_is_found(scheme):
    pair = scheme.authority.role(Role.VERIFIER_ACCESS)
    empty = make_crl(pair, [], number=1, now=NOW, until=NOW + DAY)
    scheme.swap("crl/verifier-access.crl", empty)
    assert found(scheme) == ["audit.file_differs", "audit.crl_too_lenient"]


def test_a_leaked_key_with_a_day_is_found():
    """Said to count until a day, and leaked by the ledger; or until a later day than it says."""
    made = build()
    leaf = made.leaf().fingerprint
    made.ledger = made.ledger.with_revoked([leaf], NOW, "withdrawn")
    made.publish()
    assert found(made) == []
    told = made.ledger
    made.ledger = replace(told, reasons={leaf: "compromised"})
    assert found(made) == ["audit.until_too_lenient"]
    made.ledger = replace(told, revoked={leaf: NOW - DAY})
    assert "audit.until_too_lenient" in found(made)


def test_an_old_status_list_is_found(scheme):
    fresh = build()
    scheme.swap("registration-status/1.jwt", fresh.read("registration-status/1.jwt"))
    assert "audit.status" in found(scheme)


def test_a_missing_or_changed_file_is_found(scheme):
    del scheme.tree["ca/card.cer"]
    assert found(scheme) == ["audit.file_missing", "audit.crl"]
    scheme.publish()
    path = next(one for one in scheme.tree if one.startswith("registration/"))
    scheme.swap(path, b"anders")
    assert found(scheme) == ["audit.file_differs", "audit.registration"]


def test_a_stale_or_foreign_tree_is_unreadable(scheme):
    assert found(scheme, NOW + 7 * DAY) == ["audit.unreadable"]
    scheme.tree = build().tree
    assert found(scheme) == ["audit.unreadable"]


def test_what_readers_would_refuse_is_not_published():
    _, issuer, verifier = parties()
    service = verifier.services[0]
    use = service.intended_uses[0]
    for changed in (
        replace(use, privacy_policy="http://localhost/privacy"),
        replace(use, privacy_policy="https://localhost/\x1b[2J"),
        replace(use, rights=replace(use.rights, uri="mailto:a@example.nl")),
    ):
        other = replace(service, intended_uses=(changed,))
        assert codes(replace(verifier, services=(other,))) == [("lint.unreadable", verifier.id)]
    hidden = replace(service, name="Wonen\u202e")
    assert codes(replace(verifier, services=(hidden,))) == [("lint.unreadable", verifier.id)]
    plain = replace(issuer.issuing, privacy_policy="ftp://localhost/")
    assert codes(replace(issuer, issuing=plain)) == [("lint.unreadable", issuer.id)]
