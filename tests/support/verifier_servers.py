"""`regie-verifier serve` as processes behind one address, and wallets that ask again when it breaks."""

import asyncio
import os
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from crash.corporation import Now
from crash.servers import Tls
from support.balancer import HOST, Balancer
from support.holder_simulator import PERSON, Card, CardMaker, Holder
from support.scheme import build
from support.verifier_home import Browser, VerifierHome

from credential import jose, strictjson
from credential.names import TYP_RECEIPT
from verifier import clock

PAUSE = 0.1
KINDS = ("persoonsgegevens", "verblijfsrecht")
SETTINGS = """rate_per_minute = 1000000
tls_cert = "tls.pem"
tls_key = "tls.key"
[server]
per_address = 1000
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


@dataclass
class Process:
    """One `serve` on a port of its own."""

    home: Path
    log: Path
    more: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    program: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["-m", "verifier", "--home", str(self.home), "serve", "--host", HOST, *self.more]
        with self.log.open("ab") as log:
            self.program = subprocess.Popen(
                [sys.executable, "-W", "ignore", *words, "--port", str(self.port)],
                stdout=log,
                stderr=log,
            )

    def kill(self) -> None:
        """No last words: the power fails."""
        assert self.program is not None
        self.program.kill()
        self.program.wait(10)

    @property
    def cpu_seconds(self) -> float:
        """What it used of a processor so far; other work on the machine does not count."""
        assert self.program is not None
        fields = Path(f"/proc/{self.program.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def listens(self) -> bool:
        assert self.program is not None
        assert self.program.poll() is None, self.log.read_text()
        with socket.socket() as knocking:
            return knocking.connect_ex((HOST, self.port)) == 0


class Through(httpx.AsyncHTTPTransport):
    """To the balancer's socket, whatever address is signed; each request a connection of its own."""

    def __init__(self, port: int, context: ssl.SSLContext, keep: int) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=keep)
        super().__init__(verify=context, limits=limits, trust_env=False)
        self.port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=self.port)
        return await super().handle_async_request(request)


@dataclass
class Farm:
    """A home, its processes and the address in front of them."""

    home: VerifierHome
    processes: list[Process]
    balancer: Balancer
    tls: Tls

    async def ready(self, *processes: Process) -> None:
        """Until these, or all of them, take connections."""

        def wait() -> None:
            for one in processes or self.processes:
                while not one.listens:
                    time.sleep(PAUSE)

        await asyncio.to_thread(wait)

    @contextmanager
    def browsing(self, keep: int = 0) -> Iterator[httpx.AsyncClient]:
        context = ssl.create_default_context(cafile=self.tls.ca)
        yield httpx.AsyncClient(
            transport=Through(self.balancer.port, context, keep),
            base_url=self.home.open().config.base_url,
            timeout=30,
        )


@contextmanager
def farm(
    folder: Path,
    count: int,
    database: str = "",
    settings: str = SETTINGS,
    more: tuple[str, ...] = (),
) -> Iterator[Farm]:
    """So many processes over one home; they are started, and killed at the end."""
    tls = Tls.make(folder / "tls")
    scheme = build(clock.now())
    made = VerifierHome(
        folder, scheme, Now(), CardMaker(scheme), database=database, settings=settings,
    )  # fmt: skip
    made.maker.entropy = secrets.token_bytes
    made.make()
    shutil.copyfile(tls.certificate, made.home / "tls.pem")
    shutil.copyfile(tls.key, made.home / "tls.key")
    made.publish(made.maker.status_list(size=65_536))
    made.sync()
    processes = [Process(made.home, folder / f"log-{number}", more) for number in range(count)]
    with ExitStack() as stack:
        for one in processes:
            one.start()
            stack.callback(one.kill)
        balancer = Balancer([one.port for one in processes])
        stack.callback(balancer.stop)
        stack.callback(made.close)
        yield Farm(made, processes, balancer, tls)


@dataclass
class Wallet:
    """Somebody who signs up and holds on to what they got; a broken connection is tried again."""

    farm: Farm
    http: httpx.AsyncClient
    person: str
    broken: Counter[str] = field(default_factory=Counter)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    def cards(self) -> list[Card]:
        maker = self.farm.home.maker
        who = {"housing_pseudonym": self.person}
        return [maker.card(kind, PERSON[kind] | who) for kind in KINDS]

    async def sign_up(self) -> None:
        """Until a receipt is there; what was fetched and lost in between is simply started anew."""
        holder = Holder(self.http, self.cards(), clock.now())
        while True:
            try:
                self.http.cookies.clear()
                browser = await Browser(self.http).start()
                assert browser.status < 500, browser.page
                holder.now = clock.now()
                request = await holder.fetch(browser.same_device)
            except httpx.TransportError:
                self.broken["start"] += 1
                await asyncio.sleep(PAUSE)
                continue
            break
        key = jose.generate_key()
        body = str(httpx.QueryParams(holder.form(request, None, key))).encode()
        while True:
            try:
                answer = await holder.send(request, body, key)
            except httpx.TransportError:
                self.broken["answer"] += 1
                await asyncio.sleep(PAUSE)
                continue
            break
        assert answer.status == 200, (answer.status, answer.body)
        token = strictjson.text(answer.body, "receipt")
        self.receipts.append(jose.parse(token, typ=TYP_RECEIPT).dangerous_payload())
