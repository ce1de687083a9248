"""Fetching cards from home: from the name of a municipality to cards, and back after a crash."""

import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from support.logging_in import REDIRECT, begin, finish, log_in, look
from support.network import reply
from support.scheme import WESTHOVE
from support.wallet_world import World

from wallet import attestation, authorization, links
from wallet.errors import ExitCode, WalletError
from wallet.issuance import Issuance
from wallet.service import add, get, issuers, requests

VCI = "OpenID4VCI 1.0"
KINDS = ("persoonsgegevens", "verblijfsrecht")


def rule(error: WalletError) -> str:
    return str(error.params.get("rule", error.code))


def having(**more: object) -> Callable[[dict], dict]:
    return lambda found: {**found, **more}


def without(name: str) -> Callable[[dict], dict]:
    return lambda found: {key: value for key, value in found.items() if key != name}


# The whole way.


@pytest.mark.spec(VCI, "5", "authorization code flow, begun by the wallet")
def test_cards_arrive_after_logging_in(home: World) -> None:
    progress = log_in(home, *KINDS)
    assert progress.state == "received"
    assert [(card.kind, card.copies) for card in progress.received] == [
        ("persoonsgegevens", 10),
        ("verblijfsrecht", 10),
    ]
    assert progress.number == ""
    assert home.kinds(progress.activity) == ["card.offered", "card.received", "card.received"]
    assert home.wallet.store.issuances() == ()
    assert [one["event"] for one in home.issuer.notified] == ["credential_accepted"] * 2


def test_without_kinds_everything_is_asked(home: World) -> None:
    assert {card.kind for card in log_in(home).received} == {
        "persoonsgegevens",
        "verblijfsrecht",
        "woonadres",
    }


@pytest.mark.spec("HAIP 1.0", "4.2", "the wallet asks by scope")
@pytest.mark.spec("RFC 7636", "4.2", "the challenge is S256")
@pytest.mark.spec("RFC 9126", "2.1", "all parameters are pushed")
def test_what_is_pushed(home: World) -> None:
    log_in(home, *KINDS)
    [form] = home.issuer.pushes
    assert form["scope"] == "persoonsgegevens verblijfsrecht"
    assert form["client_id"] == attestation.CLIENT_ID
    assert form["redirect_uri"] == REDIRECT
    assert len(form["state"]) == len(form["code_challenge"]) == 43
    assert "authorization_details" not in form
    assert "issuer_state" not in form


@pytest.mark.spec("RFC 9126", "4", "nothing but a reference goes through the browser")
def test_the_browser_sees_a_reference_only(home: World) -> None:
    login = begin(home, look(home, *KINDS))
    assert set(parse_qs(urlsplit(login.url).query)) == {"client_id", "request_uri"}


@pytest.mark.spec(VCI, "5.1.1", "kinds without a scope are asked by authorization_details")
@pytest.mark.spec(VCI, "8.2", "by credential_identifier exactly when one was given")
def test_without_scopes_by_authorization_details(home: World) -> None:
    home.issuer.scopeless = frozenset({"verblijfsrecht"})
    progress = log_in(home, *KINDS)
    [form] = home.issuer.pushes
    assert form["scope"] == "persoonsgegevens"
    assert json.loads(form["authorization_details"]) == [
        {"type": "openid_credential", "credential_configuration_id": "verblijfsrecht"}
    ]
    assert len(progress.received) == 2
    stored = home.wallet.store.session(home.issuer.party.oin)
    assert stored is not None
    assert stored.identifiers["verblijfsrecht"] == ("verblijfsrecht:1",)


@pytest.mark.spec(VCI, "5.1.1", "locations and resource name the issuer where servers are listed")
def test_a_server_that_serves_several_issuers(home: World) -> None:
    home.issuer.metadata = having(authorization_servers=[home.issuer.id])
    home.issuer.scopeless = frozenset({"verblijfsrecht"})
    log_in(home, *KINDS)
    [form] = home.issuer.pushes
    assert form["resource"] == home.issuer.id
    assert json.loads(form["authorization_details"])[0]["locations"] == [home.issuer.id]


