"""Encrypted requests and answers: whose keys, how long, and what a relay cannot do."""

import dataclasses
import json

import msgspec
import pytest
from joserfc import jwe as joserfc_jwe
from joserfc.jwk import ECKey
from support.issuer_home import with_settings
from support.scheme import NOW
from support.wallet_simulator import cards_of, new_key

from credential import jose, jwe, sdjwt
from issuer import encryption, messages
from issuer.encryption import DAY, RequestKeys
from issuer.errors import WalletFault

WELL_KNOWN = "https://localhost:8441/.well-known/openid-credential-issuer/0599"
KEYS = RequestKeys(b"s" * 32)


def refused(answer, error="invalid_encryption_parameters", status=400):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"error": error}


def sealed(members, jwk, *, enc="A256GCM", kid=None):
    data = members if isinstance(members, bytes) else json.dumps(members).encode()
    return jwe.encrypt(data, recipient=jwk, enc=enc, kid=kid or jwk["kid"]).encode()


class Answer:
    """A wallet's key for one answer."""

    def __init__(self, enc="A256GCM", **members):
        self.key = new_key()
        jwk = {**jose.public_jwk(self.key.public_key()), "alg": "ECDH-ES", "kid": "mine"}
        jwk = {name: value for name, value in {**jwk, **members}.items() if value is not None}
        self.kid = jwk.get("kid")
        self.enc = enc
        self.member = {"credential_response_encryption": {"jwk": jwk, "enc": enc}}

    def open(self, answer, status=200):
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/jwt"
        assert answer.headers["cache-control"] == "no-store"
        found = jwe.decrypt(answer.text, key=self.key, kid=self.kid, enc_allowed=(self.enc,))
        return json.loads(found)


# ---- the keys of a day


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "the key for requests: public, named, with its alg")
def test_the_published_key():
    one = KEYS.published(NOW)
    assert set(one) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (one["alg"], one["use"]) == ("ECDH-ES", "enc")


def test_every_process_has_the_same_key_and_every_day_another():
    assert RequestKeys(b"s" * 32).published(NOW) == KEYS.published(NOW)
    days = [KEYS.published(NOW + day * DAY) for day in range(3)]
    assert len({one["x"] for one in days}) == len({one["kid"] for one in days}) == 3
    assert RequestKeys(b"t" * 32).published(NOW)["x"] != days[0]["x"]


@pytest.mark.spec("OpenID4VCI 1.0", "10", "a key is good as long as metadata that names it")
def test_the_key_of_yesterday_still_opens():
    token = sealed(b"{}", KEYS.published(NOW))
    for now in (NOW, NOW + DAY, NOW + 2 * DAY - 1, NOW - 60):
        assert KEYS.open(token, now) == b"{}"
    for now in (NOW + 2 * DAY, NOW - 61):
        with pytest.raises(WalletFault) as caught:
            KEYS.open(token, now)
        assert caught.value.code == "request.key_unknown"


@pytest.mark.spec("OpenID4VCI 1.0", "10", "what is no JWE for us is refused by name")
@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"a.b.c.d.e",
        b"\xff.b.c.d.e",
        sealed(b"{}", KEYS.published(NOW), kid="other"),
        sealed(b"{}", RequestKeys(b"t" * 32).published(NOW)),
        sealed(b"{}", KEYS.published(NOW))[:-2] + b"AA",
    ],
)
def test_a_request_nobody_can_open(token):
    with pytest.raises(WalletFault) as caught:
        KEYS.open(token, NOW)
    assert caught.value.error == "invalid_encryption_parameters"


def test_what_is_said_of_a_key_has_no_repr():
    found = encryption.answer_key(Answer().member)
    assert "AnswerKey(" not in repr(found)


