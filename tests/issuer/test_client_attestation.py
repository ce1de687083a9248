"""Wallets that a provider vouches for: every check of the attestation and of its proof."""

import base64

import pytest
from support import scheme
from support.from_home import REDIRECT, Home, HomeWallet, refused
from support.wallet_provider import WalletProvider
from support.wallet_simulator import cards_of, new_key

from credential import base64url, jose
from credential.names import TYP_WALLET_ATTESTATION, TYP_WALLET_ATTESTATION_POP
from credential.trust import Role
from issuer.attestation import MAX_AGE_SECONDS

ATTESTATION = "OAuth-Client-Attestation"
POP = "OAuth-Client-Attestation-PoP"
WRONG = ("invalid_client_attestation", 401)


@pytest.fixture(scope="module")
def provider() -> WalletProvider:
    return WalletProvider.of(scheme.shared(scheme.NOW))


@pytest.fixture
def required(at_home) -> Home:
    """An issuer that deals with attested wallets alone."""
    return at_home(top='client_attestation = "required"\n')


@pytest.fixture
def wallet(required, provider) -> HomeWallet:
    """An attested wallet that has its challenge and its nonce."""
    made = required.wallet(provider=provider)
    assert made.push().status_code == 201
    return made


def push(wallet: HomeWallet, *headers: tuple[str, str], **changes: object):
    """One pushed request with exactly these headers."""
    return wallet.form("par", wallet.request(**changes), headers=list(headers))


def both(wallet: HomeWallet, attestation: str | None = None, pop: str | None = None):
    return (ATTESTATION, attestation or wallet.attestation()), (POP, pop or wallet.pop())


def told(answer, expected: tuple[str, int]) -> None:
    error, status = expected
    refused(answer, error, status)
    assert "www-authenticate" not in answer.headers


@pytest.mark.spec("ABCA", "8", "an attested wallet, the whole way")
def test_the_whole_way(required, wallet):
    code = required.code(wallet, "persoonsgegevens")
    assert wallet.ask_with_code(code).status_code == 200
    key = new_key()
    nonce = wallet.c_nonce()
    proof = wallet.proof(key, nonce, claims={"iss": wallet.client_id})
    cards_of(wallet.ask_cards("persoonsgegevens", [], proofs={"jwt": [proof]}, nonce=nonce))
    assert wallet.refresh().status_code == 200


