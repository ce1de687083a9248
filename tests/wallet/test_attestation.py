"""A wallet that someone vouches for: before the server, for its keys, and only where it is asked."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.home_issuer import HomeIssuer
from support.logging_in import begin, log_in, look
from support.network import reply
from support.provider_server import PROVIDER, ProviderServer
from support.scheme import build
from support.wallet_world import World, world

from credential import jose
from credential.names import TYP_WALLET_ATTESTATION_POP
from wallet.config import Config
from wallet.errors import ExitCode, WalletError
from wallet.fetch import Call, Reply
from wallet.service.session import open_session

KINDS = ("persoonsgegevens", "verblijfsrecht")


@pytest.fixture
def vouched(tmp_path: Path) -> Iterator[World]:
    """A wallet with a provider in its settings, and a municipality that takes attestations."""
    made = world(tmp_path, scheme=build(), cards=False, issuing=HomeIssuer)
    made.wallet.config = dataclasses.replace(made.wallet.config, provider_url=PROVIDER)
    made.network.hosts["localhost:8446"] = ProviderServer(made)
    made.issuer.attestation = "accepted"
    yield made
    made.wallet.close()


def provider(town: World) -> ProviderServer:
    found = town.network.hosts["localhost:8446"]
    assert isinstance(found, ProviderServer)
    return found


# Before the authorization server.


@pytest.mark.parametrize("policy", ["accepted", "required"])
@pytest.mark.spec("ABCA", "5", "attestation and proof on the pushed request and at the token")
def test_attested_from_push_to_refresh(vouched: World, policy: str) -> None:
    vouched.issuer.attestation = policy
    assert log_in(vouched, *KINDS).state == "received"
    vouched.now = vouched.issuer.now = vouched.now + 4_000
    open_session(vouched.wallet, vouched.network, vouched.issuer.party.oin, now=vouched.now).get()
    assert len(vouched.issuer.instances) >= 3
    assert len(set(vouched.issuer.instances)) == 1, "one instance key behind one grant"


@pytest.mark.spec("OpenID4VCI 1.0", "6.1", "an attested wallet redeems an offer as itself")
def test_attested_at_the_desk(vouched: World) -> None:
    vouched.issuer.attestation = "required"
    assert vouched.add().state == "received"
    assert vouched.issuer.tokens_asked[-1]["client_id"] == "regie-wallet"


@pytest.mark.spec("HAIP 1.0", "4.4.1", "a fresh instance key and attestation per issuer")
def test_each_login_has_an_instance_of_its_own(vouched: World) -> None:
    log_in(vouched)
    log_in(vouched)
    assert len(set(vouched.issuer.instances)) == 2


def test_not_where_the_server_does_not_take_it(vouched: World) -> None:
    vouched.issuer.attestation = "off"
    log_in(vouched)
    assert provider(vouched).bodies == []


def test_not_without_a_provider(vouched: World) -> None:
    vouched.wallet.config = dataclasses.replace(vouched.wallet.config, provider_url="")
    assert log_in(vouched).state == "received"
    assert vouched.issuer.instances == []


def test_required_and_no_provider_is_said_before_anything_is_agreed(vouched: World) -> None:
    vouched.wallet.config = dataclasses.replace(vouched.wallet.config, provider_url="")
    vouched.issuer.attestation = "required"
    with pytest.raises(WalletError, match=r"get\.provider_needed") as caught:
        look(vouched)
    assert caught.value.exit is ExitCode.NOT_READY
    assert vouched.network.posts() == []


@pytest.mark.spec("ABCA", "8", "a published challenge endpoint is used")
def test_the_servers_challenge_is_in_the_proof(vouched: World) -> None:
    vouched.issuer.challenges = True
    assert log_in(vouched).state == "received"
    calls = [call.url for call in vouched.network.posts("/0599/challenge")]
    assert len(calls) == 1, "the same challenge serves until a newer one comes"


@pytest.mark.spec("ABCA", "8.2", "the newest challenge counts, and is asked with once more")
def test_a_newer_challenge_comes_with_the_refusal(vouched: World) -> None:
    vouched.issuer.challenges = vouched.issuer.stale_challenge = True
    assert log_in(vouched).state == "received"
    assert vouched.issuer.challenge == "challenge-1+"


def test_a_server_that_asks_a_challenge_and_gives_none(vouched: World) -> None:
    def par(_call: Call) -> Reply:
        body = json.dumps({"error": "use_attestation_challenge"})
        return reply(400, body, "application/json")

    vouched.issuer._par = par  # type: ignore[attr-defined]
    with pytest.raises(WalletError) as caught:
        begin(vouched, look(vouched))
    assert caught.value.params["rule"] == "issuer.challenge_missing"


@pytest.mark.spec("ABCA", "5.2", "a proof for every request, also on retry")
def test_every_request_has_a_proof_of_its_own(vouched: World) -> None:
    log_in(vouched)
    proofs = [
        jose.parse(
            call.headers["oauth-client-attestation-pop"], typ=TYP_WALLET_ATTESTATION_POP
        ).dangerous_payload()["jti"]
        for call in vouched.network.calls
        if "oauth-client-attestation-pop" in call.headers
    ]
    # Pushed twice (the DPoP nonce), then the token.
    assert len(proofs) == len(set(proofs)) == 3


@pytest.mark.spec("ABCA", "10.3", "the attestation is renewed, the instance key stays")
def test_an_attestation_that_ended_is_renewed_for_the_same_key(vouched: World) -> None:
    log_in(vouched)
    before = vouched.wallet.store.sessions()[0].instance
    vouched.now = vouched.issuer.now = vouched.now + 2 * 86_400
    open_session(vouched.wallet, vouched.network, vouched.issuer.party.oin, now=vouched.now).get()
    after = vouched.wallet.store.sessions()[0].instance
    assert before is not None
    assert after is not None
    assert before.key == after.key
    assert after.until == vouched.now + 86_400
    assert len(set(vouched.issuer.instances)) == 1


# The keys of cards.


@pytest.mark.parametrize("proof_type", ["jwt", "attestation"])
@pytest.mark.spec("OpenID4VCI 1.0", "F", "both proof types with a key attestation")
def test_attested_keys(vouched: World, proof_type: str) -> None:
    vouched.issuer.attested_keys, vouched.issuer.proof_type = True, proof_type
    assert [card.copies for card in log_in(vouched, *KINDS).received] == [10, 10]
    asked = [body for body in provider(vouched).bodies if "keys" in body]
    assert [len(body["keys"]) for body in asked] == [10, 10]


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "keys are attested only where it is required")
def test_keys_are_not_attested_unasked(vouched: World) -> None:
    log_in(vouched)
    assert not [body for body in provider(vouched).bodies if "keys" in body]


def test_required_keys_and_no_provider(vouched: World) -> None:
    vouched.wallet.config = dataclasses.replace(vouched.wallet.config, provider_url="")
    vouched.issuer.attested_keys = True
    with pytest.raises(WalletError, match=r"get\.provider_needed"):
        look(vouched)
    with pytest.raises(WalletError, match=r"get\.provider_needed"):
        vouched.add()


def test_a_configuration_with_both_types_uses_the_one_without_a_provider(vouched: World) -> None:
    def both(found: dict) -> dict:
        for one in found["credential_configurations_supported"].values():
            one["proof_types_supported"] = {
                "attestation": {
                    "proof_signing_alg_values_supported": ["ES256"],
                    "key_attestations_required": {},
                },
                "jwt": {"proof_signing_alg_values_supported": ["ES256"]},
            }
        return found

    vouched.issuer.metadata_keys = both
    assert log_in(vouched).state == "received"
    assert not [body for body in provider(vouched).bodies if "keys" in body]


# What the provider learns, and what it may not do.


@pytest.mark.spec("Regie formats", "10", "the provider learns keys and a nonce, nothing else")
def test_the_provider_learns_keys_and_nothing_else(vouched: World) -> None:
    vouched.issuer.attested_keys = True
    log_in(vouched, *KINDS)
    assert {name for body in provider(vouched).bodies for name in body} == {
        "instance",
        "keys",
        "nonce",
    }
    sent = b"".join(call.body for call in vouched.network.calls if "8446" in call.url)
    for word in (b"0599", b"Voorbeeldstad", b"persoonsgegevens", b"localhost:8441"):
        assert word not in sent


@pytest.mark.parametrize(
    "change",
    [
        lambda found: {},
        lambda found: {"client_attestation": "a.b.c"},
        lambda found: {"key_attestation": found.get("client_attestation")},
        lambda found: {"client_attestation": 5},
    ],
    ids=["nothing", "no jws", "the other one", "a number"],
)
def test_what_the_provider_gives_is_looked_at(vouched: World, change) -> None:
    provider(vouched).change = change
    with pytest.raises(WalletError) as caught:
        begin(vouched, look(vouched))
    assert caught.value.exit is ExitCode.NOT_TRUSTED
    assert vouched.issuer.pushes == []


def test_an_attestation_of_another_key(vouched: World) -> None:
    kept: list[dict] = []

    def swap(found: dict) -> dict:
        kept.append(found)
        return kept[0]

    provider(vouched).change = swap
    begin(vouched, look(vouched))
    with pytest.raises(WalletError) as caught:
        begin(vouched, look(vouched))
    assert caught.value.params["rule"] == "provider.attestation"


def test_a_provider_that_refuses(vouched: World) -> None:
    provider(vouched).provider = dataclasses.replace(
        provider(vouched).provider, url="https://elsewhere.example"
    )
    with pytest.raises(WalletError, match=r"get\.provider_refused") as caught:
        begin(vouched, look(vouched))
    assert caught.value.params == {"host": "localhost", "reason": "invalid_proof"}


def test_a_provider_out_of_reach_costs_nothing(vouched: World) -> None:
    vouched.network.refuse = lambda call: "8446" in call.url
    with pytest.raises(WalletError, match=r"network\.failed"):
        begin(vouched, look(vouched))
    assert vouched.wallet.store.sessions() == ()


@pytest.mark.parametrize("url", ["http://localhost:8446", "localhost", "ftp://x"])
def test_an_unsafe_address_is_refused(url: str) -> None:
    with pytest.raises(WalletError) as caught:
        Config(provider_url=url)
    assert caught.value.params["key"] == "provider_url"
