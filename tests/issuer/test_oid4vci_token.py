"""What the token endpoint refuses: codes, spoken codes, DPoP proofs."""

import pytest
from support.wallet_simulator import PRE_AUTHORIZED, new_key

from credential import base64url
from issuer.offer import CODE_TRIES, OFFER_SECONDS, Ended, Offered, Reason


def refused(answer, error: str, status: int = 400) -> None:
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": error}
    assert answer.headers["cache-control"] == "no-store"


@pytest.fixture
def made(town):
    return town.offer(("persoonsgegevens", "woonadres"))


@pytest.fixture
def wallet(town, made):
    """A wallet that already has the server's DPoP nonce."""
    found = town.wallet()
    refused(found.ask_token("x", "000000"), "use_dpop_nonce")
    return found


@pytest.mark.spec("OpenID4VCI 1.0", "6.2", "the token response of the pre-authorized flow")
def test_the_token_response(wallet, made):
    answer = wallet.redeem(made.link, made.code)
    assert answer.status_code == 200
    body = answer.json()
    assert body["token_type"] == "DPoP"
    assert body["scope"] == "persoonsgegevens woonadres"
    assert body["expires_in"] > 0
    assert "c_nonce" not in body
    assert len(base64url.decode(body["access_token"])) == 32
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.spec("OpenID4VCI 1.0", "6.1", "a code is used once")
def test_a_used_code_is_refused(wallet, made):
    code = wallet.code(made.link)
    assert wallet.ask_token(code, made.code).status_code == 200
    refused(wallet.ask_token(code, made.code), "invalid_grant")


def test_a_used_link_is_gone(wallet, made):
    assert wallet.redeem(made.link, made.code).status_code == 200
    assert wallet.get(made.link).status_code == 404


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "an expired code")
def test_an_expired_code_is_refused(town, wallet, made):
    code = wallet.code(made.link)
    town.now = wallet.now = town.now + OFFER_SECONDS
    refused(wallet.ask_token(code, made.code), "use_dpop_nonce")
    refused(wallet.ask_token(code, made.code), "invalid_grant")
    assert wallet.get(made.link).status_code == 404


def test_an_unknown_code_is_refused(wallet):
    refused(wallet.ask_token("unknown", "123456"), "invalid_grant")


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "a wrong tx_code")
@pytest.mark.parametrize("tx_code", ["", "1", "000000", "\uff11\uff12\uff13\uff14\uff15\uff16"])
def test_a_wrong_spoken_code_is_refused(wallet, made, tx_code):
    wrong = tx_code if tx_code != made.code else "999999"
    refused(
        wallet.ask_token(wallet.code(made.link), wrong),
        "invalid_grant",
    )


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "a missing tx_code")
def test_a_missing_spoken_code_is_refused_and_costs_no_try(town, wallet, made):
    refused(wallet.ask_token(wallet.code(made.link), None), "invalid_request")
    case = town.office.store.cases.find(made.case).case
    assert isinstance(case, Offered)
    assert case.wrong_codes == 0


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "too many tries end the code")
def test_five_wrong_codes_end_the_offer(town, wallet, made):
    code = wallet.code(made.link)
    for _ in range(CODE_TRIES):
        refused(wallet.ask_token(code, "x"), "invalid_grant")
    refused(wallet.ask_token(code, made.code), "invalid_grant")
    stored = town.office.store.cases.find(made.case)
    assert isinstance(stored.case, Ended)
    assert stored.case.reason is Reason.CODE_TRIES
    assert stored.sealed is None
    assert stored.code_mac is None


def test_a_code_of_another_municipality_is_unknown(town, wallet, made):
    code = wallet.code(made.link)
    assert wallet.send("GET", "https://localhost:8441/0518/o/X").status_code == 404
    wallet.identifier = "https://localhost:8441/0518"
    assert wallet.ask_token(code, made.code).status_code == 404