@pytest.mark.spec("ABCA", "8", "an attested wallet sets its own way back, if only it can take it")
@pytest.mark.parametrize(
    ("uri", "allowed"),
    [
        (REDIRECT, True),
        ("https://wallet.example/any/path?a=b", False),
        ("nl.example.wallet:/callback", True),
        ("http://wallet.example/callback", False),
        ("http://localhost/callback", False),
        ("https:///callback", False),
        ("https://user:secret@wallet.example/", False),
        ("https://wallet.example\\@evil.example/", False),
        ("https://wallet.example/#x", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("wallet:/callback", False),
    ],
)
def test_the_way_back(wallet, uri, allowed):
    answer = wallet.push(redirect_uri=uri)
    assert answer.status_code == (201 if allowed else 400), answer.text


@pytest.mark.spec("ABCA", "8 1", "both headers, each once")
@pytest.mark.parametrize("count", [(0, 1), (1, 0), (2, 1), (1, 2)])
def test_each_header_once(wallet, count):
    attestation, pop = both(wallet)
    told(push(wallet, *[attestation] * count[0], *[pop] * count[1]), WRONG)


@pytest.mark.spec("HAIP 1.0", "4.4.1", "no attestation where one is required")
def test_without_any(required, provider):
    public = required.wallet()
    told(public.push(), ("invalid_client", 401))
    for form in (
        public.code_form("x"),
        {"grant_type": "refresh_token", "refresh_token": "x"},
    ):
        told(public.honest("token", form), ("invalid_client", 401))
    made = required.town.offer(("persoonsgegevens",))
    told(public.redeem(made.link, made.code), ("invalid_client", 401))


@pytest.mark.spec("ABCA", "8 2", "type, signer and claims of the attestation")
@pytest.mark.parametrize(
    ("header", "claims", "error"),
    [
        pytest.param({"typ": "jwt"}, {}, WRONG, id="typ"),
        pytest.param({"typ": TYP_WALLET_ATTESTATION_POP}, {}, WRONG, id="typ-of-the-proof"),
        pytest.param({"typ": "key-attestation+jwt"}, {}, WRONG, id="typ-of-keys"),
        pytest.param({"x5c": None}, {}, WRONG, id="x5c-missing"),
        pytest.param({"x5c": []}, {}, WRONG, id="x5c-empty"),
        pytest.param({"x5c": ["AAAA"]}, {}, WRONG, id="x5c-no-certificate"),
        pytest.param({}, {"sub": None}, WRONG, id="sub-missing"),
        pytest.param({}, {"sub": "other"}, WRONG, id="sub-not-of-the-proof"),
        pytest.param({}, {"cnf": None}, WRONG, id="cnf-missing"),
        pytest.param({}, {"cnf": {}}, WRONG, id="cnf-empty"),
        pytest.param({}, {"cnf": {"jwk": {"kty": "oct", "k": "AA"}}}, WRONG, id="cnf-symmetric"),
        pytest.param({}, {"exp": None}, WRONG, id="exp-missing"),
        pytest.param({}, {"exp": True}, WRONG, id="exp-bool"),
        pytest.param({}, {"exp": scheme.NOW}, ("use_fresh_attestation", 400), id="expired"),
        pytest.param(
            {},
            {"iat": scheme.NOW - MAX_AGE_SECONDS - 1},
            ("use_fresh_attestation", 400),
            id="old",
        ),
        pytest.param({}, {"iat": scheme.NOW + 11}, WRONG, id="iat-ahead"),
        pytest.param({}, {"nbf": scheme.NOW + 11}, WRONG, id="nbf-ahead"),
    ],
)
def test_a_bad_attestation(wallet, header, claims, error):
    told(push(wallet, *both(wallet, wallet.attestation(header, **claims))), error)
    assert wallet.push().status_code == 201


@pytest.mark.spec("ABCA", "8 3", "only a signature that can be checked")
@pytest.mark.parametrize("alg", ["none", "HS256", "ES384"])
def test_another_algorithm(wallet, alg):
    for made in (wallet.attestation(), wallet.pop()):
        header, _, rest = made.partition(".")
        members = jose.strictjson.loads_object(base64url.decode(header), max_bytes=20_000)
        other = base64url.encode(jose.strictjson.dumps({**members, "alg": alg})) + "." + rest
        attestation = other if members["typ"] == TYP_WALLET_ATTESTATION else None
        pop = other if members["typ"] == TYP_WALLET_ATTESTATION_POP else None
        told(push(wallet, *both(wallet, attestation, pop)), WRONG)


@pytest.mark.spec("ABCA", "8 4", "only a provider of the scheme vouches")
@pytest.mark.parametrize("role", [Role.CARD, Role.ISSUER_ACCESS, Role.REGISTRATION])
def test_a_signer_of_another_role(required, role):
    stranger = WalletProvider.of(scheme.shared(scheme.NOW), role)
    made = required.wallet(provider=stranger)
    told(made.push(), WRONG)


@pytest.mark.spec("HAIP 1.0", "4.4.1", "no trust anchor and no other chain in x5c")
def test_the_chain(required, provider):
    root = base64.b64encode(scheme.shared(scheme.NOW).root).decode()
    leaf = base64.b64encode(provider.x5c[0]).decode()
    made = required.wallet(provider=provider)
    for chain in ([leaf, root], [root], [leaf, leaf]):
        told(push(made, *both(made, made.attestation({"x5c": chain}))), WRONG)


def test_a_signature_by_someone_else(required, provider):
    forger = WalletProvider(jose.KeySigner(new_key()), provider.x5c)
    told(required.wallet(provider=forger).push(), WRONG)


@pytest.mark.spec("ABCA", "8 5", "no private key in the attestation")
def test_a_private_key(wallet):
    number = wallet.instance.private_numbers().private_value.to_bytes(32, "big")
    jwk = {**wallet.signed_jwk(wallet.instance), "d": base64url.encode(number)}
    told(push(wallet, *both(wallet, wallet.attestation(cnf={"jwk": jwk}))), WRONG)


@pytest.mark.spec("ABCA", "8 6", "the proof is made with the attested key")
def test_a_proof_by_another_key(wallet):
    told(push(wallet, *both(wallet, None, wallet.pop(key=new_key()))), WRONG)


@pytest.mark.spec("ABCA", "8 8", "the proof is of now, and for this server")
@pytest.mark.parametrize(
    ("header", "claims"),
    [
        pytest.param({"typ": "jwt"}, {}, id="typ"),
        pytest.param({"typ": "dpop+jwt"}, {}, id="typ-of-dpop"),
        pytest.param({"typ": TYP_WALLET_ATTESTATION}, {}, id="typ-of-the-attestation"),
        pytest.param({}, {"aud": None}, id="aud-missing"),
        pytest.param({}, {"aud": "https://localhost:8441/0518"}, id="aud-of-another"),
        pytest.param({}, {"aud": "https://localhost:8441/0599/par"}, id="aud-endpoint"),
        pytest.param({}, {"aud": ["https://localhost:8441/0599"]}, id="aud-list"),
        pytest.param({}, {"iat": None}, id="iat-missing"),
        pytest.param({}, {"iat": scheme.NOW - 61}, id="iat-old"),
        pytest.param({}, {"iat": scheme.NOW + 11}, id="iat-ahead"),
        pytest.param({}, {"iat": "now"}, id="iat-text"),
        pytest.param({}, {"jti": None}, id="jti-missing"),
        pytest.param({}, {"jti": "short"}, id="jti-short"),
        pytest.param({}, {"iss": "other"}, id="iss-of-another"),
    ],
)
def test_a_bad_proof(wallet, header, claims):
    told(push(wallet, *both(wallet, None, wallet.pop(header, **claims))), WRONG)
    assert wallet.push().status_code == 201


@pytest.mark.spec("ABCA", "5.2", "iss is required by -07 and gone since -08: both are taken")
def test_both_drafts(wallet):
    without = both(wallet, wallet.attestation(iss=None), wallet.pop(iss=None))
    assert push(wallet, *without).status_code == 201
    assert push(wallet, *both(wallet)).status_code == 201


@pytest.mark.spec("ABCA", "8 7", "the challenge: none, foreign, stale")
def test_the_challenge(required, wallet):
    good = wallet.challenge
    for challenge in (None, "x", "A" * 54, wallet.as_nonce):
        wallet.challenge = good
        answer = push(wallet, *both(wallet, None, wallet.pop(challenge=challenge)))
        refused(answer, "use_attestation_challenge")
        assert len(answer.headers.get_list("OAuth-Client-Attestation-Challenge")) == 1
    # The one that came with the refusal works.
    assert push(wallet, *both(wallet)).status_code == 201
    required.later(wallet, 300)
    wallet.challenge = good
    refused(push(wallet, *both(wallet)), "use_attestation_challenge")
    assert wallet.push().status_code == 201


@pytest.mark.spec("ABCA", "7", "the challenge endpoint")
def test_the_challenge_endpoint(required):
    wallet = required.wallet()
    answers = [wallet.send("POST", wallet.at("challenge")) for _ in range(2)]
    assert answers[0].status_code == 200
    assert answers[0].headers["cache-control"] == "no-store"
    assert set(answers[0].json()) == {"attestation_challenge"}
    assert answers[0].json() != answers[1].json()
    assert wallet.send("GET", wallet.at("challenge")).status_code == 405


@pytest.mark.spec("ABCA", "8 12", "a proof is used once")
def test_a_replayed_proof(wallet):
    headers = both(wallet)
    assert push(wallet, *headers).status_code == 201
    told(push(wallet, *headers), WRONG)
    headers = both(wallet)
    form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": wallet.client_id}
    refused(wallet.form("token", form, headers=list(headers)), "invalid_grant")
    told(wallet.form("token", form, headers=list(headers)), WRONG)


@pytest.mark.spec("ABCA", "8 11", "the client of the request is the attested one")
def test_another_client(wallet):
    told(push(wallet, *both(wallet), client_id="other"), ("invalid_client", 401))
    refused(push(wallet, *both(wallet), client_id=None), "invalid_request")


@pytest.mark.spec("ABCA", "10", "code and refresh token belong to the attested key")
def test_another_instance(required, provider, wallet):
    code = required.code(wallet, "persoonsgegevens")
    own = wallet.instance
    wallet.instance = new_key()
    refused(wallet.ask_with_code(code), "invalid_grant")
    wallet.instance = own
    assert wallet.ask_with_code(code).status_code == 200
    wallet.instance = new_key()
    refused(wallet.refresh(), "invalid_grant")
    wallet.instance = own
    assert wallet.refresh().status_code == 200


def test_the_grant_of_an_offer_belongs_to_the_attested_key(required, wallet):
    made = required.town.offer(("persoonsgegevens",))
    code = wallet.code(made.link)
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
        "pre-authorized_code": code,
        "tx_code": made.code,
    }
    answer = wallet.honest("token", form)
    assert answer.status_code == 200, answer.text
    wallet.refresh_token = answer.json()["refresh_token"]
    required.town.confirm(made, wallet)
    own = wallet.instance
    wallet.instance = new_key()
    refused(wallet.refresh(), "invalid_grant")
    wallet.instance = own
    assert wallet.refresh().status_code == 200


