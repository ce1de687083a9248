"""Messages to other systems: exactly those that happened, signed, at least once, then no more."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from support.api_client import HOOK, SECRET, Portal, api_home, client_table, hook_table, run
from support.databases import empty_database
from support.verifier_home import VerifierHome

from verifier.send import Sent
from verifier.service import webhooks
from verifier.service.webhooks import Event, Round, emit
from verifier.store import webhooks as store
from verifier.tables import DELIVERIES

STANDARD = "Standard Webhooks 1.0.0"
DATA = {"registration": "1111-2222-3333", "profile": "inschrijven"}


@dataclass
class Receiver:
    """The other end; answers what the test says."""

    status: int | None = 200
    retry_after: int | None = None
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        self.got.append((url, dict(headers), body))
        return Sent(self.status, self.retry_after)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, headers, _ in self.got]


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[VerifierHome]:
    with empty_database(getattr(request, "param", "sqlite")) as url:
        made = api_home(tmp_path, hooks=hook_table(), database=url)
        yield made
        made.close()


def tell(home: VerifierHome, event: str = Event.REGISTRATION_CREATED, **more: object) -> None:
    verifier = home.open()
    with verifier.store.writing() as connection:
        emit(connection, verifier, event, {**DATA, **more}, home.clock.at)


def deliver(home: VerifierHome, receiver: Receiver) -> Round:
    verifier = home.open()
    return webhooks.deliver(
        verifier.config,
        verifier.store,
        verifier.sealer,
        receiver,
        now=home.clock,
        entropy=verifier.entropy,
    )


@pytest.mark.spec(STANDARD, "Signature scheme", "read by a library that is not ours")
@pytest.mark.interop
def test_signature(home: VerifierHome) -> None:
    home.open()
    home.clock.at = int(time.time())  # the library has no other clock than the real one
    tell(home)
    receiver = Receiver()
    assert deliver(home, receiver) == Round(1, 0, 0)
    ((url, headers, body),) = receiver.got
    assert url == HOOK
    told = Webhook(SECRET).verify(body, headers)
    assert told["type"] == "registration.created"
    assert told["data"] == DATA
    assert told["timestamp"].endswith("Z")
    assert "." not in headers["webhook-id"]
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"1111", b"1112"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, {**headers, "webhook-id": "msg_other"})


@pytest.mark.spec(STANDARD, "Signature scheme", "two secrets sign while one replaces the other")
def test_two_secrets() -> None:
    header = webhooks.signature((b"a" * 24, b"b" * 24), "msg_x", 7, b"{}")
    one, two = header.split(" ")
    assert one.startswith("v1,")
    assert two.startswith("v1,")
    assert one != two


@pytest.mark.spec(STANDARD, "Deliverability", "tried again with the same id, later each time")
def test_retried(home: VerifierHome) -> None:
    tell(home)
    receiver = Receiver(status=503)
    waits = []
    for _ in range(6):
        assert deliver(home, receiver) == Round(0, 1, 0)
        assert deliver(home, receiver) == Round(0, 0, 0)
        (row,) = rows(home)
        waits.append(row.next_try - home.clock.at)
        home.clock.at = row.next_try
    assert len(set(receiver.ids)) == 1
    assert waits == sorted(waits)
    for wait, plain in zip(waits, (5, 20, 80, 320, 1280, 5120), strict=True):
        assert plain <= wait <= plain + plain // 5
    stamps = [headers["webhook-timestamp"] for _, headers, _ in receiver.got]
    assert len(set(stamps)) == len(stamps)
    receiver.status = 204
    assert deliver(home, receiver) == Round(1, 0, 0)
    home.clock.at += 99_999
    assert deliver(home, receiver) == Round(0, 0, 0)


@pytest.mark.spec(STANDARD, "Deliverability", "given up after three days")
def test_given_up(home: VerifierHome) -> None:
    tell(home)
    receiver, began = Receiver(status=None), home.clock.at
    for _ in range(60):
        done = deliver(home, receiver)
        if done.given_up:
            break
        home.clock.at = rows(home)[0].next_try
    else:
        pytest.fail("never given up")
    assert 2 * 86_400 < home.clock.at - began <= 3 * 86_400
    home.clock.at += 10 * 86_400
    assert deliver(home, receiver) == Round(0, 0, 0)


@pytest.mark.spec(STANDARD, "Deliverability", "410 means: stop; Retry-After is heard")
def test_gone_and_retry_after(home: VerifierHome) -> None:
    tell(home)
    assert deliver(home, Receiver(status=429, retry_after=1800)) == Round(0, 1, 0)
    assert rows(home)[0].next_try == home.clock.at + 1800
    home.clock.at += 1800
    assert deliver(home, Receiver(status=410)) == Round(0, 0, 1)


@pytest.mark.spec(STANDARD, "Operational considerations", "a redirect is not followed: a failure")
def test_redirect_is_a_failure(home: VerifierHome) -> None:
    tell(home)
    assert deliver(home, Receiver(status=302)) == Round(0, 1, 0)


@pytest.mark.spec("House rules", "6", "two that deliver at once send each message once")
def test_at_once(home: VerifierHome) -> None:
    for _ in range(8):
        tell(home)
    receiver = Receiver()
    threads = [threading.Thread(target=deliver, args=(home, receiver)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(receiver.ids) == sorted(row.id for row in rows(home))
    assert all(row.delivered for row in rows(home))


@pytest.mark.spec("House rules", "6", "killed between sending and recording: sent again, same id")
def test_killed_after_sending(home: VerifierHome) -> None:
    class Killed(BaseException):
        pass

    tell(home)
    receiver = Receiver()

    def dies(url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        receiver(url, headers, body)
        raise Killed

    with pytest.raises(Killed):
        deliver(home, dies)
    assert deliver(home, receiver) == Round(0, 0, 0)  # the other one still has it in hand
    home.clock.at += webhooks.CLAIM_SECONDS + 1
    assert deliver(home, receiver) == Round(1, 0, 0)
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert rows(home)[0].tries == 2


def test_who_lost_the_claim_does_not_record(home: VerifierHome) -> None:
    tell(home)
    verifier = home.open()
    ((message, _),) = store.due(verifier.store, home.clock.at)
    first = store.claim(verifier.store, message, home.clock.at, 60)
    assert store.claim(verifier.store, message, home.clock.at + 60, 60) is None
    home.clock.at += 61
    second = store.claim(verifier.store, message, home.clock.at, 60)
    assert not store.failed(verifier.store, first, 500, home.clock.at + 5)
    assert store.delivered(verifier.store, second, home.clock.at, 200)


def test_one_that_does_not_answer_keeps_nobody_waiting(tmp_path: Path) -> None:
    silent = "https://stil.example/"
    made = api_home(tmp_path, hooks=hook_table() + hook_table("tweede", silent))
    try:
        for _ in range(5):
            tell(made)
        asked = []

        def send(url: str, _headers: Mapping[str, str], _body: bytes) -> Sent:
            asked.append(url)
            return Sent(None if url == silent else 200)

        assert deliver(made, send).delivered == 5
        assert asked.count(silent) == 1
    finally:
        made.close()


@pytest.mark.spec("House rules", "8", "at rest a message is sealed; in the log it is nothing")
def test_sealed(home: VerifierHome, capfd: pytest.CaptureFixture[str]) -> None:
    tell(home)
    home.close()
    assert b"1111-2222-3333" not in home.database_bytes()
    deliver(home, Receiver(status=500))
    assert "1111" not in "".join(capfd.readouterr())


def test_only_what_was_asked_for_and_may_be_seen(tmp_path: Path) -> None:
    made = api_home(tmp_path, hooks=hook_table())
    try:
        tell(made, Event.APPLICATION_STATE)  # not among the events of this hook
        tell(made, profile="rechten")  # not a profile of its client
        tell(made, profile=None)  # of a profile that is gone
        assert rows(made) == []
        verifier = made.open()
        with verifier.store.writing() as connection:
            for client in ("ander", "portaal"):
                emit(
                    connection,
                    verifier,
                    Event.SESSION_COMPLETED,
                    {"session": "s"},
                    made.clock.at,
                    client=client,
                )
        assert len(rows(made)) == 1
        with pytest.raises(ValueError, match="onbekend"):
            tell(made, "onbekend.iets")
    finally:
        made.close()


def test_nothing_happened_nothing_told(home: VerifierHome) -> None:
    verifier = home.open()

    def broken() -> None:
        with verifier.store.writing() as connection:
            emit(connection, verifier, Event.REGISTRATION_CREATED, dict(DATA), home.clock.at)
            raise LookupError

    with pytest.raises(LookupError):
        broken()
    assert rows(home) == []


def test_listed_and_sent_again(home: VerifierHome) -> None:
    portal = Portal(home)
    for _ in range(3):
        tell(home)
        home.clock.at += 1
    deliver(home, Receiver())
    listed = portal.get("/webhook-deliveries?limit=2&state=delivered").json()
    assert [one["state"] for one in listed["items"]] == ["delivered", "delivered"]
    rest = portal.get(listed["next"].removeprefix("https://localhost:8442")).json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    message = rest["items"][0]["id"]
    again = portal.send("POST", f"/webhook-deliveries/{message}/attempts")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    receiver = Receiver()
    assert deliver(home, receiver) == Round(1, 0, 0)
    assert receiver.ids == [message]
    other = Portal(home, "x" * 40)
    assert other.send("POST", f"/webhook-deliveries/{message}/attempts").status_code == 401
    assert portal.send("POST", f"/webhook-deliveries/msg_{'x' * 24}/attempts").status_code == 404


def test_another_clients_messages(tmp_path: Path) -> None:
    second = "tweede-" + "t" * 40
    tables = client_table("portaal", "een-" + "e" * 40) + client_table("twee", second)
    made = api_home(tmp_path, tables=tables, hooks=hook_table())
    try:
        tell(made)
        other = Portal(made, second)
        assert other.get("/webhook-deliveries").json()["items"] == []
        message = rows(made)[0].id
        assert other.send("POST", f"/webhook-deliveries/{message}/attempts").status_code == 404
    finally:
        made.close()


def test_forgotten(home: VerifierHome) -> None:
    tell(home)
    verifier = home.open()
    with verifier.store.writing() as connection:
        assert store.forget(connection, home.clock.at) == 0
        assert store.forget(connection, home.clock.at + 1) == 1


def rows(home: VerifierHome) -> list[sqlalchemy.Row]:
    with home.open().store.reading() as connection:
        statement = sqlalchemy.select(DELIVERIES).order_by(DELIVERIES.c.created, DELIVERIES.c.id)
        return connection.execute(statement).all()


def test_payload_is_small(home: VerifierHome) -> None:
    tell(home)
    receiver = Receiver()
    deliver(home, receiver)
    body = receiver.got[0][2]
    assert len(body) < 512
    assert set(json.loads(body)) == {"type", "timestamp", "data"}


def test_a_session_that_was_declined(home: VerifierHome) -> None:
    """Who started it is told how it ended, also when nothing was shared."""
    portal = Portal(home)

    async def work() -> str:
        async with home.client() as http:
            body = {"profile": "inschrijven"}
            made = (await portal.asked(http, "POST", "/sessions", json=body)).json()
            holder = home.holder(http)
            request = await holder.fetch(made["links"]["otherDevice"])
            no = {"error": "access_denied", "state": request.payload["state"]}
            sealed = holder.encrypt(request, no)
            await http.post(request.payload["response_uri"], data={"response": sealed})
            return made["id"]

    session = run(work())
    receiver = Receiver()
    assert deliver(home, receiver) == Round(1, 0, 0)
    told = json.loads(receiver.got[0][2])
    assert told["type"] == "session.completed"
    expected = {"session": session, "profile": "inschrijven", "state": "declined"}
    assert told["data"] == expected
