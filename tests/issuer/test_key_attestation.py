"""Key attestations: who vouches for keys, how a proof points at them, and what is refused."""

import dataclasses
from itertools import count

import pytest
from support import scheme as schemes
from support.issuer_home import with_settings
from support.wallet_provider import WalletProvider
from support.wallet_simulator import WalletSimulator, cards_of, new_key

from credential import base64url, jose, sdjwt
from credential.names import TYP_KEY_ATTESTATION, TYP_WALLET_ATTESTATION
from credential.trust import Role
from issuer import proofs
from issuer.errors import IssuerError, WalletFault
from issuer.nonces import Nonces

NOW = schemes.NOW
ISSUER = "https://localhost:8441/0599"


@pytest.fixture(scope="module")
def scheme():
    return schemes.build()


@pytest.fixture(scope="module")
def provider(scheme):
    return WalletProvider.of(scheme)


@pytest.fixture
def expected(scheme):
    return proofs.Expected(
        issuer=ISSUER,
        client="",
        now=NOW,
        nonces=Nonces(b"s" * 32, "proof", 300, schemes.counter()),
        batch_size=3,
        attesters=lambda: scheme.trust,
        attestation_required=False,
    )


@pytest.fixture
def nonce(expected):
    return expected.nonces.mint(NOW)


def proof(key, nonce, **header):
    wallet = WalletSimulator(None, ISSUER, NOW)
    return wallet.proof(key, nonce, header=header)


def thumbprints(proven):
    return [jose.thumbprint(key) for key in proven.keys]


def of(keys):
    return [jose.thumbprint(key.public_key()) for key in keys]


def refused(type_, messages, expected, code, error="invalid_proof"):
    with pytest.raises(WalletFault) as caught:
        proofs.check(type_, messages, expected)
    assert (caught.value.error, caught.value.code) == (error, code)


# ---- proof type `attestation`


@pytest.mark.spec("OpenID4VCI 1.0", "F.3", "one card for each attested key, in their order")
def test_an_attestation_is_a_proof_of_its_keys(provider, expected, nonce):
    keys = [new_key() for _ in range(3)]
    made = provider.key_attestation(keys, nonce=nonce, now=NOW)
    proven = proofs.check("attestation", [made], expected)
    assert thumbprints(proven) == of(keys)
    assert proven.nonces == {base64url.sha256(nonce.encode())}
    assert all(set(key) == {"kty", "crv", "x", "y"} for key in proven.keys)


@pytest.mark.spec("OpenID4VCI 1.0", "F.3", "exactly one attestation, and it need not expire")
def test_there_is_one_attestation(provider, expected, nonce):
    one = provider.key_attestation([new_key()], nonce=nonce, now=NOW, exp=None)
    assert len(proofs.check("attestation", [one], expected).keys) == 1
    two = provider.key_attestation([new_key()], nonce=nonce, now=NOW)
    error = "invalid_credential_request"
    refused("attestation", [one, two], expected, "proofs.one_attestation", error)


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "no more cards than batch_size: the first keys")
def test_more_attested_keys_than_a_batch_has_copies(provider, expected, nonce):
    keys = [new_key() for _ in range(5)]
    made = provider.key_attestation(keys, nonce=nonce, now=NOW)
    assert thumbprints(proofs.check("attestation", [made], expected)) == of(keys[:3])


@pytest.mark.spec("OpenID4VCI 1.0", "D.1", "what an attestation says of levels is not asked")
def test_levels_are_neither_asked_nor_believed(provider, expected, nonce):
    made = provider.key_attestation(
        [new_key()],
        nonce=nonce,
        now=NOW,
        key_storage=["iso_18045_basic"],
        user_authentication=["whatever"],
        certification="https://example.org",
    )
    assert len(proofs.check("attestation", [made], expected).keys) == 1


def _private(key):
    number = key.private_numbers().private_value.to_bytes(32, "big")
    return {**jose.public_jwk(key.public_key()), "d": base64url.encode(number)}


ONE = new_key()
JWK = dict(jose.public_jwk(ONE.public_key()))


