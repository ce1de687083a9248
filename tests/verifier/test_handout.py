"""Fetching the request: by GET or POST, once, by a wallet that can answer it."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from jwcrypto import jwe as other_jwe
from jwcrypto import jwk
from support.verifier_home import Browser, VerifierHome, run

from credential import jose

VP = "OpenID4VP 1.0"
NONCE = "wallet-nonce-of-22-characters-or-more"
FORMATS = {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}}


def uri_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["request_uri"][0]


def object_of(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/oauth-authz-req+jwt"
    return jose.parse(response.text, typ="oauth-authz-req+jwt").dangerous_payload()


def posting(home: VerifierHome, *forms: dict[str, str]) -> list[httpx.Response]:
    """These forms posted to one request, in turn."""

    async def story() -> list[httpx.Response]:
        async with home.client() as http:
            url = uri_of((await Browser(http).start()).other_device)
            return [await http.post(url, data=form) for form in forms]

    return run(story())


def metadata(**changes: Any) -> str:
    members = {"vp_formats_supported": FORMATS} | changes
    return json.dumps({name: value for name, value in members.items() if value is not None})


@pytest.mark.spec(VP, "5.10", "the link names the method; what the wallet sent comes back in it")
def test_by_post(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            link = (await Browser(http).start()).same_device
            asked = parse_qs(urlsplit(link).query)
            assert asked["request_uri_method"] == ["post"]
            form = {"wallet_nonce": NONCE, "wallet_metadata": metadata(unknown=1), "other": "x"}
            found = object_of(await http.post(uri_of(link), data=form))
            assert found["wallet_nonce"] == NONCE
            assert found["client_id"] == asked["client_id"][0]

    run(story())


@pytest.mark.spec(VP, "5.10", "a wallet without POST fetches by GET; nothing is made up for it")
def test_by_get(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            url = uri_of((await Browser(http).start()).same_device)
            assert "wallet_nonce" not in object_of(await http.get(url))

    run(story())


@pytest.mark.spec(VP, "5.10", "the same wallet_nonce gets the same bytes; nobody else gets any")
def test_the_same_again(home: VerifierHome) -> None:
    form = {"wallet_nonce": NONCE}
    first, same, other, none = posting(home, form, form, {"wallet_nonce": NONCE + "x"}, {})
    assert same.content == first.content
    assert [one.status_code for one in (first, same, other, none)] == [200, 200, 404, 404]


@pytest.mark.spec(VP, "5.10", "a nonce that can be guessed opens nothing twice")
def test_a_short_nonce_is_no_key(home: VerifierHome) -> None:
    form = {"wallet_nonce": "n-1"}
    assert [one.status_code for one in posting(home, form, form)] == [200, 404]


@pytest.mark.spec(VP, "5.10", "what was handed out is forgotten with the answer and by its time")
def test_not_again_after_the_answer(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            holder = home.holder(http)
            for way in ("answered", "late"):
                link = (await Browser(http).start()).same_device
                form = {"wallet_nonce": NONCE}
                first = await http.post(uri_of(link), data=form)
                if way == "late":
                    home.clock.at += 601
                else:
                    from support.holder_simulator import Request

                    await holder.answer(Request(first.text, object_of(first)))
                assert (await http.post(uri_of(link), data=form)).status_code == 404

    run(story())


def test_the_kept_request_cannot_be_read(home: VerifierHome) -> None:
    """What is kept opens with the wallet's nonce, and of that nothing is kept."""
    (answer,) = posting(home, {"wallet_nonce": NONCE})
    stored = home.database_bytes()
    assert NONCE.encode() not in stored
    assert answer.text.rsplit(".", 1)[1].encode() not in stored


