"""SD-JWT VC: the identity and PID examples, type metadata and claim paths."""

import json

import pytest
from support.cards import counter
from support.keys import test_key, test_signer
from support.sdtags import load, plain
from support.vectors import files, read_json, read_text, read_yaml

from credential import base64url, dcql, jose, rendering, sdjwt, typemetadata
from credential.errors import NotTrusted
from credential.names import TYP_CARD

EXAMPLES = ["sd-jwt-vc/rendered/identity_credential.json", "sd-jwt-vc/rendered/pid_aendgard.json"]
assert files("sd-jwt-vc/rendered/[ip]*.json") == EXAMPLES


@pytest.mark.spec("SD-JWT VC", "2.3", "the worked examples, as issued")
@pytest.mark.parametrize("path", EXAMPLES)
def test_issued(path):
    example = read_json(path)
    issued = example["issued"]
    key = jose.key_from_jwk(example["issuer_public_key"])
    found = sdjwt.verify(sdjwt.parse(issued["compact"], typ=TYP_CARD), key)
    assert found.header == issued["issuer_jwt_header"]
    assert found.payload == issued["processed_payload"]
    assert [part.digest for part in found.disclosures] == [
        one["digest"] for one in issued["disclosures"]
    ]
    assert example["unsecured_payload"].items() <= found.payload.items()


@pytest.mark.spec("SD-JWT VC", "3", "the worked examples, as presented with a key binding")
@pytest.mark.parametrize("path", EXAMPLES)
def test_presented(path):
    example = read_json(path)
    presented = example["presentation_with_kb"]
    key = jose.key_from_jwk(example["issuer_public_key"])
    unverified = sdjwt.parse(presented["compact"], typ=TYP_CARD)
    found = sdjwt.verify(unverified, key)
    assert found.payload == presented["processed_payload"]
    holder = jose.key_from_jwk(found.payload["cnf"]["jwk"])
    kb = jose.verify(jose.parse(unverified.kb_jwt, typ="kb+jwt"), holder)
    assert kb.payload == presented["kb_jwt_payload"]
    assert kb.payload["sd_hash"] == base64url.sha256(unverified.presented)


@pytest.mark.parametrize("path", files("sd-jwt-vc/inputs/*/specification.yml"))
def test_inputs(path):
    settings = read_yaml("sd-jwt-vc/inputs/settings.yml")
    published = jose.key_from_jwk(
        {
            name: value
            for name, value in settings["key_settings"]["issuer_key"].items()
            if name != "d"
        }
    )
    case = load(read_text(path))
    payload = case["user_claims"] | {"iat": settings["iat"], "exp": settings["exp"]}
    compact = sdjwt.issue(
        payload, signer=test_signer("issuer"), x5c=[b"-"], typ=TYP_CARD, entropy=counter()
    )
    unverified = sdjwt.parse(compact, typ=TYP_CARD)
    assert sdjwt.verify(unverified, test_key("issuer").public_key()).payload == plain(payload)
    with pytest.raises(NotTrusted, match=r"jose.signature"):
        sdjwt.verify(unverified, published)


@pytest.mark.spec("SD-JWT VC", "5.6.1", "the claim paths of the worked example")
@pytest.mark.parametrize(
    ("path", "places"),
    [
        (["name"], [("name",)]),
        (["address"], [("address",)]),
        (["address", "street_address"], [("address", "street_address")]),
        (["degrees", None, "type"], [("degrees", 0, "type"), ("degrees", 1, "type")]),
        (["nationalities", 1], [("nationalities", 1)]),
        (["absent"], []),
    ],
)
def test_claim_paths(path, places):
    card = read_json("sd-jwt-vc/rendered/claim_path_credential.json")
    assert list(dcql.resolve_or_empty(dcql.parse_path(path), card)) == places


@pytest.mark.spec("SD-JWT VC", "5.6.5", "a type that extends another: claims merge by path")
def test_extends():
    example = read_json("sd-jwt-vc/rendered/type_metadata_extends.json")
    documents = {
        one["vct"]: json.dumps(one).encode() for one in (example["base"], example["child"])
    }
    found = typemetadata.resolve(example["child"]["vct"], documents.__getitem__)
    expected = {
        tuple(one["path"]): one["display"][0]["label"]
        for one in example["effective_child"]["claims"]
    }
    assert {claim.path: claim.label("en") for claim in found.claims} == expected


@pytest.mark.spec("SD-JWT VC", "A.2", "the type metadata of the worked example")
def test_type_metadata():
    example = read_json("sd-jwt-vc/rendered/type_metadata_education.json")
    document = example["type_metadata"]
    found = typemetadata.parse(json.dumps(document).encode())
    assert found.vct == document["vct"] == example["credential_payload_excerpt"]["vct"]
    assert [list(claim.path) for claim in found.claims] == [
        one["path"] for one in document["claims"]
    ]
    assert found.extends == document["extends"]
    # The document those digests belong to is not published, so this one is not it.
    with pytest.raises(NotTrusted, match=r"type.integrity"):
        rendering.check_integrity(
            json.dumps(document).encode(), example["credential_payload_excerpt"]["vct#integrity"]
        )