# ---- the other policies


def test_accepted_means_both_ways(home, provider):
    for made in (home.wallet(), home.wallet(provider=provider)):
        assert made.ask_with_code(home.code(made)).status_code == 200
    # One that is shown must be right.
    forged = home.wallet(provider=WalletProvider(jose.KeySigner(new_key()), provider.x5c))
    told(forged.push(), WRONG)


def test_who_was_attested_stays_attested(home, provider):
    made = home.wallet(provider=provider)
    code = home.code(made)
    made.provider = None
    refused(made.ask_with_code(code), "invalid_grant")
    made.provider = provider
    assert made.ask_with_code(code).status_code == 200
    made.provider = None
    refused(made.refresh(), "invalid_grant")


def test_a_public_code_is_not_for_an_attested_wallet(home, provider):
    made = home.wallet()
    code = home.code(made)
    made.provider = provider
    refused(made.ask_with_code(code), "invalid_grant")


@pytest.mark.spec("RFC 9126", "2.4", "an attested wallet sends nobody to a server that is not its")
def test_an_attestation_is_no_address(home, provider):
    """Or anybody's wallet could have another's login sent to a server of its own."""
    made = home.wallet()
    made.provider = provider
    refused(made.push(redirect_uri="https://evil.example/cb"), "invalid_request")
    assert made.push(redirect_uri="http://127.0.0.1:5555/callback").status_code == 201
    assert made.push(redirect_uri="nl.example.wallet:/callback").status_code == 201


