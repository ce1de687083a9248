"""PKCE, DPoP and client attestation: the small vectors of RFC 7636, RFC 9449 and its kin."""

import pytest
from support.vectors import read_json

from credential import base64url, jose
from credential.errors import NotTrusted
from credential.names import TYP_DPOP, TYP_WALLET_ATTESTATION, TYP_WALLET_ATTESTATION_POP

VECTORS = read_json("jose-oauth/vectors.json")
DPOP = VECTORS["dpop_rfc9449"]
ATTESTATION = read_json("attestation-based-client-auth/examples.json")


@pytest.mark.spec("RFC 7636", "B", "the S256 challenge is the hash of the verifier")
def test_pkce():
    example = VECTORS["pkce_rfc7636_appendix_b"]
    assert example["method"] == "S256"
    assert base64url.sha256(example["code_verifier"]) == example["code_challenge"]


@pytest.mark.spec("RFC 9449", "4.2", "the proofs verify under the key they carry")
@pytest.mark.parametrize("number", range(3))
def test_dpop_proofs(number):
    proof = DPOP["proofs"][number]
    parsed = jose.parse(proof["compact"], typ=TYP_DPOP)
    verified = jose.verify(parsed, parsed.jwk())
    assert (verified.header, verified.payload) == (proof["header"], proof["payload"])
    if "ath" in verified.payload:
        assert verified.payload["ath"] == base64url.sha256(DPOP["access_token"]) == DPOP["ath"]


@pytest.mark.spec("RFC 9449", "6.1", "a token is bound by the thumbprint of the key")
def test_dpop_thumbprint():
    assert jose.thumbprint(DPOP["jwk"]) == DPOP["jkt"]
    assert jose.thumbprint(jose.key_from_jwk(DPOP["jwk"])) == DPOP["jkt"]


@pytest.mark.spec(
    "Attestation-Based Client Authentication",
    "5.2",
    "the proof of possession verifies under the attested key",
)
def test_client_attestation():
    attestation, proof = ATTESTATION["client_attestation"], ATTESTATION["client_attestation_pop"]
    parsed = jose.parse(attestation["compact"], typ=TYP_WALLET_ATTESTATION)
    assert parsed.header == attestation["header"]
    # The attester's key is not published: nothing may be believed but that the shape is right.
    payload = parsed.dangerous_payload()
    assert payload == attestation["payload"]
    key = jose.key_from_jwk(payload["cnf"]["jwk"])
    pop = jose.verify(jose.parse(proof["compact"], typ=TYP_WALLET_ATTESTATION_POP), key)
    assert pop.payload == proof["payload"]
    with pytest.raises(NotTrusted, match=r"jose.typ"):
        jose.parse(proof["compact"], typ=TYP_WALLET_ATTESTATION)
    with pytest.raises(NotTrusted, match=r"jose.signature"):
        jose.verify(parsed, key)
