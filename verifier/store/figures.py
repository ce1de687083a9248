"""Counting what happened per month and profile: what still stands, and what stood.

What goes is counted at that moment, by a row of its own (nobody waits for another's counter);
`compact` adds such rows up. A row says nothing about anybody.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from verifier.keys import Sealer
from verifier.store.engine import Store
from verifier.tables import DISCLOSURES as D
from verifier.tables import FIGURES as F
from verifier.tables import RIGHTS as Q
from verifier.tables import TRANSACTIONS as T

FOLLOWED = ("access", "rectification", "erasure", "restriction", "objection")
CLOSED = ("done", "partly", "refused")
DAY = 86_400


class Key(NamedTuple):
    """What is counted: in which month, for which profile, what, and by which rule."""

    month: str
    profile: str
    name: str
    rule: str


def month_of(at: int) -> str:
    """The month of a moment in UTC: 2026-11."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")


def add(connection: Connection, sealer: Sealer, counted: Counter[Key]) -> None:
    """Write what was counted, as rows of their own."""
    rows = [
        {"id": sealer.entropy(12).hex(), **key._asdict(), "count": count}
        for key, count in sorted(counted.items())
        if count
    ]
    if rows:
        connection.execute(insert(F), rows)


def asked(visits: Iterable[tuple[str, int]]) -> Counter[Key]:
    """Requests that go: that somebody was asked, for which profile and when."""
    return Counter(Key(month_of(created), profile, "asked", "") for profile, created in visits)


def unread(rows: Iterable[Any]) -> Counter[Key]:
    """Requests that ended without anything on record: declined, a wallet that could not, no answer.

    A wallet's own word for it is one of a closed set (OpenID4VP 1.0, 8.5).
    """
    return Counter(
        Key(
            month_of(row.created),
            row.profile,
            row.outcome,
            row.wallet_error if row.outcome == "unable" else "" if row.wallet_error else row.rule,
        )
        for row in rows
        if row.outcome is not None and row.disclosure is None
    )


def leaving(connection: Connection, disclosures: Iterable[str], how: str, now: int) -> Counter[Key]:
    """What goes with these disclosures: how they ended, and that they went."""
    counted: Counter[Key] = Counter()
    statement = select(D.c.profile, D.c.received, D.c.outcome, D.c.rule).where(
        D.c.id.in_(tuple(disclosures)), D.c.erased.is_(None), D.c.received.is_not(None)
    )
    for row in connection.execute(statement):
        counted[Key(month_of(row.received), row.profile, row.outcome, row.rule or "")] += 1
        counted[Key(month_of(now), row.profile, how, "")] += 1
    return counted


def compact(connection: Connection, sealer: Sealer) -> None:
    """Add up the rows that count the same; what comes in meanwhile is left for the next time."""
    keys = (F.c.month, F.c.profile, F.c.name, F.c.rule)
    several = connection.execute(select(*keys).group_by(*keys).having(func.count() > 1)).all()
    total: Counter[Key] = Counter()
    for month, profile, name, rule in several:
        gone = connection.execute(
            delete(F)
            .where(F.c.month == month, F.c.profile == profile, F.c.name == name, F.c.rule == rule)
            .returning(F.c.count.label("much"))
        )
        total[Key(month, profile, name, rule)] += sum(row.much for row in gone)
    add(connection, sealer, total)


def counted(store: Store) -> Counter[Key]:
    """Everything there is to count, kept and gone."""
    found: Counter[Key] = Counter()
    with store.reading() as connection:
        columns = (F.c.month, F.c.profile, F.c.name, F.c.rule, F.c.count.label("much"))
        for row in connection.execute(select(*columns)):
            found[Key(row.month, row.profile, row.name, row.rule)] += row.much
        _standing(connection, found)
        _rights(connection, found)
    return found


def _standing(connection: Connection, found: Counter[Key]) -> None:
    """By day in the database, by month here: each database has its own words for a month."""
    day = (D.c.received // DAY).label("day")
    answers = (
        select(D.c.profile, day, D.c.outcome, D.c.rule, func.count())
        .where(D.c.received.is_not(None))
        .group_by(D.c.profile, day, D.c.outcome, D.c.rule)
    )
    for profile, at, outcome, rule, count in connection.execute(answers):
        found[Key(month_of(int(at) * DAY), profile, outcome, rule or "")] += count
    began = (T.c.created // DAY).label("day")
    visits = (
        select(T.c.profile, began, func.count())
        .where(T.c.device == "other")
        .group_by(T.c.profile, began)
    )
    for profile, at, count in connection.execute(visits):
        found[Key(month_of(int(at) * DAY), profile, "asked", "")] += count
    columns = (T.c.profile, T.c.created, T.c.outcome, T.c.rule, T.c.wallet_error, T.c.disclosure)
    # Few at any time: an hour after they expired they are counted and gone.
    ended = select(*columns).where(T.c.outcome.is_not(None), T.c.disclosure.is_(None))
    found.update(unread(connection.execute(ended)))


def _rights(connection: Connection, found: Counter[Key]) -> None:
    statement = select(Q.c.profile, Q.c.received, Q.c.state, Q.c.due, Q.c.decided).where(
        Q.c.asked.in_(FOLLOWED), Q.c.state != "needs_confirmation"
    )
    for row in connection.execute(statement).yield_per(1000):
        month, profile = month_of(row.received), row.profile or ""
        found[Key(month, profile, "right_asked", "")] += 1
        if row.state in CLOSED:
            found[Key(month, profile, "right_answered", "")] += 1
            if row.due is None or row.decided is None or row.decided <= row.due:
                found[Key(month, profile, "right_in_time", "")] += 1
