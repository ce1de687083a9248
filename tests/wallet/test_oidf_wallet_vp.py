"""The modules of the OpenID Foundation's plan `oid4vp-1final-wallet-haip-test-plan`, one test each.

A test has the name of its module, without `oid4vp-1final-wallet-`; the suite plays the verifier
with a certificate of its own (`x509_hash`, signed request by reference, `direct_post.jwt`).
"""

import base64
import dataclasses
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from support.keys import test_signer
from support.strangers import Stranger
from support.wallet_world import World

from credential import base64url, sdjwt
from credential.names import TYP_CARD, vct_of
from wallet.caution import Warn
from wallet.errors import WalletError
from wallet.service import share
from wallet.sharing import Acknowledged

VP = "OpenID4VP 1.0"
PREFIX = "oid4vp-1final-wallet-"
FAMILY = {
    "credentials": [
        {
            "id": "pid",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [vct_of("persoonsgegevens")]},
            "claims": [{"path": ["given_name"]}, {"path": ["family_name"]}],
        }
    ]
}


def module(name: str, section: str) -> Any:
    return pytest.mark.spec(VP, section, PREFIX + name)


@pytest.fixture
def suite(town: World, tmp_path: Path) -> World:
    """The suite as a verifier: of no scheme of ours, under an anchor the resident chose."""
    made = Stranger(town.now)
    place = str(made.write(tmp_path / "suite.pem"))
    town.wallet.save_config(dataclasses.replace(town.wallet.config, foreign_anchors=place))
    town.wallet._foreign = None
    simulator = town.verifier
    simulator.signer, simulator.header = made.signer, lambda _: made.header
    simulator.query = FAMILY
    simulator._answer = lambda _message: {  # type: ignore[method-assign]
        "redirect_uri": f"{simulator.base}/done#{'c' * 43}"
    }
    sends(town, {"client_id": made.client_id})
    town.client_id = made.client_id  # type: ignore[attr-defined]
    return town


def sends(town: World, changes: dict[str, Any], without: tuple[str, ...] = ()) -> None:
    """What the suite puts into its request object, after what it put there before."""
    before = town.verifier.claims
    skipped = {"verifier_info", *without}

    def claims(asked: dict) -> dict:
        found = {**before(asked), **changes}
        return {name: value for name, value in found.items() if name not in skipped}

    town.verifier.claims = claims


def link(town: World, **more: str) -> str:
    return town.verifier.link_for(town.client_id, **more)  # type: ignore[attr-defined]


def presents(town: World, at: str | None = None) -> dict[str, Any]:
    """The presentation the suite received, and that the wallet opens its address after it."""
    done = town.share(town.receive(at or link(town)))
    assert isinstance(done.settlement, Acknowledged)
    assert done.redirect_uri == f"{town.verifier.base}/done#{'c' * 43}"
    [message] = town.verifier.received
    return dict(message)


def disclosed(presentation: str) -> set[str]:
    payload = sdjwt.process(sdjwt.parse(presentation, typ=TYP_CARD)).dangerous_payload
    return {*payload} - {"vct", "iat", "nbf", "exp", "cnf", "status", "iss"}


def rejects(town: World, told: str | None, at: str | None = None) -> str:
    """No presentation leaves; what the suite hears is one error, or nothing."""
    with pytest.raises(WalletError) as caught:
        town.receive(at or link(town))
    assert town.verifier.received == []
    assert [one["error"] for one in town.verifier.errors] == ([] if told is None else [told])
    return str(caught.value.params["rule"])


@module("happy-flow", "8.2")
def test_happy_flow(suite: World) -> None:
    sends(suite, {}, without=("state",))
    message = presents(suite)
    assert set(message) == {"vp_token"}
    [pid] = message["vp_token"]["pid"]
    assert disclosed(pid) == {"given_name", "family_name"}


@module("alternate-happy-flow", "8.2")
def test_alternate_happy_flow(suite: World) -> None:
    """Long nonce and state, an unknown parameter, a key that does not say what it is for."""
    key = {name: value for name, value in suite.verifier.jwk().items() if name != "use"}
    metadata = {
        "jwks": {"keys": [key]},
        "encrypted_response_enc_values_supported": ["A128GCM", "A256GCM"],
    }
    changes = {"nonce": "n" * 32, "state": "s" * 64, "client_metadata": metadata, "random": "x1"}
    sends(suite, changes)
    assert presents(suite, link(suite, random="x2"))["state"] == "s" * 64


@module("request-uri-method-post", "5.10")
def test_request_uri_method_post(suite: World) -> None:
    presents(suite, link(suite, request_uri_method="post"))
    [fetched] = suite.network.posts("/request")
    assert fetched.content_type == "application/x-www-form-urlencoded"
    assert fetched.accept == "application/oauth-authz-req+jwt"
    form = parse_qs(fetched.body.decode(), strict_parsing=True)
    assert len(base64url.decode(form["wallet_nonce"][0])) >= 16
    metadata = json.loads(form["wallet_metadata"][0])
    assert metadata["vp_formats_supported"]["dc+sd-jwt"]["kb-jwt_alg_values"] == ["ES256"]
    assert metadata["client_id_prefixes_supported"] == ["x509_hash", "x509_san_dns"]
    # Nothing that tells one wallet from another (OpenID4VP 1.0, 15.5).
    assert "jwks" not in metadata


