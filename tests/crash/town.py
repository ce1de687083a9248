"""What is needed around a wallet that is to die: a scheme, a corporation, cards, a way to fork."""

import json
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crash.corporation import Corporation
from crash.jobs import PASSPHRASE, unlock
from crash.servers import Tls, listener, url
from support import scheme as schemes
from support.holder_simulator import CardMaker
from support.issuer_simulator import CLAIMS
from support.scheme import VOORBEELDSTAD, VOORBEELDWONEN, TestScheme, counter

from credential.jose import PrivateKey
from credential.names import vct_of
from registrar import authority, parties
from registrar import config as scheme_settings
from wallet import clock, copies, doors
from wallet.config import Config
from wallet.credentials import Delivered
from wallet.service import sync
from wallet.service.wallet import Wallet, key_file
from wallet.session import Wanted

KINDS = ("persoonsgegevens", "verblijfsrecht")
RUNNER = Path(__file__).with_name("runner.py")


def scheme_at(urls: dict[str, str]) -> TestScheme:
    """The example scheme of this moment, its parties at these addresses."""
    text = scheme_settings.TEST_SCHEME.replace("{registry}", urls["mirror"])
    now = clock.now()
    made = TestScheme(
        now=now,
        authority=authority.create(scheme_settings.parse(text), now=now, entropy=counter()),
        parties={},
    )
    for name in (VOORBEELDSTAD, VOORBEELDWONEN):
        file = schemes._PARTIES / f"{name}.toml"
        made.add(parties.parse(parties.fill(file.read_text("utf-8"), urls), file.name))
    made.publish()
    return made


@dataclass(frozen=True)
class Ended:
    """How a process ended, and the boundaries it passed before."""

    ended: str
    passed: tuple[str, ...]
    seconds: float
    result: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def killed(self) -> bool:
        return self.ended == "killed"

    @property
    def at(self) -> str:
        """The last boundary before the end."""
        return self.passed[-1] if self.passed else "the start"


class Forks:
    """The fork server; every order runs in a fresh process."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(RUNNER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def run(self, job: str, home: Path, **order: Any) -> Ended:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"job": job, "home": str(home), **order}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the fork server ended; see {self._log.name}"
        found = json.loads(answer)
        return Ended(**{**found, "passed": tuple(found["passed"])})

    def close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()
        self._process.wait(10)
        self._log.close()


@dataclass
class Town:
    """Everybody, in one folder."""

    folder: Path
    scheme: TestScheme
    maker: CardMaker
    corporation: Corporation
    tls: Tls
    forks: Forks
    issuer_socket: socket.socket
    issuer_url: str
    _homes: int = 0

    @classmethod
    def found(cls, folder: Path) -> "Town":
        sockets = {name: listener() for name in ("verifier", "issuer")}
        urls = {name: url(found) for name, found in sockets.items()}
        scheme = scheme_at({**urls, "mirror": "https://localhost:8440"})
        tls = Tls.make(folder / "tls")
        maker = CardMaker(scheme)
        corporation = Corporation.make(
            folder / "corporation", scheme, maker, sockets["verifier"], tls
        )
        forks = Forks(folder / "forks.err")
        return cls(
            folder, scheme, maker, corporation, tls, forks, sockets["issuer"], urls["issuer"]
        )

    def close(self) -> None:
        self.forks.close()
        self.corporation.stop()
        self.issuer_socket.close()

    @property
    def settings(self) -> Config:
        """What a wallet of this town is told when it is made."""
        return Config(
            scheme_url=str(self.corporation.home.mirror / "scheme"),
            fingerprint=self.scheme.fingerprint.hex(),
            tls_ca=self.tls.ca,
            allow_networks=("127.0.0.0/8", "::1/128"),
        )

    def wallet(self, copies: int) -> Path:
        """A wallet that is ready: synced, with this many copies of each card if any."""
        template = self.folder / f"template-{copies}"
        if not template.exists():
            self._make(template, copies)
        return self.copy(template)

    def copy(self, home: Path) -> Path:
        """The same wallet in another folder."""
        return shutil.copytree(home, self.empty())

    def empty(self) -> Path:
        """A place where no wallet is yet."""
        self._homes += 1
        return self.folder / f"wallet-{self._homes}"

    def _make(self, home: Path, count: int) -> None:
        now = clock.now()
        with Wallet.create(
            home, PASSPHRASE, config=self.settings, at=now, entropy=clock.random_bytes
        ) as wallet:
            sync.sync(wallet, doors.network(wallet.config), now=now)
            cards = [self._card(wallet, kind, count, now) for kind in KINDS if count]
            wallet.store.add_cards(cards, activity=wallet.store.new_activity(), at=now)
        unlock(key_file(home), PASSPHRASE)

    def _card(self, wallet: Wallet, kind: str, count: int, now: int) -> Any:
        made = [self.maker.card(kind, CLAIMS[kind]) for _ in range(count)]
        keys: list[PrivateKey] = [one.key for one in made]
        issuer = self.scheme.issuer()
        card, found = copies.check(
            Delivered(tuple(one.compact for one in made), None),
            keys,
            Wanted(kind, kind, vct_of(kind)),
            copies.of_scheme(wallet.trust(now), vct=vct_of(kind), issuer_oin=issuer.oin, now=now),
            wallet.trust(now).types,
            issuer_url=self.issuer_url,
        )
        body = {"kind": kind, "issuer": {"name": card.issuer_name, "oin": card.issuer_oin}}
        return card, found, body
