"""What may be pushed, by whom, and back to where (RFC 9126; OpenID4VCI 1.0, 5)."""

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from support.from_home import REDIRECT, VERIFIER, refused
from support.issuer_home import FIVE
from support.wallet_simulator import new_key

from credential import base64url, jose
from issuer.service import homeoffers
from issuer.service.push import PUSHED_SECONDS


@pytest.mark.spec("RFC 9126", "2.2", "a pushed request is answered with a short-lived reference")
def test_the_answer(home):
    answer = home.wallet().push()
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert len(base64url.decode(found["request_uri"].rpartition(":")[2])) == 32
    assert found["expires_in"] == PUSHED_SECONDS
    assert 5 <= found["expires_in"] < 600
    assert len({home.wallet().pushed() for _ in range(5)}) == 5


@pytest.mark.spec("RFC 9126", "2.3", "only posted forms of a bounded size")
def test_only_a_form(home):
    wallet = home.wallet()
    url = wallet.at("par")
    assert wallet.send("GET", url).status_code == 405
    refused(wallet.send("POST", url, content=b"{}"), "invalid_request", 415)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    large = b"a=" + b"x" * 10_000
    refused(wallet.send("POST", url, content=large, headers=headers), "invalid_request", 413)
    refused(wallet.send("POST", url, content=b"\xff", headers=headers), "invalid_request")


@pytest.mark.spec("RFC 9126", "2.3", "what the authorization endpoint would refuse is refused here")
@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        pytest.param({"request_uri": "urn:x"}, "invalid_request", 400, id="request_uri"),
        pytest.param({"request": "a.b.c"}, "request_not_supported", 400, id="request-object"),
        pytest.param({"client_id": None}, "invalid_request", 400, id="client-missing"),
        pytest.param({"client_id": "other"}, "invalid_client", 401, id="client-unknown"),
        pytest.param({"client_secret": "x"}, "invalid_client", 401, id="client-secret"),
        pytest.param({"client_assertion": "x"}, "invalid_client", 401, id="client-assertion"),
        pytest.param({"response_type": None}, "invalid_request", 400, id="type-missing"),
        pytest.param({"response_type": "token"}, "unsupported_response_type", 400, id="type-token"),
        pytest.param(
            {"response_type": "code id_token"}, "unsupported_response_type", 400, id="type-hybrid"
        ),
        pytest.param({"response_mode": "fragment"}, "invalid_request", 400, id="mode"),
        pytest.param({"code_challenge": None}, "invalid_request", 400, id="pkce-missing"),
        pytest.param({"code_challenge_method": None}, "invalid_request", 400, id="pkce-default"),
        pytest.param(
            {"code_challenge_method": "plain", "code_challenge": VERIFIER},
            "invalid_request",
            400,
            id="pkce-plain",
        ),
        pytest.param({"code_challenge": "short"}, "invalid_request", 400, id="pkce-short"),
        pytest.param({"code_challenge": "=" * 43}, "invalid_request", 400, id="pkce-alphabet"),
        pytest.param({"scope": None}, "invalid_scope", 400, id="scope-missing"),
        pytest.param({"scope": "rijbewijs"}, "invalid_scope", 400, id="scope-unknown"),
        pytest.param({"state": "\n"}, "invalid_request", 400, id="state"),
        pytest.param({"state": "x" * 1_025}, "invalid_request", 400, id="state-long"),
        pytest.param({"resource": "https://other.example"}, "invalid_target", 400, id="resource"),
        pytest.param({"issuer_state": ""}, "invalid_request", 400, id="issuer-state-empty"),
        pytest.param({"issuer_state": "x"}, "invalid_request", 400, id="issuer-state-unknown"),
        pytest.param(
            {"scope": ["woonadres", "woonadres"]}, "invalid_request", 400, id="parameter-twice"
        ),
    ],
)
def test_a_bad_request_is_refused(home, changes, error, status):
    refused(home.wallet().push(**changes), error, status)


