"""An issuer with the example scheme's certificates and a register of test persons in memory."""

import asyncio
import dataclasses
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
from support import scheme as schemes
from support.scheme import TestScheme
from support.wallet_simulator import WalletSimulator

from credential import jose
from credential.desk import confirmation_number
from issuer.brp.access import ApiKey
from issuer.brp.client import BrpClient
from issuer.brp.link import Link, LinkSettings
from issuer.brp.source import HaalCentraalSource
from issuer.config import Declared
from issuer.register import create_app as create_register
from issuer.service import desk
from issuer.service.office import Office, open_office
from issuer.service.setup import install_certificates, prepare
from issuer.web import create_app

DATA = Path(__file__).parents[2] / "examples" / "town" / "brp"
API_KEY = "test-key"
RESIDENT = "999999345"  # a household of five in 0599
FIVE = ("persoonsgegevens", "woonadres", "huishouden", "woongeschiedenis", "verblijfsrecht")

SETTINGS = """
base_url = "https://localhost:8441"
listen = "127.0.0.1:8441"
tls_cert = "tls.pem"
tls_key = "tls.key"

[brp]
url = "https://localhost:8445"
api_key_file = "keys/brp-api-key"

[status]
size = 4096
lists = 2
announce_hours = 0
decoys = {decoys}

[desk]
four_eyes = {four_eyes}

[[municipality]]
id = "gemeente-voorbeeldstad"
code = "0599"
name = "Gemeente Voorbeeldstad"
oin = "00000099000000001000"
housing_region = "voorbeeldregio"
"""

WESTHOVE_SETTINGS = """
[[municipality]]
id = "gemeente-westhove"
code = "0518"
name = "Gemeente Westhove"
oin = "{oin}"
housing_region = "voorbeeldregio"
"""


def stream(name: str = "issuer") -> Callable[[int], bytes]:
    """Entropy of any length that never repeats and never surprises."""
    numbers = itertools.count()
    return lambda length: hashlib.shake_256(f"{name}/{next(numbers)}".encode()).digest(length)


class InMemoryRegister(httpx.BaseTransport):
    """The example register without a socket: a client that waits over a server that does not."""

    def __init__(self, app: object) -> None:
        self._transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        async def once() -> httpx.Response:
            request.read()
            sent = httpx.Request(
                request.method, request.url, headers=request.headers, content=request.content
            )
            answer = await self._transport.handle_async_request(sent)
            content = await answer.aread()
            return httpx.Response(answer.status_code, headers=answer.headers, content=content)

        return asyncio.run(once())


@dataclass
class TestIssuerHome:
    """A running issuer, its clock in the test's hands."""

    __test__ = False

    home: Path
    office: Office
    scheme: TestScheme
    now: int

    @property
    def identifier(self) -> str:
        return "https://localhost:8441/0599"

    @property
    def app(self) -> object:
        return create_app(self.office, now=lambda: self.now, moment=lambda: float(self.now))

    def wallet(self) -> WalletSimulator:
        return WalletSimulator(self.app, self.identifier, self.now)

    def offer(
        self,
        kinds: tuple[str, ...] | None = None,
        bsn: str = RESIDENT,
        municipality: str = "0599",
    ) -> desk.OfferMade:
        return desk.make_offer(
            self.office, bsn, kinds, clerk="anna", now=self.now, municipality=municipality
        )

    def redeemed(
        self, kinds: tuple[str, ...] | None = ("persoonsgegevens",), **knobs: object
    ) -> tuple[WalletSimulator, desk.OfferMade]:
        """A wallet that holds a token, and its case."""
        made = self.offer(kinds)
        wallet = self.wallet()
        answer = wallet.redeem(made.link, made.code, **knobs)
        assert answer.status_code == 200, answer.text
        return wallet, made

    def confirmed(
        self, kinds: tuple[str, ...] | None = ("persoonsgegevens",), **knobs: object
    ) -> tuple[WalletSimulator, desk.OfferMade]:
        """A wallet that may collect."""
        wallet, made = self.redeemed(kinds, **knobs)
        self.confirm(made, wallet)
        return wallet, made

    def confirm(self, made: desk.OfferMade, wallet: WalletSimulator, clerk: str = "anna") -> None:
        number = confirmation_number(wallet.jkt)
        desk.confirm(self.office, made.case, number, clerk=clerk, now=self.now)


