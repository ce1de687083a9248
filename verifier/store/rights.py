"""Rights requests: each answered once, what it does and the answer in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from verifier.errors import Refused
from verifier.keys import Sealer
from verifier.store import effects
from verifier.store.effects import Effect, Held, held_of
from verifier.store.engine import Store, again, hold
from verifier.tables import DISCLOSURES as D
from verifier.tables import RIGHTS as Q

MAX_PER_HOUR: Final = 60
OPEN_STATES: Final = ("in_progress", "extended")
FOLLOWED: Final = ("access", "rectification", "erasure", "restriction", "objection")


@dataclass(frozen=True)
class Asked:
    """One rights request with what it came to."""

    id: str
    rights_jkt: str
    jti: str
    request_hash: str
    asked: str
    received: int
    due: int | None
    state: str
    outcome: dict[str, Any]
    answer: str
    consequence: str | None = None
    remove_after: int = 0
    body: dict[str, Any] | None = field(default=None, repr=False)
    profile: str | None = None
    extended: int | None = None
    decided: int | None = None


@dataclass(frozen=True)
class Act:
    """What an answer does to the register, beside being stored."""

    asked: Asked
    effect: Effect = field(default_factory=Effect)
    spend: str | None = None
    told: str | None = None
    """The earlier request whose outcome this answer tells."""


@dataclass(frozen=True)
class History:
    """Earlier requests with the same key: what is open, what awaits a yes, how many lately."""

    latest: Asked | None
    awaiting: frozenset[str]
    recent: int
    erased: tuple[tuple[str, ...], ...] = ()
    """What earlier requests took away."""


After = Callable[[Connection, Act, Held], None]


def known(store: Store, jkt: str) -> bool:
    """Whether a disclosure was made with this rights key."""
    with store.reading() as connection:
        return connection.execute(select(D.c.id).where(D.c.rights_jkt == jkt)).first() is not None


def settle(
    store: Store,
    sealer: Sealer,
    *,
    jkt: str,
    jti: str,
    request_hash: str,
    hour_ago: int,
    decide: Callable[[Connection, Held, History], Act],
    after: After,
) -> tuple[Asked, Held]:
    """Decide and do, once per `jti`; identical bytes again return what was stored.

    Refused when the same `jti` came with other bytes, or this key asks too often. `after` writes
    what others must know of it, in the same transaction.
    """

    def once() -> tuple[Asked, Held, bool]:
        with store.writing() as connection:
            hold(connection, f"rights/{jkt}")
            row = connection.execute(select(D).where(D.c.rights_jkt == jkt)).one_or_none()
            if row is None:  # its time ended between two looks
                raise Refused("rights.unknown", "Regie formats 4", wire="not_found", status=404)
            held = held_of(connection, row)
            before = connection.execute(
                select(Q).where(Q.c.rights_jkt == jkt, Q.c.jti == jti)
            ).one_or_none()
            if before is not None:
                if before.request_hash != request_hash:
                    raise Refused("rights.jti", "Regie formats 4")
                return read(before, sealer), held, False
            history = _history(connection, sealer, jkt, hour_ago)
            if history.recent >= MAX_PER_HOUR:
                raise _too_often()
            act = decide(connection, held, history)
            if act.spend is not None:
                _spend(connection, act.spend)
            if act.told is not None:
                connection.execute(
                    update(Q).where(Q.c.id == act.told).values(told=act.asked.received)
                )
            add(connection, sealer, act.asked)
            after(connection, act, held)
            at, until = act.asked.received, act.asked.remove_after
            effects.apply(connection, sealer, held, act.effect, at, until)
            return act.asked, held, act.effect.removes

    asked, held, removed = again(once)
    if removed:
        store.scrub()
    return asked, held


def _too_often() -> Refused:
    return Refused("rights.rate", "Regie formats 4", wire="too_many_requests", status=429)


def _history(connection: Connection, sealer: Sealer, jkt: str, hour_ago: int) -> History:
    rows = connection.execute(
        select(Q)
        .where(Q.c.rights_jkt == jkt, Q.c.asked.in_(FOLLOWED))
        .order_by(Q.c.received.desc(), Q.c.id)
    ).all()
    # Access is whole in its own answer: there is nothing left to tell of it.
    followed = [row for row in rows if row.state != "needs_confirmation" and row.asked != "access"]
    # A decision nobody heard of yet goes first, then what is open, then the latest.
    followed.sort(key=_urgency, reverse=True)
    recent = connection.execute(
        select(func.count()).where(Q.c.rights_jkt == jkt, Q.c.received > hour_ago)
    ).scalar_one()
    awaiting = frozenset(
        row.consequence for row in rows if row.state == "needs_confirmation" and row.consequence
    )
    gone = [tuple(path) for row in reversed(rows) for path in row.outcome.get("erased", [])]
    latest = read(followed[0], sealer) if followed else None
    return History(latest, awaiting, recent, tuple(dict.fromkeys(gone)))


def _urgency(row: Row[Any]) -> tuple[bool, bool, int]:
    unheard = row.decided_by is not None and row.told is None and row.state not in OPEN_STATES
    return unheard, row.state in OPEN_STATES, max(row.received, row.decided or 0)


def _spend(connection: Connection, consequence: str) -> None:
    connection.execute(update(Q).where(Q.c.consequence == consequence).values(consequence=None))


def add(connection: Connection, sealer: Sealer, asked: Asked) -> None:
    """Keep a request with its answer; the same key and `jti` a second time is refused."""
    stated, said = apart(sealer, asked.id, asked.outcome)
    connection.execute(
        insert(Q).values(
            id=asked.id,
            rights_jkt=asked.rights_jkt,
            jti=asked.jti,
            request_hash=asked.request_hash,
            asked=asked.asked,
            received=asked.received,
            due=asked.due,
            state=asked.state,
            outcome=stated,
            said_sealed=said,
            body_sealed=(
                sealer.seal(asked.body, f"rights.body.{asked.id}") if asked.body else None
            ),
            consequence=asked.consequence,
            answer="",
            answer_sealed=(
                sealer.seal(asked.answer, f"rights.answer.{asked.id}") if asked.answer else None
            ),
            profile=asked.profile,
            decided=asked.decided,
            remove_after=asked.remove_after,
        )
    )


def apart(
    sealer: Sealer, request: str, outcome: dict[str, Any]
) -> tuple[dict[str, Any], bytes | None]:
    """What of an outcome may stand in readable form, and the sentences sealed."""
    if outcome["reason"] is None:
        return outcome, None
    code, *said = outcome["reason"]
    return {**outcome, "reason": [code]}, sealer.seal(said, f"rights.said.{request}")


def read(row: Row[Any], sealer: Sealer) -> Asked:
    """A row as a value; what its person wrote stays sealed."""
    outcome, answer = row.outcome, row.answer
    if row.answer_sealed is not None:
        answer = sealer.open(row.answer_sealed, f"rights.answer.{row.id}")
    if row.said_sealed is not None:
        said = sealer.open(row.said_sealed, f"rights.said.{row.id}")
        outcome = {**outcome, "reason": [*outcome["reason"], *said]}
    return Asked(
        id=row.id,
        rights_jkt=row.rights_jkt,
        jti=row.jti,
        request_hash=row.request_hash,
        asked=row.asked,
        received=row.received,
        due=row.due,
        state=row.state,
        outcome=outcome,
        answer=answer,
        consequence=row.consequence,
        remove_after=row.remove_after,
        profile=row.profile,
        extended=row.extended,
        decided=row.decided,
    )