@pytest.mark.spec(VCI, "6.2", "credential_identifiers are used from then on")
def test_two_identifiers_are_two_cards(home: World) -> None:
    def token(found: dict) -> dict:
        detail = {
            "type": "openid_credential",
            "credential_configuration_id": "woonadres",
            "credential_identifiers": ["woonadres:1", "woonadres:2"],
        }
        return {**found, "authorization_details": [detail]}

    home.issuer.token = token
    log_in(home, "woonadres")
    assert home.issuer.asked_kinds == ["woonadres", "woonadres"]
    assert len(home.wallet.store.cards()) == 2


def test_a_kind_not_ticked_is_said_so(home: World) -> None:
    home.issuer.chosen = ("persoonsgegevens",)
    progress = log_in(home, *KINDS)
    assert [card.kind for card in progress.received] == ["persoonsgegevens"]
    assert progress.denied == (("verblijfsrecht", "not_granted"),)


@pytest.mark.spec(VCI, "9", "what needs a decision is promised and collected later")
def test_kinds_that_wait_for_a_person(home: World) -> None:
    home.issuer.waits = frozenset({"verblijfsrecht"})
    progress = log_in(home, *KINDS)
    assert progress.state == "pending"
    assert [card.kind for card in progress.received] == ["persoonsgegevens"]
    [waiting] = requests.collect(home.wallet, home.network, now=home.now)
    assert (waiting.progress.state, waiting.progress.number) == ("pending", "")
    home.issuer.decided = True
    # Weeks later: the access token has ended long ago, the refresh token gives a new one.
    home.issuer.now = later = home.now + 5 * 86_400
    [done] = requests.collect(home.wallet, home.network, now=later)
    assert [card.kind for card in done.progress.received] == ["verblijfsrecht"]
    assert [form["grant_type"] for form in home.issuer.tokens_asked][-1] == "refresh_token"


def test_what_was_promised_ends_with_the_grant(home: World) -> None:
    home.issuer.waits = frozenset({"verblijfsrecht"})
    progress = log_in(home, *KINDS)
    home.issuer.ended = True
    home.issuer.now = later = home.now + 86_400
    [waiting] = requests.collect(home.wallet, home.network, now=later)
    assert waiting.progress.state == "expired"
    assert home.kinds(progress.activity)[-1] == "card.refused"


@pytest.mark.spec(VCI, "4.1.1", "issuer_state is echoed")
def test_an_offer_may_ask_to_log_in(home: World) -> None:
    offer = {
        "credential_issuer": home.issuer.id,
        "credential_configuration_ids": ["persoonsgegevens"],
        "grants": {"authorization_code": {"issuer_state": "from-the-website"}},
    }
    link = f"openid-credential-offer://?credential_offer={quote(json.dumps(offer))}"
    found = add.look(home.wallet, home.network, links.parse(link), now=home.now)  # type: ignore[arg-type]
    assert found.needs_login
    assert finish(home, begin(home, found)).state == "received"
    assert home.issuer.pushes[0]["issuer_state"] == "from-the-website"


@pytest.mark.spec(VCI, "4.1.1", "an offer without grants: whatever the server can do")
def test_an_offer_without_grants(home: World) -> None:
    home.issuer.offer = without("grants")
    found = add.look(home.wallet, home.network, links.parse(home.issuer.link), now=home.now)  # type: ignore[arg-type]
    assert found.needs_login
    assert finish(home, begin(home, found)).state == "received"


# Who is meant.


@pytest.mark.parametrize(
    "name",
    [
        "Gemeente Voorbeeldstad",
        "gemeente voorbeeldstad",
        "voorbeeldstad",
        "00000099000000001000",
        "0599",
        "https://localhost:8441/0599",
        "https://localhost:8441/0599/",
    ],
)
def test_an_issuer_by_any_of_its_names(home: World, name: str) -> None:
    assert issuers.find(home.wallet, name, now=home.now).url == home.issuer.id


