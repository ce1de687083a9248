"""OpenID4VP vectors: DCQL queries, path pointers, evaluation cases, the encrypted response."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from support.vectors import files, read_bytes, read_json, read_text

from credential import base64url, dcql, jose, jwe, strictjson
from credential.errors import Malformed, NotAllowed

POINTERS = read_json("openid4vp/claims_path_pointer.json")
CASES = read_json("openid4vp/dcql_eval_cases.json")


@pytest.mark.spec("OpenID4VP 1.0", "7.3", "the worked examples of path pointers")
@pytest.mark.parametrize("case", POINTERS["cases"], ids=lambda case: str(case["path"]))
def test_claims_path_pointer(case):
    path = dcql.parse_path(case["path"])
    selected = dcql.select(path, POINTERS["credential"])
    assert [value for _, value in selected] == case["selected"]
    assert dcql.resolve(path, POINTERS["credential"]) == tuple(at for at, _ in selected)


def _candidates():
    return [
        dcql.Candidate(
            ref=name,
            format=card["format"],
            vct=card["payload"]["vct"],
            payload=card["payload"],
            bound="cnf" in card["payload"],
            expired=False,
            authority_key_ids=frozenset(card.get("aki", ())),
        )
        for name, card in CASES["wallet"].items()
    ]


def test_all_35_cases_are_here():
    assert len(CASES["cases"]) == 35


@pytest.mark.spec("OpenID4VP 1.0", "6.4", "evaluation of a query")
@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"].replace(" ", "-"))
def test_evaluation_case(case):
    expect = case["expect"]
    if expect["result"] == "invalid_request":
        with pytest.raises(Malformed):
            dcql.parse(case["query"])
        return
    query = dcql.parse(case["query"])
    found = dcql.evaluate(query, _candidates())
    if expect["result"] == "access_denied":
        assert not found.satisfiable
        assert found.choices == ()
        assert found.missing
        return
    assert found.satisfiable
    answered = found.choices[0]
    assert {
        query_id: [
            {"credential": answer.ref, "disclose": [list(p) for p in answer.alternatives[0].paths]}
            for answer in found.answers[query_id]
        ]
        for query_id in answered
    } == expect["candidates"]
    limits = {one.id: None if one.multiple else 1 for one in query.credentials}
    assert {query_id: limits[query_id] for query_id in answered} == expect["max_presentations"]


@pytest.mark.spec("OpenID4VP 1.0", "6", "every example query parses and keeps what was sent")
@pytest.mark.parametrize("path", files("openid4vp/examples/query_lang/*.json"))
def test_example_query(path):
    value = read_json(path)
    query = dcql.parse(value)
    assert query.raw == value
    assert [one.id for one in query.credentials] == [one["id"] for one in value["credentials"]]


@pytest.mark.parametrize("path", files("openid4vp/examples/request/dcql_*.json"))
def test_example_query_of_a_foreign_format_parses_and_matches_nothing(path):
    value = read_json(path)
    query = dcql.parse(value.get("dcql_query", value))
    assert query.credentials[0].vct_values == ()
    assert not dcql.evaluate(query, _candidates()).satisfiable


@pytest.mark.spec("OpenID4VP 1.0", "6.4.2", "the preferred option first, optional sets left out")
def test_example_of_alternative_credentials():
    query = dcql.parse(read_json("openid4vp/examples/query_lang/credentials_alternatives.json"))
    cards = [
        _card(
            "https://cred.example/residence_credential", postal_code="1", locality="a", region="b"
        ),
        _card("https://company.example/company_rewards", rewards_number="7"),
        _card(
            "https://credentials.example.com/reduced_identity_credential",
            family_name="x",
            given_name="y",
        ),
        _card(
            "https://othercredentials.example/pid",
            given_name="y",
            family_name="x",
            address={"street_address": "z"},
        ),
    ]
    found = dcql.evaluate(query, cards)
    reduced = frozenset({"pid_reduced_cred_1", "pid_reduced_cred_2"})
    assert found.choices == (
        frozenset({"other_pid"}),
        frozenset({"other_pid", "nice_to_have"}),
        reduced,
        reduced | {"nice_to_have"},
    )
    assert [one.query_id for one in found.missing] == ["pid"]


def _card(vct, **claims):
    return dcql.Candidate(vct, "dc+sd-jwt", vct, {"vct": vct, **claims}, bound=True, expired=False)


@pytest.mark.spec("OpenID4VP 1.0", "8.3", "the example response decrypts")
def test_encrypted_response():
    example = read_json("openid4vp/encrypted_response_ecdh_es_a128gcm.json")
    key = _private(example["recipient_private_jwk"])
    offered = (
        example["request"]["encrypted_response_enc_values_supported"]
        if ("encrypted_response_enc_values_supported" in example["request"])
        else example["request"]["client_metadata"]["encrypted_response_enc_values_supported"]
    )
    token = example["jwe_compact"]
    assert jwe.peek_kid(token) == "ac"
    plain = jwe.decrypt(token, key=key, kid="ac", enc_allowed=offered)
    assert strictjson.loads(plain) == example["plaintext"]
    epk = jose.key_from_jwk(example["jwe_header"]["epk"])
    shared = key.exchange(ec.ECDH(), epk)
    assert jwe.derive(shared, "A128GCM").hex() == example["derived_cek_hex"]
    with pytest.raises(NotAllowed, match=r"jwe\.enc"):
        jwe.decrypt(token, key=key, kid="ac", enc_allowed=("A256GCM",))


def _private(jwk):
    number = int.from_bytes(base64url.decode(jwk["d"]), "big")
    return ec.derive_private_key(number, ec.SECP256R1())


@pytest.mark.spec("OpenID4VP 1.0", "8.1", "the query the credential examples answer")
def test_example_credential_answers_the_simple_query():
    payload = read_json("openid4vp/examples/credentials/sd_jwt_vc.json")
    vct = payload["vct"]
    query = dcql.parse(
        {
            "credentials": [
                {
                    "id": "c",
                    "format": "dc+sd-jwt",
                    "meta": {"vct_values": [vct]},
                    "claims": [{"path": ["iss"]}],
                }
            ]
        }
    )
    dcql.check_answer(query, {"c": [(vct, payload)]})


@pytest.mark.parametrize("path", files("openid4vp/examples/client_metadata/*.json"))
def test_client_metadata_is_strict_json(path):
    assert strictjson.loads_object(read_bytes(path)) == json.loads(read_text(path))
