"""Registration certificates and lists of other projects, and ours against their schemas."""

import json
from dataclasses import replace

import jsonschema
import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7
from support import forge
from support.scheme import NOW, VOORBEELDWONEN, build, shared
from support.vectors import read_json, read_text

from credential import jose, registration, strictjson
from credential.errors import CredentialError, Malformed, NotTrusted
from credential.names import LISTS, TYP_REGISTRATION
from credential.trust import leaf as leaves
from credential.trust.shapes import check_list
from registrar import lote


@pytest.fixture(scope="module")
def schema():
    # The JWK schema it refers to is not part of what was published; ours hold certificates only.
    registry = Registry().with_resource("rfcs/rfc7517.json", DRAFT7.create_resource({}))
    return Draft7Validator(read_json("trust/lote-1960201-schema.json"), registry=registry)


@pytest.mark.interop
def test_a_registration_of_the_eu_verifier_library_is_read_and_its_signature_holds():
    token = read_text("trust/wrprc-eu-openid4vp-kt.jwt").strip()
    jws = jose.parse(token, typ=TYP_REGISTRATION)
    der = jws.x5c()[0]
    signer = leaves.read(leaves.load(der), der)
    payload = jose.verify(jws, signer.key).payload
    assert payload["sub"] == "LEIEU-987654321"


@pytest.mark.spec("HAIP 1.0", "x5c", "no self-signed leaf")
def test_its_self_signed_leaf_is_not_trusted():
    token = read_text("trust/wrprc-eu-openid4vp-kt.jwt").strip()
    with pytest.raises(NotTrusted, match=r"x5c.self_signed"):
        registration.verify_registration(
            token, shared().trust, now=NOW, leaf=shared().leaf(VOORBEELDWONEN)
        )


@pytest.mark.spec("RFC 8725", "3.1", "an empty signature is none")
def test_the_unsigned_one_is_refused():
    token = read_text("trust/wrprc-eu-openid4vp-kt-unsigned.jwt").strip()
    assert token.endswith(".")
    with pytest.raises(NotTrusted):
        jose.parse(token, typ=TYP_REGISTRATION)


@pytest.mark.spec("TS 119 475", "v1.1.1", "the superseded edition is malformed")
def test_the_superseded_edition_is_malformed():
    scheme = shared()
    old = read_json("trust/wrprc-v1.1.1-payload-example.json")
    compact = forge.registration_of(scheme, {**old, "iat": NOW, "exp": NOW + 1000})
    with pytest.raises(Malformed):
        registration.verify_registration(compact, scheme.trust, now=NOW, leaf=scheme.leaf())


@pytest.mark.interop
@pytest.mark.spec("TS 119 602", "JSON schema", "our lists pass the official schema")
@pytest.mark.parametrize("name", LISTS)
def test_our_lists_pass_the_official_schema(schema, name):
    jws = jose.parse(shared().read(f"lote/{name}.jwt").decode(), typ="jose", max_bytes=1 << 21)
    schema.validate(jws.dangerous_payload())


@pytest.mark.interop
def test_a_list_with_history_passes_the_official_schema(schema):
    scheme = build()
    issuing = scheme.parties["gemeente-westhove"].issuing
    scheme.parties["gemeente-westhove"] = _withdrawn(scheme.parties["gemeente-westhove"], issuing)
    made = lote.documents(scheme.authority, list(scheme.parties.values()), sequence=2, now=NOW)
    schema.validate(made["pub-eaa-providers"])
    assert "ServiceHistory" in json.dumps(made)


def _withdrawn(party, issuing):
    return replace(party, issuing=replace(issuing, withdrawn=NOW, withdrawal_reason="ceased"))


def test_our_reader_refuses_what_the_schema_refuses(schema):
    made = lote.documents(shared().authority, (), sequence=1, now=NOW)["wrpac-providers"]
    for edit in (
        lambda d: d["LoTE"].update(Extra=1),
        lambda d: d["LoTE"].update(TrustedEntitiesList=[]),
        lambda d: d["LoTE"]["ListAndSchemeInformation"].pop("NextUpdate"),
        lambda d: d["LoTE"]["ListAndSchemeInformation"].update(LoTESequenceNumber="1"),
    ):
        changed = strictjson.loads_object(strictjson.dumps(made))
        edit(changed)
        assert not schema.is_valid(changed)
        with pytest.raises(CredentialError):
            check_list(changed)


@pytest.mark.interop
@pytest.mark.spec("SD-JWT VC", "6.2", "our type metadata pass the conformance schema")
def test_our_types_pass_the_conformance_schema():
    validator = Draft202012Validator(read_json("oidf-schemas/type_metadata.json"))
    types = [path for path in shared().tree if path.startswith("types/")]
    assert len(types) == 10
    for path in types:
        validator.validate(json.loads(shared().read(path)))


@pytest.mark.interop
@pytest.mark.spec("OpenID4VP 1.0", "5.1", "our verifier_info passes the conformance schema")
def test_our_verifier_info_passes_the_conformance_schema():
    document = read_json("oidf-schemas/verifier_info.json")
    compact = shared().verifier().registrations["inschrijven"]
    sent = registration.to_verifier_info(compact)
    jsonschema.validate({"verifier_info": sent}, document)
