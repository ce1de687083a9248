"""The conformance suite's schema of DCQL: what it refuses we refuse, what it accepts we read."""

import copy

import pytest
from jsonschema import Draft7Validator
from support.vectors import files, read_json

from credential import dcql
from credential.errors import Malformed

DCQL = Draft7Validator(read_json("oidf-schemas/dcql_request.json"))
VERIFIER_INFO = Draft7Validator(read_json("oidf-schemas/verifier_info.json"))
EVALUATED = read_json("openid4vp/dcql_eval_cases.json")["cases"]

ASKED = {
    "credentials": [
        {
            "id": "persoon",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": ["https://regie.example/ns/kaart/persoonsgegevens/1"]},
            "claims": [
                {"id": "given", "path": ["given_name"]},
                {"id": "adult", "path": ["age_equal_or_over", "18"], "values": [True]},
            ],
            "claim_sets": [["given", "adult"], ["adult"]],
            "trusted_authorities": [{"type": "aki", "values": ["s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}],
        }
    ],
    "credential_sets": [{"options": [["persoon"]]}],
}


@pytest.mark.parametrize("path", files("oidf-schemas/*.json"))
def test_every_schema_is_a_schema(path):
    Draft7Validator.check_schema(read_json(path))


def test_the_schema_and_the_parser_accept_the_same_full_query():
    DCQL.validate(ASKED)
    assert dcql.parse(ASKED).credentials[0].id == "persoon"


@pytest.mark.parametrize("case", EVALUATED, ids=lambda case: case["name"].replace(" ", "-"))
def test_the_schema_agrees_with_the_parser(case):
    """Where they differ, it is by rules the schema does not state."""
    ours = _parses(case["query"])
    theirs = DCQL.is_valid(case["query"])
    if case["name"] == "unknown properties are ignored":
        # The suite checks what a verifier emits; a wallet must ignore what it does not know.
        assert (ours, theirs) == (True, False)
    elif case["name"] == "credential_sets option references unknown id":
        assert (ours, theirs) == (False, True)
    else:
        assert ours == theirs


def _without(*path):
    query = copy.deepcopy(ASKED)
    inner = query
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    return query


def _with(value, *path):
    query = copy.deepcopy(ASKED)
    inner = query
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return query


C = ("credentials", 0)
BROKEN = {
    "no credentials": _without("credentials"),
    "no id": _without(*C, "id"),
    "empty id": _with("", *C, "id"),
    "no format": _without(*C, "format"),
    "no meta": _without(*C, "meta"),
    "no vct_values": _with({}, *C, "meta"),
    "empty vct_values": _with({"vct_values": []}, *C, "meta"),
    "number as vct": _with({"vct_values": [1]}, *C, "meta"),
    "multiple not boolean": _with(1, *C, "multiple"),
    "binding not boolean": _with("no", *C, "require_cryptographic_holder_binding"),
    "no path": _without(*C, "claims", 0, "path"),
    "path of a fraction": _with([1.5], *C, "claims", 0, "path"),
    "empty values": _with([], *C, "claims", 0, "values"),
    "null value": _with([None], *C, "claims", 0, "values"),
    "fraction as value": _with([1.5], *C, "claims", 0, "values"),
    "empty claim_sets": _with([], *C, "claim_sets"),
    "empty claim set": _with([[]], *C, "claim_sets"),
    "claims missing": _without(*C, "claims"),
    "claim id missing": _without(*C, "claims", 0, "id"),
    "empty authorities": _with([], *C, "trusted_authorities"),
    "authority without type": _without(*C, "trusted_authorities", 0, "type"),
    "authority without values": _without(*C, "trusted_authorities", 0, "values"),
    "authority of no values": _with([], *C, "trusted_authorities", 0, "values"),
    "empty credential_sets": _with([], "credential_sets"),
    "no options": _without("credential_sets", 0, "options"),
    "empty option": _with([[]], "credential_sets", 0, "options"),
    "required not boolean": _with("yes", "credential_sets", 0, "required"),
}


@pytest.mark.spec("OpenID4VP 1.0", "6", "structural faults")
@pytest.mark.parametrize("name", BROKEN)
def test_both_refuse(name):
    assert not DCQL.is_valid(BROKEN[name])
    assert not _parses(BROKEN[name])


def test_verifier_info_as_we_emit_it():
    VERIFIER_INFO.validate({"verifier_info": [{"format": "registration_cert", "data": "x.y.z"}]})
    assert not VERIFIER_INFO.is_valid({"verifier_info": []})


def _parses(query):
    try:
        dcql.parse(query)
    except Malformed:
        return False
    return True
