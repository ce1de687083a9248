"""Requests for data: each move of `transaction.py` as one statement that succeeds once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from credential import jose
from verifier.keys import Sealer
from verifier.store import figures
from verifier.store.engine import Store
from verifier.store.transactionrows import bound, columns_of, read
from verifier.tables import TRANSACTIONS as T
from verifier.transaction import (
    CONFIRM_TRIES,
    Answered,
    Bound,
    Created,
    Device,
    Fetched,
    Origin,
    Transaction,
)

# The statements of every answer, built once: building costs more than running them.
_FIND: Final = select(T).where(T.c.id == bindparam("wanted"))
_TAKE: Final = (
    update(T)
    .where(T.c.id == bindparam("wanted"), T.c.state == "fetched")
    .values(
        state="answered",
        secrets_sealed=None,
        transaction_data_sealed=None,
        request_sealed=None,
        confirm_tries=CONFIRM_TRIES,
        **{
            name: bindparam(f"new_{name}")
            for name in (
                "outcome",
                "rule",
                "disclosure",
                "registration",
                "return_code",
                "confirm_code",
                "confirm_until",
                "answer_sealed",
                "wallet_error",
            )
        },
    )
    .returning(T.c.id)
)


After: TypeAlias = Callable[[Connection, Bound], None]
"""What else happens in the transaction that binds a result: messages to other systems."""


def nothing_more(_connection: Connection, _result: Bound) -> None:
    """The value that says: nothing else happens."""


# Where somebody else than the browser that opens the return address is told the result.
_WAITED_FOR: Final = (Origin.DESK.value, Origin.API.value)


class Typed(StrEnum):
    """What became of a confirmation code that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    WAITING = "waiting"
    OVER = "over"


@dataclass(frozen=True)
class Codes:
    """Keyed hashes of the two codes handed to the wallet."""

    return_code: str
    confirm_code: str
    confirm_until: int


def start(
    store: Store,
    sealer: Sealer,
    created: Sequence[Created],
    session: str | None,
    *,
    forget_before: int,
) -> None:
    """Open requests for one browser session, or for none when started from the command line.

    What expired long ago goes at the same time, so that no key outlives its request for long.
    """
    with store.writing() as connection:
        forget(connection, sealer, forget_before)
        if session is not None:
            _leave_behind(connection, session, {item.profile for item in created})
        for item in created:
            connection.execute(
                insert(T).values(
                    id=item.id,
                    session=session,
                    profile=item.profile,
                    lang=item.lang,
                    device=item.device.value,
                    created=item.created,
                    expires=item.expires,
                    state="created",
                    **columns_of(item.about),
                    transaction_data_sealed=(
                        sealer.seal(
                            list(item.transaction_data), f"transactions.transaction_data.{item.id}"
                        )
                        if item.transaction_data
                        else None
                    ),
                )
            )


def _leave_behind(connection: Connection, session: str, profiles: set[str]) -> None:
    """Who starts anew is done with earlier requests that ended in nothing, however shortly ago."""
    over = and_(T.c.state == "answered", T.c.disclosure.is_(None))
    connection.execute(
        update(T)
        .where(T.c.session == session, T.c.profile.in_(profiles), over)
        .values(session=None)
    )


def find(store: Store, sealer: Sealer, transaction: str) -> Transaction | None:
    """The transaction of this id, in whatever state."""
    with store.reading() as connection:
        row = connection.execute(_FIND, {"wanted": transaction}).one_or_none()
    return None if row is None else read(row, sealer)


def hand_out(
    store: Store, sealer: Sealer, fetched: Fetched, request_sealed: bytes | None, now: int
) -> bool:
    """Move Created to Fetched; false when another fetch was first or it expired.

    `request_sealed`: the request as it leaves, for the one who asked for it, until it is answered.
    """
    secrets = fetched.secrets
    sealed = sealer.seal(
        {
            "nonce": secrets.nonce,
            "state": secrets.state,
            "key": jose.private_key_to_pem(secrets.key).decode(),
            "request_hash": secrets.request_hash,
            "registration_hash": secrets.registration_hash,
        },
        f"transactions.secrets.{fetched.id}",
    )
    statement = (
        update(T)
        .where(T.c.id == fetched.id, T.c.state == "created", T.c.expires > now)
        .values(
            state="fetched",
            expires=fetched.expires,
            kid=secrets.kid,
            secrets_sealed=sealed,
            request_sealed=request_sealed,
        )
        .returning(T.c.id)
    )
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def take_answer(
    connection: Connection, answered: Answered, codes: Codes | None, answer_sealed: bytes
) -> bool:
    """Move Fetched to Answered inside the transaction that records the disclosure."""
    taken = connection.execute(
        _TAKE,
        {
            "wanted": answered.id,
            "new_outcome": answered.outcome.value,
            "new_rule": answered.rule,
            "new_disclosure": answered.disclosure,
            "new_registration": answered.registration,
            "new_return_code": codes.return_code if codes else None,
            "new_confirm_code": codes.confirm_code if codes else None,
            "new_confirm_until": answered.confirm_until,
            "new_answer_sealed": answer_sealed,
            "new_wallet_error": answered.wallet_error,
        },
    )
    return taken.first() is not None


