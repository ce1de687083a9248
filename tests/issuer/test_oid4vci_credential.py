"""What the credential and deferred endpoints refuse, and whose fault it is."""

import pytest
from support.wallet_simulator import cards_of, new_key

from credential import base64url, sdjwt
from issuer.offer import BATCHES_PER_KIND
from issuer.service import desk
from issuer.service.oauth import CASE_TOKEN_SECONDS


def refused(answer, error: str, status: int = 400) -> None:
    assert answer.status_code == status, answer.text
    assert answer.json() == {"error": error}
    assert answer.headers["cache-control"] == "no-store"
    if status in (401, 403):
        assert answer.headers["www-authenticate"].startswith(f'DPoP error="{error}"')
        assert 'algs="ES256"' in answer.headers["www-authenticate"]


def _with_nonce(wallet, nonce: str) -> str:
    return wallet.dpop("POST", wallet.at("credential"), token=wallet.token, nonce=nonce)


@pytest.fixture
def town(https_town):
    """Everything here goes over https."""
    return https_town


@pytest.fixture
def wallet(town):
    """A wallet that may collect `persoonsgegevens`."""
    return town.confirmed(("persoonsgegevens",))[0]


# ---- the access token and its DPoP proof


@pytest.mark.spec("RFC 9449", "7.2", "a bound token sent as Bearer")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "Basic", "Token"])
def test_a_bound_token_is_only_taken_with_dpop(wallet, scheme):
    refused(wallet.ask_cards("persoonsgegevens", [new_key()], scheme=scheme), "invalid_token", 401)
    refused(wallet.collect("x", scheme=scheme), "invalid_token", 401)


@pytest.mark.spec("RFC 6750", "3.1", "an unknown or expired token")
def test_an_unknown_or_expired_token(town, wallet):
    refused(wallet.ask_cards("persoonsgegevens", [new_key()], token="x"), "invalid_token", 401)
    town.now = wallet.now = town.now + CASE_TOKEN_SECONDS
    refused(wallet.ask_cards("persoonsgegevens", [new_key()]), "invalid_token", 401)


def test_no_authorization_at_all(wallet):
    answer = wallet.send("POST", wallet.at("credential"), json={})
    refused(answer, "invalid_token", 401)


@pytest.mark.spec("RFC 6750", "2.3", "a token in the address or the body is none")
def test_a_token_outside_its_header(wallet):
    wallet.c_nonce()
    for url, body in (
        (f"{wallet.at('credential')}?access_token={wallet.token}", {}),
        (wallet.at("credential"), {"access_token": wallet.token}),
    ):
        proof = wallet.dpop(
            "POST", wallet.at("credential"), token=wallet.token, nonce=wallet.rs_nonce
        )
        refused(wallet.send("POST", url, json=body, headers={"DPoP": proof}), "invalid_token", 401)


@pytest.mark.spec("RFC 9449", "7", "each check of a proof at a resource")
@pytest.mark.parametrize(
    "knobs",
    [
        pytest.param({"dpop": None}, id="none"),
        pytest.param({"claims": {"ath": None}}, id="ath-missing"),
        pytest.param({"claims": {"ath": base64url.sha256("other")}}, id="ath-other"),
        pytest.param({"claims": {"htm": "GET"}}, id="htm"),
        pytest.param({"claims": {"htu": "https://localhost:8441/0599/token"}}, id="htu"),
        pytest.param({"header": {"typ": "jwt"}}, id="typ"),
        pytest.param({"header": {"alg": "none"}}, id="alg"),
        pytest.param({"claims": {"iat": 0}}, id="iat"),
        pytest.param({"claims": {"jti": None}}, id="jti"),
    ],
)
def test_a_bad_proof_at_a_resource(wallet, knobs):
    answer = wallet.ask_cards("persoonsgegevens", [new_key()], **knobs)
    refused(answer, "invalid_dpop_proof", 401)


