"""Tokens for a login's code and for a refresh token, and the grant behind an offer at the desk."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.from_home import REDIRECT, VERIFIER, grants_of, refused
from support.issuer_home import with_settings
from support.wallet_simulator import cards_of, new_key

from credential import base64url
from issuer.brp.errors import NotFound, Unavailable
from issuer.service.authorize import CODE_SECONDS
from issuer.service.oauth import TOKEN_SECONDS, TOKENS_PER_GRANT

DAY = 86_400
TWO = ("persoonsgegevens", "huishouden")


def details(*kinds: str) -> str:
    return json.dumps(
        [{"type": "openid_credential", "credential_configuration_id": kind} for kind in kinds]
    )


@pytest.mark.spec("OpenID4VCI 1.0", "6.2", "the token response of the authorization code flow")
def test_a_code_gives_tokens_and_these_give_cards(home):
    wallet = home.wallet()
    answer = wallet.ask_with_code(home.code(wallet, *TWO))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert set(found) == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert found["token_type"] == "DPoP"
    assert found["expires_in"] == TOKEN_SECONDS
    assert found["scope"] == " ".join(TWO)
    assert len(base64url.decode(found["refresh_token"])) == 32
    for kind in TWO:
        assert len(cards_of(wallet.ask_cards(kind, [new_key(), new_key()]))) == 2
    answer = wallet.ask_cards("woonadres", [new_key()])
    assert (answer.status_code, answer.json()) == (403, {"error": "insufficient_scope"})


@pytest.mark.spec("RFC 7636", "4.6", "the verifier fits the challenge")
@pytest.mark.spec("RFC 6749", "4.1.3", "redirect_uri and client are those of the request")
@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"code_verifier": VERIFIER + "x"}, "invalid_grant", 400),
        ({"code_verifier": base64url.sha256(VERIFIER)}, "invalid_grant", 400),
        ({"code_verifier": "short"}, "invalid_grant", 400),
        ({"code_verifier": "\u00e9" * 43}, "invalid_grant", 400),
        ({"code_verifier": None}, "invalid_request", 400),
        ({"code_verifier": ""}, "invalid_request", 400),
        ({"redirect_uri": None}, "invalid_request", 400),
        ({"redirect_uri": REDIRECT + "/"}, "invalid_grant", 400),
        ({"redirect_uri": "http://127.0.0.1:49153/callback"}, "invalid_grant", 400),
        ({"client_id": None}, "invalid_grant", 400),
        ({"client_id": "other"}, "invalid_client", 401),
        ({"client_secret": "x"}, "invalid_client", 401),
        ({"code": None}, "invalid_request", 400),
        ({"code": "x"}, "invalid_grant", 400),
        ({"code": "\u00e9"}, "invalid_grant", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": None}, "invalid_request", 400),
        ({"authorization_details": "[]"}, "invalid_authorization_details", 400),
        ({"authorization_details": details("woonadres")}, "invalid_authorization_details", 400),
        ({"code": ["a", "b"]}, "invalid_request", 400),
    ],
)
def test_a_bad_request_is_refused_and_costs_nothing(home, changes, error, status):
    wallet = home.wallet()
    code = home.code(wallet)
    refused(wallet.ask_with_code(code, **changes), error, status)
    assert wallet.ask_with_code(code).status_code == 200


@pytest.mark.spec("RFC 6749", "4.1.2", "a code used twice ends what was made of it")
def test_a_code_that_comes_again_ends_its_tokens(home):
    wallet = home.wallet()
    code = home.code(wallet)
    assert wallet.ask_with_code(code).status_code == 200
    cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))
    refused(wallet.ask_with_code(code), "invalid_grant")
    answer = wallet.ask_cards("persoonsgegevens", [new_key()])
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_token"})
    refused(wallet.refresh(), "invalid_grant")
    (grant,) = grants_of(home)
    assert (grant.state, grant.box, grant.refresh_hash) == ("ended", None, None)


@pytest.mark.spec("FAPI 2.0 Security Profile", "5.3.2.1", "a code lives for a minute at most")
def test_a_code_expires(home):
    wallet = home.wallet()
    code = home.code(wallet)
    home.later(wallet, CODE_SECONDS)
    refused(wallet.ask_with_code(code), "invalid_grant")


def test_a_code_works_at_its_own_municipality(at_home):
    home = at_home(westhove=True)
    wallet = home.wallet()
    code = home.code(wallet)
    wallet.identifier = "https://localhost:8441/0518"
    refused(wallet.ask_with_code(code), "invalid_grant")
    wallet.identifier = home.town.identifier
    assert wallet.ask_with_code(code).status_code == 200


@pytest.mark.spec("RFC 9449", "10", "a code belongs to the key of the pushed request")
@pytest.mark.parametrize("by", ["proof", "name"])
def test_another_key_cannot_use_the_code(home, by):
    wallet = home.wallet()
    changes = {"dpop": True} if by == "proof" else {"dpop": False, "dpop_jkt": wallet.jkt}
    code = home.code(wallet, **changes)
    thief = home.wallet()
    refused(thief.ask_with_code(code), "invalid_grant")
    assert wallet.ask_with_code(code).status_code == 200


def test_a_code_without_a_key_takes_the_first(home):
    wallet = home.wallet()
    code = home.code(wallet, dpop=False)
    assert wallet.ask_with_code(code).status_code == 200
    assert grants_of(home)[0].jkt == wallet.jkt


@pytest.mark.spec("RFC 9449", "5", "no token without a proof")
def test_no_token_without_a_proof(home):
    wallet = home.wallet()
    code = home.code(wallet)
    refused(wallet.form("token", wallet.code_form(code), dpop=False), "invalid_dpop_proof")


@pytest.mark.spec("OpenID4VCI 1.0", "6.1.1", "a token request may narrow")
def test_a_token_for_less(home):
    wallet = home.wallet()
    answer = wallet.ask_with_code(
        home.code(wallet, *TWO), authorization_details=details("huishouden")
    )
    assert answer.json()["scope"] == "huishouden"
    assert answer.json()["authorization_details"][0]["credential_identifiers"] == ["huishouden:1"]
    more = {"credential_identifier": "huishouden:1"}
    cards_of(wallet.ask_cards(None, [new_key()], more=more))
    # The grant is still for all that the resident chose.
    assert grants_of(home)[0].kinds == TWO


@pytest.mark.spec("RFC 6749", "4.1.2", "of fifty with one code one gets tokens")
def test_of_fifty_with_one_code_one_wins(at_home, database_url):
    home = at_home(top=f'database = "{database_url}"\n')
    wallet = home.wallet()
    code = home.code(wallet)
    nonce = wallet.as_nonce

    def race(_number: int) -> tuple[int, str | None]:
        one = home.wallet(key=wallet.key)
        one.as_nonce = nonce
        answer = one.ask_with_code(code)
        return answer.status_code, answer.json().get("error")

    with ThreadPoolExecutor(50) as pool:
        answers = sorted(pool.map(race, range(50)), key=str)
    assert answers == [(200, None)] + [(400, "invalid_grant")] * 49
    assert len(grants_of(home)) == 1


# ---- refresh tokens


@pytest.mark.spec("RFC 6749", "6", "a refresh token gives a new access token, and stays")
@pytest.mark.spec("FAPI 2.0 Security Profile", "5.3.2.1", "refresh tokens are not rotated")
def test_a_refresh_token_stays(home):
    wallet = home.granted(*TWO)
    first, held = wallet.token, wallet.refresh_token
    for _ in range(3):
        home.later(wallet, 3_600)
        answer = wallet.refresh()
        assert answer.status_code == 200
        assert "refresh_token" not in answer.json()
        assert answer.json()["scope"] == " ".join(TWO)
        cards_of(wallet.ask_cards("huishouden", [new_key()]))
    assert wallet.refresh_token == held
    assert wallet.token != first


def test_only_so_many_tokens_of_one_grant(home):
    wallet = home.granted()
    tokens = [wallet.token]
    for second in range(TOKENS_PER_GRANT + 1):
        home.later(wallet, second % 2)
        wallet.refresh()
        tokens.append(wallet.token)
    store = home.town.office.store.grants
    alive = [one for one in tokens if store.token(base64url.sha256(one)) is not None]
    assert len(alive) == TOKENS_PER_GRANT
    assert wallet.token in alive


@pytest.mark.spec("RFC 9449", "5", "a refresh token belongs to its key")
def test_another_key_cannot_refresh(home):
    wallet = home.granted()
    thief = home.wallet()
    thief.refresh_token = wallet.refresh_token
    refused(thief.refresh(), "invalid_grant")
    assert wallet.refresh().status_code == 200


@pytest.mark.parametrize(
    ("changes", "error", "status"),
    [
        ({"refresh_token": None}, "invalid_request", 400),
        ({"refresh_token": "x"}, "invalid_grant", 400),
        ({"refresh_token": "\u00e9"}, "invalid_grant", 400),
        ({"client_id": "other"}, "invalid_client", 401),
        ({"client_secret": "x"}, "invalid_client", 401),
        ({"scope": "woonadres"}, "invalid_scope", 400),
        ({"scope": ""}, "invalid_scope", 400),
        ({"scope": "huishouden woonadres"}, "invalid_scope", 400),
        ({"authorization_details": details("woonadres")}, "invalid_authorization_details", 400),
    ],
)
def test_a_bad_refresh_is_refused_and_costs_nothing(home, changes, error, status):
    wallet = home.granted(*TWO)
    refused(wallet.refresh(**changes), error, status)
    assert wallet.refresh().status_code == 200


@pytest.mark.spec("RFC 6749", "6", "a refresh may ask for less")
@pytest.mark.parametrize(
    "changes", [{"scope": "huishouden"}, {"authorization_details": details("huishouden")}]
)
def test_a_refresh_for_less(home, changes):
    wallet = home.granted(*TWO)
    assert wallet.refresh(**changes).json()["scope"] == "huishouden"
    assert wallet.refresh().json()["scope"] == " ".join(TWO)


def test_an_access_token_is_no_refresh_token(home):
    wallet = home.granted()
    refused(wallet.refresh(refresh_token=wallet.token), "invalid_grant")
    wallet.token = wallet.refresh_token
    answer = wallet.ask_cards("persoonsgegevens", [new_key()])
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_token"})


def test_a_grant_ends_in_time(home):
    wallet = home.granted()
    home.later(wallet, home.town.office.settings.refresh_days * DAY)
    refused(wallet.refresh(), "invalid_grant")


def test_a_municipality_may_give_no_refresh_tokens(home):
    with_settings(home.town, refresh_days=0)
    home.front.door.app = home.town.app
    wallet = home.wallet()
    answer = wallet.ask_with_code(home.code(wallet))
    assert "refresh_token" not in answer.json()
    cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))
    refused(wallet.refresh(refresh_token="x"), "unsupported_grant_type")
    url = "https://localhost:8441/.well-known/oauth-authorization-server/0599"
    assert "refresh_token" not in wallet.get(url).json()["grant_types_supported"]


def test_a_register_that_is_down_is_said(home, monkeypatch):
    wallet = home.granted()
    grant = grants_of(home)[0]
    home.town.office.store.grants.mark_changed("0599", grant.subject)

    def down(*_args, **_more):
        raise Unavailable("brp.unavailable", "Regie domain 1.1")

    monkeypatch.setattr(home.town.office.source, "fetch", down)
    refused(wallet.refresh(), "temporarily_unavailable", 503)
    monkeypatch.undo()
    assert wallet.refresh().status_code == 200
    assert grants_of(home)[0].changed == 0
    cards_of(wallet.ask_cards("persoonsgegevens", [new_key()]))


def test_an_event_while_the_register_is_asked_is_not_forgotten(home, monkeypatch):
    wallet = home.granted()
    store = home.town.office.store.grants
    name = grants_of(home)[0].subject
    store.mark_changed("0599", name)
    fetch = home.town.office.source.fetch

    def meanwhile(*args, **more):
        store.mark_changed("0599", name)
        return fetch(*args, **more)

    monkeypatch.setattr(home.town.office.source, "fetch", meanwhile)
    assert wallet.refresh().status_code == 200
    assert grants_of(home)[0].changed == 2


@pytest.mark.spec(
    "Architecture", "Issuer", "who is no resident any more gets nothing, and hears why"
)
def test_someone_who_left_keeps_a_token_without_claims(home, monkeypatch):
    wallet = home.granted()
    grant = grants_of(home)[0]
    home.town.office.store.grants.mark_changed("0599", grant.subject)

    def gone(*_args, **_more):
        raise NotFound("brp.not_found", "Regie domain 1.1")

    monkeypatch.setattr(home.town.office.source, "fetch", gone)
    assert wallet.refresh().status_code == 200
    answer = wallet.ask_cards("persoonsgegevens", [new_key()])
    assert (answer.status_code, answer.json()) == (400, {"error": "credential_request_denied"})


@pytest.mark.spec("RFC 6749", "4.1.2", "state comes back if it was sent")
def test_the_state_in_a_redirect_is_optional(home):
    wallet = home.wallet()
    started = home.start(wallet.pushed(state=None))
    home.login(started)
    assert set(home.finish(started, "persoonsgegevens")) == {"code", "iss"}
