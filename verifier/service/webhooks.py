"""Telling the organisation's own systems what happened: Standard Webhooks 1.0.0.

A message is written in the transaction of what it tells of, so it exists exactly when that
happened. It is sent later, at least once, always with the same `webhook-id`: killed between
sending and writing down that it arrived, it is sent again. It holds identifiers and codes; what
the receiver may see of a person it asks through the interface, where asking is on record.
"""

import base64
import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from credential import base64url, strictjson
from credential.strictjson import Object
from verifier import dates
from verifier.config import Config
from verifier.counts import Counts
from verifier.keys import Sealer
from verifier.send import Send, Sender
from verifier.settings.api import Hook
from verifier.store import Store
from verifier.store import webhooks as store
from verifier.store.webhooks import Message

CLAIM_SECONDS: Final = 60
PAUSE_SECONDS: Final = 5.0
FIRST_DELAY: Final = 5
LONGEST_DELAY: Final = 6 * 3600
HOUR: Final = 3600
GONE: Final = 410


class Event(StrEnum):
    """What a system can be told of."""

    SESSION_COMPLETED = "session.completed"
    REGISTRATION_CREATED = "registration.created"
    REGISTRATION_COMPLETED = "registration.completed"
    REGISTRATION_ENDED = "registration.ended"
    REGISTRATION_RESTRICTED = "registration.restricted"
    DATA_ERASED = "data.erased"
    DATA_PURGED = "data.purged"
    RIGHT_ASKED = "right.asked"
    RIGHT_DECIDED = "right.decided"
    APPLICATION_STATE = "application.state"


class Emitting(Protocol):
    """What writing a message takes; a `Verifier` has it."""

    @property
    def config(self) -> Config:
        """The settings."""
        ...

    @property
    def sealer(self) -> Sealer:
        """What seals the message at rest."""
        ...

    @property
    def entropy(self) -> Callable[[int], bytes]:
        """Where identifiers come from."""
        ...


@dataclass(frozen=True)
class Emitter:
    """The same for commands that open no whole verifier."""

    config: Config
    sealer: Sealer = field(repr=False)
    entropy: Callable[[int], bytes]


def emit(
    connection: Connection,
    emitter: Emitting,
    event: Event | str,
    data: Object,
    now: int,
    *,
    client: str | None = None,
) -> None:
    """Write a message for each system that wants this event, inside the caller's transaction.

    One about a profile goes only to clients that may see that profile; one of a session only to
    the client that started it.
    """
    event = Event(event)
    body = strictjson.dumps(
        {"type": event.value, "timestamp": dates.stamp(now), "data": data}
    ).decode()
    messages = []
    for hook in _wanting(emitter.config, event, data, client):
        message = f"msg_{base64url.encode(emitter.entropy(18))}"
        sealed = emitter.sealer.seal(body, _place(message))
        messages.append(Message(message, hook.id, event.value, sealed, now))
    store.write(connection, messages)


def _wanting(config: Config, event: Event, data: Object, client: str | None) -> Iterator[Hook]:
    for hook in config.api.hooks:
        owner = config.api.client(hook.client)
        if event.value not in hook.events or owner is None:
            continue
        if client is not None and hook.client != client:
            continue
        # What is about no profile at all is for everybody; about one that is gone, for nobody.
        if "profile" not in data or data["profile"] in owner.profiles:
            yield hook


def _place(message: str) -> str:
    return f"deliveries.payload.{message}"


def signature(secrets: tuple[bytes, ...], message: str, at: int, body: bytes) -> str:
    """The header `webhook-signature`: one HMAC-SHA-256 for each secret that counts now."""
    signed = f"{message}.{at}.".encode() + body
    macs = (hmac.new(secret, signed, sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in macs)


@dataclass(frozen=True)
class Round:
    """What one round of sending came to."""

    delivered: int
    failed: int
    given_up: int


def deliver(
    config: Config,
    database: Store,
    sealer: Sealer,
    send: Send,
    *,
    now: Callable[[], int],
    entropy: Callable[[int], bytes],
) -> Round:
    """Send what is due, each message by one process at a time; safe twice at the same moment."""
    hooks = {hook.id: hook for hook in config.api.hooks}
    delivered = failed = given_up = 0
    silent: set[str] = set()
    for message, receiver in store.due(database, now()):
        if receiver in silent:
            continue  # it did not answer a moment ago; the others are not kept waiting for it
        claimed = store.claim(database, message, now(), CLAIM_SECONDS)
        if claimed is None:
            continue
        hook = hooks.get(claimed.hook)
        if hook is None:
            # Taken out of the settings: nobody is left to tell.
            store.given_up(database, claimed, now(), None)
            given_up += 1
            continue
        at = now()
        body = str(sealer.open(claimed.payload_sealed, _place(claimed.id))).encode()
        headers = {
            "content-type": "application/json",
            "webhook-id": claimed.id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(hook.secrets, claimed.id, at, body),
        }
        sent = send(hook.url, headers, body)
        moment = now()
        if sent.status is None:
            silent.add(hook.id)
        if sent.taken:
            store.delivered(database, claimed, moment, sent.status or 0)
            delivered += 1
            continue
        due = moment + max(_delay(claimed.tries, entropy), min(sent.retry_after or 0, HOUR))
        if sent.status == GONE or due > claimed.created + config.api.give_up_hours * HOUR:
            store.given_up(database, claimed, moment, sent.status)
            given_up += 1
        else:
            store.failed(database, claimed, sent.status, due)
            failed += 1
    return Round(delivered, failed, given_up)


def _delay(tries: int, entropy: Callable[[int], bytes]) -> int:
    """Five seconds, four times as long after each try, six hours at most; up to a fifth more.

    The extra part differs each time, so that what failed together does not come back together.
    """
    plain = min(FIRST_DELAY * 4 ** min(tries - 1, 10), LONGEST_DELAY)
    return int(plain + int.from_bytes(entropy(2), "big") % (plain // 5 + 1))


def redeliver(
    config: Config, database: Store, client: str, message: str, now: int
) -> store.Delivery | None:
    """Send a message of this client once more, with the same id."""
    return store.again(database, message, hooks_of(config, client), now)


def hooks_of(config: Config, client: str) -> tuple[str, ...]:
    """The addresses that are told on behalf of this client."""
    return tuple(hook.id for hook in config.api.hooks if hook.client == client)


class Served(Emitting, Protocol):
    """What the thread of `serve` takes; a `Verifier` has it."""

    @property
    def store(self) -> Store:
        """The database."""
        ...

    @property
    def now(self) -> Callable[[], int]:
        """The clock."""
        ...

    @property
    def counts(self) -> Counts:
        """What is counted for whoever keeps it running."""
        ...


@contextmanager
def background(served: Served) -> Iterator[None]:
    """While this is open, send every few seconds, if the settings say so; any process may."""
    config = served.config
    if not config.api.deliver_in_serve or not config.api.hooks:
        yield
        return
    over = threading.Event()

    def work() -> None:
        send = Sender(config.api.webhook_ca, config.api.allow_networks)
        while not over.wait(PAUSE_SECONDS):
            with suppress(SQLAlchemyError):  # the database is away for a moment: later again
                done = deliver(
                    config,
                    served.store,
                    served.sealer,
                    send,
                    now=served.now,
                    entropy=served.entropy,
                )
                for outcome, count in asdict(done).items():
                    for _ in range(count):
                        served.counts.delivery(outcome)
        send.close()

    thread = threading.Thread(target=work, name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(CLAIM_SECONDS)