def stored_request(store: Store, transaction: str, now: int) -> bytes | None:
    """The sealed request that was handed out and is not answered yet."""
    with store.reading() as connection:
        return connection.execute(
            select(T.c.request_sealed).where(
                T.c.id == transaction, T.c.state == "fetched", T.c.expires > now
            )
        ).scalar_one_or_none()


def stored_answer(store: Store, transaction: str) -> bytes | None:
    """The sealed answer of an answered request; only the bytes it answers can open it."""
    with store.reading() as connection:
        return connection.execute(
            select(T.c.answer_sealed).where(T.c.id == transaction)
        ).scalar_one_or_none()


def of_client(
    store: Store, sealer: Sealer, session: str, *, client: str, profile: str
) -> list[Transaction]:
    """What another system started here, newest first; nothing its visitor did besides."""
    mine = (
        T.c.origin == Origin.API.value,
        T.c.started_by == client,
        T.c.profile == profile,
        (T.c.session == session) | (T.c.owner == session),
    )
    with store.reading() as connection:
        rows = connection.execute(
            select(T).where(*mine).order_by(T.c.created.desc(), T.c.device)
        ).all()
    return [read(row, sealer) for row in rows]


def newest(store: Store, sealer: Sealer, session: str, profile: str) -> list[Transaction]:
    """What this browser started last for this profile: one request per device."""
    mine = (T.c.profile == profile) & ((T.c.session == session) | (T.c.owner == session))
    latest = select(func.max(T.c.created)).where(mine).scalar_subquery()
    with store.reading() as connection:
        rows = connection.execute(
            select(T).where(mine, T.c.created == latest).order_by(T.c.device)
        ).all()
    return [read(row, sealer) for row in rows]


def bound_to(store: Store, session: str, profile: str) -> Bound | None:
    """The latest result of this profile that belongs to this browser."""
    with store.reading() as connection:
        row = connection.execute(
            select(T)
            .where(T.c.owner == session, T.c.profile == profile, T.c.state == "bound")
            .order_by(T.c.created.desc())
            .limit(1)
        ).one_or_none()
    return None if row is None else bound(row)


def bind_by_return(
    store: Store, code: str, session: str, owner: str, now: int, after: After
) -> Bound | None:
    """The browser that opened the return address, once; from then on it is known as `owner`.

    A request for the same device goes only to the session that started it (HAIP 1.0, 5.1); one
    that came through another device goes to the browser that opens it (formats.md 5), unless a
    clerk or another system waits for it: then only the code, typed where it is waited for, tells
    whose it is.
    """
    statement = (
        update(T)
        .where(
            T.c.return_code == code,
            T.c.state == "answered",
            T.c.confirm_until >= now,
            (T.c.session == session)
            | ((T.c.device == Device.OTHER.value) & T.c.origin.not_in(_WAITED_FOR)),
        )
        .values(state="bound", owner=owner, return_code=None, confirm_code=None)
        .returning(T)
    )
    with store.writing() as connection:
        row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        after(connection, bound(row))
    return bound(row)


def bind_by_code(
    store: Store, code: str, session: str, owner: str, now: int, after: After
) -> Typed:
    """A code typed in this browser: right once, three tries, five minutes (formats.md 5).

    The try is spent before the code is compared, so that guesses at the same moment count too.
    """
    open_here = and_(
        T.c.session == session,
        T.c.state == "answered",
        T.c.confirm_code.is_not(None),
        T.c.confirm_until >= now,
        T.c.confirm_tries > 0,
    )
    with store.writing() as connection:
        tried = connection.execute(
            update(T)
            .where(open_here)
            .values(confirm_tries=T.c.confirm_tries - 1)
            .returning(T.c.id, T.c.confirm_tries)
        ).all()
        row = connection.execute(
            update(T)
            .where(T.c.id.in_([row.id for row in tried]), T.c.confirm_code == code)
            .values(state="bound", owner=owner, return_code=None, confirm_code=None)
            .returning(T)
        ).first()
        if row is not None:
            after(connection, bound(row))
            return Typed.RIGHT
        if tried:
            return Typed.WRONG if any(row.confirm_tries > 0 for row in tried) else Typed.OVER
        answered = connection.execute(
            select(T.c.id).where(T.c.session == session, T.c.state == "answered")
        ).first()
    return Typed.OVER if answered is not None else Typed.WAITING


def forget(connection: Connection, sealer: Sealer, before: int) -> int:
    """Remove what expired before this moment; that it was asked, or came to nothing, counts."""
    statement = delete(T).where(T.c.expires < before)
    gone = connection.execute(
        statement.returning(
            T.c.profile,
            T.c.created,
            T.c.device,
            T.c.outcome,
            T.c.rule,
            T.c.wallet_error,
            T.c.disclosure,
        )
    ).all()
    # Every visit opens one request for another device, whichever of the two is used.
    visits = (row for row in gone if row.device == Device.OTHER.value)
    asked = figures.asked((row.profile, row.created) for row in visits)
    figures.add(connection, sealer, asked + figures.unread(gone))
    return len(gone)