@module("ignores-unusable-encryption-key", "8.3")
def test_ignores_unusable_encryption_key(suite: World) -> None:
    unusable = [
        {"kty": "AKP", "alg": "ML-KEM-768", "kid": "pq", "use": "enc", "pub": "AAAA"},
        {"kty": "made-up", "kid": "m", "alg": "ECDH-ES", "x": 7, "deep": {"a": [1]}},
        {"kty": "EC", "crv": "P-256", "kid": "off", "alg": "ECDH-ES", "x": "AAAA", "y": "AAAA"},
        {"kty": "EC", "crv": "P-384", "kid": "p384", "alg": "ECDH-ES", "x": "AA", "y": "AA"},
        {**suite.verifier.jwk(), "kid": "leaked", "d": "AAAA"},
        {**suite.verifier.jwk(), "kid": "sig", "use": "sig"},
        {"kty": "EC"},
        {},
    ]
    metadata = {
        "jwks": {"keys": [*unusable, suite.verifier.jwk()]},
        "encrypted_response_enc_values_supported": ["A128GCM"],
    }
    sends(suite, {"client_metadata": metadata})
    presents(suite)
    [posted] = suite.network.posts("/response")
    token = parse_qs(posted.body.decode())["response"][0]
    part = token.partition(".")[0]
    header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert (header["kid"], header["enc"], header["alg"]) == ("k1", "A128GCM", "ECDH-ES")


@module("fewer-claims-than-available", "6.4.1")
def test_fewer_claims_than_available(suite: World) -> None:
    suite.verifier.query = json.loads(json.dumps(FAMILY))
    suite.verifier.query["credentials"][0]["claims"].pop()
    [pid] = presents(suite)["vp_token"]["pid"]
    assert disclosed(pid) == {"given_name"}


@module("optional-credential-set", "6.4.2")
def test_optional_credential_set(suite: World) -> None:
    missing = {**FAMILY["credentials"][0], "id": "none", "meta": {"vct_values": ["urn:none:1"]}}
    suite.verifier.query = {
        "credentials": [*FAMILY["credentials"], missing],
        "credential_sets": [{"options": [["pid"]]}, {"options": [["none"]], "required": False}],
    }
    assert set(presents(suite)["vp_token"]) == {"pid"}


@module("no-claims-in-dcql-query", "6.4.1")
def test_no_claims_in_dcql_query(suite: World) -> None:
    one = {name: value for name, value in FAMILY["credentials"][0].items() if name != "claims"}
    suite.verifier.query = {"credentials": [one]}
    [pid] = presents(suite)["vp_token"]["pid"]
    assert disclosed(pid) == set()


@module("negative-test-invalid-request-object-signature", "5.9.3")
def test_negative_test_invalid_request_object_signature(suite: World) -> None:
    suite.verifier.signer = test_signer("stranger")
    assert rejects(suite, None) == "jose.signature"


@module("negative-test-mismatched-client-id", "5.9")
def test_negative_test_mismatched_client_id(suite: World) -> None:
    sends(suite, {"client_id": "x509_hash:" + "A" * 43})
    assert rejects(suite, None) == "request.client_id"


@module("negative-test-redirect-uri-with-direct-post", "8.2")
def test_negative_test_redirect_uri_with_direct_post(suite: World) -> None:
    sends(suite, {"redirect_uri": f"{suite.verifier.base}/callback"})
    assert rejects(suite, "invalid_request") == "request.redirect_uri"


@module("negative-test-missing-nonce", "5.2")
def test_negative_test_missing_nonce(suite: World) -> None:
    sends(suite, {}, without=("nonce",))
    assert rejects(suite, "invalid_request") == "request.nonce"


@module("negative-test-invalid-client-id-prefix", "5.9.3")
def test_negative_test_invalid_client_id_prefix(suite: World) -> None:
    name = "invalid_scheme:" + suite.client_id.partition(":")[2]  # type: ignore[attr-defined]
    sends(suite, {"client_id": name})
    assert rejects(suite, None, suite.verifier.link_for(name)) == "request.client_id_prefix"


@module("negative-test-unknown-transaction-data-type", "8.4")
def test_negative_test_unknown_transaction_data_type(suite: World) -> None:
    item = {"type": "urn:example:unknown", "credential_ids": ["pid"], "amount": "1"}
    text = base64url.encode(json.dumps(item).encode())
    sends(suite, {"transaction_data": [text]})
    assert rejects(suite, "invalid_transaction_data") == "request.transaction_data"


@module("negative-test-required-non-matching-credential", "6.4.2")
def test_negative_test_required_non_matching_credential(suite: World) -> None:
    """No part of it leaves: the person sees why, the suite hears `access_denied` and no more."""
    missing = {**FAMILY["credentials"][0], "id": "none", "meta": {"vct_values": ["urn:none:1"]}}
    suite.verifier.query = {
        "credentials": [*FAMILY["credentials"], missing],
        "credential_sets": [{"options": [["pid", "none"]]}],
    }
    posed = suite.receive(link(suite))
    assert posed.question.options == ()
    assert suite.network.posts() == []
    share.decline(suite.wallet, suite.network, posed, now=suite.now)
    assert [one["error"] for one in suite.verifier.errors] == ["access_denied"]
    assert suite.verifier.in_clear == 0
    assert suite.verifier.received == []


@module("negative-test-response-uri-not-client-id", "5.9.3")
def test_negative_test_response_uri_not_client_id(suite: World) -> None:
    """Of the plan without HAIP: the answer would go to another name than the identifier's."""
    sends(suite, {"client_id": "x509_san_dns:localhost"})
    sends(suite, {"response_uri": "https://elsewhere.example/response"})
    at = suite.verifier.link_for("x509_san_dns:localhost")
    assert rejects(suite, None, at) == "request.host"


def test_the_resident_is_asked_each_time(suite: World) -> None:
    """The suite's certificate is registered nowhere: that is said, and must be accepted."""
    posed = suite.receive(link(suite))
    assert Warn.UNREGISTERED in posed.question.warnings
    with pytest.raises(WalletError):
        suite.share(posed, accepted=())
    assert suite.network.posts() == []
