"""The same wallet of others, from home: authorization code, refresh, and HAIP."""

from collections.abc import Callable

import pytest
from support.login_world import CODE, WALLET, LoginWorld
from support.node_wallet import Refused
from support.stranger import CLIENT, HOUR, STATE, Stranger, anchor
from support.wallet_provider import WalletProvider

from credential import jose
from credential.trust import Role
from issuer.service import homeoffers

pytestmark = pytest.mark.interop

PERSON = "persoonsgegevens"
HOUSE = "woonadres"
Meet = Callable[[LoginWorld], Stranger]


# ---- from home: authorization code


@pytest.mark.spec("OpenID4VCI 1.0", "5.1.2", "scope: PAR, PKCE, DPoP, iss, token, batch")
def test_authorization_code(wallet: Stranger) -> None:
    wallet.be(client_id=CLIENT)
    token = wallet.logged_in(PERSON, HOUSE)
    assert (token["token_type"], token["refreshable"]) == ("DPoP", True)
    for kind in (PERSON, HOUSE):
        answer, keys = wallet.batch(kind, 5)
        wallet.verified(answer, kind, keys)
    wallet("notify", event="credential_accepted")


@pytest.mark.spec("RFC 9449", "5", "a refresh token of a public wallet, with its key")
def test_refresh(wallet: Stranger) -> None:
    wallet.be(client_id=CLIENT)
    wallet.logged_in(PERSON)
    wallet.batch(PERSON, 2)
    wallet.later(2 * HOUR)
    with pytest.raises(Refused):
        wallet.batch(PERSON, 2)  # the access token is over
    assert wallet.asked("credential")[-1] == 401
    assert wallet("refresh")["token_type"] == "DPoP"
    answer, keys = wallet.batch(PERSON, 10)
    wallet.verified(answer, PERSON, keys)
    with pytest.raises(Refused) as caught:
        wallet.batch(PERSON, 2)
    assert caught.value.error == "credential_request_denied"


@pytest.mark.spec("OpenID4VCI 1.0", "6.2", "authorization_details come back with identifiers")
def test_authorization_details(wallet: Stranger) -> None:
    """As far as the token: the library asks cards by configuration alone, which 8.2 then forbids."""
    wallet.be(client_id=CLIENT)
    detail = {"type": "openid_credential", "credential_configuration_id": PERSON}
    token = wallet.logged_in(PERSON, details=[detail])
    [granted] = token["authorization_details"]
    assert granted["credential_configuration_id"] == PERSON
    assert granted["credential_identifiers"]
    with pytest.raises(Refused) as caught:
        wallet.batch(PERSON, 1)
    assert caught.value.error == "invalid_credential_request"


@pytest.mark.spec("OpenID4VCI 1.0", "4.1.1", "an offer with issuer_state, by the library alone")
def test_an_offer_for_who_logs_in(wallet: Stranger, there: LoginWorld) -> None:
    """`Openid4vciClient` sends no `state`; PKCE and `iss` hold the answer to the request."""
    town = there.town
    made = homeoffers.make(town.office, (HOUSE,), municipality=CODE, now=town.now)
    wallet.be(client_id=CLIENT)
    offer = wallet("resolve", uri=made.uri)["offer"]
    assert offer["grants"]["authorization_code"]["issuer_state"]
    url = wallet("authorize", redirect_uri=WALLET, kinds=[HOUSE])["url"]
    wallet("token", url=wallet.browse(url))
    answer, keys = wallet.batch(HOUSE, 2)
    wallet.verified(answer, HOUSE, keys)


@pytest.mark.spec("RFC 9207", "2.4", "an answer from another issuer is noticed; ours names us")
def test_iss(wallet: Stranger) -> None:
    wallet.be(client_id=CLIENT)
    back = wallet.browse(wallet.authorize(PERSON))
    for wrong in (back.replace(CODE, "0518"), back.replace("iss=", "other=")):
        with pytest.raises(Refused, match="iss"):
            wallet("token", url=wrong, state=STATE)
    assert wallet("token", url=back, state=STATE)["refreshable"]