def make(
    home: Path,
    *,
    now: int = schemes.NOW,
    decoys: int = 0,
    four_eyes: bool = False,
    westhove: bool = False,
    entropy: Callable[[int], bytes] | None = None,
    top: str = "",
    tables: str = "",
    private: dict[str, str] | None = None,
    scheme: TestScheme | None = None,
) -> TestIssuerHome:
    """`top` and `tables` are added to the settings; `private` are files for their owner alone."""
    scheme = scheme or schemes.shared(now)
    entropy = entropy or stream()
    settings = SETTINGS.format(decoys=decoys, four_eyes="true" if four_eyes else "false")
    parties = [schemes.VOORBEELDSTAD]
    if westhove:
        parties.append(schemes.WESTHOVE)
        settings += WESTHOVE_SETTINGS.format(oin=scheme.parties[schemes.WESTHOVE].oin)
    furnish(home, scheme, parties, top + settings + tables, entropy, private)
    return TestIssuerHome(home, open_town(home, now=now, entropy=entropy), scheme, now)


def furnish(
    home: Path,
    scheme: TestScheme,
    parties: list[str],
    settings: str,
    entropy: Callable[[int], bytes],
    private: dict[str, str] | None = None,
) -> None:
    """Settings, keys and certificates of these parties; again for a home that has others."""
    (home / "issuer.toml").write_text(settings)
    keys = home / "keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    for name, text in (private or {}).items():
        (home / name).touch(0o600)
        (home / name).write_text(text)
    for party in parties:
        for role in ("card", "status", "access"):
            key = scheme.keys[party][f"{party}.{role}"]
            file = keys / f"{party}.{role}.key"
            file.touch(0o600)
            file.write_bytes(jose.private_key_to_pem(key))
    (keys / "brp-api-key").touch(0o600)
    (keys / "brp-api-key").write_text(API_KEY)
    prepare(home, entropy)
    for party in parties:
        for name, data in scheme.files[party].items():
            target = home / "handed" / party / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    install_certificates(home, home / "handed")


def with_settings(town: TestIssuerHome, **changes: object) -> None:
    """The same issuer with other settings, as after a restart."""
    settings = msgspec.structs.replace(town.office.settings, **changes)
    municipalities = {
        one.code: dataclasses.replace(town.office.municipality(one.code), settings=one)
        for one in settings.municipality
    }
    town.office = dataclasses.replace(town.office, settings=settings, municipalities=municipalities)


def with_declared(town: TestIssuerHome, *declared: Declared) -> None:
    """The same issuer, which also issues kinds that a person decides on."""
    kinds = tuple(one.kind for one in declared)
    municipality = tuple(
        msgspec.structs.replace(one, kinds=(*one.kinds, *kinds))
        for one in town.office.settings.municipality
    )
    with_settings(town, declared=declared, municipality=municipality)


def open_town(
    home: Path, *, now: int = schemes.NOW, entropy: Callable[[int], bytes] | None = None
) -> Office:
    """A home that is set up, over the register of test persons in memory."""

    def source(_settings: object, _home: Path, protocol: object) -> HaalCentraalSource:
        register = create_register(DATA, API_KEY, lambda: now)
        client = BrpClient(
            Link(
                LinkSettings("https://localhost:8445", ApiKey(API_KEY)),
                transport=InMemoryRegister(register),
            )
        )
        return HaalCentraalSource(client, protocol)  # type: ignore[arg-type]

    return open_office(home, entropy or stream("town"), source)