@pytest.mark.parametrize(
    "settings", [{"top": 'client_attestation = "off"\n'}, {"with_scheme": False}]
)
def test_off_looks_at_none(at_home, provider, settings):
    home = at_home(**settings)
    made = home.wallet()
    made.provider = provider
    assert made.push().status_code == 201
    refused(made.push(redirect_uri="https://wallet.example/"), "invalid_request")
    answer = made.send("POST", made.at("challenge"))
    refused(answer, "not_found", 404)
    url = "https://localhost:8441/.well-known/oauth-authorization-server/0599"
    found = made.get(url).json()
    assert found["token_endpoint_auth_methods_supported"] == ["none"]
    assert "challenge_endpoint" not in found


def test_a_scheme_that_is_too_old_is_our_fault(required, provider):
    wallet = required.wallet(provider=provider)
    trust = required.town.office.trust(required.town.now)
    required.later(wallet, trust.next_update - required.town.now)
    wallet.challenge = None
    refused(wallet.push(), "temporarily_unavailable", 503)


@pytest.mark.spec("House rules", "8", "nothing of an attestation in the log")
def test_the_log(required, provider, caplog):
    caplog.set_level("DEBUG", logger="issuer")
    wallet = required.wallet(provider=provider)
    push(wallet, *both(wallet, wallet.attestation(sub="someone")))
    assert "invalid" not in caplog.text
    assert "attestation.pop_iss" in caplog.text
    assert "someone" not in caplog.text
