"""The same answer to the same request: what an Idempotency-Key stands for."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from verifier.keys import Sealer
from verifier.store.engine import Store
from verifier.tables import API_ANSWERS as W


@dataclass(frozen=True)
class Earlier:
    """What came with this key before; `answer` is `None` while it is being dealt with."""

    request: str
    status: int | None
    answer: Any = field(repr=False)


def claim(
    store: Store,
    sealer: Sealer,
    client: str,
    key: str,
    request: str,
    *,
    now: int,
    until: int,
    end: int,
) -> Earlier | None:
    """Take a key in hand; `None` when it is ours now, else what came with it before."""
    values = {"request": request, "claimed_until": until, "remove_after": end}
    try:
        with store.writing() as connection:
            forget_answers(connection, now)
            connection.execute(insert(W).values(client=client, key=key, **values))
    except IntegrityError:
        pass
    else:
        return None
    # Somebody had it in hand and did not finish: it is taken over, once.
    abandoned = (
        update(W)
        .where(
            W.c.client == client,
            W.c.key == key,
            W.c.request == request,
            W.c.status.is_(None),
            W.c.claimed_until < now,
        )
        .values(**values)
        .returning(W.c.key)
    )
    with store.writing() as connection:
        if connection.execute(abandoned).first() is not None:
            return None
        row = connection.execute(
            select(W).where(W.c.client == client, W.c.key == key)
        ).one_or_none()
    if row is None:
        return Earlier(request, None, None)  # its time ended just now: asked again, it is new
    answer = (
        None if row.answer_sealed is None else sealer.open(row.answer_sealed, _place(client, key))
    )
    return Earlier(row.request, row.status, answer)


def answered(
    store: Store,
    sealer: Sealer,
    client: str,
    key: str,
    status: int,
    answer: Any,  # noqa: ANN401
) -> None:
    """Keep the answer for whoever asks the same again."""
    sealed = sealer.seal(answer, _place(client, key))
    with store.writing() as connection:
        connection.execute(
            update(W)
            .where(W.c.client == client, W.c.key == key)
            .values(status=status, answer_sealed=sealed)
        )


def release(store: Store, client: str, key: str) -> None:
    """Nothing came of it: the key may be used again."""
    with store.writing() as connection:
        connection.execute(
            delete(W).where(W.c.client == client, W.c.key == key, W.c.status.is_(None))
        )


def forget_answers(connection: Connection, now: int) -> int:
    """Remove answers that were kept long enough."""
    return connection.execute(delete(W).where(W.c.remove_after < now)).rowcount


def _place(client: str, key: str) -> str:
    return f"api_answers.answer.{client}.{key}"
