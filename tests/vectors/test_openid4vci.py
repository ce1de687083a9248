"""OpenID4VCI: the signed examples verify, and every message can be read strictly."""

import json
import re

import pytest
from cryptography import x509
from support.vectors import files, read_bytes, read_json, read_text

from credential import jose, sdjwt, strictjson
from credential.errors import Malformed, NotTrusted
from credential.names import TYP_CARD, TYP_ISSUER_METADATA, TYP_PROOF, TYP_WALLET_ATTESTATION
from credential.trust import ChainCache, validate_chain


def leaf_key(jws):
    return x509.load_der_x509_certificate(jws.x5c()[0]).public_key()


def unwrapped(text):
    return re.sub(r"\s+", "", text)


@pytest.mark.spec("OpenID4VCI 1.0", "F.1", "a key proof verifies under the key it carries")
def test_key_proof():
    example = read_json("openid4vci/key_proof_jwt.json")
    parsed = jose.parse(example["compact"], typ=TYP_PROOF)
    verified = jose.verify(parsed, parsed.jwk())
    assert (verified.header, verified.payload) == (example["header"], example["payload"])


@pytest.mark.spec(
    "OpenID4VCI 1.0", "12.2.3", "signed metadata and wallet attestation verify under their leaf"
)
@pytest.mark.spec("HAIP 1.0", "4.5.1", "a leaf that signed itself is refused all the same")
@pytest.mark.parametrize(
    ("path", "wrapped", "typ"),
    [
        ("openid4vci/signed_issuer_metadata.json", "openid4vci/examples/credential_issuer_metadata_sd_jwt_jwt.txt", TYP_ISSUER_METADATA),
        ("openid4vci/wallet_attestation.json", "openid4vci/examples/wallet_attestation.jwt.txt", TYP_WALLET_ATTESTATION),
    ],
)  # fmt: skip
def test_signed_documents(path, wrapped, typ):
    example = read_json(path)
    assert unwrapped(read_text(wrapped)) == example["compact"]
    parsed = jose.parse(example["compact"], typ=typ)
    verified = jose.verify(parsed, leaf_key(parsed))
    assert (verified.header, verified.payload) == (example["header"], example["payload"])
    for anchors in ((), parsed.x5c()):
        with pytest.raises(NotTrusted):
            validate_chain(parsed.x5c(), anchors, now=1_767_225_600, cache=ChainCache())


@pytest.mark.parametrize(
    "path",
    [path for path in files("openid4vci/examples/*.json") if not path.endswith("issuer_jwks.json")],
)
def test_messages_are_strict_json(path):
    assert strictjson.loads(read_bytes(path)) == json.loads(read_text(path))


def test_a_line_break_inside_a_string_is_no_json():
    with pytest.raises(Malformed, match=r"json.syntax"):
        strictjson.loads(read_bytes("openid4vci/examples/issuer_jwks.json"))


@pytest.mark.spec("OpenID4VCI 1.0", "8.3", "a credential response carries the card as it was made")
def test_a_credential_response():
    text = read_text("openid4vci/examples/credential_response_sd_jwt_vc.txt")
    body = json.loads(re.sub(r"\n +(?=[^ \]}\"])", "", text[text.index("{") :]))
    (found,) = body["credentials"]
    processed = sdjwt.process(sdjwt.parse(unwrapped(found["credential"]), typ=TYP_CARD))
    assert processed.dangerous_payload["vct"].startswith("https://")
    assert processed.disclosures


def test_an_offer_in_an_http_answer():
    text = read_text("openid4vci/examples/credential_offer_authz_code.txt")
    head, body = text.split("\n\n", 1)
    assert "application/json" in head
    assert strictjson.loads_object(body)["credential_configuration_ids"] == [
        "UniversityDegreeCredential"
    ]