@pytest.mark.spec("OpenID4VCI 1.0", "D.1", "each check of a key attestation")
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": NOW}, "key_attestation.expired"),
        ({"exp": "soon"}, "json.type"),
        ({"iat": NOW + 61}, "key_attestation.not_yet_valid"),
        ({"iat": None}, "json.type"),
        ({"nonce": None}, "json.type"),
        ({"nonce": 1}, "json.type"),
        ({"attested_keys": None}, "key_attestation.keys"),
        ({"attested_keys": []}, "key_attestation.keys"),
        ({"attested_keys": JWK}, "key_attestation.keys"),
        ({"attested_keys": ["x"]}, "jose.jwk"),
        ({"attested_keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}, "jose.jwk"),
        ({"attested_keys": [_private(ONE)]}, "jose.jwk_private"),
        ({"attested_keys": [JWK, {**JWK, "kid": "2"}]}, "key_attestation.key_twice"),
        ({"status": {"status_list": {"idx": 1, "uri": "https://x"}}}, "key_attestation.status"),
    ],
)
def test_a_bad_attestation(provider, expected, nonce, claims, code):
    made = provider.key_attestation([new_key()], **{"nonce": nonce, "now": NOW, **claims})
    with pytest.raises(WalletFault) as caught:
        proofs.check("attestation", [made], expected)
    assert caught.value.error == "invalid_proof"
    if code != "json.type":
        assert caught.value.code == code


@pytest.mark.spec("OpenID4VCI 1.0", "D.1", "the type, the algorithm and the signature")
def test_an_attestation_of_another_type_or_hand(scheme, provider, expected, nonce):
    key = new_key()
    wrong = provider.key_attestation([key], nonce=nonce, now=NOW, header={"typ": "jwt"})
    refused("attestation", [wrong], expected, "jose.typ")
    wrong = provider.key_attestation(
        [key], nonce=nonce, now=NOW, header={"typ": TYP_WALLET_ATTESTATION}
    )
    refused("attestation", [wrong], expected, "jose.typ")
    wrong = provider.key_attestation([key], nonce=nonce, now=NOW, header={"x5c": None})
    refused("attestation", [wrong], expected, "jose.x5c")
    good = provider.key_attestation([key], nonce=nonce, now=NOW)
    head, body, _ = good.split(".")
    other = WalletProvider.of(scheme).key_attestation([key], nonce=nonce, now=NOW)
    refused("attestation", [f"{head}.{body}.{other.split('.')[2]}"], expected, "jose.signature")
    unsigned = base64url.encode(jose.strictjson.dumps({"typ": TYP_KEY_ATTESTATION, "alg": "none"}))
    refused("attestation", [f"{unsigned}.{body}."], expected, "jose.alg")


@pytest.mark.spec("HAIP 1.0", "4.5.1", "an attestation is only as good as who signed it")
@pytest.mark.parametrize("role", [Role.CARD, Role.VERIFIER_ACCESS, Role.REGISTRATION])
def test_an_untrusted_provider(scheme, expected, nonce, role):
    stranger = WalletProvider.of(scheme, role)
    made = stranger.key_attestation([new_key()], nonce=nonce, now=NOW)
    with pytest.raises(WalletFault) as caught:
        proofs.check("attestation", [made], expected)
    assert caught.value.code.startswith(("trust.", "x5c."))


@pytest.mark.spec("HAIP 1.0", "4.5.1", "the trust anchor is not in the chain")
def test_the_anchor_is_not_in_x5c(scheme, provider, expected, nonce):
    anchor = scheme.authority.role(Role.WALLET_PROVIDER).der
    longer = dataclasses.replace(provider, x5c=(*provider.x5c, anchor))
    made = longer.key_attestation([new_key()], nonce=nonce, now=NOW)
    with pytest.raises(WalletFault) as caught:
        proofs.check("attestation", [made], expected)
    assert caught.value.code.startswith("x5c.")


def test_a_scheme_that_is_too_old_is_not_the_wallets_fault(scheme, provider, expected, nonce):
    late = scheme.trust.next_update
    made = provider.key_attestation([new_key()], nonce=nonce, now=late)
    with pytest.raises(IssuerError) as caught:
        proofs.check("attestation", [made], dataclasses.replace(expected, now=late))
    assert not isinstance(caught.value, WalletFault)
    assert caught.value.code == "scheme.expired"


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "a stale nonce in an attestation")
def test_the_nonce_of_an_attestation_is_ours(provider, expected):
    made = provider.key_attestation([new_key()], nonce="theirs", now=NOW)
    refused("attestation", [made], expected, "proof.nonce_stale", "invalid_nonce")


# ---- proof type `jwt` with `key_attestation`