@pytest.mark.spec(VP, "5.10", "a wrong method, a preview or a look ahead does not consume")
def test_what_does_not_consume(home: VerifierHome) -> None:
    async def story() -> None:
        async with home.client() as http:
            url = uri_of((await Browser(http).start()).other_device)
            for method in ("HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
                assert (await http.request(method, url)).status_code == 405
            for header in (
                {"sec-purpose": "prefetch"},
                {"purpose": "prefetch"},
                {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
            ):
                assert (await http.get(url, headers=header)).status_code == 405
            wrong = await http.post(url, json={"wallet_nonce": NONCE})
            assert wrong.status_code == 415
            twice = "wallet_nonce=a&wallet_nonce=b"
            media = {"content-type": "application/x-www-form-urlencoded"}
            assert (await http.post(url, content=twice, headers=media)).status_code == 400
            assert object_of(await http.get(url))

    run(story())


REFUSED: dict[str, tuple[str, str]] = {
    "no json": ("{", "invalid_request"),
    "an array": ("[]", "invalid_request"),
    "a repeated name": ('{"vp_formats_supported":{},"vp_formats_supported":{}}', "invalid_request"),
    "too large": (metadata(padding="x" * 9000), "invalid_request"),
    "no formats": (metadata(vp_formats_supported=None), "invalid_request"),
    "formats as a list": (metadata(vp_formats_supported=[]), "invalid_request"),
    "mdoc alone": (metadata(vp_formats_supported={"mso_mdoc": {}}), "vp_formats_not_supported"),
    "another algorithm": (
        metadata(vp_formats_supported={"dc+sd-jwt": {"kb-jwt_alg_values": ["ES384"]}}),
        "vp_formats_not_supported",
    ),
    "another prefix": (
        metadata(client_id_prefixes_supported=["x509_san_dns"]),
        "invalid_request",
    ),
    "another signature": (
        metadata(request_object_signing_alg_values_supported=["EdDSA"]),
        "invalid_request",
    ),
    "another response": (metadata(response_types_supported=["code"]), "unsupported_response_type"),
    "another mode": (metadata(response_modes_supported=["fragment"]), "invalid_request"),
    "prefixes as a text": (metadata(client_id_prefixes_supported="x509_hash"), "invalid_request"),
    "keys as a list": (metadata(jwks=[]), "invalid_request"),
}


@pytest.mark.spec(VP, "10", "wallet_metadata that excludes us, or cannot be read: refused")
@pytest.mark.parametrize("what", REFUSED)
def test_metadata_refused(home: VerifierHome, what: str) -> None:
    """And the request is not spent on it."""
    text, error = REFUSED[what]
    wrong, right = posting(home, {"wallet_metadata": text}, {"wallet_metadata": metadata()})
    assert (wrong.status_code, wrong.json()) == (400, {"error": error})
    assert object_of(right)


@pytest.mark.spec(VP, "10", "what is listed beside what we need does not matter")
def test_metadata_of_a_wallet_that_can_more(home: VerifierHome) -> None:
    text = metadata(
        vp_formats_supported=FORMATS | {"mso_mdoc": {"deviceauth_alg_values": [-9]}},
        client_id_prefixes_supported=["redirect_uri", "x509_hash"],
        request_object_signing_alg_values_supported=["ES256", "EdDSA"],
        response_types_supported=["vp_token", "vp_token id_token"],
        response_modes_supported=["direct_post", "direct_post.jwt"],
    )
    (found,) = posting(home, {"wallet_metadata": text})
    assert object_of(found)


def their_key(**changes: Any) -> tuple[jwk.JWK, dict[str, Any]]:
    key = jwk.JWK.generate(kty="EC", crv="P-256", kid="theirs", use="enc", alg="ECDH-ES")
    return key, key.export_public(as_dict=True) | changes


@pytest.mark.spec("RFC 9101", "6.1", "signed, then encrypted to the key the wallet brought")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_an_encrypted_request(home: VerifierHome, enc: str) -> None:
    key, public = their_key()
    text = metadata(
        jwks={"keys": [{"kty": "RSA", "n": "x", "e": "y"}, public]},
        authorization_encryption_alg_values_supported=["ECDH-ES"],
        authorization_encryption_enc_values_supported=[enc],
    )
    form = {"wallet_nonce": NONCE, "wallet_metadata": text}
    first, again = posting(home, form, form)
    assert again.content == first.content
    opened = other_jwe.JWE()
    opened.deserialize(first.text, key=key)
    header = json.loads(opened.objects["protected"])
    assert (header["alg"], header["enc"], header["kid"]) == ("ECDH-ES", enc, "theirs")
    assert header["cty"] == "oauth-authz-req+jwt"
    inner = jose.parse(opened.payload.decode(), typ="oauth-authz-req+jwt").dangerous_payload()
    assert inner["wallet_nonce"] == NONCE


def test_a_key_we_cannot_use_is_no_key(home: VerifierHome) -> None:
    """Signed alone, then: nothing in a request is secret."""
    for keys, more in (
        ([], {}),
        ([their_key(use="sig")[1]], {}),
        ([their_key(alg="ECDH-ES+A256KW")[1]], {}),
        ([their_key()[1]], {"authorization_encryption_alg_values_supported": ["RSA-OAEP"]}),
        ([their_key()[1]], {"authorization_encryption_enc_values_supported": ["A128CBC-HS256"]}),
    ):
        (found,) = posting(home, {"wallet_metadata": metadata(jwks={"keys": keys}, **more)})
        assert object_of(found)


def test_a_private_key_is_refused(home: VerifierHome) -> None:
    key, _ = their_key()
    text = metadata(jwks={"keys": [key.export(as_dict=True)]})
    (found,) = posting(home, {"wallet_metadata": text})
    assert (found.status_code, found.json()) == (400, {"error": "invalid_request"})