@pytest.mark.spec("RFC 9449", "4.3 12", "a token works only with the key it is bound to")
def test_a_token_with_another_key(wallet):
    answer = wallet.ask_cards("persoonsgegevens", [new_key()], key=new_key())
    refused(answer, "invalid_token", 401)


@pytest.mark.spec("RFC 9449", "9", "the resource server's nonces are its own")
def test_a_nonce_of_the_token_endpoint_is_not_one_of_the_resource(wallet):
    c_nonce = wallet.c_nonce()
    answer = wallet.ask_cards(
        "persoonsgegevens", [new_key()], nonce=c_nonce, dpop=_with_nonce(wallet, wallet.as_nonce)
    )
    refused(answer, "use_dpop_nonce", 401)
    assert answer.headers["dpop-nonce"]


@pytest.mark.spec("RFC 9449", "11.1", "a proof is used once")
def test_a_proof_cannot_be_replayed(wallet):
    c_nonce = wallet.c_nonce()
    one = _with_nonce(wallet, wallet.rs_nonce)
    keys = [new_key()]
    assert wallet.ask_cards("persoonsgegevens", keys, nonce=c_nonce, dpop=one).status_code == 200
    answer = wallet.ask_cards("persoonsgegevens", keys, nonce=c_nonce, dpop=one)
    refused(answer, "invalid_dpop_proof", 401)


def test_a_token_of_another_municipality(town, wallet):
    wallet.identifier = "https://localhost:8441/0518"
    answer = wallet.send("POST", wallet.at("credential"), json={})
    refused(answer, "not_found", 404)


# ---- which card


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "exactly one member names the card, of the right kind")
@pytest.mark.parametrize(
    ("kind", "more", "error", "status"),
    [
        pytest.param(
            "persoonsgegevens",
            {"credential_identifier": "persoonsgegevens:1"},
            "invalid_credential_request",
            400,
            id="both",
        ),
        pytest.param(None, {}, "invalid_credential_request", 400, id="neither"),
        pytest.param(
            None,
            {"credential_identifier": "persoonsgegevens:1"},
            "invalid_credential_request",
            400,
            id="identifier-not-given",
        ),
        pytest.param("unknown", {}, "unknown_credential_configuration", 400, id="unknown"),
        pytest.param("woonadres", {}, "insufficient_scope", 403, id="not-granted"),
        pytest.param(None, {"credential_configuration_id": 1}, "invalid_credential_request", 400, id="number"),
        pytest.param(
            None,
            {"format": "dc+sd-jwt", "vct": "https://regie.example/ns/kaart/persoonsgegevens/1"},
            "invalid_credential_request",
            400,
            id="a-draft's-members",
        ),
    ],
)  # fmt: skip
def test_what_is_asked_must_be_named_once_and_granted(wallet, kind, more, error, status):
    refused(wallet.ask_cards(kind, [new_key()], more=more), error, status)


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "identifiers, where the token response gave them")
def test_identifiers_are_used_where_they_were_given(town):
    details = '[{"type":"openid_credential","credential_configuration_id":"persoonsgegevens"}]'
    wallet, _ = town.confirmed(None, form={"authorization_details": details})
    refused(wallet.ask_cards("persoonsgegevens", [new_key()]), "invalid_credential_request")
    for wrong in ("persoonsgegevens", "woonadres:1", "x:1"):
        answer = wallet.ask_cards(None, [new_key()], more={"credential_identifier": wrong})
        refused(answer, "unknown_credential_identifier")
    good = {"credential_identifier": "persoonsgegevens:1"}
    assert len(cards_of(wallet.ask_cards(None, [new_key()], more=good))) == 1


