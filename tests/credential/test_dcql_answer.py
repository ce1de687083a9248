"""The verifier's side: the query is run again on what arrived."""

import pytest

from credential import dcql
from credential.errors import NotAllowed

QUERY = dcql.parse(
    {
        "credentials": [
            {
                "id": "p",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["urn:p"]},
                "claims": [
                    {"id": "f", "path": ["family_name"]},
                    {"id": "g", "path": ["given_name"]},
                    {"id": "o", "path": ["age_over_18"], "values": [True]},
                ],
                "claim_sets": [["f", "g", "o"], ["f", "o"], ["g", "o"]],
            },
            {
                "id": "v",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["urn:v"]},
                "claims": [{"path": ["stays", None, "from"]}],
            },
        ],
        "credential_sets": [{"options": [["p"]]}, {"options": [["v"]], "required": False}],
    }
)
FULL = {"vct": "urn:p", "family_name": "a", "given_name": "b", "age_over_18": True}


def refused(query, presented):
    with pytest.raises(NotAllowed) as fault:
        dcql.check_answer(query, presented)
    return fault.value.code


def without(*names):
    return {name: value for name, value in FULL.items() if name not in names}


@pytest.mark.spec("OpenID4VP 1.0", "8.6", "one full claim set suffices")
@pytest.mark.parametrize("payload", [FULL, without("given_name"), without("family_name")])
def test_a_full_claim_set(payload):
    dcql.check_answer(QUERY, {"p": [("urn:p", payload)]})


@pytest.mark.spec("OpenID4VP 1.0", "8.6", "a requested claim that is missing")
def test_no_full_claim_set():
    assert refused(QUERY, {"p": [("urn:p", without("age_over_18"))]}) == "dcql.claims"
    assert refused(QUERY, {"p": [("urn:p", without("given_name", "family_name"))]}) == "dcql.claims"


@pytest.mark.spec("OpenID4VP 1.0", "6.4.1", "values are checked again by the verifier")
@pytest.mark.parametrize("value", [False, 1, "true", None])
def test_value_outside_the_query(value):
    assert refused(QUERY, {"p": [("urn:p", {**FULL, "age_over_18": value})]}) == "dcql.claims"


@pytest.mark.spec("OpenID4VP 1.0", "8.1", "an id we did not ask")
def test_unknown_query_id():
    assert refused(QUERY, {"p": [("urn:p", FULL)], "x": [("urn:p", FULL)]}) == "dcql.unknown_query"


@pytest.mark.spec("OpenID4VP 1.0", "8.1", "exactly one presentation without `multiple`")
def test_number_of_presentations():
    assert refused(QUERY, {"p": []}) == "dcql.number"
    assert refused(QUERY, {"p": [("urn:p", FULL)] * 2}) == "dcql.number"
    asked = {"id": "p", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:p"]}, "multiple": True}
    several = dcql.parse({"credentials": [asked]})
    dcql.check_answer(several, {"p": [("urn:p", FULL)] * 2})


@pytest.mark.spec("OpenID4VP 1.0", "6.1", "a card of another type")
def test_wrong_type():
    assert refused(QUERY, {"p": [("urn:v", FULL)]}) == "dcql.type"


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "a required set that is not answered")
def test_sets():
    stays = ("urn:v", {"stays": [{"from": 1}]})
    dcql.check_answer(QUERY, {"p": [("urn:p", FULL)], "v": [stays]})
    assert refused(QUERY, {"v": [stays]}) == "dcql.unsatisfied"
    assert refused(QUERY, {}) == "dcql.unsatisfied"


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "without sets every query must be answered")
def test_without_sets():
    plain = dcql.parse({"credentials": QUERY.raw["credentials"]})
    assert refused(plain, {"p": [("urn:p", FULL)]}) == "dcql.unsatisfied"


def test_only_optional_sets_and_no_answer():
    raw = {**QUERY.raw, "credential_sets": [{"options": [["v"]], "required": False}]}
    assert refused(dcql.parse(raw), {}) == "dcql.unsatisfied"


def test_what_was_not_asked_is_dropped():
    assert dcql.requested_paths(QUERY, "p") == (("family_name",), ("given_name",), ("age_over_18",))
    assert dcql.requested_paths(QUERY, "x") == ()
    assert dcql.is_requested(QUERY, "p", ("given_name",))
    assert not dcql.is_requested(QUERY, "p", ("birthdate",))
    assert dcql.is_requested(QUERY, "v", ("stays",))
    assert dcql.is_requested(QUERY, "v", ("stays", 3, "from"))
    assert not dcql.is_requested(QUERY, "v", ("stays", 3, "to"))
    assert not dcql.is_requested(QUERY, "x", ("given_name",))
