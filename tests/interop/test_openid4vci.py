"""A wallet made by others asks our issuer for cards: `@openid4vc/openid4vci`, over real https.

What the library itself cannot do, and who does it then, stands at the top of
`openid4vci/wallet.mjs`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from support import login_world, node_wallet
from support.login_world import CODE, WALLET, LoginWorld
from support.node_wallet import NodeWallet, Refused
from support.scheme import listed_at
from support.wallet_provider import WalletProvider

from credential import jose, sdjwtvc
from credential.desk import confirmation_number
from credential.names import TYP_WALLET_ATTESTATION, vct_of
from credential.trust import Role
from issuer.service import desk, homeoffers

pytestmark = pytest.mark.interop

CLIENT = "regie-wallet"
PERSON = "persoonsgegevens"
HOUSE = "woonadres"
HOUR = 3_600


class Stranger(NodeWallet):
    """Somebody's wallet of another make, at our municipality."""

    def __init__(self, folder: Path, there: LoginWorld) -> None:
        super().__init__(folder, str(there.ca), there.town.now)
        self.there = there
        self.issuer = f"{there.issuer}/{CODE}"
        self.jkt = ""

    def be(self, **knobs: Any) -> dict[str, Any]:
        found = self("be", **knobs)
        self.jkt = found["jkt"]
        return found

    def later(self, seconds: int) -> None:
        self.there.town.now = self.there.provider.now = self.now = self.now + seconds

    def browse(self, url: str, **form: Any) -> str:
        """Logs in, ticks what the page proposes, and gives the address of the way back."""
        browser = self.there.browser()
        browser.get(url)
        browser.follow()
        browser.submit(**form)
        browser.answer()
        return browser.page.headers["location"]

    def batch(self, kind: str, copies: int, **more: Any) -> tuple[dict[str, Any], list[str]]:
        """The answer to a request for so many copies, and whose they must be."""
        keys = [jose.thumbprint(key) for key in self("prepare", copies=copies)["keys"]]
        return self("cards", kind=kind, **more), keys

    def verified(self, answer: dict[str, Any], kind: str, keys: list[str]) -> None:
        """The cards are of this kind, of the municipality, and each of its own key."""
        trust = listed_at(self.there.issuer).trust
        found = [
            sdjwtvc.verify_card(one["credential"], trust, now=self.now, vct=vct_of(kind))
            for one in answer["credentials"]
        ]
        assert [one.holder_jkt for one in found] == keys

    def attest(self, provider: WalletProvider, instance: dict[str, Any]) -> str:
        claims = {"sub": CLIENT, "iat": self.now, "exp": self.now + HOUR, "cnf": {"jwk": instance}}
        return provider.sign(TYP_WALLET_ATTESTATION, claims)


@pytest.fixture(scope="module", autouse=True)
def _node() -> None:
    node_wallet.needed()


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginWorld]:
    """Public wallets are welcome, attested ones too."""
    with login_world.world(tmp_path_factory.mktemp("there"), with_scheme=True) as made:
        yield made


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginWorld]:
    """HAIP, and every card on a key that somebody vouches for."""
    folder = tmp_path_factory.mktemp("strict")
    knobs = {"haip": True, "key_attestation": "required"}
    with login_world.world(folder, with_scheme=True, **knobs) as made:
        yield made


@pytest.fixture
def meet(tmp_path: Path) -> Iterator[Callable[[LoginWorld], Stranger]]:
    """Makes a wallet at a municipality."""
    met: list[tuple[Stranger, int]] = []

    def make(there: LoginWorld) -> Stranger:
        found = Stranger(tmp_path, there)
        met.append((found, there.town.now))
        return found

    yield make
    for one, start in met:
        one.close()
        one.there.town.now = one.there.provider.now = start


@pytest.fixture
def wallet(meet: Callable[[LoginWorld], Stranger], there: LoginWorld) -> Stranger:
    return meet(there)


def anchor(there: LoginWorld, role: Role) -> str:
    [found] = jose.x5c_header([there.town.scheme.authority.of(role).der])["x5c"]
    return found


def confirm(wallet: Stranger, case: str) -> None:
    """The clerk compares the number that a wallet shows of its key."""
    town = wallet.there.town
    number = confirmation_number(wallet.jkt)
    desk.confirm(town.office, case, number, clerk="anna", now=town.now)


# ---- metadata


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.4", "read as version 1.0 by another library")
def test_metadata_is_read_as_final(wallet: Stranger) -> None:
    wallet.be()
    found = wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])
    assert (found["version"], found["signed"], found["batch"]) == ("V1", False, 10)
    assert {PERSON, HOUSE, "urgentie"} <= set(found["known"])


