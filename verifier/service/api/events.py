"""What other systems are told of sessions and sign-ups, in the transaction in which it happens."""

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Connection

from verifier.service.api.sessions import ended_as
from verifier.service.verifier import Verifier
from verifier.service.webhooks import Event, emit
from verifier.store import api as store
from verifier.store.register import Received
from verifier.transaction import Bound, Origin

AfterBound: TypeAlias = Callable[[Connection, Bound], None]
AfterReceived: TypeAlias = Callable[[Connection, Received], None]


def bound(verifier: Verifier) -> AfterBound:
    """It is known now whose result it is: its session is complete, for who started it."""

    def after(connection: Connection, found: Bound) -> None:
        if found.about.origin is Origin.API:
            _completed(connection, verifier, found.id, "bound")

    return after


def received(verifier: Verifier, registers: str) -> AfterReceived:
    """An answer was taken: a session that ends with it, and a registration that begins.

    `registers` is the profile that the registration is of.
    """

    def after(connection: Connection, taken: Received) -> None:
        answered = taken.answered
        ended = ended_as(answered)
        if ended is not None and answered.about.origin is Origin.API:
            _completed(connection, verifier, answered.id, ended)
        if taken.founding is not None:
            emit(
                connection,
                verifier,
                Event.REGISTRATION_CREATED,
                {"registration": taken.founding.number, "profile": registers},
                verifier.now(),
            )

    return after


def _completed(connection: Connection, verifier: Verifier, transaction: str, state: str) -> None:
    session = store.session_behind(connection, transaction)
    if session is not None:
        emit(
            connection,
            verifier,
            Event.SESSION_COMPLETED,
            {"session": session.id, "profile": session.profile, "state": state},
            verifier.now(),
            client=session.client,
        )