# ---- proofs


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "proofs: one type, not empty, not too many")
@pytest.mark.parametrize(
    ("proofs", "error"),
    [
        pytest.param({"jwt": ["x"], "attestation": ["y"]}, "invalid_credential_request", id="two-types"),
        pytest.param({"attestation": ["y"]}, "invalid_proof", id="attestation"),
        pytest.param({"attestation": []}, "invalid_proof", id="attestation-empty"),
        pytest.param({"attestation": ["y", "z"]}, "invalid_credential_request", id="two-attestations"),
        pytest.param({"di_vp": [{}]}, "invalid_credential_request", id="di_vp"),
        pytest.param({"x": []}, "invalid_credential_request", id="unknown-type"),
        pytest.param([], "invalid_credential_request", id="array"),
        pytest.param({"jwt": []}, "invalid_proof", id="empty"),
        pytest.param({"jwt": "x.y.z"}, "invalid_proof", id="string"),
        pytest.param({"jwt": [1]}, "invalid_credential_request", id="number"),
        pytest.param({"jwt": ["x.y.z"]}, "invalid_proof", id="no-jwt"),
    ],
)  # fmt: skip
def test_the_shape_of_proofs(wallet, proofs, error):
    more = {"proofs": proofs}
    refused(wallet.ask_cards("persoonsgegevens", [new_key()], more=more), error)


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "proofs missing")
def test_proofs_are_required_and_the_draft_form_is_not_one(wallet):
    refused(wallet.post("credential", {"credential_configuration_id": "persoonsgegevens"}), "use_dpop_nonce", 401)  # fmt: skip
    body = {"credential_configuration_id": "persoonsgegevens"}
    refused(wallet.post("credential", body), "invalid_proof")
    body["proof"] = {"proof_type": "jwt", "jwt": "x.y.z"}
    refused(wallet.post("credential", body), "invalid_proof")


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "no more proofs than batch_size")
def test_too_many_proofs(wallet):
    keys = [new_key() for _ in range(11)]
    refused(wallet.ask_cards("persoonsgegevens", keys), "invalid_credential_request")
    assert len(cards_of(wallet.ask_cards("persoonsgegevens", keys[:10]))) == 10


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "all keys are different")
def test_duplicate_keys(wallet):
    key = new_key()
    refused(wallet.ask_cards("persoonsgegevens", [key, key]), "invalid_proof")


@pytest.mark.spec("OpenID4VCI 1.0", "F.4", "each check of a key proof")
@pytest.mark.parametrize(
    ("header", "claims"),
    [
        pytest.param({"typ": "jwt"}, {}, id="typ"),
        pytest.param({"typ": "dpop+jwt"}, {}, id="typ-of-dpop"),
        pytest.param({"alg": "none"}, {}, id="alg-none"),
        pytest.param({"alg": "HS256"}, {}, id="alg-hs256"),
        pytest.param({"kid": "1"}, {}, id="kid-and-jwk"),
        pytest.param({"kid": "did:key:x", "jwk": None}, {}, id="kid"),
        pytest.param({"x5c": ["AA=="]}, {}, id="x5c-and-jwk"),
        pytest.param({"jwk": None}, {}, id="no-key"),
        pytest.param({}, {"aud": "https://localhost:8441/0518"}, id="aud-other"),
        pytest.param({}, {"aud": ["https://localhost:8441/0599"]}, id="aud-array"),
        pytest.param({}, {"aud": None}, id="aud-missing"),
        pytest.param({}, {"iss": "someone"}, id="iss-of-an-anonymous-client"),
        pytest.param({}, {"iat": None}, id="iat-missing"),
        pytest.param({}, {"iat": True}, id="iat-bool"),
        pytest.param({}, {"iat": 1_767_225_600 - 301}, id="iat-old"),
        pytest.param({}, {"iat": 1_767_225_600 + 61}, id="iat-ahead"),
        pytest.param({}, {"nonce": None}, id="nonce-missing"),
        pytest.param({}, {"nonce": 1}, id="nonce-number"),
    ],
)
def test_a_bad_key_proof(wallet, header, claims):
    nonce = wallet.c_nonce()
    good = wallet.proof(new_key(), nonce)
    bad = wallet.proof(new_key(), nonce, header=header, claims=claims)
    answer = wallet.ask_cards("persoonsgegevens", [], proofs={"jwt": [good, bad]}, nonce=nonce)
    refused(answer, "invalid_proof")
    # One that fails refuses all, and the nonce was not used up by it.
    answer = wallet.ask_cards("persoonsgegevens", [], proofs={"jwt": [good]}, nonce=nonce)
    assert len(cards_of(answer)) == 1