@pytest.mark.spec("OpenID4VCI 1.0", "5.2", "a resident who says no")
def test_denied(wallet: Stranger) -> None:
    wallet.be(client_id=CLIENT)
    back = wallet.browse(wallet.authorize(PERSON), press="stop")
    assert wallet("token", url=back, state=STATE) == {"error": "access_denied"}


@pytest.mark.spec("OpenID4VCI 1.0", "10", "the same from home, encrypted")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_from_home_encrypted(wallet: Stranger, enc: str) -> None:
    wallet.be(client_id=CLIENT)
    wallet.logged_in(HOUSE)
    answer, keys = wallet.batch(HOUSE, 4, enc=enc)
    wallet.verified(answer, HOUSE, keys)


# ---- attested wallets and keys


@pytest.mark.spec("HAIP 1.0", "4", "attested wallet, attested keys, signed metadata, encryption")
@pytest.mark.parametrize("proof", ["jwt", "attestation"])
def test_haip(meet: Meet, strict: LoginWorld, proof: str) -> None:
    """Both proof types are the library's; the attestations are a wallet provider's."""
    provider = WalletProvider.of(strict.town.scheme)
    wallet = meet(strict)
    trusting = anchor(strict, Role.ISSUER_ACCESS)
    found = wallet.be(client_id=CLIENT, anchor=trusting)
    attestation = wallet.attest(provider, found["instance"])
    wallet.be(client_id=CLIENT, anchor=trusting, attestation=attestation)
    wallet.logged_in(PERSON)
    prepared = wallet("prepare", copies=4)
    vouched = provider.key_attestation(
        [], nonce=prepared["nonce"], now=wallet.now, attested_keys=prepared["keys"]
    )
    answer = wallet("cards", kind=PERSON, proof=proof, attestation=vouched, enc="A256GCM")
    wallet.verified(answer, PERSON, [jose.thumbprint(key) for key in prepared["keys"]])
    wallet.later(2 * HOUR)
    renewed = wallet.attest(provider, found["instance"])
    wallet.be(client_id=CLIENT, anchor=trusting, attestation=renewed)
    assert wallet("refresh")["token_type"] == "DPoP"


@pytest.mark.spec("HAIP 1.0", "4.4.1", "an offer at the desk, for attested wallets alone")
def test_haip_at_the_desk(meet: Meet, strict: LoginWorld) -> None:
    wallet = meet(strict)
    made = strict.town.offer((PERSON,))
    found = wallet.be()
    wallet("resolve", uri=made.uri)
    with pytest.raises(Refused) as caught:
        wallet("preauthorized", tx_code=made.code)
    assert caught.value.error == "invalid_client"
    attestation = wallet.attest(WalletProvider.of(strict.town.scheme), found["instance"])
    wallet.be(client_id=CLIENT, attestation=attestation)
    assert wallet("preauthorized", tx_code=made.code)["token_type"] == "DPoP"
    # The library itself sees to it that no unattested key is sent.
    with pytest.raises(Refused, match="requires key attestation"):
        wallet.batch(PERSON, 1)


@pytest.mark.spec("ABCA", "8", "a proof without our challenge is told to fetch one")
def test_the_library_knows_no_challenge(meet: Meet, strict: LoginWorld) -> None:
    """A server with a challenge endpoint must be asked for one; the library does not."""
    wallet = meet(strict)
    found = wallet.be(client_id=CLIENT, unchallenged=True)
    attestation = wallet.attest(WalletProvider.of(strict.town.scheme), found["instance"])
    wallet.be(client_id=CLIENT, attestation=attestation, unchallenged=True)
    wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])
    with pytest.raises(Refused) as caught:
        wallet("authorize", redirect_uri=WALLET, kinds=[PERSON])
    assert caught.value.error == "use_attestation_challenge"
