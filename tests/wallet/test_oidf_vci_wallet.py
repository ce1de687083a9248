"""The modules of the OpenID Foundation's `vci10wallet` plan (HAIP), each by its own name.

The issuer is one nobody registered, under an anchor of the resident's own: what the foundation's
emulated issuer is to a wallet. Plan "OpenID for Verifiable Credential Issuance 1.0 Final/HAIP: Test
a wallet" of 20 August 2026; its modules about id tokens and JARM it takes out itself.
"""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from support.elsewhere import DIPLOMA, IDENTIFIER, ForeignIssuer, settle
from support.logging_in import begin, finish, look
from support.network import reply
from support.provider_server import PROVIDER, ProviderServer
from support.scheme import build
from support.wallet_world import World, world

from credential import jose
from credential.names import TYP_WALLET_ATTESTATION_POP
from wallet import links
from wallet.errors import WalletError
from wallet.fetch import Call, Reply
from wallet.service import add, requests
from wallet.service.collecting import Progress
from wallet.service.looking import Look
from wallet.service.session import open_session

PLAN = "OIDF vci10wallet"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[World]:
    """Client attestation, DPoP, PAR, plain response: the fixed variants of the plan."""
    made = world(tmp_path, scheme=build(), cards=False)
    made.wallet.config = dataclasses.replace(made.wallet.config, provider_url=PROVIDER)
    made.network.hosts["localhost:8446"] = ProviderServer(made)
    issuer = settle(made, tmp_path)
    issuer.attestation = "required"
    yield made
    made.wallet.close()


@pytest.fixture
def issuer(town: World) -> ForeignIssuer:
    assert isinstance(town.issuer, ForeignIssuer)
    return town.issuer


def by_offer(town: World, *, by_value: bool) -> Look:
    """Issuer-initiated, with `authorization_code` and an `issuer_state`."""
    town.issuer.offer = lambda found: {
        **found,
        "grants": {"authorization_code": {"issuer_state": "state-of-the-issuer"}},
    }
    link = links.parse(town.issuer.link_by_value if by_value else town.issuer.link)
    return add.look(town.wallet, town.network, link, now=town.now)  # type: ignore[arg-type]


def by_itself(town: World) -> Look:
    return look(town, issuer=IDENTIFIER)


BEGINNINGS: dict[str, Callable[[World], Look]] = {
    "wallet_initiated": by_itself,
    "issuer_initiated by_value": lambda town: by_offer(town, by_value=True),
    "issuer_initiated by_reference": lambda town: by_offer(town, by_value=False),
}
starts = pytest.mark.parametrize("start", BEGINNINGS.values(), ids=BEGINNINGS.keys())


def fetched(town: World, start: Callable[[World], Look] = by_itself) -> Progress:
    return finish(town, begin(town, start(town)))


def broken(town: World, change: Callable[[dict], dict]) -> str:
    """The rule for which an answer of the browser was refused, with no token ever asked."""
    town.issuer.callback = change  # type: ignore[attr-defined]
    with pytest.raises(WalletError) as caught:
        fetched(town)
    assert town.issuer.tokens_asked == []
    return str(caught.value.params["rule"])


# Modules of vci10wallet.


@starts
@pytest.mark.parametrize("proof", ["jwt", "attestation"])
@pytest.mark.parametrize("encryption", ["off", "required"], ids=["plain", "encrypted"])
@pytest.mark.spec(PLAN, "credential-issuance", "every variant of grant, proof and encryption")
def test_oid4vci_1_0_wallet_test_credential_issuance(
    town: World,
    issuer: ForeignIssuer,
    start: Callable[[World], Look],
    proof: str,
    encryption: str,
) -> None:
    issuer.proof_type, issuer.encryption, issuer.attested_keys = proof, encryption, True
    assert fetched(town, start).state == "received"
    state = issuer.pushes[0].get("issuer_state")
    assert state == (None if start is by_itself else "state-of-the-issuer")
    assert town.wallet.store.cards()[0].vct == DIPLOMA


@pytest.mark.spec(PLAN, "credential-issuance", "mode deferred")
def test_oid4vci_1_0_wallet_test_credential_issuance_deferred(
    town: World, issuer: ForeignIssuer
) -> None:
    issuer.waits = frozenset({"diploma", "membership"})
    assert fetched(town).state == "pending"
    issuer.decided = True
    [done] = requests.collect(town.wallet, town.network, now=town.now)
    assert done.progress.state == "received"


