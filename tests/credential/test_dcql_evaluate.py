"""The wallet's side: candidates, claim sets, values, combinations, and what is lacking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credential import dcql
from credential.dcql import Lack

VCT = "https://regie.example/ns/kaart/persoonsgegevens/1"
PERSON = {
    "vct": VCT,
    "given_name": "Sanne",
    "family_name": "de Vries",
    "age_over_18": True,
    "nationalities": ["NL", "DE"],
}


def card(ref="a", *, vct=VCT, payload=None, **members):
    members = {"format": "dc+sd-jwt", "bound": True, "expired": False, **members}
    return dcql.Candidate(
        ref=ref, vct=vct, payload=PERSON if payload is None else payload, **members
    )


def ask(claims=None, sets=None, **members):
    asked = {"id": "q", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}, **members}
    if claims is not None:
        asked["claims"] = claims
    if sets is not None:
        asked["claim_sets"] = sets
    return dcql.parse({"credentials": [asked]})


def lacking(query, *cards):
    found = dcql.evaluate(query, cards)
    assert not found.satisfiable
    assert found.answers == {}
    (missing,) = found.missing
    return missing


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "without claims nothing is disclosed")
def test_no_claims():
    found = dcql.evaluate(ask(), [card()])
    assert found.answers["q"][0].alternatives == (dcql.ClaimSelection((), None),)


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "every claim set that can be delivered, in order")
def test_claim_sets_in_the_verifiers_order():
    claims = [
        {"id": "f", "path": ["family_name"]},
        {"id": "g", "path": ["given_name"]},
        {"id": "x", "path": ["birthdate"]},
    ]
    found = dcql.evaluate(ask(claims, [["x"], ["g", "f"], ["f"]]), [card()])
    assert found.answers["q"][0].alternatives == (
        dcql.ClaimSelection((("given_name",), ("family_name",)), 1),
        dcql.ClaimSelection((("family_name",),), 2),
    )


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "a person without a given name can still answer")
def test_a_missing_name_falls_through_to_the_next_set():
    claims = [{"id": "f", "path": ["family_name"]}, {"id": "g", "path": ["given_name"]}]
    nameless = {name: value for name, value in PERSON.items() if name != "given_name"}
    found = dcql.evaluate(ask(claims, [["f", "g"], ["f"]]), [card(payload=nameless)])
    assert [one.set_index for one in found.answers["q"][0].alternatives] == [1]


@pytest.mark.spec("OpenID4VP 1.0", "6.3", "a claim listed twice is disclosed once")
def test_repeated_claims():
    claims = [{"path": ["given_name"]}, {"path": ["given_name"]}]
    assert dcql.evaluate(ask(claims), [card()]).answers["q"][0].alternatives[0].paths == (
        ("given_name",),
    )


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "with a wildcard only matching elements are disclosed")
def test_values_with_a_wildcard():
    claims = [{"path": ["nationalities", None], "values": ["DE", "BE"]}]
    assert dcql.evaluate(ask(claims), [card()]).answers["q"][0].alternatives[0].paths == (
        ("nationalities", 1),
    )
    claims[0]["values"] = ["BE"]
    assert lacking(ask(claims), card()).lack is Lack.CLAIM


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "value and type both match exactly")
@pytest.mark.parametrize(
    ("value", "accepted", "matches"),
    [
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        (1, 1, True),
        (1.0, 1, False),
        (0, False, False),
        ("1", 1, False),
        ("a", "a", True),
        ("a", "A", False),
        (None, "null", False),
        ({"a": 1}, "a", False),
        (["a"], "a", False),
    ],
)
def test_values_match_by_type_and_value(value, accepted, matches):
    query = ask([{"path": ["c"], "values": [accepted]}])
    found = dcql.evaluate(query, [card(payload={"vct": VCT, "c": value})])
    assert found.satisfiable is matches


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "type by vct or aka_vcts, format exactly")
def test_type_and_format():
    also = card(vct="urn:other", payload={"vct": "urn:other", "aka_vcts": [VCT]})
    assert dcql.evaluate(ask(), [also]).satisfiable
    assert lacking(ask(), card(vct="urn:other")).lack is Lack.NO_CARD
    assert lacking(ask(), card(format="mso_mdoc")).lack is Lack.NO_CARD
    odd = card(vct="urn:other", payload={"aka_vcts": {VCT: 1}})
    assert lacking(ask(), odd).lack is Lack.NO_CARD


@pytest.mark.spec("OpenID4VP 1.0", "6.1", "holder binding is required unless said otherwise")
def test_holder_binding():
    assert lacking(ask(), card(bound=False)).lack is Lack.UNBOUND
    free = ask(require_cryptographic_holder_binding=False)
    assert dcql.evaluate(free, [card(bound=False)]).satisfiable


def test_an_expired_card_answers_nothing():
    assert lacking(ask(), card(expired=True)).lack is Lack.EXPIRED


@pytest.mark.spec("OpenID4VP 1.0", "6.1.1", "an authority we cannot check counts as not matched")
def test_trusted_authorities():
    other = ask(trusted_authorities=[{"type": "etsi_tl", "values": ["https://l"]}])
    assert lacking(other, card()).lack is Lack.AUTHORITY
    either = ask(
        trusted_authorities=[
            {"type": "etsi_tl", "values": ["https://l"]},
            {"type": "aki", "values": ["key"]},
        ]
    )
    assert dcql.evaluate(either, [card(authority_key_ids=frozenset({"key"}))]).satisfiable


def test_what_lacks_is_that_of_the_best_card():
    query = ask([{"path": ["given_name"]}, {"path": ["birthdate"]}])
    missing = lacking(query, card(vct="urn:other"), card(bound=False), card(), card(expired=True))
    assert missing == dcql.Missing("q", Lack.CLAIM, ("birthdate",))


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "without sets every query must be answered")
def test_all_or_nothing():
    query = dcql.parse(
        {
            "credentials": [
                {"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": [VCT]}},
                {"id": "b", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:none"]}},
            ]
        }
    )
    found = dcql.evaluate(query, [card()])
    assert found.choices == ()
    assert set(found.answers) == {"a"}
    assert not found.satisfiable


def sets_of(*sets, have):
    ids = sorted({name for one in sets for option in one["options"] for name in option})
    query = dcql.parse(
        {
            "credentials": [
                {"id": name, "format": "dc+sd-jwt", "meta": {"vct_values": [name]}} for name in ids
            ],
            "credential_sets": [*sets],
        }
    )
    return [set(one) for one in dcql.evaluate(query, [card(n, vct=n) for n in have]).choices]


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "options in the verifier's order; the person chooses")
def test_options():
    either = {"options": [["a"], ["b", "c"]]}
    assert sets_of(either, have="abc") == [{"a"}, {"b", "c"}]
    assert sets_of(either, have="bc") == [{"b", "c"}]
    assert sets_of(either, have="b") == []


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "an optional set may be left out, and is by default")
def test_optional_sets():
    must, may = {"options": [["a"]]}, {"options": [["b"], ["c"]], "required": False}
    assert sets_of(must, may, have="abc") == [{"a"}, {"a", "b"}, {"a", "c"}]
    assert sets_of(must, may, have="a") == [{"a"}]
    assert sets_of(may, must, have="b") == []


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "nothing to return is no answer")
def test_only_optional_sets():
    may = {"options": [["b"]], "required": False}
    assert sets_of(may, have="a") == []
    assert sets_of(may, have="b") == [{"b"}]


def test_the_same_combination_is_offered_once():
    assert sets_of({"options": [["a"]]}, {"options": [["a"]], "required": False}, have="a") == [
        {"a"}
    ]


@given(
    st.lists(
        st.tuples(
            st.lists(st.sets(st.sampled_from("abcd"), min_size=1), min_size=1, max_size=3),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sets(st.sampled_from("abcd")),
)
def test_every_choice_answers_the_whole_query(sets, have):
    sets = [{"options": [sorted(o) for o in options], "required": r} for options, r in sets]
    choices = sets_of(*sets, have=have)
    for choice in choices:
        assert choice
        assert choice <= have
        for one in sets:
            assert not one["required"] or any(set(o) <= choice for o in one["options"])
    possible = all(not s["required"] or any(set(o) <= have for o in s["options"]) for s in sets)
    some = any(set(o) <= have for s in sets for o in s["options"])
    assert bool(choices) == (possible and some)


def test_no_values_in_any_repr():
    found = dcql.evaluate(ask([{"path": ["given_name"]}]), [card()])
    assert "Sanne" not in repr((found, card()))