@pytest.mark.spec("RFC 6749", "3.2", "parameters are not repeated")
@pytest.mark.parametrize(
    ("form", "error", "status"),
    [
        ({"grant_type": None}, "invalid_request", 400),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type", 400),
        ({"grant_type": "refresh_token"}, "invalid_request", 400),
        ({"grant_type": [PRE_AUTHORIZED, PRE_AUTHORIZED]}, "invalid_request", 400),
        ({"pre-authorized_code": None}, "invalid_request", 400),
        ({"pre-authorized_code": ""}, "invalid_request", 400),
        ({"client_id": "someone"}, "invalid_client", 401),
        ({"client_secret": "x"}, "invalid_client", 401),
        ({"authorization_details": "no json"}, "invalid_authorization_details", 400),
        ({"authorization_details": "[]"}, "invalid_authorization_details", 400),
        ({"authorization_details": '[{"type":"other"}]'}, "invalid_authorization_details", 400),
        (
            {
                "authorization_details": '[{"type":"openid_credential",'
                '"credential_configuration_id":"huishouden"}]'
            },
            "invalid_authorization_details",
            400,
        ),
    ],
)
def test_a_malformed_token_request_is_refused(wallet, made, form, error, status):
    refused(wallet.ask_token(wallet.code(made.link), made.code, form=form), error, status)
    # None of these uses the code up.
    assert wallet.redeem(made.link, made.code).status_code == 200


def test_a_form_that_is_no_form_is_refused(wallet):
    url = wallet.at("token")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"\xff=1", b"nothing", b"&&", b"a=1" + b"&a=1" * 50):
        refused(wallet.send("POST", url, content=body, headers=headers), "invalid_request")
    refused(wallet.send("POST", url, content=b"{}", headers={}), "invalid_request", 415)
    large = b"a=" + b"x" * 10_000
    refused(wallet.send("POST", url, content=large, headers=headers), "invalid_request", 413)
    assert wallet.send("GET", url).status_code == 405


@pytest.mark.spec("RFC 9449", "4.3 1", "exactly one DPoP header")
@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_proof(wallet, made, count):
    one = wallet.dpop("POST", wallet.at("token"), nonce=wallet.as_nonce)
    answer = wallet.ask_token(wallet.code(made.link), made.code, dpop=[one] * count)
    refused(answer, "invalid_dpop_proof")


@pytest.mark.spec("RFC 9449", "4.3", "each check of a proof at the token endpoint")
@pytest.mark.parametrize(
    ("header", "claims"),
    [
        pytest.param({}, {"htm": "GET"}, id="htm"),
        pytest.param({}, {"htm": "post"}, id="htm-case"),
        pytest.param({}, {"htm": None}, id="htm-missing"),
        pytest.param({}, {"htu": "https://localhost:8441/0599/credential"}, id="htu"),
        pytest.param({}, {"htu": "https://other.example/0599/token"}, id="htu-host"),
        pytest.param({}, {"htu": "http://localhost:8441/0599/token"}, id="htu-scheme"),
        pytest.param({}, {"htu": "https://localhost:8441/0518/token"}, id="htu-municipality"),
        pytest.param({}, {"htu": "https://[broken"}, id="htu-broken"),
        pytest.param({}, {"htu": None}, id="htu-missing"),
        pytest.param({}, {"htu": "https://localhost:8441/%ff"}, id="htu-bytes"),
        pytest.param({}, {"htu": "https://localhost:99999/0599/token"}, id="htu-port"),
        pytest.param({}, {"jti": None}, id="jti-missing"),
        pytest.param({}, {"jti": "short"}, id="jti-short"),
        pytest.param({}, {"iat": None}, id="iat-missing"),
        pytest.param({}, {"iat": True}, id="iat-bool"),
        pytest.param({}, {"iat": "1767225600"}, id="iat-text"),
        pytest.param({}, {"iat": 1_767_225_600 - 61}, id="iat-old"),
        pytest.param({}, {"iat": 1_767_225_600 + 11}, id="iat-ahead"),
        pytest.param({"typ": "jwt"}, {}, id="typ"),
        pytest.param({"typ": "openid4vci-proof+jwt"}, {}, id="typ-of-a-key-proof"),
        pytest.param({"alg": "none"}, {}, id="alg-none"),
        pytest.param({"alg": "HS256"}, {}, id="alg-hs256"),
        pytest.param({"jwk": None}, {}, id="jwk-missing"),
        pytest.param({"jwk": {"kty": "oct", "k": "AA"}}, {}, id="jwk-symmetric"),
        pytest.param({"crit": ["x"], "x": 1}, {}, id="crit"),
    ],
)
def test_a_bad_proof_is_refused(wallet, made, header, claims):
    answer = wallet.redeem(made.link, made.code, header=header, claims=claims)
    refused(answer, "invalid_dpop_proof")


