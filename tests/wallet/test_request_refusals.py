"""Every request object that must not be answered, and that nothing leaves when it is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from support.keys import test_signer
from support.scheme import GRIJPGRAAG, REGISTRY, VOORBEELDSTAD, build
from support.verifier_simulator import SIGN_UP
from support.wallet_world import World, world

from credential import jose, registration
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.refusals import LinkError

VP = "OpenID4VP 1.0"


def refused(town: World, link: str | None = None) -> WalletError:
    """The refusal, after which nothing but the one GET has happened."""
    with pytest.raises(WalletError) as caught:
        town.receive(link)
    assert town.network.posts() == []
    assert town.verifier.errors == []
    return caught.value


def without(name: str) -> Callable[[dict], dict]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


def having(**more: Any) -> Callable[[dict], dict]:
    return lambda claims: {**claims, **more}


def in_metadata(**more: Any) -> Callable[[dict], dict]:
    return lambda claims: {**claims, "client_metadata": {**claims["client_metadata"], **more}}


def in_key(**more: Any) -> Callable[[dict], dict]:
    def change(claims: dict) -> dict:
        key = {**claims["client_metadata"]["jwks"]["keys"][0], **more}
        key = {name: value for name, value in key.items() if value is not None}
        return in_metadata(jwks={"keys": [key]})(claims)

    return change


def case(change: Callable[[dict], dict], rule: str, section: str, what: str) -> Any:
    return pytest.param(
        change, rule, id=rule + ":" + what[:30], marks=pytest.mark.spec(VP, section, what)
    )


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
    case(having(response_type="code"), "request.response_type", "5.2", "response_type vp_token"),
    case(
        having(response_mode="direct_post"), "request.response_mode", "8.3", "answers are encrypted"
    ),
    case(
        having(response_mode="fragment"), "request.response_mode", "8.3", "no other response mode"
    ),
    case(
        having(redirect_uri="https://localhost:8442/x"),
        "request.redirect_uri",
        "8.2",
        "no redirect_uri with direct_post",
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
    case(without("nonce"), "request.nonce", "5.2", "nonce is there"),
    case(having(nonce="short"), "request.nonce", "5.2", "nonce is long enough"),
    case(
        having(nonce="with space and more than 16"),
        "request.nonce",
        "5.2",
        "nonce of unreserved characters",
    ),
    case(having(state="é" * 20), "request.state", "5.3", "state of unreserved characters"),
    case(
        having(transaction_data=["e30"]),
        "request.transaction_data",
        "5.1",
        "unknown transaction data",
    ),
    case(without("dcql_query"), "request.dcql_query", "5.1", "a query is there"),
    case(having(scope="all"), "request.dcql_query", "5.1", "not both scope and dcql_query"),
    case(
        having(request_uri="https://localhost:8442/2"),
        "request.nested",
        "5.10",
        "no request inside a request",
    ),
    case(having(dcql_query='{"credentials":[]}'), "dcql.shape", "6", "dcql_query is an object"),
    case(having(dcql_query={"credentials": []}), "dcql.empty", "6", "dcql_query is not empty"),
    case(without("client_metadata"), "request.client_metadata", "8.3", "no key to encrypt to"),
    case(in_metadata(jwks={"keys": []}), "request.encryption_key", "8.3", "an empty key set"),
    case(in_key(alg=None), "request.encryption_key", "8.3", "the key names its alg"),
    case(in_key(kid=None), "request.encryption_key", "8.3", "the key has a kid"),
    case(
        in_key(use="sig"),
        "request.encryption_key",
        "8.3",
        "a key for signing is not for encrypting",
    ),
    case(in_key(crv="P-384"), "request.encryption_key", "8.3", "P-256"),
    case(in_key(x="AAAA"), "jose.jwk", "8.3", "the key is on the curve"),
    case(in_key(d="AAAA"), "jose.jwk_private", "8.3", "no private key"),
    case(
        in_metadata(encrypted_response_enc_values_supported=["A128CBC-HS256"]),
        "request.encryption_key",
        "8.3",
        "GCM only",
    ),
    case(
        in_metadata(vp_formats_supported={"mso_mdoc": {}}),
        "request.formats",
        "11.1",
        "our format is among theirs",
    ),
    case(
        in_metadata(vp_formats_supported={"dc+sd-jwt": {"kb-jwt_alg_values": ["ES384"]}}),
        "request.formats",
        "B.3.4",
        "our algorithm is among theirs",
    ),
    case(without("verifier_info"), "registration.absent", "5.11", "unregistered: refused"),
    case(
        having(verifier_info=[{"format": "other", "data": "x"}]),
        "registration.absent",
        "5.11",
        "no registration among the info",
    ),
    case(having(exp="soon"), "request.times", "5", "times are numbers"),
]


@pytest.mark.parametrize(("change", "rule"), CASES)
def test_refuses_the_object(town: World, change: Callable[[dict], dict], rule: str) -> None:
    town.verifier.claims = change
    error = refused(town)
    assert error.exit == ExitCode.NOT_TRUSTED
    assert error.params["rule"] == rule
    assert error.shared.value == "nothing"


@pytest.mark.spec(VP, "5.10", "a repeated kid is refused")
def test_refuses_two_keys_of_one_name(town: World) -> None:
    key = town.verifier.jwk()
    town.verifier.claims = in_metadata(jwks={"keys": [key, {**key, "use": "sig"}]})
    assert refused(town).params["rule"] == "request.repeated_kid"


@pytest.mark.parametrize(
    "typ",
    [
        pytest.param(typ, marks=pytest.mark.spec(VP, "5", "typ oauth-authz-req+jwt and no other"))
        for typ in ("JWT", "kb+jwt", "dc+sd-jwt", "rc-wrp+jwt", "disclosure-receipt+jwt")
    ],
)
def test_refuses_another_typ(town: World, typ: str) -> None:
    town.verifier.typ = typ
    assert refused(town).params["rule"] == "jose.typ"


@pytest.mark.spec(VP, "5.9.3", "the signature is by the leaf's key")
def test_refuses_a_foreign_signature(town: World) -> None:
    town.verifier.signer = test_signer("stranger")
    assert refused(town).params["rule"] == "jose.signature"


@pytest.mark.spec("HAIP 1.0", "5", "no trust anchor in x5c")
def test_refuses_the_authority_in_the_chain(town: World) -> None:
    from credential.trust import Role

    anchor = town.scheme.trust.anchors(Role.VERIFIER_ACCESS)[0]
    leaf = town.verifier.party.access.x5c
    town.verifier.header = lambda _: jose.x5c_header((*leaf, anchor))
    assert refused(town).exit == ExitCode.NOT_TRUSTED


@pytest.mark.spec("Regie trust", "4.3", "an issuer's certificate does not ask")
def test_refuses_a_certificate_of_another_role(town: World) -> None:
    municipality = town.scheme.issuer(VOORBEELDSTAD).access
    town.verifier.signer = municipality.signer
    town.verifier.header = lambda _: municipality.header
    assert refused(town).exit == ExitCode.NOT_TRUSTED


@pytest.mark.spec(VP, "5.9.3", "client_id is the hash of the leaf")
def test_refuses_another_hash(town: World) -> None:
    other = town.scheme.verifier(GRIJPGRAAG).client_id
    town.verifier.claims = having(client_id=other)
    assert refused(town, town.verifier.link_for(other)).params["rule"] == "request.client_id_hash"


@pytest.mark.parametrize(
    ("client_id", "rule"),
    [
        pytest.param(
            "origin:https://a.example",
            "request.client_id_origin",
            marks=pytest.mark.spec(VP, "5.9.3", "the origin prefix is never accepted"),
        ),
        pytest.param(
            "x509_san_dns:localhost",
            "request.client_id_prefix",
            marks=pytest.mark.spec("HAIP 1.0", "5", "x509_hash and no other prefix"),
        ),
        pytest.param(
            "redirect_uri:https://localhost:8442/response/1",
            "request.client_id_prefix",
            marks=pytest.mark.spec(VP, "5.9.3", "redirect_uri is for unsigned requests"),
        ),
        pytest.param(
            "localhost",
            "request.client_id_prefix",
            marks=pytest.mark.spec("HAIP 1.0", "5", "no pre-registered clients"),
        ),
    ],
)
def test_refuses_other_prefixes(town: World, client_id: str, rule: str) -> None:
    town.verifier.claims = having(client_id=client_id)
    assert refused(town, town.verifier.link_for(client_id)).params["rule"] == rule


@pytest.mark.parametrize(
    ("status", "media_type"),
    [
        pytest.param(
            302,
            "application/oauth-authz-req+jwt",
            marks=pytest.mark.spec(VP, "5.10", "no redirects on request_uri"),
        ),
        pytest.param(
            404,
            "application/oauth-authz-req+jwt",
            marks=pytest.mark.spec(VP, "5.10", "an HTTP error stops"),
        ),
        pytest.param(
            200,
            "application/json",
            marks=pytest.mark.spec(VP, "5.10", "the media type is that of a request object"),
        ),
    ],
)
def test_refuses_the_reply(town: World, status: int, media_type: str) -> None:
    town.verifier.status, town.verifier.media_type = status, media_type
    assert refused(town).params["rule"] == "request.response"


@pytest.mark.spec("RFC 7519", "4.1.4", "an expired request is refused")
def test_refuses_what_has_expired(town: World) -> None:
    town.verifier.claims = having(exp=town.now - 61)
    assert refused(town).params["rule"] == "request.expired"


def test_a_clock_that_is_behind_is_said_so(town: World) -> None:
    town.verifier.claims = having(iat=town.now + 600, exp=town.now + 1200)
    error = refused(town)
    assert (error.code, error.params["minutes"]) == ("clock.behind", 10)


@pytest.mark.spec(VP, "5.10", "wallet_nonce must come back")
def test_wallet_nonce(town: World) -> None:
    link = town.verifier.link_for(town.verifier.party.client_id, request_uri_method="post")
    town.verifier.claims = having(wallet_nonce="another")
    with pytest.raises(WalletError) as caught:
        town.receive(link)
    assert caught.value.params["rule"] == "request.wallet_nonce"
    town.verifier.claims = lambda claims: claims
    assert town.receive(link).question.options


@pytest.mark.spec(VP, "5.3", "state when a presentation has no holder binding")
def test_state_is_needed_without_binding(town: World) -> None:
    query = {
        "credentials": [
            {**SIGN_UP["credentials"][1], "require_cryptographic_holder_binding": False}
        ]
    }
    town.verifier.query = query
    town.verifier.claims = without("state")
    assert refused(town).params["rule"] == "request.state"


@pytest.mark.spec("TS 119 475", "WRPRC", "a registration of another party is refused")
def test_refuses_a_borrowed_registration(town: World) -> None:
    other = town.scheme.verifier(GRIJPGRAAG).registrations["inschrijven"]
    town.verifier.claims = having(verifier_info=registration.to_verifier_info(other))
    assert str(refused(town).params["rule"]).startswith("registration.bond")


@pytest.mark.spec("TS 119 472-2", "5", "exactly one registration certificate")
def test_refuses_two_registrations(town: World) -> None:
    info = registration.to_verifier_info(town.verifier.party.registrations["inschrijven"])
    town.verifier.claims = having(verifier_info=[*info, *info])
    assert refused(town).params["rule"] == "registration.info"


@pytest.mark.spec("Regie formats", "8", "a revoked asker is refused")
def test_refuses_a_revoked_party(tmp_path: Any) -> None:
    scheme = build()
    scheme.revoke("woonstichting-voorbeeldwonen")
    town = world(tmp_path, scheme=scheme)
    assert refused(town).params["rule"] in ("trust.certificate_revoked", "registration.revoked")
    town.wallet.close()


def test_a_refusal_is_on_record_with_its_rule(town: World) -> None:
    town.verifier.claims = having(aud="https://other")
    refused(town)
    from wallet.store import Filter

    [found] = town.wallet.store.activities(Filter(outcome="refused"))
    assert town.kinds(found.id) == ["request.refused"]
    assert town.body(found.id, Kind.REQUEST_REFUSED)["reason"] == "request.aud"
    assert REGISTRY not in town.network.peers


def test_a_link_to_another_scheme_is_not_followed(town: World) -> None:
    with pytest.raises(LinkError):
        town.receive("openid4vp://?client_id=a&request_uri=http%3A%2F%2Flocalhost%2F1")
    assert town.network.calls == []
