"""The example corporation over real https on loopback, as wallets of any make meet it."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from crash.servers import Served, Tls, listener, url
from crash.town import scheme_at
from support.answering import may_ask_to_sign
from support.holder_simulator import Card, CardMaker
from support.verifier_home import Browser, Moment, VerifierHome

from credential import jose
from credential.trust import Role
from verifier.transaction import Answered, Bound, Fetched
from wallet import clock


@dataclass
class Visited:
    """One verifier, served; its scheme knows it at this address."""

    home: VerifierHome
    base: str
    ca: str

    def browser(self, http: httpx.AsyncClient) -> Browser:
        return Browser(http, origin=self.base)

    def client(self) -> httpx.AsyncClient:
        context = ssl.create_default_context(cafile=self.ca)
        return httpx.AsyncClient(base_url=self.base, verify=context, trust_env=False)

    @property
    def anchor(self) -> str:
        """The authority over access certificates, as a wallet is given it."""
        authority = self.home.scheme.authority.role(Role.VERIFIER_ACCESS)
        [found] = jose.x5c_header([authority.der])["x5c"]
        return found

    def became(self, transaction: str) -> Answered | Bound | Fetched:
        """The state of a request."""
        from verifier.store import transactions

        verifier = self.home.open()
        return transactions.find(verifier.store, verifier.sealer, transaction)  # type: ignore[return-value]


def private_jwk(card: Card) -> dict[str, str]:
    """The key of a card, as a wallet in Node is given it."""
    numbers = card.key.private_numbers()
    d = jose.base64url.encode(numbers.private_value.to_bytes(32, "big"))
    return {**jose.public_jwk(card.key.public_key()), "d": d}  # type: ignore[dict-item]


@contextmanager
def visited(folder: Path) -> Iterator[Visited]:
    """The corporation at an address of its own, in the present; it may ask to sign for things."""
    listening = listener()
    tls = Tls.make(folder / "tls")
    base = url(listening)
    scheme = scheme_at(
        {
            "verifier": base,
            "issuer": "https://localhost:8441",
            "mirror": "https://localhost:8440",
        }
    )
    now = Moment(clock.now())
    home = VerifierHome(folder, scheme, now, CardMaker(scheme)).make(base)
    may_ask_to_sign(home)
    settings = home.home / "verifier.toml"
    settings.write_text(settings.read_text("utf-8") + "rate_per_minute = 1000000\n", "utf-8")
    home.publish(home.maker.status_list())
    home.sync()
    served = Served(home.app, listening, tls)
    try:
        yield Visited(home, base, tls.ca)
    finally:
        served.idle()
        served.stop()
        home.close()