@pytest.mark.spec(PLAN, "credential-issuance", "a pre-authorized code with its transaction code")
def test_oid4vci_1_0_wallet_test_credential_issuance_pre_authorization_code(
    town: World, issuer: ForeignIssuer
) -> None:
    # Asked where an anchor stands behind the metadata (Regie formats 6).
    issuer.tx_code, issuer.unsigned = "123456", False
    assert town.add(tx_code="123456").state == "received"
    assert issuer.tokens_asked[-1]["tx_code"] == "123456"


@pytest.mark.spec(PLAN, "credential-issuance-notification", "what became of the card is told")
def test_oid4vci_1_0_wallet_test_credential_issuance_notification(
    town: World, issuer: ForeignIssuer
) -> None:
    fetched(town)
    told = {(one["notification_id"], one["event"]) for one in issuer.notified}
    assert told == {
        ("notification-diploma", "credential_accepted"),
        ("notification-membership", "credential_accepted"),
    }


@pytest.mark.spec(PLAN, "scopes-without-authorization-details", "asked by configuration then")
def test_oid4vci_1_0_wallet_happy_path_with_scopes_without_authorization_details_in_token_response(
    town: World, issuer: ForeignIssuer
) -> None:
    assert fetched(town).state == "received"
    assert issuer.pushes[0]["scope"] == "diploma membership"
    assert "authorization_details" not in issuer.pushes[0]
    bodies = [json.loads(call.body) for call in town.network.posts("/school/credential")]
    assert all("credential_configuration_id" in body for body in bodies)
    assert not any("credential_identifier" in body for body in bodies)


@pytest.mark.spec(PLAN, "client-attestation-challenge", "the challenge stands in every proof")
def test_oid4vci_1_0_wallet_test_client_attestation_challenge(
    town: World, issuer: ForeignIssuer
) -> None:
    issuer.challenges = True
    assert fetched(town).state == "received"
    proofs = [
        jose.parse(call.headers["oauth-client-attestation-pop"], typ=TYP_WALLET_ATTESTATION_POP)
        for call in town.network.posts("/school/par") + town.network.posts("/school/token")
    ]
    assert {one.dangerous_payload()["challenge"] for one in proofs} == {"challenge-1"}


@pytest.mark.spec(PLAN, "batch-credential-issuance", "ten distinct keys; copies in any order")
def test_oid4vci_1_0_wallet_test_batch_credential_issuance(
    town: World, issuer: ForeignIssuer
) -> None:
    issuer.batch = lambda copies: copies[::-1]
    fetched(town)
    assert [card.copies for card in town.wallet.store.cards()] == [10, 10]
    for call in town.network.posts("/school/credential"):
        proofs = json.loads(call.body)["proofs"]["jwt"]
        keys = {
            jose.thumbprint(jose.parse(one, typ="openid4vci-proof+jwt").jwk()) for one in proofs
        }
        assert len(keys) == len(proofs) == 10


# Modules of FAPI 2.0 that the HAIP plan takes over.


@pytest.mark.spec(PLAN, "fapi2 happy-path", "with nonces of authorization and resource server")
def test_fapi2_client_test_happy_path(town: World, issuer: ForeignIssuer) -> None:
    assert fetched(town).state == "received"
    for path in ("/school/par", "/school/credential"):
        first, *rest = [
            jose.parse(call.headers["dpop"], typ="dpop+jwt").dangerous_payload()
            for call in town.network.posts(path)
        ]
        assert "nonce" not in first
        assert {one["nonce"] for one in rest} == {issuer.dpop_nonce}


@pytest.mark.spec(PLAN, "fapi2 happy-path-no-dpop-nonce", "a server that wants no nonce")
def test_fapi2_client_test_happy_path_no_dpop_nonce(town: World, issuer: ForeignIssuer) -> None:
    issuer.dpop_nonce = None
    assert fetched(town).state == "received"


