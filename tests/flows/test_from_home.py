"""From home with the real things: the wallet, the municipality and its pages, over https.

The browser is played by httpx, the login provider is the simulator. What is proven here is that
both sides mean the same by it.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from support import from_home, login_world
from support.from_home import Front, Home
from support.issuer_simulator import endless
from support.logging_in import REDIRECT
from support.login_world import LoginWorld
from support.resident import FIVE, Resident, wallet_at
from support.scheme import shared
from support.wallet_provider import WalletProvider

from wallet.errors import ExitCode, WalletError
from wallet.fetch import Call, HttpsFetch, Reply
from wallet.provider.attest import Provider
from wallet.service import get, refresh, requests
from wallet.service.collecting import Progress
from wallet.service.session import open_session
from wallet.service.wallet import Wallet

PROVIDER = "https://localhost:8446"


# With every page of the login.


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LoginWorld, str]]:
    folder = tmp_path_factory.mktemp("login")
    with login_world.world(folder) as made:
        yield made, str(folder / "tls" / "ca.pem")


@pytest.fixture
def resident(built: tuple[LoginWorld, str], tmp_path: Path) -> Iterator[Resident]:
    there, ca = built
    start = there.town.now
    with wallet_at(tmp_path, start, there.issuer, tls_ca=ca) as wallet:
        network = HttpsFetch(tls_ca=ca, allow_networks=wallet.config.allow_networks)
        yield Resident(wallet, network, there)
        network.close()
    there.town.now = there.provider.now = start


@pytest.mark.spec("OpenID4VCI 1.0", "5", "authorization code flow, wallet and issuer as they are")
def test_five_cards_from_home(resident: Resident) -> None:
    progress = resident.get(*FIVE)
    assert (progress.state, progress.denied) == ("received", ())
    assert {card.kind: card.copies for card in progress.received} == dict.fromkeys(FIVE, 10)
    assert progress.denied == ()
    [stored] = resident.wallet.store.sessions()
    assert stored.my_endpoint == f"{resident.issuer}/my"
    assert stored.refresh_token


def test_only_what_was_ticked(resident: Resident) -> None:
    progress = resident.get(*FIVE, kind=["woonadres"])
    assert [card.kind for card in progress.received] == ["woonadres"]
    assert {kind for kind, _ in progress.denied} == {*FIVE} - {"woonadres"}


def test_the_resident_says_no(resident: Resident) -> None:
    login = resident.begin("woonadres")
    browser = resident.at_the_page(login)
    browser.submit(press="stop")
    with pytest.raises(WalletError, match=r"get\.denied") as caught:
        resident.finish(login, browser)
    assert caught.value.exit is ExitCode.DECLINED
    assert resident.wallet.store.sessions() == ()


@pytest.mark.spec("RFC 6749", "4.1.2", "a code is for once")
def test_a_code_is_for_once(resident: Resident) -> None:
    login = resident.begin("woonadres")
    browser = resident.at_the_page(login)
    browser.submit()
    resident.finish(login, browser)
    with pytest.raises(WalletError, match=r"get\.begin_again"):
        resident.finish(login, browser)
    # RFC 6749 4.1.2: whoever came second may have been a thief, so what the first got ends too.
    with pytest.raises(WalletError, match=r"session\.ended"):
        open_session(
            resident.wallet, resident.network, stored_oin(resident), now=resident.now
        ).get()


def stored_oin(resident: Resident) -> str:
    return resident.wallet.store.sessions()[0].oin


def test_the_resident_s_own_address(resident: Resident) -> None:
    resident.get("woonadres", "persoonsgegevens")
    session = open_session(
        resident.wallet, resident.network, stored_oin(resident), now=resident.now
    )
    answer = session.get()
    states = {card["kind"]: card["state"] for card in answer["cards"]}  # type: ignore[index, union-attr]
    assert states["woonadres"] == states["persoonsgegevens"] == "valid"
    assert session.get("/processing")["queries"]
    with pytest.raises(WalletError, match=r"session\.not_found"):
        session.get("/cases/ABCDEFGH")


@pytest.mark.spec("Architecture", "Wallet", "copies are topped up with a refresh token alone")
def test_coming_back_for_copies(resident: Resident) -> None:
    resident.get("woonadres", "persoonsgegevens")
    wallet = resident.wallet
    wallet.store.database.execute("DELETE FROM copies WHERE id IN (SELECT min(id) FROM copies)")
    # Past the hour for which the issuer gives one batch per kind, and past the access token.
    resident.there.town.now += 2 * 3_600
    [news] = refresh.look(wallet, resident.network, now=resident.now).issuers
    assert (news.state, set(news.fetch)) == ("known", {"woonadres", "persoonsgegevens"})
    progress = refresh.renew(wallet, resident.network, news, now=resident.now)
    assert {card.kind: card.copies for card in progress.received} == {
        "woonadres": 10,
        "persoonsgegevens": 10,
    }
    wallet.store.database.execute("DELETE FROM copies WHERE id IN (SELECT min(id) FROM copies)")
    [news] = refresh.look(wallet, resident.network, now=resident.now).issuers
    assert news.fetch == ()
    assert 0 < news.wait <= 3_600


# With HAIP switched on, and our own provider vouching.


class Through:
    """The wallet's own client; the municipality's address leads to the socket of this test.

    Everything signed keeps the address it is about.
    """

    def __init__(self, front: Front, provider: Provider, home: Home) -> None:
        self._home = home
        self._front = urlsplit(front.base).netloc
        self._provider = provider
        self._inner = HttpsFetch(tls_ca=str(front.ca), allow_networks=("127.0.0.0/8", "::1/128"))
        self.asked: list[str] = []

    @property
    def peers(self) -> tuple[str, ...]:
        return self._inner.peers

    def send(self, call: Call) -> Reply:
        if call.url.startswith(PROVIDER):
            return self._vouch(call)
        parts = urlsplit(call.url)
        url = urlunsplit(parts._replace(netloc=self._front))
        return self._inner.send(dataclasses.replace(call, url=url))

    def _vouch(self, call: Call) -> Reply:
        from credential import strictjson

        self.asked.append(urlsplit(call.url).path)
        now = self._home.town.now
        found = (
            {"challenge": self._provider.challenge(now=now)}
            if call.url.endswith("/challenge")
            else self._provider.vouch(call.body, now=now)
        )
        return Reply(200, {"content-type": "application/json"}, strictjson.dumps(found))

    def close(self) -> None:
        self._inner.close()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with from_home.served(tmp_path_factory.mktemp("front")) as made:
        yield made


@dataclasses.dataclass
class Strict:
    """A municipality in HAIP mode and a wallet with a provider."""

    home: Home
    wallet: Wallet
    network: Through

    @property
    def now(self) -> int:
        return self.home.town.now

    def get(self, *kinds: str) -> Progress:
        found = get.look(self.wallet, self.network, self.home.town.identifier, kinds, now=self.now)
        login = get.begin(self.wallet, self.network, found, redirect_uri=REDIRECT, now=self.now)
        query = from_home.callback(login.url)
        started = self.home.start(query["request_uri"], query["client_id"])
        self.home.login(started)
        brought = self.home.finish(started, *kinds)
        from urllib.parse import urlencode

        return get.finish(self.wallet, self.network, login, urlencode(brought), now=self.now)


@pytest.fixture
def strict(tmp_path: Path, front: Front, request: pytest.FixtureRequest) -> Iterator[Strict]:
    top = getattr(request, "param", "haip = true\n")
    (tmp_path / "town").mkdir()
    town = from_home.town(tmp_path / "town", top=top)
    front.door.app = town.app  # type: ignore[assignment]
    home = Home(town, front)
    held = WalletProvider.of(shared(town.now))
    provider = Provider(PROVIDER, held.signer, held.x5c, bytes(32), endless())
    with wallet_at(tmp_path, town.now, tls_ca=str(front.ca), provider_url=PROVIDER) as wallet:
        network = Through(front, provider, home)
        yield Strict(home, wallet, network)
        network.close()
    town.office.close()


@pytest.mark.spec("HAIP 1.0", "4", "attested, pushed, by scope, encrypted where both can")
def test_haip(strict: Strict) -> None:
    progress = strict.get("woonadres", "persoonsgegevens")
    assert {card.kind: card.copies for card in progress.received} == {
        "woonadres": 10,
        "persoonsgegevens": 10,
    }
    assert "/attestation" in strict.network.asked
    [stored] = strict.wallet.store.sessions()
    assert stored.instance is not None
    strict.home.town.now += 26 * 3_600
    # A day later both the access token and the attestation are over.
    open_session(strict.wallet, strict.network, stored.oin, now=strict.now).get()
    [after] = strict.wallet.store.sessions()
    assert after.instance is not None
    assert (after.instance.key, after.instance.until) != (
        stored.instance.key,
        stored.instance.until,
    )
    assert after.instance.key == stored.instance.key


@pytest.mark.parametrize(
    "strict",
    ['key_attestation = "required"\nencryption = "required"\nclient_attestation = "required"\n'],
    indirect=True,
)
@pytest.mark.spec("OpenID4VCI 1.0", "D.1", "keys vouched for, everything encrypted")
def test_everything_required(strict: Strict) -> None:
    progress = strict.get("persoonsgegevens")
    assert [card.copies for card in progress.received] == [10]
    assert requests.collect(strict.wallet, strict.network, now=strict.now) == ()


def test_without_a_provider_haip_is_refused_in_words(strict: Strict) -> None:
    strict.wallet.config = dataclasses.replace(strict.wallet.config, provider_url="")
    with pytest.raises(WalletError, match=r"get\.provider_needed"):
        strict.get("persoonsgegevens")
