"""Presentations per second end to end on loopback: processes of `serve`, and wallets at them.

`python tests/speed/load.py [--wallets N] [--each N] [--json]`. Each line
is one or two processes on SQLite or, where `REGIE_POSTGRESQL_URL` names a server, on PostgreSQL.
Wallets make their answers beforehand, so that what is measured is the corporation; a sign-up is a
page, a request object and an answer with its receipt. Afterwards the register is counted: no
error, no lost and no double registration. The processor an answer takes also stands as a share:
the raw P-256 operations it cannot do without, measured in the same run, over what it took.
"""

import argparse
import asyncio
import json
import os
import platform
import ssl
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import httpx  # noqa: E402
from cryptography.hazmat.primitives import hashes  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from sqlalchemy import func, select  # noqa: E402
from support.databases import POSTGRESQL, empty_database  # noqa: E402
from support.holder_simulator import PERSON, Holder, Request  # noqa: E402
from support.verifier_servers import KINDS, Farm, farm  # noqa: E402

from credential import jose  # noqa: E402
from verifier import clock  # noqa: E402
from verifier.service import sessions  # noqa: E402
from verifier.service.verifier import Verifier  # noqa: E402
from verifier.tables import DISCLOSURES, REGISTRATIONS  # noqa: E402
from verifier.transaction import Origin  # noqa: E402

ES256 = ec.ECDSA(hashes.SHA256())
RAW_SECONDS = 0.5
# What one answer with two cards cannot do without: per card the issuer's and the holder's
# signature are verified; one ECDH for the envelope; the request and the receipt are signed.
VERIFIES, EXCHANGES, SIGNS = 4, 1, 2


@dataclass
class Measured:
    """One line of the table."""

    database: str
    processes: int
    answered: int
    seconds: float
    request_ms: list[float] = field(repr=False)
    answer_ms: list[float] = field(repr=False)
    request_cpu: float
    """Milliseconds of processor per request object, of the serving processes together."""
    answer_cpu: float
    raw_cpu: float
    """What the cryptography of one answer takes alone."""

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    @property
    def share(self) -> float:
        return self.raw_cpu / self.answer_cpu

    def members(self) -> dict[str, object]:
        return {
            "version": 1,
            "database": self.database,
            "processes": self.processes,
            "answered": self.answered,
            "per_second": round(self.rate, 1),
            "share_of_raw": round(self.share, 3),
            "cpu_ms": {"request": round(self.request_cpu, 2), "answer": round(self.answer_cpu, 2)},
            "request_ms": {"p50": _at(self.request_ms, 0.5), "p99": _at(self.request_ms, 0.99)},
            "answer_ms": {"p50": _at(self.answer_ms, 0.5), "p99": _at(self.answer_ms, 0.99)},
        }

    def __str__(self) -> str:
        request, answer = self.request_ms, self.answer_ms
        return (
            f"{self.database:11}{self.processes:2}{self.answered:7}{self.rate:8.1f}/s"
            f"   cpu ms {self.request_cpu:6.2f} +{self.answer_cpu:6.2f}{self.share:7.3f}"
            f"   request {_at(request, 0.5):6.1f} /{_at(request, 0.99):7.1f}"
            f"   answer {_at(answer, 0.5):6.1f} /{_at(answer, 0.99):7.1f} ms"
        )


