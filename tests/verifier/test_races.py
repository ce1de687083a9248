"""Twenty and more at the same moment, on every database: one wins, nobody gets a fault of ours."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx
import pytest
from sqlalchemy import func, insert, select, update
from support.holder_simulator import PERSON, Holder
from support.verifier_home import Browser, VerifierHome, attempt, body_of, requests, run

from credential import jose
from credential.names import TYP_RIGHTS_ANSWER
from credential.rights import Right, State
from verifier import config
from verifier.errors import Refused
from verifier.service import handout, receive, retention, rights, sessions
from verifier.store import Store, dossiers, register, transactions
from verifier.store.engine import hold
from verifier.store.transactions import Typed
from verifier.tables import DISCLOSURES, DOSSIERS, REGISTRATIONS, RIGHTS, TRANSACTIONS
from verifier.transaction import Answered, Origin

T = TypeVar("T")
U = TypeVar("U")
MANY = 24
CARDS = ("persoonsgegevens", "verblijfsrecht")
DAY = 86_400


def at_once(work: Callable[[T], U], items: Sequence[T]) -> list[U]:
    """Everybody waits for everybody, then all go."""
    barrier = threading.Barrier(len(items))

    def go(item: T) -> U:
        barrier.wait()
        return work(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(go, items))


def answers_of(home: VerifierHome, count: int, *people: str) -> list[tuple[str, bytes]]:
    """An answer to a request of its own each; these people in turn."""
    made = []
    for number, request in enumerate(requests(home, count)):
        name = people[number % len(people)]
        cards = [home.maker.card(k, PERSON[k] | {"housing_pseudonym": name}) for k in CARDS]
        holder = Holder(httpx.AsyncClient(), cards, home.clock.at)
        transaction = request.payload["response_uri"].rsplit("/", 1)[1]
        made.append((transaction, body_of(holder, request)))
    return made


def count(home: VerifierHome, *conditions: Any) -> int:
    statement = select(func.count()).where(*conditions)
    with home.open().store.reading() as connection:
        return int(connection.execute(statement).scalar_one())


@pytest.mark.spec(
    "Regie formats", "1", "one registration: of many answers of one person one keeps its values"
)
def test_one_person_many_times(home: VerifierHome) -> None:
    verifier = home.open()
    work = answers_of(home, MANY, "somebody")
    assert all(b"receipt" in one for one in at_once(lambda a: receive.receive(verifier, *a), work))
    (only,) = register.registrations(verifier.store, None)
    held = DISCLOSURES.c.values_sealed.is_not(None)
    assert count(home, held) == 1
    assert count(home, held, DISCLOSURES.c.id == only.registration.founded_by) == 1
    assert count(home, DISCLOSURES.c.id.is_not(None)) == MANY


def test_many_people(home: VerifierHome) -> None:
    verifier = home.open()
    people = [f"person-{number}" for number in range(MANY)]
    at_once(lambda a: receive.receive(verifier, *a), answers_of(home, MANY, *people))
    found = register.registrations(verifier.store, None)
    assert len({one.registration.number for one in found}) == MANY


@pytest.mark.spec("OpenID4VP 1.0", "14.1", "one request: of many different answers one is taken")
def test_one_request_many_answers(home: VerifierHome) -> None:
    verifier = home.open()
    (request,) = requests(home, 1)
    transaction = request.payload["response_uri"].rsplit("/", 1)[1]
    bodies = []
    for number in range(MANY):
        person = {"housing_pseudonym": f"person-{number}"}
        cards = [home.maker.card(kind, PERSON[kind] | person) for kind in CARDS]
        bodies.append(body_of(Holder(httpx.AsyncClient(), cards, home.clock.at), request))

    def answer(body: bytes) -> bool:
        try:
            return bool(receive.receive(verifier, transaction, body))
        except receive.RefusedMessage:
            return False

    assert at_once(answer, bodies).count(True) == 1
    assert len(register.registrations(verifier.store, None)) == 1


@pytest.mark.spec("Regie formats", "2", "a retry with the same bytes gets the same answer")
def test_the_same_answer_many_times(home: VerifierHome) -> None:
    verifier = home.open()
    (one,) = answers_of(home, 1, "somebody")
    answers = at_once(lambda _: receive.receive(verifier, *one), range(MANY))
    assert len(set(answers)) == 1
    assert count(home, DISCLOSURES.c.id.is_not(None)) == 1


def test_handed_out_once(home: VerifierHome) -> None:
    verifier = home.open()
    profile = verifier.profile("inschrijven")
    (made,) = sessions.start(verifier, profile, "nl", None, origin=Origin.COMMAND)

    def fetch(_: int) -> bool:
        try:
            return bool(handout.hand_out(verifier, made.transaction))
        except Refused:
            return False

    assert at_once(fetch, range(MANY)).count(True) == 1


@pytest.mark.spec("Regie formats", "5", "confirm code: guesses at the same moment count as well")
@pytest.mark.parametrize("right", [True, False])
def test_codes_typed_at_once(home: VerifierHome, right: bool) -> None:
    verifier = home.open()
    session = sessions.new_session(verifier)
    made = sessions.start(verifier, verifier.profile("inschrijven"), "nl", session)

    async def work() -> str:
        async with home.client() as http:
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(made[1].link))
            return str(answer.body["confirm_code"])

    code = run(work())
    typed = code if right else f"{(int(code) + 1) % 10**6:06d}"
    found = at_once(lambda _: sessions.typed(verifier, session, typed)[0], range(MANY))
    assert found.count(Typed.RIGHT) == (1 if right else 0)
    if not right:
        assert found.count(Typed.WRONG) <= 3
        left = transactions.find(verifier.store, verifier.sealer, made[1].transaction)
        assert isinstance(left, Answered)
        assert left.tries_left == 0


def signed_up(home: VerifierHome) -> Any:
    """A complete registration, and the answer that led to it."""

    async def work() -> Any:
        async with home.client() as http:
            browser = await Browser(http).start()
            holder = home.holder(http)
            answer = await holder.answer(await holder.fetch(browser.same_device))
            await browser.get(answer.body["redirect_uri"])
            await browser.post("/nl/inschrijven/gegevens", email="z@voorbeeld.nl")
            return answer

    return run(work())


def question(home: VerifierHome, right: Right, answer: Any, **members: Any) -> bytes:
    verifier = home.open()
    holder = Holder(httpx.AsyncClient(), [], home.clock.at)
    where = {"endpoint": verifier.config.rights_endpoint, "oin": verifier.leaf.oin}
    return holder.question(right, answer, **where, **members).encode()


@pytest.mark.spec("Regie formats", "4", "jti: the same request many times at once, one answer")
def test_the_same_right_many_times(home: VerifierHome) -> None:
    verifier = home.open()
    asked = question(home, Right.RECTIFICATION, signed_up(home), text="Mijn naam klopt niet.")
    found = at_once(lambda _: rights.ask(verifier, asked).body, range(MANY))
    assert len(set(found)) == 1
    assert count(home, RIGHTS.c.id.is_not(None)) == 1


@pytest.mark.spec("Regie formats", "4", "erasure asked many times at once: done, and said to all")
def test_erased_many_times(home: VerifierHome) -> None:
    verifier = home.open()
    answer = attempt(home)[0]
    first = rights.ask(verifier, question(home, Right.ERASURE, answer))
    consequence = _consequence(first.body)
    asked = [
        question(home, Right.ERASURE, answer, jti=f"jti-{number:032d}", confirm=consequence)
        for number in range(MANY)
    ]
    states = at_once(lambda body: _state(rights.ask(verifier, body).body), asked)
    assert set(states) == {State.DONE.value}
    assert register.registrations(verifier.store, None) == []
    assert count(home, DISCLOSURES.c.values_sealed.is_not(None)) == 0


def _payload(body: bytes) -> dict[str, Any]:
    return jose.parse(body.decode(), typ=TYP_RIGHTS_ANSWER).dangerous_payload()


def _state(body: bytes) -> str:
    return str(_payload(body)["state"])


def _consequence(body: bytes) -> str | None:
    found = _payload(body).get("consequence")
    return None if found is None else str(found["id"])


def test_purge_against_an_answer(home: VerifierHome) -> None:
    """Who comes back while an unfinished registration goes: it stands or it is new, never half."""
    verifier = home.open()
    attempt(home)
    home.clock.at += 8 * DAY
    home.scheme.publish(home.clock.at)
    home.publish(home.maker.status_list(iat=home.clock.at))
    home.sync()
    name = PERSON["persoonsgegevens"]["housing_pseudonym"]
    answers = answers_of(home, 8, name)
    settings = config.load(home.home)

    def work(item: tuple[str, bytes] | None) -> None:
        if item is None:
            retention.purge(settings, verifier.store, home.clock.at)
        else:
            assert b"receipt" in receive.receive(verifier, *item)

    at_once(work, [*answers, None, None, None, None])
    (only,) = register.registrations(verifier.store, None)
    assert count(home, DISCLOSURES.c.values_sealed.is_not(None)) == 1
    assert count(home, DISCLOSURES.c.id == only.registration.founded_by) == 1
    assert count(home, TRANSACTIONS.c.state == "fetched") == 0


def test_purge_against_completing(home: VerifierHome) -> None:
    """What was completed a moment before is not taken for unfinished."""
    verifier = home.open()
    for number in range(6):
        person = {"housing_pseudonym": f"person-{number}"}
        cards = [home.maker.card(kind, PERSON[kind] | person) for kind in CARDS]
        attempt(home, cards=cards)
    ids = [one.registration.id for one in register.registrations(verifier.store, None)]
    home.clock.at += 8 * DAY
    settings = config.load(home.home)

    def work(item: str | None) -> str | None:
        if item is None:
            retention.purge(settings, verifier.store, home.clock.at)
            return None
        done = register.confirm(
            verifier.store, verifier.sealer, item, "z@voorbeeld.nl", home.clock.at
        )
        return item if done else None

    completed = {one for one in at_once(work, [*ids, None, None]) if one is not None}
    left = {one.registration.id for one in register.registrations(verifier.store, None)}
    assert left == completed
    assert count(home, DISCLOSURES.c.values_sealed.is_not(None)) == len(left)


@pytest.mark.spec("Regie domain", "2.7", "one invitation, one other person")
def test_joined_once(home: VerifierHome) -> None:
    verifier = home.open()
    for number in range(MANY + 1):
        row = {
            "id": f"r{number}", "number": f"n{number}", "profile": "inschrijven",
            "person": f"p{number}", "founded_by": f"d{number}", "since": 1, "confirmed": 1,
        }  # fmt: skip
        with verifier.store.writing() as connection:
            connection.execute(insert(REGISTRATIONS).values(row))
    now = home.clock.at
    with verifier.store.writing() as connection:
        made = {"dossier": "d", "number": "D-1", "code": "code", "now": now, "until": now + 60}
        assert dossiers.invite(connection, "r0", **made) is None

    def join(registration: str) -> object:
        with verifier.store.writing() as connection:
            return dossiers.join(connection, registration, "code", now)

    found = at_once(join, [f"r{number + 1}" for number in range(MANY)])
    assert found.count(None) == 1
    assert count(home, REGISTRATIONS.c.dossier == "d") == 2
    assert count(home, DOSSIERS.c.id.is_not(None)) == 1


def test_migrated_many_times_at_once(home: VerifierHome) -> None:
    url = home.open().config.database
    stores = at_once(lambda _: Store.open(url, migrate=True), range(8))
    for one in stores:
        one.close()
    Store.open(url).close()


def test_alone_is_one(home: VerifierHome) -> None:
    """A second at the same work is told so; another work, and a later time, are free."""
    verifier = home.open()
    alone = verifier.store.alone
    with alone("purge") as first, alone("purge") as second, alone("deliver") as other:
        assert (first, second, other) == (True, False, True)
    with verifier.store.alone("purge") as later:
        assert later


def test_who_holds_a_name_is_waited_for(home: VerifierHome) -> None:
    """Reading first and writing later: nothing comes in between (lost updates)."""
    verifier = home.open()
    attempt(home)
    row = REGISTRATIONS.c.since

    def add(_: int) -> None:
        with verifier.store.writing() as connection:
            hold(connection, "count")
            since = connection.execute(select(row)).scalar_one()
            connection.execute(update(REGISTRATIONS).values(since=since + 1))

    with verifier.store.reading() as connection:
        before = connection.execute(select(row)).scalar_one()
    at_once(add, range(MANY))
    with verifier.store.reading() as connection:
        assert connection.execute(select(row)).scalar_one() == before + MANY