@pytest.mark.spec("OpenID4VCI 1.0", "F.1", "no private key in a proof; the signature is its own")
def test_a_private_or_foreign_jwk(wallet):
    nonce = wallet.c_nonce()
    key = new_key()
    number = key.private_numbers().private_value.to_bytes(32, "big")
    private = {**wallet.signed_jwk(key), "d": base64url.encode(number)}
    for jwk in (private, wallet.signed_jwk(new_key())):
        bad = wallet.proof(key, nonce, header={"jwk": jwk})
        answer = wallet.ask_cards("persoonsgegevens", [], proofs={"jwt": [bad]}, nonce=nonce)
        refused(answer, "invalid_proof")


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "a wrong, stale or used c_nonce")
def test_a_nonce_must_be_ours_fresh_and_unused(town, wallet):
    keys = [new_key()]
    for nonce in ("x", "A" * 54, wallet.as_nonce, wallet.rs_nonce or "y"):
        wallet.c_nonce()
        refused(wallet.ask_cards("persoonsgegevens", keys, nonce=nonce), "invalid_nonce")
    used = wallet.c_nonce()
    assert wallet.ask_cards("persoonsgegevens", keys, nonce=used).status_code == 200
    refused(wallet.ask_cards("persoonsgegevens", keys, nonce=used), "invalid_nonce")
    stale = wallet.c_nonce()
    town.now = wallet.now = town.now + 300
    wallet.c_nonce()
    refused(wallet.ask_cards("persoonsgegevens", keys, nonce=stale), "invalid_nonce")


@pytest.mark.spec("OpenID4VCI 1.0", "7.2", "nonces are not cached and unpredictable")
def test_the_nonce_endpoint(wallet):
    first = wallet.send("POST", wallet.at("nonce"))
    assert first.headers["cache-control"] == "no-store"
    assert first.json()["c_nonce"] != wallet.c_nonce()
    assert wallet.get(wallet.at("nonce")).status_code == 405


# ---- bodies


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "invalid_credential_request"),
        (b"[]", "invalid_credential_request"),
        (b'{"proofs":1,"proofs":2}', "invalid_credential_request"),
        (b'{"a":NaN}', "invalid_credential_request"),
        (b"\xef\xbb\xbf{}", "invalid_credential_request"),
    ],
)
def test_a_body_that_is_not_one_object(wallet, body, error):
    wallet.c_nonce()
    refused(wallet.post("credential", body), error)


def test_a_body_of_another_type_or_size(wallet):
    wallet.c_nonce()
    refused(wallet.post("credential", b"{}", media="text/plain"), "invalid_request", 415)
    refused(wallet.post("credential", b"x" * 70_000), "invalid_request", 413)


# ---- waiting for the clerk


@pytest.mark.spec(
    "OpenID4VCI 1.0", "9", "deferred: the same transaction until it is ready, then never again"
)
def test_a_transaction_is_used_once(town):
    wallet, made = town.redeemed(("persoonsgegevens",))
    answer = wallet.ask_cards("persoonsgegevens", [new_key()])
    transaction = answer.json()["transaction_id"]
    again = wallet.collect(transaction)
    assert again.status_code == 202
    assert again.json() == {"transaction_id": transaction, "interval": 5}
    assert again.headers["cache-control"] == "no-store"
    town.confirm(made, wallet)
    assert len(cards_of(wallet.collect(transaction))) == 1
    refused(wallet.collect(transaction), "invalid_transaction_id")


