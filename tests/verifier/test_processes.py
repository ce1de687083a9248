"""Two servers behind one address on one PostgreSQL database, each killed under load.

No error for anybody else, no lost and no double registration, and every receipt that a wallet
holds is known.
"""

import asyncio
import json
import socket
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from support.verifier_servers import Farm, Wallet, farm, free_port

from verifier.tables import DISCLOSURES, REGISTRATIONS, TRANSACTIONS

WALLETS = 10
MORE = 15
TOGETHER = 2
"""So many wallets of one person sign up at the same time."""
PATIENCE = 120.0


async def under_load(town: Farm) -> list[Wallet]:
    """Everybody signs up, again and again; meanwhile one server after the other dies."""
    await town.ready()
    made: list[Wallet] = []
    over = asyncio.Event()

    async def lives(number: int) -> None:
        turn = 0
        while not over.is_set():
            with town.browsing() as http:
                one = Wallet(town, http, f"person-{number // TOGETHER}-{turn}")
                made.append(one)
                await one.sign_up()
                await http.aclose()
            turn += 1

    async def more() -> None:
        """So many receipts from now on; one server that is alone carries on."""
        wanted = sum(len(one.receipts) for one in made) + MORE
        while sum(len(one.receipts) for one in made) < wanted:
            for one in work:
                if one.done():
                    one.result()
            await asyncio.sleep(0.02)

    work = [asyncio.create_task(lives(number)) for number in range(WALLETS)]
    await more()
    for one in town.processes:
        one.kill()
        await more()
        one.start()
        await town.ready(one)
        await more()
    over.set()
    await asyncio.gather(*work)
    return made


@pytest.mark.crash
@pytest.mark.spec("Architecture", "Storage", "two processes, either killed, and nothing lost")
def test_either_of_two_processes_killed_under_load(tmp_path: Path, postgresql_url: str) -> None:
    with farm(tmp_path, 2, postgresql_url) as town:
        made = asyncio.run(asyncio.wait_for(under_load(town), PATIENCE))
        require_all(town, made)
        for one in town.processes:
            assert "Traceback" not in one.log.read_text()
            assert '"fault"' not in one.log.read_text()


def require_all(town: Farm, made: list[Wallet]) -> None:
    """What wallets hold and what the register says are the same, but for answers that got lost."""
    held = [one["jti"] for wallet in made for one in wallet.receipts]
    assert len(held) == len(set(held)) == len(made)
    with town.home.open().store.reading() as connection:
        disclosures = connection.execute(select(DISCLOSURES)).all()
        registrations = connection.execute(select(REGISTRATIONS)).all()
        transactions = connection.execute(select(TRANSACTIONS)).all()
    known = [row.jti for row in disclosures]
    assert sorted(known) == sorted(held)  # asked again with the same bytes, answered the same
    assert {row.outcome for row in disclosures} == {"accepted"}
    assert sum((one.broken for one in made), Counter()), "nobody noticed that a server died"
    people = {wallet.person for wallet in made}
    assert len(registrations) == len(people)
    assert Counter(row.person for row in registrations).most_common(1)[0][1] == 1
    # Of several visits of one person the values stand once, with the registration's own.
    with_values = [row for row in disclosures if row.values_sealed is not None]
    assert {row.id for row in with_values} == {row.founded_by for row in registrations}
    answered = [row for row in transactions if row.state == "answered"]
    assert sorted(row.disclosure for row in answered) == sorted(row.id for row in disclosures)


BEHIND = '[server]\nproxies = ["127.0.0.1"]\n'


def fetched(url: str, **headers: str) -> str:
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.spec("Architecture", "Storage", "behind a proxy: plain http on loopback, with figures")
def test_behind_a_proxy(tmp_path: Path) -> None:
    """As nginx meets it: no certificate of its own, figures on a port of their own, a quiet log."""
    figures = free_port()
    with farm(tmp_path, 1, settings=BEHIND, more=("--metrics", f"127.0.0.1:{figures}")) as town:
        (one,) = town.processes
        asyncio.run(town.ready())
        at = f"http://127.0.0.1:{one.port}"
        forwarded = {"X-Forwarded-For": "203.0.113.77"}
        assert '"ready"' in fetched(f"{at}/health/ready", **forwarded)
        assert "<html" in fetched(f"{at}/nl/inschrijven", **forwarded)
        with pytest.raises(urllib.error.HTTPError):
            fetched(f"{at}/request/nothing-here", **forwarded)
        text = fetched(f"http://127.0.0.1:{figures}/metrics")
        assert 'regie_verifier_requests_total{route="/request/{id}",status="4xx"} 1.0' in text
        assert "regie_verifier_oldest_list_age_seconds" in text
        log = one.log.read_text()
        assert json.loads(log)["code"] == "request.gone"  # what was refused, and nothing else
        for hidden in ("203.0.113.77", "nothing-here"):
            assert hidden not in log + text


def test_a_port_for_figures_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with farm(tmp_path, 1, settings=BEHIND, more=("--metrics", f"127.0.0.1:{port}")) as town:
            (one,) = town.processes
            assert one.program is not None
            assert one.program.wait(30) == 4
            assert "metrics.busy" in one.log.read_text()