@pytest.mark.parametrize(
    ("name", "code", "exit_code"),
    [
        ("Gemeente Nergenshuizen", "get.issuer_none", ExitCode.NO_MATCH),
        ("", "get.issuer_none", ExitCode.NO_MATCH),
        ("gemeente", "get.issuer_several", ExitCode.USAGE),
        ("localhost", "get.issuer_several", ExitCode.USAGE),
        ("https://unlisted.example/0599", "add.issuer_unknown", ExitCode.NOT_TRUSTED),
        ("http://localhost:8441/0599", "link.malformed", ExitCode.USAGE),
    ],
)
def test_nobody_or_several(home: World, name: str, code: str, exit_code: ExitCode) -> None:
    with pytest.raises(WalletError) as caught:
        look(home, issuer=name)
    assert (caught.value.code, caught.value.exit) == (code, exit_code)
    assert home.network.calls == []


def test_another_party_at_the_address_of_the_one_meant(home: World) -> None:
    other = home.scheme.issuer(WESTHOVE)
    home.issuer.party = replace(
        home.issuer.party, access=other.access, registration=other.registration
    )
    with pytest.raises(WalletError) as caught:
        look(home)
    assert rule(caught.value) == "issuer.other_party"


def test_a_kind_this_issuer_does_not_have(home: World) -> None:
    with pytest.raises(WalletError, match=r"get\.kind_not_offered") as caught:
        look(home, "urgentie")
    assert caught.value.exit is ExitCode.NO_MATCH


# After the token.


def test_after_the_token_everything_is_picked_up(home: World) -> None:
    home.network.lose = lambda call: call.url.endswith("/credential")
    with pytest.raises(WalletError, match=r"network\.failed"):
        log_in(home)
    assert len(home.wallet.store.sessions()) == 1
    home.network.lose = lambda _call: False
    [done] = requests.collect(home.wallet, home.network, now=home.now)
    assert done.progress.state == "received"


def test_a_crash_while_logging_in_is_told_and_on_record(home: World) -> None:
    login = begin(home, look(home))
    [notice] = home.wallet.store.recover(at=home.now)
    assert (notice.code, notice.activity) == ("login.interrupted", login.found.activity)
    assert home.kinds(login.found.activity) == ["card.offered", "card.refused"]
    assert home.wallet.store.recover(at=home.now) == ()


@pytest.mark.spec(VCI, "8.3.1.2", "a stale nonce is fetched anew")
def test_a_stale_nonce_is_fetched_anew(home: World) -> None:
    original, refused = home.issuer._credential, []

    def once(call):
        answer = original(call)
        if answer.status == 200 and not refused:
            refused.append(call)
            return reply(400, json.dumps({"error": "invalid_nonce"}), "application/json")
        return answer

    home.issuer._credential = once  # type: ignore[method-assign]
    assert log_in(home, "woonadres").state == "received"
    assert len(refused) == 1
    assert len(home.network.posts("/0599/nonce")) == 2


# Encryption.


@pytest.mark.parametrize("policy", ["accepted", "required"])
@pytest.mark.spec(VCI, "10", "requests and answers are encrypted where the issuer can")
def test_encrypted_both_ways(home: World, policy: str) -> None:
    home.issuer.encryption = policy
    home.issuer.waits = frozenset({"verblijfsrecht"})
    assert len(log_in(home, *KINDS).received) == 1
    home.issuer.decided = True
    [done] = requests.collect(home.wallet, home.network, now=home.now)
    assert done.progress.state == "received"
    assert home.issuer.sealed_requests >= 3
    bodies = [call.body for call in home.network.posts("/0599/credential")]
    assert not any(b"credential_configuration_id" in body for body in bodies)


