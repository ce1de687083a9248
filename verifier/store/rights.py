"""Rights requests: each answered once, what it does and the answer in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from verifier.errors import Refused
from verifier.keys import Sealer
from verifier.store.engine import Store
from verifier.store.erasing import end, wipe
from verifier.store.register import Registration, read
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q

MAX_PER_HOUR = 60
OPEN_STATES = ("in_progress", "extended")
FOLLOWED = ("access", "rectification", "erasure", "restriction", "objection")


@dataclass(frozen=True)
class Held:
    """What is held of one disclosure, by path; the values are opened only for access."""

    id: str
    jti: str | None
    rights_jkt: str
    profile: str | None
    kept: tuple[tuple[str, tuple[str | int, ...]], ...]
    registration: Registration | None
    erased: int | None
    receipt_sealed: bytes | None = field(repr=False)
    row: Row[Any] = field(repr=False)

    @property
    def founds(self) -> bool:
        """Whether erasing it ends a registration."""
        return self.registration is not None and self.registration.founded_by == self.id


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


@dataclass(frozen=True)
class Act:
    """What an answer does to the register, beside being stored."""

    asked: Asked
    erase: bool = False
    spend: str | None = None


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
    decide: Callable[[Held, "History"], Act],
) -> tuple[Asked, Held]:
    """Decide and do, once per `jti`; identical bytes again return what was stored.

    Refused when the same `jti` came with other bytes, or this key asks too often.
    """
    with store.writing() as connection:
        row = connection.execute(select(D).where(D.c.rights_jkt == jkt)).one_or_none()
        if row is None:  # its time ended between two looks
            raise Refused("rights.unknown", "Regie formats 4", wire="not_found", status=404)
        held = _held(connection, row)
        before = connection.execute(
            select(Q).where(Q.c.rights_jkt == jkt, Q.c.jti == jti)
        ).one_or_none()
        if before is not None:
            if before.request_hash != request_hash:
                raise Refused("rights.jti", "Regie formats 4")
            return _asked(before), held
        history = _history(connection, jkt, hour_ago)
        if history.recent >= MAX_PER_HOUR:
            raise Refused("rights.rate", "Regie formats 4", wire="too_many_requests", status=429)
        act = decide(held, history)
        if act.spend is not None:
            _spend(connection, act.spend)
        if act.erase:
            _erase(connection, sealer, held, act.asked.received, act.asked.remove_after)
        _insert(connection, sealer, act.asked)
    if act.erase:
        store.scrub()
    return act.asked, held


@dataclass(frozen=True)
class History:
    """Earlier requests with the same key: what is open, what awaits a yes, how many lately."""

    latest: Asked | None
    awaiting: frozenset[str]
    recent: int


def _history(connection: Connection, jkt: str, hour_ago: int) -> History:
    rows = connection.execute(
        select(Q)
        .where(Q.c.rights_jkt == jkt, Q.c.asked.in_(FOLLOWED))
        .order_by(Q.c.received.desc(), Q.c.id)
    ).all()
    followed = [_asked(row) for row in rows if row.state != "needs_confirmation"]
    recent = connection.execute(
        select(func.count()).where(Q.c.rights_jkt == jkt, Q.c.received > hour_ago)
    ).scalar_one()
    awaiting = frozenset(
        row.consequence for row in rows if row.state == "needs_confirmation" and row.consequence
    )
    return History(followed[0] if followed else None, awaiting, recent)


def _spend(connection: Connection, consequence: str) -> None:
    connection.execute(update(Q).where(Q.c.consequence == consequence).values(consequence=None))


def _erase(
    connection: Connection, sealer: Sealer, held: Held, now: int, remove_after: int
) -> None:
    """Only `jti`, `rights_jkt` and the answer remain (formats.md 3)."""
    if held.founds:
        assert held.registration is not None
        end(connection, sealer, held.registration.id)
    wipe(connection, sealer, (held.id,), now, remove_after)


def _insert(connection: Connection, sealer: Sealer, asked: Asked) -> None:
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
            outcome=asked.outcome,
            body_sealed=(
                sealer.seal(asked.body, f"rights.body.{asked.id}") if asked.body else None
            ),
            consequence=asked.consequence,
            answer=asked.answer,
            remove_after=asked.remove_after,
        )
    )


def contact_of(store: Store, sealer: Sealer, registration: str) -> Any:  # noqa: ANN401 - JSON
    """How to reach the person of a registration, for the person's own access request."""
    with store.reading() as connection:
        sealed = connection.execute(
            select(R.c.contact_sealed).where(R.c.id == registration)
        ).scalar_one_or_none()
    return None if sealed is None else sealer.open(sealed, f"registrations.contact.{registration}")


def values_of(held: Held, sealer: Sealer) -> Any:  # noqa: ANN401 - JSON
    """The values held of a disclosure, for the person's own access request."""
    sealed = held.row.values_sealed
    return [] if sealed is None else sealer.open(sealed, f"disclosures.values.{held.id}")


def requests(store: Store) -> list[Asked]:
    """Every request that a person at the organisation may have to answer, oldest first."""
    with store.reading() as connection:
        rows = connection.execute(
            select(Q).where(Q.c.asked.in_(FOLLOWED)).order_by(Q.c.received, Q.c.id)
        ).all()
    return [_asked(row) for row in rows]


def decide(
    store: Store, request: str, state: str, due: int | None, outcome: dict[str, Any]
) -> bool:
    """What a person decided on an open request; the wallet hears it when it asks `status`."""
    statement = (
        update(Q)
        .where(Q.c.id == request, Q.c.state.in_(OPEN_STATES))
        .values(state=state, due=due, outcome=outcome)
        .returning(Q.c.id)
    )
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def _held(connection: Connection, row: Row[Any]) -> Held:
    registration = None
    if row.registration is not None:
        found = connection.execute(select(R).where(R.c.id == row.registration)).one_or_none()
        registration = None if found is None else read(found)
    return Held(
        id=row.id,
        jti=row.jti,
        rights_jkt=row.rights_jkt,
        profile=row.profile,
        kept=tuple((query_id, tuple(path)) for query_id, path in row.kept or []),
        registration=registration,
        erased=row.erased,
        receipt_sealed=row.receipt_sealed,
        row=row,
    )


def _asked(row: Row[Any]) -> Asked:
    return Asked(
        id=row.id,
        rights_jkt=row.rights_jkt,
        jti=row.jti,
        request_hash=row.request_hash,
        asked=row.asked,
        received=row.received,
        due=row.due,
        state=row.state,
        outcome=row.outcome,
        answer=row.answer,
        consequence=row.consequence,
        remove_after=row.remove_after,
    )