# ---- what a request says of its answer


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "credential_response_encryption: a public key and enc")
@pytest.mark.parametrize(
    "member",
    [
        "x",
        {},
        {"enc": "A256GCM"},
        {"jwk": "x", "enc": "A256GCM"},
        {**Answer().member["credential_response_encryption"], "enc": None},
        {**Answer().member["credential_response_encryption"], "enc": "A128CBC-HS256"},
        {**Answer().member["credential_response_encryption"], "enc": 1},
        {**Answer().member["credential_response_encryption"], "zip": "DEF"},
        Answer(alg=None).member["credential_response_encryption"],
        Answer(alg="RSA-OAEP-256").member["credential_response_encryption"],
        Answer(alg="ECDH-ES+A128KW").member["credential_response_encryption"],
        Answer(use="sig").member["credential_response_encryption"],
        Answer(crv="P-384").member["credential_response_encryption"],
        Answer(x="AAAA").member["credential_response_encryption"],
        Answer(d="AAAA").member["credential_response_encryption"],
    ],
)
def test_a_key_for_the_answer_that_cannot_be_used(member):
    with pytest.raises(WalletFault) as caught:
        messages.deferred_request(
            msgspec.json.encode({"transaction_id": "x", "credential_response_encryption": member})
        )
    assert caught.value.error == "invalid_encryption_parameters"


# ---- over the wire


@pytest.fixture
def town(https_town):
    """Everything here goes over https."""
    return https_town


@pytest.fixture
def wallet(town):
    """A wallet that may collect `persoonsgegevens`."""
    return town.confirmed(("persoonsgegevens",))[0]


def key_of(wallet):
    metadata = wallet.get(WELL_KNOWN).json()
    (found,) = metadata["credential_request_encryption"]["jwks"]["keys"]
    return found


def request(wallet, answer=None, keys=1):
    nonce = wallet.c_nonce()
    proofs = [wallet.proof(new_key(), nonce) for _ in range(keys)]
    body = {"credential_configuration_id": "persoonsgegevens", "proofs": {"jwt": proofs}}
    return body if answer is None else {**body, **answer.member}


def post(wallet, body, jwk, path="credential", **more):
    return wallet.post(path, sealed(body, jwk, **more), media="application/jwt")


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "both encryption members, and the key in a JWK Set")
def test_metadata_offers_encryption(town):
    found = town.wallet().get(WELL_KNOWN).json()
    assert found["credential_request_encryption"] == {
        "jwks": {"keys": [RequestKeys(town.office.secret).published(town.now)]},
        "enc_values_supported": ["A128GCM", "A256GCM"],
        "encryption_required": False,
    }
    assert found["credential_response_encryption"] == {
        "alg_values_supported": ["ECDH-ES"],
        "enc_values_supported": ["A128GCM", "A256GCM"],
        "encryption_required": False,
    }


@pytest.mark.spec("OpenID4VCI 1.0", "10", "request and answer encrypted, each way that is offered")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
@pytest.mark.parametrize("kid", ["mine", None])
def test_cards_for_the_wallets_eyes(wallet, enc, kid):
    answer = Answer(enc, kid=kid)
    got = post(wallet, request(wallet, answer, keys=2), key_of(wallet), enc=enc)
    header = json.loads(jose.base64url.decode(got.text.split(".")[0]))
    # Without a kid of its own there is none to copy; ours is then the reader's to leave out.
    assert header.get("kid") == kid
    if kid is None:
        key = ECKey.import_key(
            jose.private_key_to_pem(answer.key).decode(), {"use": "enc", "alg": "ECDH-ES"}
        )
        found = json.loads(joserfc_jwe.decrypt_compact(got.text, key).plaintext)
    else:
        found = answer.open(got)
    cards = [sdjwt.parse(one["credential"], typ="dc+sd-jwt") for one in found["credentials"]]
    assert len(cards) == 2
    assert found["notification_id"]


@pytest.mark.spec("OpenID4VCI 1.0", "10", "an encrypted request that wants a plain answer")
def test_only_the_request_encrypted(wallet):
    assert len(cards_of(post(wallet, request(wallet), key_of(wallet)))) == 1


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1", "an error is never encrypted")
def test_errors_are_plain(wallet):
    answer = Answer()
    body = {**request(wallet, answer), "credential_configuration_id": "unknown"}
    refused(post(wallet, body, key_of(wallet)), "unknown_credential_configuration")
    refused(post(wallet, b"{", key_of(wallet)), "invalid_credential_request")


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "a plain request cannot say how to encrypt the answer")
def test_a_relay_cannot_put_its_own_key(wallet):
    answer = Answer()
    refused(wallet.post("credential", request(wallet, answer)))
    refused(wallet.post("deferred", {"transaction_id": "x", **answer.member}))


