"""Two servers behind one address on one PostgreSQL database, each killed under load.

Nothing is lost, nothing is issued twice, and what was handed out is what the accounts hold.
"""

import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from crash.servers import Tls
from sqlalchemy import select
from support import issuer_home
from support.balancer import HOST, Balancer
from support.issuer_home import TestIssuerHome
from support.wallet_simulator import PRE_AUTHORIZED, WalletSimulator, new_key

from credential import jose, sdjwt
from issuer import clock
from issuer.offer import Confirmed
from issuer.service.desk import OfferMade
from issuer.tables import grants, issued, processing, status_indices, status_lists

WALLETS = 12
KINDS = ("persoonsgegevens", "huishouden")
COPIES = 5
PATIENCE = 60.0
PAUSE = 0.1
LOOKS_AGAIN = 0.5
LIMITS = "\n[limits]\ntokens_per_minute = 100000\nrequests_per_minute = 100000\n"


def wait_for(done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, what
        time.sleep(PAUSE)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


@dataclass
class Process:
    """`regie-issuer serve` on a port of its own."""

    home: Path
    log: Path
    port: int = field(default_factory=_free_port)
    program: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["-m", "issuer", "--home", str(self.home), "serve", "--listen"]
        with self.log.open("ab") as log:
            self.program = subprocess.Popen(
                [sys.executable, "-W", "ignore", *words, f"{HOST}:{self.port}"],
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        assert self.program is not None
        self.program.kill()
        self.program.wait(10)

    @property
    def listens(self) -> bool:
        assert self.program is not None
        assert self.program.poll() is None, self.log.read_text()
        with socket.socket() as knocking:
            return knocking.connect_ex((HOST, self.port)) == 0


class Broken(Exception):
    """The connection broke: the wallet does not know whether it was heard."""


@dataclass
class Resident(WalletSimulator):
    """A wallet that asks again when a connection breaks, with the same keys."""

    client: httpx.Client | None = None
    port: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    """What got no answer, by path."""
    cards: dict[str, list[str]] = field(default_factory=dict)
    has_token: threading.Event = field(default_factory=threading.Event)
    confirmed: threading.Event = field(default_factory=threading.Event)

    def send(self, method: str, url: str, **more: Any) -> httpx.Response:
        assert self.client is not None
        self.now = clock.now()
        path = url.split("/", 3)[3]
        try:
            # The issuer's own address stays in what is signed; the socket is the balancer's.
            answer = self.client.request(method, f"https://localhost:{self.port}/{path}", **more)
        except httpx.TransportError:
            self.broken[path.rpartition("/")[2]] += 1
            raise Broken from None
        assert answer.status_code < 500, (path, answer.status_code, answer.text)
        return answer

    def again(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """The same once more for as long as connections break, or it only lacks a nonce."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                answer = ask()
            except Broken:
                time.sleep(PAUSE)
                continue
            wanted = answer.json().get("error") if answer.status_code in (400, 401) else None
            if wanted not in ("use_dpop_nonce", "invalid_nonce"):
                return answer
        raise AssertionError("no answer in time")

    def fetch(self, made: OfferMade) -> None:
        """Redeems the offer and collects every kind."""
        self.get_token(made)
        for kind in KINDS:
            self.get_cards(kind, [new_key() for _ in range(COPIES)])

    def get_token(self, made: OfferMade) -> None:
        offer = self.again(lambda: self.get(made.link))
        code = offer.json()["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
        until = time.monotonic() + PATIENCE
        while True:
            answer = self.again(lambda: self.ask_token(code, made.code))
            if answer.status_code == 200:
                break
            # An answer that got lost is given again to the same key, after a moment.
            assert self.broken["token"], answer.text
            assert time.monotonic() < until
            time.sleep(PAUSE)
        self.token = answer.json()["access_token"]
        self.has_token.set()

    def get_cards(self, kind: str, keys: list) -> None:
        answer = self.again(lambda: self.ask_cards(kind, keys))
        until = time.monotonic() + PATIENCE
        while answer.status_code != 200:
            assert time.monotonic() < until, answer.text
            if answer.status_code == 202:
                self.confirmed.wait(LOOKS_AGAIN)
                transaction = answer.json()["transaction_id"]
                answer = self.again(lambda: self.collect(transaction))  # noqa: B023
                continue
            # What it was promised on was used up by an answer that got lost.
            assert answer.json() == {"error": "invalid_transaction_id"}, answer.text
            assert self.broken["deferred"]
            answer = self.again(lambda: self.ask_cards(kind, keys))
        self.cards[kind] = [one["credential"] for one in answer.json()["credentials"]]


@pytest.fixture
def town(tmp_path: Path, postgresql_url: str) -> Iterator[TestIssuerHome]:
    """The home of both, and the desk, which works in a process of its own."""
    tls = Tls.make(tmp_path / "tls")
    home = tmp_path / "home"
    home.mkdir()
    shutil.copyfile(tls.certificate, home / "tls.pem")
    shutil.copyfile(tls.key, home / "tls.key")
    made = issuer_home.make(
        home,
        now=clock.now(),
        top=f'database = "{postgresql_url}"\n',
        tables=LIMITS,
        entropy=secrets.token_bytes,
    )
    yield made
    made.office.close()


@pytest.fixture
def servers(town: TestIssuerHome, tmp_path: Path) -> Iterator[list[Process]]:
    made = [Process(town.home, tmp_path / f"log-{number}") for number in range(2)]
    for one in made:
        one.start()
    yield made
    for one in made:
        one.kill()


@pytest.fixture
def residents(
    town: TestIssuerHome, servers: list[Process], tmp_path: Path
) -> Iterator[list[Resident]]:
    """Wallets that know one address; every request is a connection of its own."""
    balancer = Balancer([one.port for one in servers])
    context = ssl.create_default_context(cafile=tmp_path / "tls" / "ca.pem")
    limits = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(verify=context, timeout=10, limits=limits, trust_env=False) as client:
        yield [
            Resident(None, town.identifier, clock.now(), client=client, port=balancer.port)
            for _ in range(WALLETS)
        ]
    balancer.stop()


@pytest.mark.spec("Architecture", "Issuer", "two processes, either killed, and nothing lost")
def test_either_of_two_processes_killed_under_load(
    town: TestIssuerHome, servers: list[Process], residents: list[Resident]
) -> None:
    first, second = servers
    offers = [town.offer(KINDS) for _ in residents]
    wait_for(lambda: first.listens and second.listens, "the servers do not start")
    half = WALLETS // 2
    with ThreadPoolExecutor(WALLETS + 1) as pool:
        # The last one asks, and is confirmed, only after a kill: on a quick machine the others
        # may all be done before it.
        asked = list(zip(residents, offers, strict=True))
        work = [pool.submit(one.fetch, made) for one, made in asked[:-1]]

        def confirm(which: slice) -> None:
            for one, made in zip(residents[which], offers[which], strict=True):
                assert one.has_token.wait(PATIENCE)
                town.now = clock.now()
                town.confirm(made, one)
                one.confirmed.set()

        def cards(which: slice) -> int:
            for one in work:
                if one.done():
                    one.result()
            return sum(len(one.cards) for one in residents[which])

        wait_for(lambda: any(one.has_token.is_set() for one in residents), "no tokens")
        first.kill()
        work.append(pool.submit(residents[-1].fetch, offers[-1]))
        first.start()
        # One alone carries on.
        confirm(slice(half))
        wait_for(lambda: cards(slice(half)) == half * len(KINDS), "no cards")
        wait_for(lambda: first.listens, "the first does not come back")
        work.append(pool.submit(confirm, slice(half, WALLETS - 1)))
        wait_for(lambda: cards(slice(half, WALLETS)) > 0, "no more cards")
        second.kill()
        work.append(pool.submit(confirm, slice(WALLETS - 1, WALLETS)))
        for one in work:
            one.result(PATIENCE)
    require_all(town, offers, residents)
    for one in servers:
        assert "Traceback" not in one.log.read_text()


def require_all(town: TestIssuerHome, offers: list[OfferMade], residents: list[Resident]) -> None:
    """What wallets hold and what the accounts say are the same, but for answers that got lost."""
    broken: Counter[str] = sum((one.broken for one in residents), Counter())
    held = [
        sdjwt.parse(card, typ="dc+sd-jwt").issuer_jwt.dangerous_payload()
        for one in residents
        for kind in KINDS
        for card in one.cards[kind]
    ]
    assert len(held) == WALLETS * len(KINDS) * COPIES
    assert len({jose.thumbprint(one["cnf"]["jwk"]) for one in held}) == len(held)
    statuses = [one["status"]["status_list"] for one in held]
    mine = {(int(one["uri"].rpartition("/")[2]), one["idx"]) for one in statuses}
    assert len(mine) == len(held)

    with town.office.store._database.reading() as connection:
        taken = connection.execute(select(status_indices)).all()
        lists = connection.execute(select(status_lists)).all()
        batches = connection.execute(select(issued)).all()
        standing = connection.execute(select(grants)).all()
        logged = connection.execute(select(processing.c.name)).scalars().all()
    assert mine <= {(row.number, row.idx) for row in taken}
    assert Counter(row.number for row in taken) == {row.number: row.taken for row in lists}
    copies = Counter(row.issued_id for row in taken)
    assert copies == {row.issued_id: COPIES for row in batches}
    lost = len(batches) - WALLETS * len(KINDS)
    assert 0 <= lost <= broken["credential"] + broken["deferred"]
    assert sum(name.startswith("issue ") for name in logged) == len(batches)

    found = [town.office.store.cases.find(made.case).case for made in offers]
    assert all(isinstance(case, Confirmed) for case in found)
    assert sum(sum(case.collected.values()) for case in found) == len(batches)
    assert Counter(row.case_id for row in standing) == {made.case: 1 for made in offers}
    assert {row.state for row in standing} == {"active"}
    assert {row.jkt for row in standing} == {one.jkt for one in residents}
