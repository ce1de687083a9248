"""Who signed a request, with what, and when: every one that must not be believed."""

from typing import Any

import pytest
from support.keys import test_signer
from support.refusing import having, refused, without
from support.scheme import GRIJPGRAAG, REGISTRY, VOORBEELDSTAD, build
from support.verifier_simulator import SIGN_UP
from support.wallet_world import World, world

from credential import jose, registration
from wallet.errors import ExitCode, WalletError
from wallet.events import Kind
from wallet.refusals import LinkError

VP = "OpenID4VP 1.0"


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
            "x509_san_dns:elsewhere.example",
            "request.client_id_dns",
            marks=pytest.mark.spec(VP, "5.9.3", "the DNS name is one of the certificate"),
        ),
        pytest.param(
            "verifier_attestation:localhost",
            "request.client_id_prefix",
            marks=pytest.mark.spec(VP, "5.9.3", "an unknown prefix is refused"),
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
    assert refused(town, told="invalid_request").params["rule"] == "request.state"


@pytest.mark.spec("TS 119 475", "WRPRC", "a registration of another party is refused")
def test_refuses_a_borrowed_registration(town: World) -> None:
    other = town.scheme.verifier(GRIJPGRAAG).registrations["inschrijven"]
    town.verifier.claims = having(verifier_info=registration.to_verifier_info(other))
    error = refused(town, told="access_denied")
    assert str(error.params["rule"]).startswith("registration.bond")


@pytest.mark.spec("TS 119 472-2", "5", "exactly one registration certificate")
def test_refuses_two_registrations(town: World) -> None:
    info = registration.to_verifier_info(town.verifier.party.registrations["inschrijven"])
    town.verifier.claims = having(verifier_info=[*info, *info])
    assert refused(town, told="access_denied").params["rule"] == "registration.info"


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
