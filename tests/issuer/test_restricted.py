"""Restricted disclosure (Wet BRP 2.59): on the card for the resident's own wallet, and only there."""

import itertools
from hashlib import shake_256
from pathlib import Path
from typing import Any

import pytest
from support.keys import test_key
from support.register import KINDS, NOW, records

from credential import jose, kinds, sdjwt
from credential.names import TYP_CARD
from issuer.cards import Rules, decide
from issuer.service import copies
from issuer.sources import Granted

RULES = Rules(frozenset({"0599"}))
MARKER = "disclosure_restricted"


class Leaf:
    """Enough of a certificate to sign a copy."""

    signer = jose.KeySigner(test_key("restricted"))
    der = b"\x30\x00"


def entropy():
    numbers = itertools.count(1)
    return lambda length: shake_256(next(numbers).to_bytes(8, "big")).digest(length)


def copy_of(kind: str, claims: dict[str, Any]) -> sdjwt.UnverifiedSdJwt:
    iat, exp = kinds.times(kind, NOW)
    compact = copies.make(
        copies.Sheet(kind, claims, iat, exp),
        holder=jose.public_jwk(test_key("holder").public_key()),
        uri="https://localhost/status/1",
        idx=1,
        leaf=Leaf(),
        entropy=entropy(),
    )
    return sdjwt.parse(compact, typ=TYP_CARD)


@pytest.mark.spec("Regie domain", "2.9", "the marker is there only where the BRP says so")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_marked_exactly_where_the_register_says_so(kind):
    marked, seen = 0, 0
    for record in records().values():
        decision = decide(record, kind, NOW, RULES)
        if isinstance(decision, Granted):
            seen += 1
            assert decision.claims.get(MARKER) is (True if record.person.restricted else None)
            marked += record.person.restricted
    assert 0 < marked < seen


@pytest.mark.spec("RFC 9901", "10.3", "the count of digests does not tell who is marked")
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_number_of_digests_never_tells(kind):
    counts = set()
    for record in records().values():
        decision = decide(record, kind, NOW, RULES)
        if isinstance(decision, Granted):
            # With both pseudonyms: more than this is never on a card.
            claims = {
                **decision.claims,
                "housing_pseudonym": "a",
                "housing_pseudonym_previous": "b",
            }
            for told in (claims, {k: v for k, v in claims.items() if k != MARKER}):
                found = copy_of(kind, told)
                counts.add(len(found.issuer_jwt.dangerous_payload()["_sd"]))
                assert MARKER not in found.issuer_jwt.dangerous_payload()
    assert counts == {copies.DIGESTS}


def test_the_kinds_explain_it():
    folder = Path(__file__).parents[2] / "registrar" / "kinds"
    for kind in KINDS:
        text = (folder / f"{kind}.toml").read_text("utf-8")
        assert "Je hebt de gemeente gevraagd je gegevens niet aan anderen te geven." in text
