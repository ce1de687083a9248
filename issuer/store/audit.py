"""What an auditor and a clerk look back on: desk actions, BRP queries, cards; nothing of value."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Table, and_, case, func, or_, select
from sqlalchemy.engine import Row

from issuer.store.clerks import ActionRow
from issuer.store.database import Database
from issuer.tables import brp_queries, desk_actions, issued, status_indices


@dataclass(frozen=True, repr=False)
class Period:
    """What to look for: from `since` up to `until`, by one clerk, about one case or reference."""

    since: int
    until: int
    clerk: str = ""
    reference: str = ""


@dataclass(frozen=True, repr=False)
class QueryRow:
    """One line of the BRP query protocol, without whose it is."""

    at: int
    official: str
    operation: str
    fields: tuple[str, ...]
    purpose: str
    found: bool


@dataclass(frozen=True)
class CardRow:
    """One batch of copies of one kind."""

    kind: str
    expires_at: int
    copies: int
    revoked: int
    """How many are published as invalid, or will be within a day."""


class Audit:
    """Reading only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def actions(
        self, municipality: str, period: Period, *, most: int, skip: int
    ) -> tuple[int, list[ActionRow]]:
        """How many actions there are, and one page of them, the newest first."""
        where = _actions(municipality, period)
        with self._database.reading() as connection:
            total = connection.execute(
                select(func.count()).select_from(desk_actions).where(where)
            ).scalar_one()
            rows = connection.execute(
                select(desk_actions)
                .where(where)
                .order_by(desk_actions.c.at.desc(), desk_actions.c.action_id.desc())
                .limit(most)
                .offset(skip)
            ).all()
        return int(total), [_action(row) for row in rows]

    def actions_of(self, municipality: str, subject: str, *, most: int) -> list[ActionRow]:
        """What was done at the desk for one resident, the newest first."""
        own = select(desk_actions.c.case_id).where(
            desk_actions.c.subject == subject, desk_actions.c.case_id.is_not(None)
        )
        with self._database.reading() as connection:
            rows = connection.execute(
                select(desk_actions)
                .where(
                    desk_actions.c.municipality == municipality,
                    or_(desk_actions.c.subject == subject, desk_actions.c.case_id.in_(own)),
                )
                .order_by(desk_actions.c.at.desc(), desk_actions.c.action_id.desc())
                .limit(most)
            ).all()
        return [_action(row) for row in rows]

    def counts(self, municipality: str, period: Period) -> dict[str, int]:
        """How often each action was done."""
        where = _actions(municipality, period)
        with self._database.reading() as connection:
            rows = connection.execute(
                select(desk_actions.c.action, func.count())
                .where(where)
                .group_by(desk_actions.c.action)
                .order_by(desk_actions.c.action)
            ).all()
        return {row[0]: int(row[1]) for row in rows}

    def queries(
        self, codes: Sequence[str], period: Period, *, most: int, skip: int
    ) -> tuple[int, list[QueryRow]]:
        """How many queries about residents of these register codes, and one page of them."""
        where = _within(brp_queries, period, brp_queries.c.official) & (
            brp_queries.c.municipality.in_(codes)
        )
        if period.reference:
            where &= brp_queries.c.purpose.contains(period.reference, autoescape=True)
        with self._database.reading() as connection:
            total = connection.execute(
                select(func.count()).select_from(brp_queries).where(where)
            ).scalar_one()
            rows = connection.execute(
                select(brp_queries)
                .where(where)
                .order_by(brp_queries.c.at.desc(), brp_queries.c.query_id.desc())
                .limit(most)
                .offset(skip)
            ).all()
        return int(total), [
            QueryRow(
                row.at,
                row.official,
                row.operation,
                tuple(msgspec.json.decode(row.fields, type=list[str])),
                row.purpose,
                bool(row.found),
            )
            for row in rows
        ]

    def cards(self, municipality: str, subject: str) -> list[CardRow]:
        """The batches of one resident that have not expired and been forgotten."""
        revoked = func.sum(case((status_indices.c.revoked_at.is_not(None), 1), else_=0))
        with self._database.reading() as connection:
            rows = connection.execute(
                select(
                    issued.c.issued_id,
                    issued.c.kind,
                    issued.c.expires_at,
                    func.count(status_indices.c.idx),
                    revoked,
                )
                .join(status_indices, status_indices.c.issued_id == issued.c.issued_id)
                .where(issued.c.municipality == municipality, issued.c.subject == subject)
                .group_by(issued.c.issued_id, issued.c.kind, issued.c.expires_at)
                .order_by(issued.c.issued_id.desc())
            ).all()
        return [CardRow(row[1], row[2], int(row[3]), int(row[4])) for row in rows]


def _actions(municipality: str, period: Period) -> ColumnElement[bool]:
    where = _within(desk_actions, period, desk_actions.c.clerk)
    where &= desk_actions.c.municipality == municipality
    if period.reference:
        named = desk_actions.c.purpose.contains(period.reference, autoescape=True)
        where &= or_(desk_actions.c.case_id == period.reference, named)
    return where


def _within(table: Table, period: Period, clerk: ColumnElement[str]) -> ColumnElement[bool]:
    within = and_(table.c.at >= period.since, table.c.at < period.until)
    return within & (clerk == period.clerk) if period.clerk else within


def _action(row: Row[Any]) -> ActionRow:
    return ActionRow(
        row.at,
        row.keep_until,
        row.municipality,
        row.clerk,
        row.action,
        row.case_id,
        row.subject,
        row.purpose,
    )
