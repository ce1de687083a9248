"""Rights requests: each answered once, what it does and the answer in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, select, update

from verifier.errors import Refused
from verifier.keys import Sealer
from verifier.store import effects
from verifier.store.effects import Effect, Held, held_of
from verifier.store.engine import Store, again, hold
from verifier.tables import DISCLOSURES as D
from verifier.tables import RIGHTS as Q

MAX_PER_HOUR: Final = 60
MAX_PER_DAY: Final = 200
OPEN_STATES: Final = ("in_progress", "extended")
FOLLOWED: Final = ("access", "rectification", "erasure", "restriction", "objection")
WAITS: Final[ColumnElement[bool]] = Q.c.asked.in_(FOLLOWED) & Q.c.state.in_(OPEN_STATES)
"""What waits for a decision; an answer that only told of it does not."""
_TOLD_LATER: Final = tuple(right for right in FOLLOWED if right != "access")
# An erasure that is asked again repeats what went, so the newest of them say it all.
_TOLD: Final = 50
_HOUR: Final = 3600
_DAY: Final = 86_400


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
    """Earlier requests with the same key: what is open, what awaits a yes."""

    latest: Asked | None
    awaiting: frozenset[str]
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
    now: int,
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
            # Locked: what is read here is what an effect builds on.
            mine = select(D).where(D.c.rights_jkt == jkt).with_for_update()
            row = connection.execute(mine).one_or_none()
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
            _not_too_often(connection, jkt, now)
            act = decide(connection, held, _history(connection, sealer, jkt))
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


def _not_too_often(connection: Connection, jkt: str, now: int) -> None:
    for most, seconds in ((MAX_PER_HOUR, _HOUR), (MAX_PER_DAY, _DAY)):
        some = select(Q.c.id).where(Q.c.rights_jkt == jkt, Q.c.received > now - seconds).limit(most)
        counted = select(func.count()).select_from(some.subquery())
        if connection.execute(counted).scalar_one() >= most:
            raise Refused("rights.rate", "Regie formats 4", wire="too_many_requests", status=429)


def _history(connection: Connection, sealer: Sealer, jkt: str) -> History:
    """Only what an answer needs: somebody may have asked for a year, every hour."""
    mine = Q.c.rights_jkt == jkt
    latest = connection.execute(
        select(Q)
        # Access is whole in its own answer: there is nothing left to tell of it.
        .where(mine, Q.c.asked.in_(_TOLD_LATER))
        .where(Q.c.state != "needs_confirmation")
        .order_by(*_urgency(), Q.c.id)
        .limit(1)
    ).one_or_none()
    awaiting = connection.execute(
        select(Q.c.consequence)
        .where(mine, Q.c.asked == "erasure", Q.c.state == "needs_confirmation")
        .where(Q.c.consequence.is_not(None))
        .order_by(Q.c.received.desc(), Q.c.id)
        .limit(MAX_PER_DAY)
    ).scalars()
    gone = connection.execute(
        select(Q.c.outcome)
        .where(mine, Q.c.asked == "erasure", Q.c.outcome[("erased", 0)].as_string().is_not(None))
        .order_by(Q.c.received.desc(), Q.c.id)
        .limit(_TOLD)
    ).scalars()
    erased = [tuple(path) for outcome in reversed(gone.all()) for path in outcome["erased"]]
    return History(
        None if latest is None else read(latest, sealer),
        frozenset(awaiting),
        tuple(dict.fromkeys(erased)),
    )


def _urgency() -> tuple[ColumnElement[Any], ...]:
    """A decision nobody heard of yet goes first, then what is open, then the latest."""
    is_open = Q.c.state.in_(OPEN_STATES)
    unheard = Q.c.decided_by.is_not(None) & Q.c.told.is_(None) & ~is_open
    last = case((Q.c.decided > Q.c.received, Q.c.decided), else_=Q.c.received)
    return (
        case((unheard, 0), else_=1),
        case((is_open, 0), else_=1),
        last.desc(),
        Q.c.received.desc(),
    )


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