@pytest.mark.spec("RFC 9126", "2.4", "the redirect_uri of a public client is a registered one")
@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        (REDIRECT, True),
        ("http://127.0.0.1:1/callback", True),
        ("http://[::1]:49152/callback", True),
        ("http://127.0.0.1/callback", True),
        ("http://127.0.0.1:49152/callback/", False),
        ("http://127.0.0.1:49152/other", False),
        ("http://127.0.0.1:49152/callback?a=b", False),
        ("http://127.0.0.1:49152/callback#x", False),
        ("http://user@127.0.0.1:49152/callback", False),
        ("http://127.0.0.1:99999/callback", False),
        ("http://127.0.0.1.example/callback", False),
        ("http://localhost:49152/callback", False),
        ("http://127.0.0.2:49152/callback", False),
        ("https://127.0.0.1:49152/callback", False),
        ("https://wallet.example/callback", False),
        ("nl.example.wallet:/callback", False),
        ("javascript:alert(1)", False),
        ("", False),
        (None, False),
    ],
)
def test_where_a_public_wallet_is_sent_back_to(home, uri, allowed):
    answer = home.wallet().push(redirect_uri=uri)
    assert answer.status_code == (201 if allowed else 400), answer.text
    if not allowed:
        assert answer.json() == {"error": "invalid_request"}


@pytest.mark.spec("OpenID4VCI 1.0", "5.1.2", "unknown scopes are ignored, each is read on its own")
def test_scopes(home):
    started = home.start(home.wallet().pushed("woonadres", "x", "huishouden", "woonadres"))
    assert home.login(started).kinds == ("woonadres", "huishouden")


@pytest.mark.spec("OpenID4VCI 1.0", "5.1.1", "authorization_details decide, and add to the scopes")
def test_details_and_scopes(home):
    wallet = home.wallet()
    issuer = wallet.identifier
    detail = {
        "type": "openid_credential",
        "credential_configuration_id": "woonadres",
        "locations": [issuer],
        "claims": [{"path": ["address"], "mandatory": False}],
        "something": "else",
    }
    details = json.dumps([detail])
    started = home.start(wallet.pushed("huishouden", authorization_details=details))
    assert home.login(started).kinds == ("woonadres", "huishouden")
    code = home.finish(started, "woonadres", "huishouden")["code"]
    answer = wallet.ask_with_code(code).json()
    assert [one["credential_identifiers"] for one in answer["authorization_details"]] == [
        ["woonadres:1"],
        ["huishouden:1"],
    ]


@pytest.mark.spec("RFC 9396", "5", "bad authorization_details")
@pytest.mark.parametrize(
    "change",
    [
        {"type": "payment"},
        {"type": None},
        {"credential_configuration_id": "rijbewijs"},
        {"credential_configuration_id": 1},
        {"locations": ["https://other.example"]},
        {"locations": []},
        {"locations": "x"},
        {"claims": []},
        {"claims": "x"},
        {"claims": [{"mandatory": True}]},
    ],
)
def test_bad_details_are_refused(home, change):
    good = {"type": "openid_credential", "credential_configuration_id": "woonadres"}
    details = json.dumps([{**good, **change}])
    answer = home.wallet().push(scope=None, authorization_details=details)
    refused(answer, "invalid_authorization_details")


@pytest.mark.spec("RFC 9449", "10.1", "a proof at the pushed request binds the code to its key")
def test_the_key_of_the_proof_and_the_named_key_agree(home):
    wallet = home.wallet()
    assert wallet.push(dpop_jkt=wallet.jkt).status_code == 201
    assert wallet.push(dpop=False, dpop_jkt=wallet.jkt).status_code == 201
    other = jose.thumbprint(new_key().public_key())
    refused(wallet.push(dpop_jkt=other), "invalid_dpop_proof")
    refused(wallet.push(dpop_jkt="short"), "invalid_request")