@pytest.mark.spec("OpenID4VCI 1.0", "9.3", "of two that collect one transaction one gets cards")
def test_a_transaction_that_was_used_meanwhile_gives_nothing(town, monkeypatch):
    """The other request came after the waiting request was read, before the cards were made."""
    wallet, made = town.redeemed(("persoonsgegevens",))
    transaction = wallet.ask_cards("persoonsgegevens", [new_key()]).json()["transaction_id"]
    town.confirm(made, wallet)
    read = town.office.store.cases.waiting
    other = []

    def slow(*args):
        waiting = read(*args)
        if not other:
            other.append(None)
            other.append(wallet.collect(transaction))
        return waiting

    monkeypatch.setattr(town.office.store.cases, "waiting", slow)
    refused(wallet.collect(transaction), "invalid_transaction_id")
    assert len(cards_of(other[1])) == 1
    case = town.office.store.cases.find(made.case).case
    assert case.collected == {"persoonsgegevens": 1}


@pytest.mark.spec("OpenID4VCI 1.0", "9.3", "a transaction of another token")
def test_a_transaction_of_another_token(town):
    first, _ = town.redeemed(("persoonsgegevens",))
    transaction = first.ask_cards("persoonsgegevens", [new_key()]).json()["transaction_id"]
    second, _ = town.confirmed(("persoonsgegevens",))
    second.c_nonce()
    refused(second.collect(transaction), "invalid_transaction_id")
    refused(second.collect("unknown"), "invalid_transaction_id")
    refused(second.post("deferred", {}), "invalid_credential_request")
    assert first.collect(transaction).status_code == 202


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "a final refusal")
def test_a_case_the_clerk_refused(town):
    wallet, made = town.redeemed(("persoonsgegevens",))
    transaction = wallet.ask_cards("persoonsgegevens", [new_key()]).json()["transaction_id"]
    desk.refuse(town.office, made.case, clerk="bea", now=town.now)
    refused(wallet.collect(transaction), "credential_request_denied")
    refused(wallet.ask_cards("persoonsgegevens", [new_key()]), "credential_request_denied")
    assert town.office.store.cases.find(made.case).sealed is None


def test_waiting_requests_and_batches_are_bounded(town):
    wallet, made = town.redeemed(("persoonsgegevens",))
    answers = [
        wallet.ask_cards("persoonsgegevens", [new_key()]) for _ in range(BATCHES_PER_KIND + 1)
    ]
    assert [one.status_code for one in answers] == [202] * BATCHES_PER_KIND + [400]
    town.confirm(made, wallet)
    for answer in answers[:-1]:
        assert len(cards_of(wallet.collect(answer.json()["transaction_id"]))) == 1
    refused(wallet.ask_cards("persoonsgegevens", [new_key()]), "credential_request_denied")


# ---- what copies have in common


@pytest.mark.spec("RFC 9901", "10.1", "copies share no salt, digest, key or place")
def test_copies_of_a_batch_share_nothing_that_links_them(town, wallet):
    cards = cards_of(wallet.ask_cards("persoonsgegevens", [new_key() for _ in range(10)]))
    parsed = [sdjwt.parse(card, typ="dc+sd-jwt") for card in cards]
    bodies = [one.issuer_jwt.dangerous_payload() for one in parsed]
    digests = [digest for body in bodies for digest in body["_sd"]]
    assert len(set(digests)) == len(digests)
    disclosures = [item for one in parsed for item in one.disclosures]
    assert len(set(disclosures)) == len(disclosures)
    assert len({str(body["status"]) for body in bodies}) == 10
    assert len({str(body["cnf"]) for body in bodies}) == 10
    assert len({(body["iat"], body["nbf"], body["exp"], body["vct"]) for body in bodies}) == 1
    assert bodies[0]["iat"] % 86_400 == 0
