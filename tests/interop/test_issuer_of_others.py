"""Our wallet fetches cards from an issuer made by others: `@openid4vc/openid4vci`, over real https.

Nobody registered it: it stands under an anchor of the resident's own. What the libraries themselves
cannot do, and who does it then, stands at the top of `openid4vci/issuer.mjs`.
"""

import base64
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from crash.servers import Tls
from support.elsewhere import DIPLOMA, NAME, ForeignAuthority, choose
from support.logging_in import REDIRECT
from support.node_wallet import NodeWallet
from support.provider_server import PROVIDER, ProviderServer
from support.scheme import build
from support.wallet_world import World, world

from credential.trust import Role
from wallet import links
from wallet.errors import WalletError
from wallet.fetch import Call, HttpsFetch, Reply
from wallet.links import OfferByReference, OfferByValue
from wallet.service import add, get, refresh, requests
from wallet.service.collecting import Progress
from wallet.service.looking import Look

pytestmark = pytest.mark.interop

PROGRAMS = "openid4vci"
TX_CODE = "493021"


class Way:
    """The real way out, with the pilot provider beside it."""

    def __init__(self, ca: str, provider: ProviderServer) -> None:
        self.https = HttpsFetch(tls_ca=ca, allow_networks=["127.0.0.0/8"])
        self.provider = provider

    @property
    def peers(self) -> tuple[str, ...]:
        return self.https.peers

    def send(self, call: Call) -> Reply:
        return self.provider(call) if call.url.startswith(PROVIDER) else self.https.send(call)


@dataclasses.dataclass
class Abroad:
    """A wallet of ours, and an issuer of another make that it reaches over https."""

    town: World
    node: NodeWallet
    issuer: str
    ca: str
    authority: ForeignAuthority
    way: Way

    def be(self, **knobs: Any) -> None:
        card = self.authority.leaf()
        key = card.signer._key
        from credential import jose

        anchor = self.town.scheme.authority.role(Role.WALLET_PROVIDER).der
        self.node(
            "be",
            vct=DIPLOMA,
            x5c=[base64.b64encode(one).decode() for one in card.x5c],
            cardKey=jose.private_key_to_pem(key).decode(),
            provider=base64.b64encode(anchor).decode(),
            **knobs,
        )

    def look(self, link: str | None = None, **offer: Any) -> Look:
        found = links.parse(link or self.node("offer", **offer)["link"])
        assert isinstance(found, OfferByReference | OfferByValue)
        return add.look(self.town.wallet, self.way, found, now=self.town.now)

    def code(self, **offer: Any) -> Progress:
        found = self.look(**offer)
        return add.accept(self.town.wallet, self.way, found, tx_code=TX_CODE, now=self.town.now)

    def login(self, found: Look) -> Progress:
        town = self.town
        login = get.begin(town.wallet, self.way, found, redirect_uri=REDIRECT, now=town.now)
        with httpx.Client(verify=_context(self.ca), trust_env=False) as browser:
            back = browser.get(login.url).headers["location"]
        query = back.removeprefix(f"{REDIRECT}?")
        return get.finish(town.wallet, self.way, login, query, now=town.now)

    def saw(self) -> dict[str, Any]:
        return dict(self.node("saw"))


def _context(ca: str) -> Any:
    import ssl

    return ssl.create_default_context(cafile=ca)


@pytest.fixture
def abroad(tmp_path: Path) -> Iterator[Abroad]:
    tls = Tls.make(tmp_path / "tls")
    town = world(tmp_path, scheme=build(), cards=False)
    town.wallet.config = dataclasses.replace(town.wallet.config, provider_url=PROVIDER)
    authority = ForeignAuthority(town.now)
    choose(town, authority.pem(tmp_path / "anchors.pem"))
    node = NodeWallet(tmp_path, tls.ca, town.now, PROGRAMS, "issuer.mjs")
    base = node("open", certificate=tls.certificate, key=tls.key)["base"]
    made = Abroad(town, node, base, tls.ca, authority, Way(tls.ca, ProviderServer(town)))
    yield made
    node.close()
    town.wallet.close()


def received(there: Abroad, progress: Progress, copies: int = 5) -> None:
    saw = there.saw()
    assert saw["faults"] == []
    assert (progress.state, progress.denied) == ("received", ())
    [card] = there.town.wallet.store.cards()
    assert (card.vct, card.issuer_name, card.copies, card.foreign) == (DIPLOMA, NAME, copies, True)
    assert saw["notified"] == [{"notification_id": "card-1", "event": "credential_accepted"}]


