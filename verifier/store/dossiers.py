"""Two people, one dossier: each keeps a registration and a registration time of their own.

Whoever changes who is in a dossier holds one name until the transaction is over, so that two at
the same moment never make three. The code of an invitation is spent by one statement.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from verifier.store.engine import Store, hold
from verifier.tables import DOSSIERS as O
from verifier.tables import REGISTRATIONS as R

MOST: Final = 2
_LOCK: Final = "dossiers"


class Refusal(StrEnum):
    """Why somebody cannot invite or join; the sentence is in texts, `together_refused.<code>`."""

    OVER = "over"
    """The code was used, has expired, or is none."""
    SAME = "same"
    """Their own invitation."""
    FULL = "full"
    """They have a co-applicant already, and there is at most one."""
    ELSEWHERE = "elsewhere"
    """They are in a dossier with somebody else."""
    NOT_REGISTERED = "not_registered"
    """Their own registration does not stand."""


@dataclass(frozen=True)
class Member:
    """One of the two: their number and their own time, nothing about who."""

    registration: str
    number: str
    since: int


@dataclass(frozen=True)
class Dossier:
    """A dossier as its members see it; `invited_until` while a second person may come."""

    id: str
    number: str
    members: tuple[Member, ...]
    invited_until: int | None


def invite(
    connection: Connection,
    registration: str,
    *,
    dossier: str,
    number: str,
    code: str,
    now: int,
    until: int,
) -> Refusal | None:
    """Leave an invitation for one other person; an earlier one of the same dossier is over.

    `dossier` and `number` are for a new dossier; `code` is a keyed hash, never the code.
    """
    hold(connection, _LOCK)
    mine = _standing(connection, registration)
    if mine is None:
        return Refusal.NOT_REGISTERED
    if mine.dossier is not None and _count(connection, mine.dossier) >= MOST:
        return Refusal.FULL
    left = {"invitation": code, "invited_until": until}
    standing = connection.execute(update(O).where(O.c.id == mine.dossier).values(**left)).rowcount
    if not standing:
        connection.execute(insert(O).values(id=dossier, number=number, created=now, **left))
        connection.execute(update(R).where(R.c.id == registration).values(dossier=dossier))
    return None


def is_open(store: Store, code: str, now: int) -> bool:
    """Whether somebody may join by this invitation; looking does not use it up."""
    with store.reading() as connection:
        found = connection.execute(
            select(O.c.id).where(O.c.invitation == code, O.c.invited_until >= now)
        ).first()
    return found is not None


def join(connection: Connection, registration: str, code: str, now: int) -> Refusal | None:
    """Come into the dossier of this invitation, once; the code is spent with it."""
    hold(connection, _LOCK)
    mine = _standing(connection, registration)
    if mine is None:
        return Refusal.NOT_REGISTERED
    found = connection.execute(
        select(O.c.id).where(O.c.invitation == code, O.c.invited_until >= now)
    ).scalar_one_or_none()
    if found is None:
        return Refusal.OVER
    if mine.dossier == found:
        return Refusal.SAME
    if mine.dossier is not None and _count(connection, mine.dossier) >= MOST:
        return Refusal.ELSEWHERE
    if _count(connection, found) != 1:
        return Refusal.OVER  # who invited is gone, or somebody came already
    spent = connection.execute(
        update(O)
        .where(O.c.id == found, O.c.invitation == code, O.c.invited_until >= now)
        .values(invitation=None, invited_until=None)
        .returning(O.c.id)
    ).first()
    if spent is None:
        return Refusal.OVER
    connection.execute(update(R).where(R.c.id == registration).values(dossier=found))
    if mine.dossier is not None:
        _dissolve(connection, mine.dossier)
    return None


def leave(connection: Connection, registration: str) -> bool:
    """Go out of a dossier; who stays keeps everything, and a dossier of one ends."""
    hold(connection, _LOCK)
    left = connection.execute(
        select(R.c.dossier).where(R.c.id == registration, R.c.dossier.is_not(None))
    ).scalar_one_or_none()
    if left is None:
        return False
    connection.execute(update(R).where(R.c.id == registration).values(dossier=None))
    _dissolve(connection, left)
    return True


def of_registration(store: Store, registration: str, now: int) -> Dossier | None:
    """The dossier somebody is in, with who else; an invitation that is over is not shown."""
    with store.reading() as connection:
        row = connection.execute(
            select(O).join(R, R.c.dossier == O.c.id).where(R.c.id == registration)
        ).one_or_none()
        if row is None:
            return None
        members = connection.execute(
            select(R.c.id, R.c.number, R.c.since)
            .where(R.c.dossier == row.id, R.c.ended.is_(None))
            .order_by(R.c.since, R.c.id)
        ).all()
    until = row.invited_until if row.invitation and row.invited_until >= now else None
    found = tuple(Member(one.id, one.number, one.since) for one in members)
    return Dossier(row.id, row.number, found, until)


def first_of(store: Store, number: str) -> str | None:
    """A registration in the dossier of this number: the one that stands longest."""
    with store.reading() as connection:
        return connection.execute(
            select(R.c.id)
            .join(O, O.c.id == R.c.dossier)
            .where(O.c.number == number, R.c.ended.is_(None))
            .order_by(R.c.since, R.c.id)
            .limit(1)
        ).scalar_one_or_none()


def tidy(connection: Connection, now: int) -> int:
    """Forget invitations that are over, and dossiers that hold fewer than two; counts both."""
    hold(connection, _LOCK)
    over = connection.execute(
        update(O).where(O.c.invited_until < now).values(invitation=None, invited_until=None)
    ).rowcount
    members = select(func.count()).where(R.c.dossier == O.c.id, R.c.ended.is_(None))
    alone = tuple(
        connection.execute(
            select(O.c.id).where(
                O.c.invitation.is_(None), members.correlate(O).scalar_subquery() < MOST
            )
        ).scalars()
    )
    for dossier in alone:
        _dissolve(connection, dossier)
    return over + len(alone)


def _standing(connection: Connection, registration: str) -> Row[Any] | None:
    return connection.execute(
        select(R).where(
            R.c.id == registration,
            R.c.confirmed.is_not(None),
            R.c.ended.is_(None),
            R.c.restricted.is_(None),
        )
    ).one_or_none()


def _count(connection: Connection, dossier: str) -> int:
    return connection.execute(
        select(func.count()).where(R.c.dossier == dossier, R.c.ended.is_(None))
    ).scalar_one()


def _dissolve(connection: Connection, dossier: str) -> None:
    """End a dossier with at most one person in it: their registration is as it was before."""
    if _count(connection, dossier) < MOST:
        connection.execute(update(R).where(R.c.dossier == dossier).values(dossier=None))
        connection.execute(delete(O).where(O.c.id == dossier))