@pytest.mark.spec(VCI, "8.3", "an answer in clear where an encrypted one was asked is refused")
def test_refuses_an_answer_in_clear(home: World) -> None:
    home.issuer.encryption, home.issuer.plain_answers = "accepted", True
    with pytest.raises(WalletError) as caught:
        log_in(home)
    assert rule(caught.value) == "issuer.answer_plain"
    assert home.wallet.store.cards() == ()


def test_newer_keys_of_the_issuer_are_fetched(home: World) -> None:
    home.issuer.encryption = "required"
    home.issuer.waits = frozenset({"verblijfsrecht"})
    log_in(home, *KINDS)
    home.issuer.kid, home.issuer.decided = "day-2", True
    [done] = requests.collect(home.wallet, home.network, now=home.now)
    assert done.progress.state == "received"


@pytest.mark.parametrize(
    "change",
    [
        without("credential_request_encryption"),
        lambda found: {
            **found,
            "credential_request_encryption": {
                **found["credential_request_encryption"],
                "enc_values_supported": ["A128CBC-HS256"],
            },
        },
        lambda found: {
            **found,
            "credential_request_encryption": {
                **found["credential_request_encryption"],
                "jwks": {"keys": found["credential_request_encryption"]["jwks"]["keys"] * 2},
            },
        },
        lambda found: {
            **found,
            "credential_response_encryption": {
                **found["credential_response_encryption"],
                "alg_values_supported": ["RSA-OAEP"],
            },
        },
    ],
    ids=["no request keys", "unknown enc", "kid twice", "unknown alg"],
)
@pytest.mark.spec(VCI, "12.2.4", "what is demanded must be possible")
def test_refuses_encryption_that_cannot_be(home: World, change: Callable[[dict], dict]) -> None:
    home.issuer.encryption, home.issuer.metadata_keys = "required", change
    with pytest.raises(WalletError) as caught:
        look(home)
    assert rule(caught.value) == "issuer.encryption"


# What is kept.


def test_no_secret_shows(home: World) -> None:
    login = begin(home, look(home))
    progress = finish(home, login)
    stored = home.wallet.store.session(home.issuer.party.oin)
    assert stored is not None
    shown = repr((login, login.found, progress, stored, login.asked))
    for secret in (login.asked.state, login.asked.verifier, "access-1", "refresh-1", "PRIVATE KEY"):
        assert secret not in shown


def test_a_promise_keeps_its_own_tokens(home: World) -> None:
    """A newer login takes the place of the session, not of what was promised under the older."""
    home.issuer.waits = frozenset({"verblijfsrecht"})
    log_in(home, *KINDS)
    log_in(home, "persoonsgegevens")
    [pending] = home.wallet.store.issuances()
    issuance = Issuance.read(pending.document)
    stored = home.wallet.store.session(home.issuer.party.oin)
    assert stored is not None
    assert issuance.session.dpop_key != stored.dpop_key
    home.issuer.decided = True
    [done] = requests.collect(home.wallet, home.network, now=home.now)
    assert done.progress.state == "received"


def test_the_verifier_and_state_are_fresh_each_time(home: World) -> None:
    first, second = begin(home, look(home)), begin(home, look(home))
    assert first.asked.state != second.asked.state
    assert first.asked.verifier != second.asked.verifier
    assert first.key != second.key


@pytest.mark.spec("RFC 7636", "4.1", "the verifier has 43 to 128 unreserved characters")
def test_the_verifier(home: World) -> None:
    asked = authorization.begin(REDIRECT, home.wallet.entropy)
    assert 43 <= len(asked.verifier) <= 128
    assert asked.verifier.replace("-", "").replace("_", "").isalnum()


def test_an_interrupted_login_is_abandoned_once(home: World) -> None:
    login = begin(home, look(home))
    get.abandon(home.wallet, login, "login.interrupted", now=home.now)
    get.abandon(home.wallet, login, "login.interrupted", now=home.now)
    assert home.kinds(login.found.activity) == ["card.offered", "card.refused"]