@pytest.mark.spec("OpenID4VCI 1.0", "F.1", "a proof by one attested key gives cards for all")
@pytest.mark.parametrize("signer", [0, 2])
def test_a_proof_points_at_an_attested_key_by_itself(provider, expected, nonce, signer):
    keys = [new_key() for _ in range(3)]
    attestation = provider.key_attestation(keys, nonce=nonce, now=NOW)
    made = proof(keys[signer], nonce, key_attestation=attestation)
    assert thumbprints(proofs.check("jwt", [made], expected)) == of(keys)


@pytest.mark.spec("OpenID4VCI 1.0", "F.1", "a proof names an attested key by kid or position")
def test_a_proof_points_at_an_attested_key_by_name(provider, expected, nonce):
    keys = [new_key() for _ in range(3)]
    named = [{**jose.public_jwk(key.public_key()), "kid": f"k{n}"} for n, key in enumerate(keys)]
    attestation = provider.key_attestation(keys, nonce=nonce, now=NOW, attested_keys=named)
    for kid, key in (("k1", keys[1]), ("2", keys[2]), ("0", keys[0])):
        made = proof(key, nonce, jwk=None, kid=kid, key_attestation=attestation)
        assert thumbprints(proofs.check("jwt", [made], expected)) == of(keys)
    for kid, key in (("k9", keys[1]), ("3", keys[2]), ("-1", keys[2]), ("00000", keys[0])):
        made = proof(key, nonce, jwk=None, kid=kid, key_attestation=attestation)
        refused("jwt", [made], expected, "proof.not_an_attested_key")
    wrong = proof(keys[0], nonce, jwk=None, kid="k1", key_attestation=attestation)
    refused("jwt", [wrong], expected, "jose.signature")
    both = proof(keys[0], nonce, kid="k0", key_attestation=attestation)
    refused("jwt", [both], expected, "proof.key_members")


@pytest.mark.spec("OpenID4VCI 1.0", "F.1", "the proof is signed by a key of its attestation")
def test_a_proof_by_another_key(provider, expected, nonce):
    attestation = provider.key_attestation([new_key()], nonce=nonce, now=NOW)
    made = proof(new_key(), nonce, key_attestation=attestation)
    refused("jwt", [made], expected, "proof.not_an_attested_key")


@pytest.mark.spec("OpenID4VCI 1.0", "D.1", "inside a proof of type jwt an attestation expires")
def test_an_attestation_in_a_proof_names_its_end(provider, expected, nonce):
    key = new_key()
    attestation = provider.key_attestation([key], nonce=nonce, now=NOW, exp=None)
    made = proof(key, nonce, key_attestation=attestation)
    refused("jwt", [made], expected, "key_attestation.exp")


@pytest.mark.spec("OpenID4VCI 1.0", "F.1", "the attestation in a proof has a nonce of ours too")
def test_both_nonces_are_ours_and_used_up(provider, expected, nonce):
    key = new_key()
    stale = provider.key_attestation([key], nonce="theirs", now=NOW)
    made = proof(key, nonce, key_attestation=stale)
    refused("jwt", [made], expected, "proof.nonce_stale", "invalid_nonce")
    second = expected.nonces.mint(NOW)
    attestation = provider.key_attestation([key], nonce=second, now=NOW)
    made = proof(key, nonce, key_attestation=attestation)
    assert len(proofs.check("jwt", [made], expected).nonces) == 2


def test_proofs_that_share_an_attestation_count_its_keys_once(provider, expected, nonce):
    keys = [new_key() for _ in range(3)]
    attestation = provider.key_attestation(keys, nonce=nonce, now=NOW)
    made = [proof(key, nonce, key_attestation=attestation) for key in keys]
    assert thumbprints(proofs.check("jwt", made, expected)) == of(keys)
    refused("jwt", [made[0], made[0]], expected, "proof.key_twice")


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "all keys of a request are different")
def test_two_attestations_of_one_key(provider, expected, nonce):
    keys = [new_key(), new_key()]
    numbers = count()
    made = []
    for key in keys:
        attestation = provider.key_attestation(keys, nonce=nonce, now=NOW - next(numbers))
        made.append(proof(key, nonce, key_attestation=attestation))
    refused("jwt", made, expected, "proof.key_twice")
    plain = proof(keys[1], nonce)
    refused("jwt", [made[0], plain], expected, "proof.key_twice")


# ---- what the settings say


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "required: a proof without attestation is refused")
def test_required(provider, expected, nonce):
    required = dataclasses.replace(expected, attestation_required=True)
    key = new_key()
    refused("jwt", [proof(key, nonce)], required, "proof.not_attested")
    attestation = provider.key_attestation([key], nonce=nonce, now=NOW)
    made = proof(key, nonce, key_attestation=attestation)
    assert len(proofs.check("jwt", [made], required).keys) == 1
    refused("jwt", [made, proof(new_key(), nonce)], required, "proof.not_attested")