@pytest.mark.spec("OpenID4VCI 1.0", "12.2.3", "signed metadata, believed by another library")
def test_signed_metadata(wallet: Stranger, there: LoginWorld) -> None:
    """It asks for `application/jwt` first, checks `sub`, and leaves whom to trust to its wallet."""
    wallet.be(anchor=anchor(there, Role.ISSUER_ACCESS))
    assert wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])["signed"]
    wallet.be(anchor=anchor(there, Role.CARD))
    with pytest.raises(Refused, match="verification failed"):
        wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])


# ---- at the desk: pre-authorized code


def redeemed(wallet: Stranger, *kinds: str, **knobs: Any) -> desk.OfferMade:
    """The offer was read and its code exchanged."""
    made = wallet.there.town.offer(kinds)
    wallet.be(**knobs)
    assert wallet("resolve", uri=made.uri)["offer"]["credential_issuer"] == wallet.issuer
    token = wallet("preauthorized", tx_code=made.code)
    assert token["token_type"] == "DPoP"
    # First without our nonce, then with it (RFC 9449, 8).
    assert wallet.asked("token") == [400, 200]
    return made


@pytest.mark.spec("OpenID4VCI 1.0", "9", "offer, transaction code, DPoP, batch, promise and cards")
def test_pre_authorized_and_deferred(wallet: Stranger) -> None:
    made = redeemed(wallet, PERSON, HOUSE)
    answer, keys = wallet.batch(PERSON, 5)
    assert set(answer) == {"transaction_id", "interval"}
    waiting = wallet("deferred", transaction_id=answer["transaction_id"])
    assert waiting == answer
    confirm(wallet, made.case)
    wallet.verified(wallet("deferred", transaction_id=answer["transaction_id"]), PERSON, keys)
    # From now on cards come at once.
    at_once, others = wallet.batch(HOUSE, 3)
    wallet.verified(at_once, HOUSE, others)
    wallet("notify", event="credential_accepted")
    assert wallet.asked("notification") == [204]


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "a refusal that another library can read")
def test_what_the_library_is_told(wallet: Stranger) -> None:
    made = wallet.there.town.offer((PERSON,))
    wallet.be()
    wallet("resolve", uri=made.uri)
    wrong = "000000" if made.code != "000000" else "000001"
    with pytest.raises(Refused) as caught:
        wallet("preauthorized", tx_code=wrong)
    assert (caught.value.name, caught.value.error) == (
        "Oauth2ClientErrorResponseError",
        "invalid_grant",
    )
    wallet("preauthorized", tx_code=made.code)
    _, keys = wallet.batch(PERSON, 1)
    assert keys
    with pytest.raises(Refused) as caught:
        wallet("cards", kind=PERSON)  # the nonce is used up
    assert (caught.value.name, caught.value.error) == (
        "Openid4vciRetrieveCredentialsError",
        "invalid_nonce",
    )
    with pytest.raises(Refused) as caught:
        wallet("deferred", transaction_id="unknown")
    assert caught.value.error == "invalid_transaction_id"


@pytest.mark.spec("OpenID4VCI 1.0", "9.2", "a deferred answer: cards together with notification_id")
def test_a_fault_of_the_library(wallet: Stranger) -> None:
    """It refuses the two together. Once this fails, `withoutNotification` has served its time."""
    made = redeemed(wallet, PERSON, strict=True)
    answer, _ = wallet.batch(PERSON, 1)
    confirm(wallet, made.case)
    with pytest.raises(Refused, match="retrieving deferred credentials"):
        wallet("deferred", transaction_id=answer["transaction_id"])
    assert wallet.asked("deferred")[-1] == 200


@pytest.mark.spec("OpenID4VCI 1.0", "10", "request and answer as JWE that another library made")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_encrypted(wallet: Stranger, enc: str) -> None:
    """The library's messages inside JWEs of the `jose` package, which opens our answers."""
    made = redeemed(wallet, PERSON)
    answer, keys = wallet.batch(PERSON, 3, enc=enc)
    transaction = answer["transaction_id"]
    assert wallet("deferred", transaction_id=transaction, enc=enc) == answer
    confirm(wallet, made.case)
    cards = wallet("deferred", transaction_id=transaction, enc=enc)
    wallet.verified(cards, PERSON, keys)
    again, others = wallet.batch(PERSON, 2, enc=enc)
    wallet.verified(again, PERSON, others)


# ---- from home: authorization code


def logged_in(wallet: Stranger, *kinds: str, **knobs: Any) -> dict[str, Any]:
    """The way of a wallet that begins by itself, with a `state`; the token answer."""
    wallet("resolve", issuer=wallet.issuer, kinds=kinds)
    url = wallet("authorize", redirect_uri=WALLET, kinds=kinds, state="its own", **knobs)["url"]
    assert set(parse_qs(urlsplit(url).query)) == {"client_id", "request_uri"}
    return wallet("token", url=wallet.browse(url), state="its own")


