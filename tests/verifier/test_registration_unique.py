"""One registration per person, whatever happens at the same moment; nothing is lost in a crash."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.holder_simulator import PERSON, Holder
from support.verifier_home import Browser, VerifierHome, attempt, body_of, requests, run

from verifier.service import receive, sessions
from verifier.store import register
from verifier.texts import Language


@pytest.mark.spec(
    "Regie formats", "1", "one registration: many answers of one person at the same moment"
)
def test_at_the_same_moment(home: VerifierHome) -> None:
    import httpx

    verifier = home.open()
    made = requests(home, 8)
    work = []
    for request in made:
        holder = Holder(httpx.AsyncClient(), home.cards(), home.clock.at)
        work.append((request.payload["response_uri"].rsplit("/", 1)[1], body_of(holder, request)))
    barrier = threading.Barrier(len(work))

    def answer(item: tuple[str, bytes]) -> bytes:
        barrier.wait()
        return receive.receive(verifier, *item)

    with ThreadPoolExecutor(len(work)) as pool:
        answers = list(pool.map(answer, work))
    assert all(b"receipt" in one for one in answers)
    assert len(register.registrations(verifier.store, None)) == 1


@pytest.mark.spec("OpenID4VP 1.0", "14.1", "one request answered many times at the same moment")
def test_one_request_many_answers(home: VerifierHome) -> None:
    import httpx

    verifier = home.open()
    (request,) = requests(home, 1)
    transaction = request.payload["response_uri"].rsplit("/", 1)[1]
    bodies = []
    for number in range(6):
        pseudonym = {"housing_pseudonym": f"person-{number}"}
        cards = [home.maker.card(kind, PERSON[kind] | pseudonym) for kind in
                 ("persoonsgegevens", "verblijfsrecht")]  # fmt: skip
        bodies.append(body_of(Holder(httpx.AsyncClient(), cards, home.clock.at), request))
    barrier = threading.Barrier(len(bodies))

    def answer(body: bytes) -> bool:
        barrier.wait()
        try:
            return bool(receive.receive(verifier, transaction, body))
        except receive.RefusedMessage:
            return False

    with ThreadPoolExecutor(len(bodies)) as pool:
        taken = list(pool.map(answer, bodies))
    assert taken.count(True) == 1
    assert len(register.registrations(verifier.store, None)) == 1


def test_two_people_are_two(home: VerifierHome) -> None:
    attempt(home)
    other = {"housing_pseudonym": "somebody-else"}
    cards = [home.maker.card(k, PERSON[k] | other) for k in ("persoonsgegevens", "verblijfsrecht")]
    attempt(home, cards=cards)
    assert len(register.registrations(home.open().store, None)) == 2


def test_unfinished_one_is_carried_on(home: VerifierHome) -> None:
    """Who never completed keeps the number and the date; the first visit's values are wiped."""
    attempt(home)
    (before,) = register.registrations(home.open().store, home.open().sealer)
    home.clock.at += 3600
    attempt(home)
    (after,) = register.registrations(home.open().store, home.open().sealer)
    assert after.registration.number == before.registration.number
    assert after.registration.since == before.registration.since
    assert after.registration.founded_by != before.registration.founded_by
    assert after.values == before.values
    with home.open().store.reading() as connection:
        kept = connection.exec_driver_sql(
            "SELECT count(*) FROM disclosures WHERE values_sealed IS NOT NULL"
        ).scalar_one()
    assert kept == 1


def test_unfinished_in_two_browsers(home: VerifierHome) -> None:
    """Both browsers are the person's own: either may complete it, neither runs in circles."""

    async def work() -> None:
        async with home.client() as first, home.client() as second:
            for http in (first, second):
                browser = await Browser(http).start()
                holder = home.holder(http)
                answer = await holder.answer(await holder.fetch(browser.same_device))
                await browser.get(answer.body["redirect_uri"])
                assert browser.url.endswith("/gegevens")
            page = Browser(first)
            await page.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            assert page.number

    run(work())


CHILD = """
import os, sys
from pathlib import Path
from verifier import clock
from verifier.service import receive
from verifier.service.verifier import open_verifier
from verifier.store import register, transactions
home, transaction, body, now, where = sys.argv[1:6]
verifier = open_verifier(Path(home), now=lambda: int(now))
if where == "before":
    transactions.take_answer = lambda *a, **k: os._exit(9)
elif where == "inside":
    register._disclose = lambda *a, **k: os._exit(9)
receive.receive(verifier, transaction, Path(body).read_bytes())
os._exit(9)  # recorded, and killed before a byte of the answer left
"""


@pytest.mark.crash
@pytest.mark.spec(
    "Regie formats", "3", "durable: all or nothing, and a retry after a kill finds the answer"
)
@pytest.mark.parametrize("where", ["before", "inside", "after"])
def test_killed(home: VerifierHome, where: str) -> None:
    import httpx

    (request,) = requests(home, 1)
    transaction = request.payload["response_uri"].rsplit("/", 1)[1]
    holder = Holder(httpx.AsyncClient(), home.cards(), home.clock.at)
    body = home.folder / "body"
    body.write_bytes(body_of(holder, request))
    home.close()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(home.home), transaction, str(body),
         str(home.clock.at), where],
        env={"PATH": os.environ["PATH"]},
        check=False,
    )  # fmt: skip
    assert done.returncode == 9
    verifier = home.open()
    found = len(register.registrations(verifier.store, None))
    assert found == (1 if where == "after" else 0)
    answer = receive.receive(verifier, transaction, body.read_bytes())
    assert b"receipt" in answer
    assert len(register.registrations(verifier.store, None)) == 1


def test_request_from_the_command_line_has_no_browser(home: VerifierHome) -> None:
    verifier = home.open()
    lang: Language = "nl"
    (made,) = sessions.start(verifier, verifier.profile("inschrijven"), lang, None)
    assert made.device.value == "other"