@pytest.mark.spec("RFC 9449", "4.3", "a proof at the pushed request is checked like any other")
def test_a_bad_proof_is_refused(home):
    wallet = home.wallet()
    url = wallet.at("par")
    assert wallet.push().status_code == 201

    def push(*proofs: str):
        sent = [("DPoP", one) for one in proofs]
        return wallet.form("par", wallet.request(), dpop=False, headers=sent)

    good = wallet.dpop("POST", url, nonce=wallet.as_nonce)
    refused(push(good, good), "invalid_dpop_proof")
    refused(
        push(wallet.dpop("POST", wallet.at("token"), nonce=wallet.as_nonce)), "invalid_dpop_proof"
    )
    refused(push(wallet.dpop("GET", url, nonce=wallet.as_nonce)), "invalid_dpop_proof")
    refused(push(wallet.dpop("POST", url, nonce=None)), "use_dpop_nonce")
    once = wallet.dpop("POST", url, nonce=wallet.as_nonce)
    assert push(once).status_code == 201
    refused(push(once), "invalid_dpop_proof")


def offered(home, kinds=("persoonsgegevens", "woonadres")) -> tuple[str, str]:
    """The `issuer_state` of an offer from home, and its link."""
    made = homeoffers.make(home.town.office, kinds, municipality="0599", now=home.town.now)
    return state_of(home, made.link), made.link


def state_of(home, link: str) -> str:
    found = home.wallet().offer(link)
    assert set(found["grants"]) == {"authorization_code"}
    return found["grants"]["authorization_code"]["issuer_state"]


@pytest.mark.spec("OpenID4VCI 1.0", "4.1.1", "an offer for whoever logs in")
def test_an_offer_from_home(home):
    made = homeoffers.make(home.town.office, None, municipality=None, now=home.town.now)
    wallet = home.wallet()
    found = wallet.offer(made.uri)
    assert found["credential_issuer"] == wallet.identifier
    assert tuple(found["credential_configuration_ids"]) == FIVE
    assert parse_qs(urlsplit(made.uri).query)["credential_offer_uri"][0].upper() == made.link
    code = home.code(wallet, "woonadres", issuer_state=state_of(home, made.link))
    assert wallet.ask_with_code(code).status_code == 200
    # It was for one wallet.
    assert wallet.get(made.link).status_code == 404


@pytest.mark.spec("OpenID4VCI 1.0", "5.1.3", "issuer_state opens once")
def test_an_issuer_state_is_used_once(home):
    state, link = offered(home)
    assert home.wallet().push(issuer_state=state).status_code == 201
    refused(home.wallet().push(issuer_state=state), "invalid_request")
    assert home.wallet().get(link).status_code == 404


@pytest.mark.spec("OpenID4VCI 1.0", "5.1.3", "issuer_state expires")
def test_an_expired_issuer_state(home):
    state, link = offered(home)
    wallet = home.wallet()
    home.later(wallet, homeoffers.OFFER_SECONDS)
    refused(wallet.push(issuer_state=state), "invalid_request")
    assert wallet.get(link).status_code == 404


@pytest.mark.spec("OpenID4VCI 1.0", "5.1.3", "issuer_state of another issuer is nobody's")
def test_an_issuer_state_of_another_municipality(at_home):
    home = at_home(westhove=True)
    state, link = offered(home)
    wallet = home.wallet()
    wallet.identifier = "https://localhost:8441/0518"
    refused(wallet.push(issuer_state=state), "invalid_request")
    assert wallet.get(link.replace("/0599/", "/0518/")).status_code == 404
    assert home.wallet().push(issuer_state=state).status_code == 201


def test_more_than_was_offered_is_refused_and_costs_nothing(home):
    state, _ = offered(home, ("persoonsgegevens",))
    wallet = home.wallet()
    refused(wallet.push("persoonsgegevens", "woonadres", issuer_state=state), "invalid_request")
    assert wallet.push("persoonsgegevens", issuer_state=state).status_code == 201


def test_of_fifty_wallets_with_one_offer_one_may_push(at_home, database_url):
    home = at_home(top=f'database = "{database_url}"\n')
    state, _ = offered(home)

    def race(_number: int) -> int:
        return home.wallet().push(dpop=False, issuer_state=state).status_code

    with ThreadPoolExecutor(50) as pool:
        answers = sorted(pool.map(race, range(50)))
    assert answers == [201] + [400] * 49


def test_without_a_login_nothing_is_pushed(town):
    wallet = town.wallet()
    answer = wallet.send("POST", wallet.at("par"), data={"client_id": "regie-wallet"})
    refused(answer, "not_found", 404)