@pytest.mark.spec("OpenID4VCI 1.0", "5.1.2", "scope: PAR, PKCE, DPoP, iss, token, batch")
def test_authorization_code(wallet: Stranger) -> None:
    wallet.be(client_id=CLIENT)
    token = logged_in(wallet, PERSON, HOUSE)
    assert (token["token_type"], token["refreshable"]) == ("DPoP", True)
    for kind in (PERSON, HOUSE):
        answer, keys = wallet.batch(kind, 5)
        wallet.verified(answer, kind, keys)
    wallet("notify", event="credential_accepted")


@pytest.mark.spec("RFC 9449", "5", "a refresh token of a public wallet, with its key")
def test_refresh(wallet: Stranger) -> None:
    wallet.be(client_id=CLIENT)
    logged_in(wallet, PERSON)
    wallet.batch(PERSON, 2)
    wallet.later(2 * HOUR)
    with pytest.raises(Refused):
        wallet.batch(PERSON, 2)  # the access token is over
    assert wallet("refresh")["token_type"] == "DPoP"
    answer, keys = wallet.batch(PERSON, 10)
    wallet.verified(answer, PERSON, keys)
    with pytest.raises(Refused) as caught:
        wallet.batch(PERSON, 2)
    assert caught.value.error == "credential_request_denied"


@pytest.mark.spec("OpenID4VCI 1.0", "5.1.1", "authorization_details, and identifiers where asked")
def test_authorization_details(wallet: Stranger) -> None:
    """Cards are asked by configuration: the library knows no `credential_identifier`."""
    wallet.be(client_id=CLIENT)
    detail = {"type": "openid_credential", "credential_configuration_id": PERSON}
    token = logged_in(wallet, PERSON, details=[detail])
    [granted] = token["authorization_details"]
    assert granted["credential_configuration_id"] == PERSON


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
    wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])
    url = wallet("authorize", redirect_uri=WALLET, kinds=[PERSON], state="x")["url"]
    back = wallet.browse(url)
    for wrong in (back.replace(CODE, "0518"), back.replace("iss=", "other=")):
        with pytest.raises(Refused, match="iss"):
            wallet("token", url=wrong, state="x")
    assert wallet("token", url=back, state="x")["refreshable"]


@pytest.mark.spec("OpenID4VCI 1.0", "5.2", "a resident who says no")
def test_denied(wallet: Stranger) -> None:
    wallet.be(client_id=CLIENT)
    wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])
    url = wallet("authorize", redirect_uri=WALLET, kinds=[PERSON], state="x")["url"]
    back = wallet.browse(url, press="stop")
    assert wallet("token", url=back, state="x") == {"error": "access_denied"}


@pytest.mark.spec("OpenID4VCI 1.0", "10", "the same from home, encrypted")
@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_from_home_encrypted(wallet: Stranger, enc: str) -> None:
    wallet.be(client_id=CLIENT)
    logged_in(wallet, HOUSE)
    answer, keys = wallet.batch(HOUSE, 4, enc=enc)
    wallet.verified(answer, HOUSE, keys)


# ---- attested wallets and keys


@pytest.mark.spec("HAIP 1.0", "4", "attested wallet, attested keys, signed metadata, encryption")
@pytest.mark.parametrize("proof", ["jwt", "attestation"])
def test_haip(meet: Callable[[LoginWorld], Stranger], strict: LoginWorld, proof: str) -> None:
    """Both proof types are the library's; the attestations are a wallet provider's."""
    provider = WalletProvider.of(strict.town.scheme)
    wallet = meet(strict)
    trusting = anchor(strict, Role.ISSUER_ACCESS)
    found = wallet.be(client_id=CLIENT, anchor=trusting)
    attestation = wallet.attest(provider, found["instance"])
    wallet.be(client_id=CLIENT, anchor=trusting, attestation=attestation)
    logged_in(wallet, PERSON)
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
def test_haip_at_the_desk(meet: Callable[[LoginWorld], Stranger], strict: LoginWorld) -> None:
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
def test_the_library_knows_no_challenge(
    meet: Callable[[LoginWorld], Stranger], strict: LoginWorld
) -> None:
    """A server with a challenge endpoint must be asked for one; the library does not."""
    wallet = meet(strict)
    found = wallet.be(client_id=CLIENT, unchallenged=True)
    attestation = wallet.attest(WalletProvider.of(strict.town.scheme), found["instance"])
    wallet.be(client_id=CLIENT, attestation=attestation, unchallenged=True)
    wallet("resolve", issuer=wallet.issuer, kinds=[PERSON])
    with pytest.raises(Refused) as caught:
        wallet("authorize", redirect_uri=WALLET, kinds=[PERSON])
    assert caught.value.error == "use_attestation_challenge"
