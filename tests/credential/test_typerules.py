"""What a type demands of a card, as a holder and as a verifier can tell."""

import json
from types import SimpleNamespace

import pytest
from support.cards import card, opened

from credential import typemetadata, typerules
from credential.dcql.paths import MAX_SELECTED
from credential.errors import NotAllowed
from credential.sdjwt.selecting import Disclosure

DOCUMENT = "SD-JWT VC"


def kind(*claims):
    document = {"vct": "urn:a:1", "claims": list(claims)}
    return typemetadata.parse(json.dumps(document).encode())


def claim(*path, **members):
    return {"path": list(path), **members}


def processed(payload, hidden=(), gaps=None):
    parts = [Disclosure("", "", path, None) for path in hidden]
    return SimpleNamespace(payload=payload, disclosures=parts, gaps=gaps or {})


FOUND = kind(
    claim("a", mandatory=True),
    claim("b", sd="never"),
    claim("c", sd="always"),
    claim("d", None, "e", sd="always"),
)
PAYLOAD = {"a": 1, "b": 1, "c": 1, "d": [{"e": 1}]}
HIDDEN = {("c",), ("d", 0, "e")}


@pytest.mark.spec(DOCUMENT, "9", "mandatory claims and disclosability")
def test_what_a_holder_checks_on_receipt():
    typerules.check_held(FOUND, processed(PAYLOAD, HIDDEN))
    typerules.check_held(FOUND, processed({"a": 1}))
    for payload, disclosable, code in (
        ({"b": 1}, set(), "type.mandatory"),
        (PAYLOAD, HIDDEN | {("b",)}, "type.sd"),
        (PAYLOAD, {("d", 0, "e")}, "type.sd"),
        ({"a": 1, "d": "geen lijst"}, set(), "type.path_not_array"),
        ({"a": 1, "d": ["geen object"]}, set(), "type.path_not_object"),
    ):
        with pytest.raises(NotAllowed) as caught:
            typerules.check_held(FOUND, processed(payload, disclosable))
        assert caught.value.code == code


@pytest.mark.spec(DOCUMENT, "9", "a claim is disclosable only if it is a disclosure itself")
def test_a_hidden_ancestor_does_not_make_a_claim_disclosable():
    with pytest.raises(NotAllowed, match=r"type.sd"):
        typerules.check_held(FOUND, processed(PAYLOAD, {("c",), ("d", 0)}))
    inside = kind(claim("d", None, "e", sd="never"))
    typerules.check_held(inside, processed(PAYLOAD, {("d", 0)}))


@pytest.mark.spec(DOCUMENT, "9", "a verifier never fails for what was not disclosed")
@pytest.mark.parametrize("demand", [{"sd": "always"}, {"sd": "allowed"}, {}])
def test_what_was_not_disclosed_is_not_missing(demand):
    found = kind(claim("a", mandatory=True, **demand))
    typerules.check_shown(found, processed({"b": 1}))
    with pytest.raises(NotAllowed, match=r"type.mandatory"):
        typerules.check_held(found, processed({"b": 1}))


@pytest.mark.spec(DOCUMENT, "9", "a mandatory claim that is provably absent refuses the card")
def test_what_nobody_may_withhold_is_missing_for_a_verifier_too():
    top = kind(claim("a", mandatory=True, sd="never"))
    inner = kind(claim("d", "a", mandatory=True, sd="never"))
    for found, payload in ((top, {"b": 1}), (inner, {"d": {}})):
        with pytest.raises(NotAllowed, match=r"type.mandatory"):
            typerules.check_shown(found, processed(payload))
    # What it would stand in was not disclosed: that proves nothing.
    typerules.check_shown(inner, processed({"b": 1}))
    typerules.check_shown(kind(claim("l", 3, mandatory=True, sd="never")), processed({"l": [1]}))


@pytest.mark.spec(DOCUMENT, "9", "a verifier refuses what stands open and should not, and the twin")
def test_a_verifier_sees_who_could_withhold_what():
    typerules.check_shown(FOUND, processed(PAYLOAD, HIDDEN))
    for disclosable in (set(), {("c",)}, HIDDEN | {("b",)}):
        with pytest.raises(NotAllowed, match=r"type.sd"):
            typerules.check_shown(FOUND, processed(PAYLOAD, disclosable))


@pytest.mark.spec(DOCUMENT, "5.6.1", "an index counts the elements as issued, also hidden ones")
def test_indices_are_those_of_the_issuer():
    whole = card({"visits": ["a", "b", "c"]})
    held = opened(whole)
    assert typerules.places(("visits", 2), held.payload, held.gaps) == (("visits", 2),)
    shown = opened(held.select([("visits", 0), ("visits", 2)]).compact)
    assert shown.payload["visits"] == ["a", "c"]
    assert typerules.places(("visits", 2), shown.payload, shown.gaps) == (("visits", 2),)
    assert typerules.places(("visits", 1), shown.payload, shown.gaps) == ()
    assert typerules.places(("visits", None), shown.payload, shown.gaps) == (
        ("visits", 0),
        ("visits", 2),
    )
    found = kind(claim("visits", None, sd="always"))
    typerules.check_shown(found, shown)
    typerules.check_held(found, held)


@pytest.mark.spec(DOCUMENT, "5.6.1", "nothing there is the empty set, another shape is an error")
def test_paths():
    payload = {"a": {"b": [{"c": 1}, {"c": 2}, {}]}, "n": None}
    places = typerules.places
    assert places(("a", "b", None, "c"), payload, {}) == (("a", "b", 0, "c"), ("a", "b", 1, "c"))
    assert places(("x", "y"), payload, {}) == ()
    assert places(("a", "b", 9), payload, {}) == ()
    assert places(("n",), payload, {}) == (("n",),)
    for path in (("a", None), ("a", 0), ("n", "x"), ("a", "b", "c")):
        with pytest.raises(NotAllowed, match=r"type.path_not"):
            places(path, payload, {})
    wide = {"a": [[1] * 100] * (MAX_SELECTED // 100 + 1)}
    with pytest.raises(NotAllowed, match=r"type.path_too_wide"):
        places(("a", None, None), wide, {})


def test_a_real_card_hides_each_part():
    found = kind(
        claim("address", sd="always"),
        claim("address", "postal_code", sd="always"),
        claim("municipality", sd="always", mandatory=True),
    )
    held = opened(card())
    typerules.check_held(found, held)
    typerules.check_shown(found, opened(held.select([("address", "postal_code")]).compact))