@pytest.mark.spec("RFC 9449", "4.3 9", "query and fragment of htu are ignored, its form is not")
@pytest.mark.parametrize(
    "htu",
    [
        "https://localhost:8441/0599/token?a=b#c",
        "HTTPS://LOCALHOST:8441/0599/token",
        "https://localhost:8441/0599/%74oken",
    ],
)
def test_htu_is_compared_after_normalisation(wallet, made, htu):
    assert wallet.redeem(made.link, made.code, claims={"htu": htu}).status_code == 200


@pytest.mark.spec("RFC 9449", "4.3 7", "a private key in a proof")
def test_a_private_jwk_is_refused(wallet, made):
    key = new_key()
    number = key.private_numbers().private_value.to_bytes(32, "big")
    jwk = {**wallet.signed_jwk(key), "d": base64url.encode(number)}
    answer = wallet.redeem(made.link, made.code, header={"jwk": jwk}, key=key)
    refused(answer, "invalid_dpop_proof")


@pytest.mark.spec("RFC 9449", "4.3 6", "the signature holds under the key of the proof")
def test_a_proof_signed_by_another_key_is_refused(wallet, made):
    jwk = wallet.signed_jwk(new_key())
    answer = wallet.redeem(made.link, made.code, header={"jwk": jwk})
    refused(answer, "invalid_dpop_proof")


@pytest.mark.spec("RFC 9449", "11.1", "a proof is used once")
def test_a_replayed_proof_is_refused(wallet, made):
    one = wallet.dpop("POST", wallet.at("token"), nonce=wallet.as_nonce)
    refused(wallet.ask_token("unknown", "1", dpop=one), "invalid_grant")
    refused(wallet.ask_token(wallet.code(made.link), made.code, dpop=one), "invalid_dpop_proof")


@pytest.mark.spec("RFC 9449", "8", "nonces: none, foreign, stale, of the resource server")
def test_a_nonce_must_be_fresh_and_of_this_endpoint(town, wallet, made):
    code = wallet.code(made.link)
    wallet.c_nonce()
    good = wallet.as_nonce
    for nonce in (None, "x", "A" * 54, wallet.rs_nonce, good[:-2] + "AA"):
        wallet.as_nonce = nonce
        answer = wallet.ask_token(code, made.code)
        refused(answer, "use_dpop_nonce")
        assert len(answer.headers.get_list("DPoP-Nonce")) == 1
    wallet.as_nonce = good
    town.now = wallet.now = town.now + 300
    refused(wallet.ask_token(code, made.code), "use_dpop_nonce")
    # The one that came with the refusal works.
    assert wallet.ask_token(code, made.code).status_code == 200


@pytest.mark.spec("OpenID4VCI 1.0", "6.1.1", "authorization_details choose among the offered")
def test_authorization_details_give_identifiers(wallet, made):
    details = '[{"type":"openid_credential","credential_configuration_id":"woonadres","x":1}]'
    answer = wallet.redeem(made.link, made.code, form={"authorization_details": details})
    assert answer.json()["authorization_details"] == [
        {
            "type": "openid_credential",
            "credential_configuration_id": "woonadres",
            "credential_identifiers": ["woonadres:1"],
        }
    ]
    assert answer.json()["scope"] == "woonadres"


@pytest.mark.spec("RFC 6585", "4", "an address that asks too much")
def test_an_address_is_slowed_down(town):
    wallet = town.wallet()
    answers = [wallet.ask_token("unknown", "1") for _ in range(130)]
    late = [answer for answer in answers if answer.status_code == 429]
    assert len(late) == 10
    assert int(late[0].headers["retry-after"]) > 0