@pytest.mark.parametrize("by_value", [True, False], ids=["by value", "by reference"])
@pytest.mark.spec("OpenID4VCI 1.0", "3.5", "a pre-authorized code and tx_code of another make")
def test_pre_authorized_code(abroad: Abroad, by_value: bool) -> None:
    abroad.be(signed=True, txCode=TX_CODE)
    found = abroad.look(byValue=by_value)
    assert not found.registered
    progress = add.accept(
        abroad.town.wallet, abroad.way, found, tx_code=TX_CODE, now=abroad.town.now
    )
    received(abroad, progress)
    assert abroad.town.wallet.foreign_names("nl") == {DIPLOMA: "Diploma"}


@pytest.mark.spec("OpenID4VCI 1.0", "6.3", "a wrong code, as another library refuses it")
def test_a_wrong_code(abroad: Abroad) -> None:
    abroad.be(signed=True, txCode="000000")
    with pytest.raises(WalletError, match=r"add\.code_refused"):
        abroad.code()


@pytest.mark.spec("OpenID4VCI 1.0", "3.4", "an authorization code: PAR, PKCE, DPoP, iss")
def test_authorization_code(abroad: Abroad) -> None:
    abroad.be()
    found = get.look(abroad.town.wallet, abroad.way, abroad.issuer, now=abroad.town.now)
    received(abroad, abroad.login(found))


@pytest.mark.spec("OpenID4VCI 1.0", "4.1.1", "an offer with issuer_state and a named server")
def test_an_offer_for_who_logs_in(abroad: Abroad) -> None:
    abroad.be()
    received(abroad, abroad.login(abroad.look(login=True)))


@pytest.mark.parametrize("proof", ["jwt", "attestation"])
@pytest.mark.spec("HAIP 1.0", "4", "attested wallet and keys, challenge, both proof types")
def test_haip(abroad: Abroad, proof: str) -> None:
    abroad.be(haip=True, attested=True, proof=proof)
    found = get.look(abroad.town.wallet, abroad.way, abroad.issuer, now=abroad.town.now)
    received(abroad, abroad.login(found))


@pytest.mark.spec("OpenID4VCI 1.0", "10", "requests and answers as JWE, read by another library")
def test_encrypted(abroad: Abroad) -> None:
    abroad.be(encrypted=True)
    found = get.look(abroad.town.wallet, abroad.way, abroad.issuer, now=abroad.town.now)
    received(abroad, abroad.login(found))


@pytest.mark.spec("OpenID4VCI 1.0", "9", "cards that come later")
def test_deferred(abroad: Abroad) -> None:
    abroad.be(deferred=True)
    assert abroad.code().state == "pending"
    town = abroad.town
    [still] = requests.collect(town.wallet, abroad.way, now=town.now)
    assert still.progress.state == "pending"
    abroad.node("decide")
    [done] = requests.collect(town.wallet, abroad.way, now=town.now)
    received(abroad, done.progress)


@pytest.mark.spec("RFC 6749", "6", "a refresh token, bound to our key")
def test_refresh(abroad: Abroad) -> None:
    abroad.be(life=300)
    found = get.look(abroad.town.wallet, abroad.way, abroad.issuer, now=abroad.town.now)
    received(abroad, abroad.login(found))
    town = abroad.town
    town.now = abroad.node.now = town.now + 4_000
    town.wallet.store.database.execute("DELETE FROM copies WHERE id % 2 = 0")
    [news] = refresh.look(town.wallet, abroad.way, now=town.now).issuers
    assert news.fetch == (DIPLOMA,)
    assert refresh.renew(town.wallet, abroad.way, news, now=town.now).state == "received"
    assert abroad.saw()["faults"] == []


@pytest.mark.spec("HAIP 1.0", "6.1.1", "cards of a signer that no anchor stands behind")
def test_without_the_anchor(abroad: Abroad) -> None:
    abroad.authority = ForeignAuthority(abroad.town.now, "Another Root")
    abroad.be()
    progress = abroad.code()
    assert (progress.state, progress.denied) == ("refused", ((DIPLOMA, "x5c.no_anchor"),))
    assert abroad.saw()["notified"] == [
        {"notification_id": "card-1", "event": "credential_failure"}
    ]