@pytest.mark.spec("OpenID4VCI 1.0", "10", "an unknown key, enc or zip")
def test_a_request_encrypted_in_another_way(town, wallet):
    jwk = key_of(wallet)
    wallet.c_nonce()
    refused(post(wallet, {}, {**jwk, "kid": "other"}))
    refused(wallet.post("credential", b"a.b.c.d.e", media="application/jwt"))
    key = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
    registry = joserfc_jwe.JWERegistry(algorithms=["ECDH-ES", "A128CBC-HS256", "A256GCM", "DEF"])
    for header in ({"enc": "A128CBC-HS256"}, {"enc": "A256GCM", "zip": "DEF"}):
        protected = {"alg": "ECDH-ES", "kid": jwk["kid"], **header}
        token = joserfc_jwe.encrypt_compact(protected, b"{}", key, registry=registry)
        refused(wallet.post("credential", token, media="application/jwt"))


@pytest.mark.spec("OpenID4VCI 1.0", "10", "another implementation's JWE")
def test_a_request_written_by_another_library(wallet):
    jwk = key_of(wallet)
    key = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
    protected = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": jwk["kid"]}
    body = json.dumps(request(wallet)).encode()
    token = joserfc_jwe.encrypt_compact(protected, body, key)
    assert len(cards_of(wallet.post("credential", token, media="application/jwt"))) == 1


@pytest.mark.spec("OpenID4VCI 1.0", "9.1", "each deferred request says anew how it is answered")
def test_a_promise_and_its_cards(town):
    wallet, made = town.redeemed(("persoonsgegevens",))
    first = Answer()
    found = first.open(post(wallet, request(wallet, first), key_of(wallet)), 202)
    assert set(found) == {"transaction_id", "interval"}
    transaction = {"transaction_id": found["transaction_id"]}
    second = Answer("A128GCM")
    again = post(wallet, {**transaction, **second.member}, key_of(wallet), "deferred")
    assert second.open(again, 202) == found
    plain = wallet.post("deferred", transaction)
    assert (plain.status_code, plain.json()) == (202, found)
    town.confirm(made, wallet)
    third = Answer()
    got = post(wallet, {**transaction, **third.member}, key_of(wallet), "deferred")
    assert len(third.open(got)["credentials"]) == 1


@pytest.mark.spec("OpenID4VCI 1.0", "10", "off: neither offered nor understood")
def test_off(town):
    wallet, _ = town.confirmed(("persoonsgegevens",))
    jwk = key_of(wallet)
    with_settings(town, encryption="off")
    found = wallet.get(WELL_KNOWN).json()
    assert not {"credential_request_encryption", "credential_response_encryption"} & set(found)
    refused(post(wallet, request(wallet), jwk))
    refused(wallet.post("credential", request(wallet, Answer())))
    assert len(cards_of(wallet.post("credential", request(wallet)))) == 1


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "required: nothing in clear, either way")
def test_required(town):
    with_settings(town, encryption="required")
    wallet, _ = town.confirmed(("persoonsgegevens",))
    found = wallet.get(WELL_KNOWN).json()
    for one in ("credential_request_encryption", "credential_response_encryption"):
        assert found[one]["encryption_required"] is True
    refused(wallet.post("credential", request(wallet)))
    refused(wallet.post("deferred", {"transaction_id": "x"}))
    refused(post(wallet, request(wallet), key_of(wallet)))
    answer = Answer()
    got = post(wallet, request(wallet, answer), key_of(wallet))
    assert len(answer.open(got)["credentials"]) == 1


def test_the_secret_is_needed(town):
    """Another server's keys open nothing here, whatever they are called."""
    wallet, _ = town.confirmed(("persoonsgegevens",))
    foreign = RequestKeys(b"t" * 32).published(town.now)
    refused(post(wallet, request(wallet), foreign))
    assert dataclasses.is_dataclass(encryption.AnswerKey)