def _at(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


def raw_cpu() -> float:
    """Milliseconds of processor for one answer, if there were nothing but the cryptography."""
    key, other, message = jose.generate_key(), jose.generate_key(), bytes(1500)
    public, signature = key.public_key(), key.sign(message, ES256)

    def seconds(work: Callable[[], object]) -> float:
        count, started = 0, time.process_time()
        while (passed := time.process_time() - started) < RAW_SECONDS:
            work()
            count += 1
        return passed / count

    one = (
        VERIFIES * seconds(lambda: public.verify(signature, message, ES256))
        + EXCHANGES * seconds(lambda: key.exchange(ec.ECDH(), other.public_key()))
        + SIGNS * seconds(lambda: key.sign(message, ES256))
    )
    return one * 1e3


class Wallets:
    """So many wallets at once, each with a connection of its own."""

    def __init__(self, town: Farm, count: int) -> None:
        self.town = town
        self.count = count
        self.answers: list[float] = []
        self.requests: list[float] = []
        self.people: set[str] = set()
        self.ports = [one.port for one in town.processes]

    def prepare(self, verifier: Verifier, each: int) -> list[list[tuple[str, Holder]]]:
        """Requests that wait, and somebody with cards for each."""
        made: list[list[tuple[str, Holder]]] = []
        profile = verifier.profile("inschrijven")
        maker = self.town.home.maker
        for number in range(self.count):
            mine: list[tuple[str, Holder]] = []
            for turn in range(each):
                person = f"person-{number}-{turn}"
                who = {"housing_pseudonym": person}
                cards = [maker.card(kind, PERSON[kind] | who) for kind in KINDS]
                (asked,) = sessions.start(verifier, profile, "nl", None, origin=Origin.COMMAND)
                mine.append((asked.link, Holder(None, cards, clock.now())))  # type: ignore[arg-type]
                self.people.add(person)
            made.append(mine)
        return made

    def _cpu(self) -> float:
        return sum(one.cpu_seconds for one in self.town.processes)

    async def run(self, work: list[list[tuple[str, Holder]]]) -> tuple[float, float, float]:
        """All of them: how long the answers took, and the processor per request and answer."""
        context = ssl.create_default_context(cafile=self.town.tls.ca)
        before = self._cpu()
        fetched = await asyncio.gather(
            *(self._fetch(context, number, mine) for number, mine in enumerate(work))
        )
        bodies = [
            [(one, holder.form(one)) for (_, holder), one in zip(mine, got, strict=True)]
            for mine, got in zip(work, fetched, strict=True)
        ]
        between, started = self._cpu(), time.perf_counter()
        await asyncio.gather(
            *(self._answer(context, number, mine) for number, mine in enumerate(bodies))
        )
        took, after, each = time.perf_counter() - started, self._cpu(), 1e3 / len(self.people)
        return took, (between - before) * each, (after - between) * each

    def _client(self, context: ssl.SSLContext, number: int) -> httpx.AsyncClient:
        port = self.ports[number % len(self.ports)]
        return httpx.AsyncClient(transport=_To(port, context), timeout=60)

    async def _fetch(
        self, context: ssl.SSLContext, number: int, mine: list[tuple[str, Holder]]
    ) -> list[Request]:
        found = []
        async with self._client(context, number) as http:
            for link, holder in mine:
                holder.http = http
                started = time.perf_counter()
                found.append(await holder.fetch(link))
                self.requests.append((time.perf_counter() - started) * 1e3)
        return found

    async def _answer(
        self, context: ssl.SSLContext, number: int, mine: list[tuple[Request, dict[str, str]]]
    ) -> None:
        async with self._client(context, number) as http:
            for request, form in mine:
                started = time.perf_counter()
                answer = await http.post(request.payload["response_uri"], data=form)
                self.answers.append((time.perf_counter() - started) * 1e3)
                assert answer.status_code == 200, answer.text
                assert "receipt" in answer.json()


class _To(httpx.AsyncHTTPTransport):
    """Straight to one process, as a proxy with sticky connections would."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__(verify=context, trust_env=False)
        self.port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(port=self.port)
        return await super().handle_async_request(request)


def measure(database: str, processes: int, wallets: int, each: int) -> Measured:
    """One line: start, prepare, load, count."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        kind = "sqlite" if database == "SQLite" else "postgresql"
        url = stack.enter_context(empty_database(kind))
        town = stack.enter_context(farm(Path(folder), processes, url))
        asyncio.run(town.ready())
        crowd = Wallets(town, wallets)
        verifier = town.home.open()
        work = crowd.prepare(verifier, each)
        seconds, request, answer = asyncio.run(crowd.run(work))
        with verifier.store.reading() as connection:
            found = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (REGISTRATIONS, DISCLOSURES)
            ]
        assert found == [len(crowd.people)] * 2, ("lost or double", found)
    return Measured(
        database, processes, len(crowd.people), seconds, crowd.requests, crowd.answers,
        request, answer, raw_cpu(),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wallets", type=int, default=16, help="at the same time")
    parser.add_argument("--each", type=int, default=40, help="sign-ups of one wallet's people")
    parser.add_argument("--json", action="store_true", help="one object a line")
    chosen = parser.parse_args()
    say(
        f"{platform.python_implementation()} {platform.python_version()}, {platform.machine()}, "
        f"{os.cpu_count()} cores shared by servers, database and wallets"
    )
    for database in ("SQLite", *(["PostgreSQL"] if POSTGRESQL else [])):
        for processes in (1, 2):
            line = measure(database, processes, chosen.wallets, chosen.each)
            say(json.dumps(line.members()) if chosen.json else str(line))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
