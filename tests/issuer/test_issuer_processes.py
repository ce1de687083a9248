"""Two servers behind one address on one PostgreSQL database, each killed under load.

Nothing is lost, nothing is issued twice, and what was handed out is what the accounts hold.
"""

import os
import secrets
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
import sqlalchemy
from crash.servers import Tls
from sqlalchemy import select
from sqlalchemy.schema import CreateSchema, DropSchema
from support import issuer_home
from support.balancer import HOST, Balancer
from support.databases import POSTGRESQL
from support.issuer_home import TestIssuerHome
from support.wallet_simulator import WalletSimulator, new_key

from credential import sdjwt
from issuer import clock
from issuer.offer import REPEATS, Confirmed
from issuer.service.desk import OfferMade
from issuer.tables import grants, issued, processing, status_indices, status_lists

WALLETS = 12
KINDS = ("persoonsgegevens", "huishouden")
COPIES = 5
PATIENCE = 25.0
PAUSE = 0.05
LIMITS = "\n[limits]\ntokens_per_minute = 100000\nrequests_per_minute = 100000\n"


def wait_for(done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < until, what
        time.sleep(PAUSE)


@dataclass
class Process:
    """`regie-issuer serve` on a port of its own."""

    home: Path
    log: Path
    port: int = field(default_factory=lambda: _free_port())
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


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])


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
        grant = self.again(lambda: self.get(made.link_at)).json()["grants"]
        code = next(iter(grant.values()))["pre-authorized_code"]
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
                time.sleep(PAUSE)
                transaction = answer.json()["transaction_id"]
                answer = self.again(lambda: self.collect(transaction))  # noqa: B023
                continue
            # What it was promised on was used up by an answer that got lost.
            assert answer.json() == {"error": "invalid_transaction_id"}, answer.text
            assert self.broken["deferred"]
            answer = self.again(lambda: self.ask_cards(kind, keys))
        self.cards[kind] = [one["credential"] for one in answer.json()["credentials"]]