@pytest.mark.spec(PLAN, "fapi2 discovery-issuer-mismatch", "another issuer in the metadata")
def test_fapi2_client_test_discovery_issuer_mismatch(town: World, issuer: ForeignIssuer) -> None:
    issuer.server = lambda found: {**found, "issuer": "https://attacker.example"}
    with pytest.raises(WalletError) as caught:
        fetched(town)
    assert caught.value.params["rule"] == "issuer.server_identifier"
    assert town.network.posts() == []


@pytest.mark.spec(PLAN, "fapi2 authorization-response-iss", "mix-up: iss of another server")
def test_fapi2_client_test_invalid_authorization_response_iss(town: World) -> None:
    wrong = "https://attacker.example/school"
    assert broken(town, lambda found: {**found, "iss": wrong}) == "callback.iss"


@pytest.mark.spec(PLAN, "fapi2 remove-authorization-response-iss", "mix-up: no iss at all")
def test_fapi2_client_test_remove_authorization_response_iss(town: World) -> None:
    assert broken(town, lambda found: {k: v for k, v in found.items() if k != "iss"}) == (
        "callback.iss"
    )


@pytest.mark.spec(PLAN, "fapi2 invalid-state", "the state of another login")
def test_fapi2_client_test_ensure_authorization_response_with_invalid_state_fails(
    town: World,
) -> None:
    assert broken(town, lambda found: {**found, "state": "another"}) == "callback.state"


@pytest.mark.spec(PLAN, "fapi2 missing-state", "no state")
def test_fapi2_client_test_ensure_authorization_response_with_invalid_missing_state_fails(
    town: World,
) -> None:
    assert broken(town, lambda found: {k: v for k, v in found.items() if k != "state"}) == (
        "callback.state"
    )


@pytest.mark.spec(PLAN, "fapi2 without-expires_in", "a token that names no end")
def test_fapi2_client_test_token_endpoint_response_without_expires_in(
    town: World, issuer: ForeignIssuer
) -> None:
    issuer.token = lambda found: {k: v for k, v in found.items() if k != "expires_in"}
    assert fetched(town).state == "received"


@pytest.mark.spec(PLAN, "fapi2 token-type-case-insensitivity", "dPOP is DPoP")
def test_fapi2_client_test_token_type_case_insensitivity(
    town: World, issuer: ForeignIssuer
) -> None:
    issuer.token = lambda found: {**found, "token_type": "dPOP"}
    assert fetched(town).state == "received"


@pytest.mark.spec(PLAN, "fapi2 rs-dpop-auth-scheme", "dPOP error=use_dpop_nonce is understood")
def test_fapi2_client_test_rs_dpop_auth_scheme_case_insensitivity(
    town: World, issuer: ForeignIssuer
) -> None:
    original, challenged = issuer._credential, []

    def once(call: Call) -> Reply:
        if challenged:
            return original(call)
        challenged.append(call)
        words = 'dPOP algs="ES256", error="use_dpop_nonce"'
        return reply(401, "", "application/json", dpop_nonce="newer", www_authenticate=words)

    def newer(call: Call) -> Reply:
        issuer.dpop_nonce = "newer"
        return once(call)

    issuer._credential = newer  # type: ignore[method-assign]
    assert fetched(town).state == "received"
    assert len(challenged) == 1


@pytest.mark.spec(PLAN, "refresh", "a new access token by the same keys")
def test_fapi2_client_refresh_token_test(town: World, issuer: ForeignIssuer) -> None:
    """Not in the HAIP plan; what it would ask, HAIP 1.0 4 recommends."""
    fetched(town)
    town.now = issuer.now = town.now + 4_000
    session = open_session(town.wallet, town.network, IDENTIFIER, now=town.now)
    session._access.renew()
    assert issuer.tokens_asked[-1]["grant_type"] == "refresh_token"
    assert len(set(issuer.instances)) == 1


@pytest.mark.spec("RFC 9207", "2.4", "an answer of one server is nothing at another")
def test_mix_up_between_two_logins(town: World, issuer: ForeignIssuer) -> None:
    """The attacker's server sends its own code back under the honest login's state."""
    honest = begin(town, by_itself(town))
    query = parse_qs(issuer.browse(honest.url))
    forged = urlencode({**{k: v[0] for k, v in query.items()}, "iss": "https://evil.example"})
    with pytest.raises(WalletError) as caught:
        finish(town, honest, forged)
    assert caught.value.params["rule"] == "callback.iss"
    assert issuer.tokens_asked == []