@pytest.mark.spec("OpenID4VCI 1.0", "8.2", "off: no proof of type attestation, no look inside one")
def test_off(provider, expected, nonce):
    off = dataclasses.replace(expected, attesters=None)
    keys = [new_key(), new_key()]
    attestation = provider.key_attestation(keys, nonce=nonce, now=NOW)
    error = "invalid_credential_request"
    refused("attestation", [attestation], off, "proofs.type_unsupported", error)
    made = proof(keys[0], nonce, key_attestation=attestation)
    assert thumbprints(proofs.check("jwt", [made], off)) == of(keys[:1])


@pytest.mark.spec("OpenID4VCI 1.0", "F.1", "a wallet with a name gives its own, another none")
def test_the_name_of_a_client(expected, nonce):
    wallet = WalletSimulator(None, ISSUER, NOW)
    known = dataclasses.replace(expected, client="regie-wallet")
    mine = wallet.proof(new_key(), nonce, claims={"iss": "regie-wallet"})
    assert len(proofs.check("jwt", [mine], known).keys) == 1
    assert len(proofs.check("jwt", [wallet.proof(new_key(), nonce)], known).keys) == 1
    refused("jwt", [mine], expected, "proof.iss")
    other = wallet.proof(new_key(), nonce, claims={"iss": "other"})
    refused("jwt", [other], known, "proof.iss")


# ---- over the wire


@pytest.fixture
def wallet(https_town):
    """A wallet that may collect `persoonsgegevens`."""
    return https_town.confirmed(("persoonsgegevens",))[0]


@pytest.fixture
def vouching(https_town):
    return WalletProvider.of(https_town.scheme)


def ask(wallet, **proofs):
    return wallet.ask_cards("persoonsgegevens", [], proofs=proofs)


def bound_to(answer):
    found = [sdjwt.parse(card, typ="dc+sd-jwt") for card in cards_of(answer)]
    return [jose.thumbprint(one.issuer_jwt.dangerous_payload()["cnf"]["jwk"]) for one in found]


@pytest.mark.spec("OpenID4VCI 1.0", "F.3", "cards for an attestation, whose nonce is then used up")
def test_cards_for_an_attestation(wallet, vouching):
    keys, nonce = [new_key() for _ in range(4)], wallet.c_nonce()
    attestation = vouching.key_attestation(keys, nonce=nonce, now=NOW)
    assert bound_to(ask(wallet, attestation=[attestation])) == of(keys)
    again = ask(wallet, attestation=[attestation])
    assert (again.status_code, again.json()) == (400, {"error": "invalid_nonce"})


@pytest.mark.spec("OpenID4VCI 1.0", "F.1", "cards for a proof with an attestation")
def test_cards_for_a_proof_with_an_attestation(wallet, vouching):
    keys, nonce = [new_key() for _ in range(4)], wallet.c_nonce()
    attestation = vouching.key_attestation(keys, nonce=nonce, now=NOW)
    made = wallet.proof(keys[0], nonce, header={"key_attestation": attestation})
    assert bound_to(ask(wallet, jwt=[made])) == of(keys)


@pytest.mark.spec("OpenID4VCI 1.0", "8.3.1.2", "an attestation by a stranger")
def test_an_attestation_by_a_stranger_gives_nothing(https_town, wallet):
    stranger = WalletProvider.of(https_town.scheme, Role.CARD)
    attestation = stranger.key_attestation([new_key()], nonce=wallet.c_nonce(), now=NOW)
    answer = ask(wallet, attestation=[attestation])
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_proof"})


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "the settings decide: off, accepted or required")
@pytest.mark.parametrize(
    ("policy", "plain", "attested"),
    [("off", 200, 400), ("accepted", 200, 200), ("required", 400, 200)],
)
def test_what_the_settings_decide(https_town, policy, plain, attested):
    with_settings(https_town, key_attestation=policy)
    wallet, _ = https_town.confirmed(("persoonsgegevens",))
    vouching = WalletProvider.of(https_town.scheme)
    assert wallet.ask_cards("persoonsgegevens", [new_key()]).status_code == plain
    attestation = vouching.key_attestation([new_key()], nonce=wallet.c_nonce(), now=NOW)
    assert ask(wallet, attestation=[attestation]).status_code == attested
