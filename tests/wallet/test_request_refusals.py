"""Every request object that must not be answered, and that nothing leaves when it is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from support.refusing import having, in_key, in_metadata, refused, without
from support.wallet_world import World

from wallet.errors import ExitCode

VP = "OpenID4VP 1.0"


def case(
    change: Callable[[dict], dict], rule: str, section: str, what: str, told: str | None = None
) -> Any:
    name = rule + ":" + what[:30]
    return pytest.param(change, rule, told, id=name, marks=pytest.mark.spec(VP, section, what))


CASES = [
    case(
        having(client_id="x509_hash:other"),
        "request.client_id",
        "5.9",
        "client_id in link and object are one",
    ),
    case(without("client_id"), "request.client_id", "5.9", "client_id stands in the object"),
    case(having(aud="https://other"), "request.aud", "5.8", "aud is the static one"),
    case(having(aud=["https://self-issued.me/v2"]), "request.aud", "5.8", "aud is a text"),
    case(
        having(response_type="code"),
        "request.response_type",
        "5.2",
        "response_type vp_token",
        told="invalid_request",
    ),
    case(
        having(response_mode="direct_post"),
        "request.response_mode",
        "8.3",
        "answers are encrypted",
        told="invalid_request",
    ),
    case(
        having(response_mode="fragment"), "request.response_mode", "8.3", "no other response mode"
    ),
    case(
        having(redirect_uri="https://localhost:8442/x"),
        "request.redirect_uri",
        "8.2",
        "no redirect_uri with direct_post",
        told="invalid_request",
    ),
    case(without("response_uri"), "request.response_uri", "8.2", "response_uri is there"),
    case(
        having(response_uri="http://localhost:8442/response/1"),
        "request.response_uri",
        "8.2",
        "http response_uri",
    ),
    case(
        having(response_uri="https://elsewhere.example/1"),
        "request.host",
        "5.9.3",
        "response_uri host in the certificate",
    ),
    case(
        having(response_uri="https://localhost.elsewhere.example/1"),
        "request.host",
        "5.9.3",
        "no look-alike host",
    ),
    case(without("nonce"), "request.nonce", "5.2", "nonce is there", told="invalid_request"),
    case(
        having(nonce="short"),
        "request.nonce",
        "5.2",
        "nonce is long enough",
        told="invalid_request",
    ),
    case(
        having(nonce="with space and more than 16"),
        "request.nonce",
        "5.2",
        "nonce of unreserved characters",
        told="invalid_request",
    ),
    case(
        having(state="é" * 20),
        "request.state",
        "5.3",
        "state of unreserved characters",
        told="invalid_request",
    ),
    case(
        having(transaction_data=["e30"]),
        "request.transaction_data",
        "5.1",
        "unknown transaction data",
        told="invalid_transaction_data",
    ),
    case(
        without("dcql_query"),
        "request.dcql_query",
        "5.1",
        "a query is there",
        told="invalid_request",
    ),
    case(
        having(scope="all"),
        "request.dcql_query",
        "5.1",
        "not both scope and dcql_query",
        told="invalid_request",
    ),
    case(
        having(request_uri="https://localhost:8442/2"),
        "request.nested",
        "5.10",
        "no request inside a request",
    ),
    case(
        having(dcql_query='{"credentials":[]}'),
        "dcql.shape",
        "6",
        "dcql_query is an object",
        told="invalid_request",
    ),
    case(
        having(dcql_query={"credentials": []}),
        "dcql.empty",
        "6",
        "dcql_query is not empty",
        told="invalid_request",
    ),
    case(
        without("client_metadata"),
        "request.client_metadata",
        "8.3",
        "no key to encrypt to",
        told="invalid_request",
    ),
    case(
        in_metadata(jwks={"keys": []}),
        "request.encryption_key",
        "8.3",
        "an empty key set",
        told="invalid_request",
    ),
    case(
        in_key(alg=None),
        "request.encryption_key",
        "8.3",
        "the key names its alg",
        told="invalid_request",
    ),
    case(
        in_key(kid=None),
        "request.encryption_key",
        "8.3",
        "the key has a kid",
        told="invalid_request",
    ),
    case(
        in_key(use="sig"),
        "request.encryption_key",
        "8.3",
        "a key for signing is not for encrypting",
        told="invalid_request",
    ),
    case(in_key(crv="P-384"), "request.encryption_key", "8.3", "P-256", told="invalid_request"),
    case(
        in_key(x="AAAA"),
        "request.encryption_key",
        "8.3",
        "the key is on the curve",
        told="invalid_request",
    ),
    case(
        in_key(d="AAAA"), "request.encryption_key", "8.3", "no private key", told="invalid_request"
    ),
    case(
        in_metadata(encrypted_response_enc_values_supported=["A128CBC-HS256"]),
        "request.encryption_key",
        "8.3",
        "GCM only",
        told="invalid_request",
    ),
    case(
        in_metadata(vp_formats_supported={"mso_mdoc": {}}),
        "request.formats",
        "11.1",
        "our format is among theirs",
        told="vp_formats_not_supported",
    ),
    case(
        in_metadata(vp_formats_supported={"dc+sd-jwt": {"kb-jwt_alg_values": ["ES384"]}}),
        "request.formats",
        "B.3.4",
        "our algorithm is among theirs",
        told="vp_formats_not_supported",
    ),
    case(
        without("verifier_info"),
        "registration.absent",
        "5.11",
        "unregistered: refused",
        told="access_denied",
    ),
    case(
        having(verifier_info=[{"format": "other", "data": "x"}]),
        "registration.absent",
        "5.11",
        "no registration among the info",
        told="access_denied",
    ),
    case(having(exp="soon"), "request.times", "5", "times are numbers"),
]


@pytest.mark.parametrize(("change", "rule", "told"), CASES)
def test_refuses_the_object(
    town: World, change: Callable[[dict], dict], rule: str, told: str | None
) -> None:
    town.verifier.claims = change
    error = refused(town, told=told)
    assert error.exit == ExitCode.NOT_TRUSTED
    assert error.params["rule"] == rule
    assert error.shared.value == "nothing"


@pytest.mark.spec(VP, "5.10", "a repeated kid is refused")
def test_refuses_two_keys_of_one_name(town: World) -> None:
    key = town.verifier.jwk()
    town.verifier.claims = in_metadata(jwks={"keys": [key, {**key, "use": "sig"}]})
    assert refused(town, told="invalid_request").params["rule"] == "request.repeated_kid"
