"""A wallet in a folder, a scheme, one municipality and one corporation, all on one network."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from support.issuer_simulator import IssuerSimulator
from support.network import Network
from support.scheme import ISSUER, TestScheme, counter, shared
from support.verifier_simulator import VerifierSimulator

from wallet import files, links
from wallet.caution import Warn
from wallet.config import Config
from wallet.events import Kind
from wallet.keyfile import MasterKey
from wallet.links import OfferByReference, OfferByValue, PresentationLink
from wallet.options import Option
from wallet.service import add, share, sync
from wallet.service.add import Progress
from wallet.service.share import Done, Posed
from wallet.service.wallet import Wallet
from wallet.store import Store


@dataclass
class World:
    """Everything a test of the wallet's protocols needs; `now` is everybody's clock."""

    wallet: Wallet
    scheme: TestScheme
    issuer: IssuerSimulator
    verifier: VerifierSimulator
    network: Network
    now: int

    def add(self, link: str | None = None, tx_code: str | None = "123456") -> Progress:
        found = links.parse(link or self.issuer.link)
        assert isinstance(found, OfferByReference | OfferByValue)
        look = add.look(self.wallet, self.network, found, now=self.now)
        return add.accept(self.wallet, self.network, look, tx_code=tx_code, now=self.now)

    def receive(self, link: str | None = None, lang: str = "nl") -> Posed:
        found = links.parse(link or self.verifier.link)
        assert isinstance(found, PresentationLink)
        return share.receive(self.wallet, self.network, found, lang=lang, now=self.now)

    def share(
        self,
        posed: Posed | None = None,
        option: Option | None = None,
        accepted: Iterable[Warn] = tuple(Warn),
    ) -> Done:
        posed = posed or self.receive()
        option = option or posed.question.options[0]
        return share.share(
            self.wallet, self.network, posed, option, accepted=accepted, now=self.now
        )

    def kinds(self, activity: str) -> list[str]:
        return [str(Kind(entry.kind)) for entry in self.wallet.store.events(activity)]

    def body(self, activity: str, kind: Kind) -> dict:
        return next(e.body for e in self.wallet.store.events(activity) if e.kind == kind)


def world(
    home: Path,
    *,
    scheme: TestScheme | None = None,
    cards: bool = True,
    issuing: type[IssuerSimulator] = IssuerSimulator,
    **verifier: object,
) -> World:
    """A synced wallet, with the cards of the issuer simulator unless told otherwise."""
    made = scheme or shared()
    folder = home / "mirror"
    made.write(folder)
    config = Config(
        scheme_url=str(folder), fingerprint=made.fingerprint.hex(), allow_networks=("127.0.0.0/8",)
    )
    # Without the key file: half a second of Argon2id is what other tests are about.
    place, entropy = home / "wallet", counter(90_000)
    files.private_folder(place)
    store = Store.create(place, MasterKey(bytes(32)), at=made.now, entropy=entropy)
    opened = Wallet(place, config, store, entropy, lock=None)
    network = Network()
    sync.sync(opened, network, now=made.now)
    issuer = issuing(made)
    asker = VerifierSimulator(made, **verifier)  # type: ignore[arg-type]
    network.hosts = {ISSUER.removeprefix("https://"): issuer, asker.host: asker}
    found = World(opened, made, issuer, asker, network, made.now)
    if cards:
        found.add()
        network.calls.clear()
    return found
