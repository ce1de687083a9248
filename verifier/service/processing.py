"""The processing log: written in the transaction of the act itself, read by the person it is about.

Fields are named as in Logboek Dataverwerkingen when they leave this house. A subject is a keyed
hash under our own key; what was erased or purged is taken off its person (`store.purges`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from credential.strictjson import Object
from verifier import dates, processing
from verifier.processing import Activity
from verifier.service.office import Office
from verifier.store import Store
from verifier.store import processing as store
from verifier.store.processing import Row
from verifier.texts import Language, sentence


@dataclass(frozen=True)
class Line:
    """One act as its person reads it: when, what, why, and in which role."""

    at: int
    activity: Activity
    role: str
    trace: str

    def name(self, lang: Language) -> str:
        """What was done, in words."""
        return sentence(lang, f"processing.{self.activity.value}.name")

    def purpose(self, lang: Language) -> str:
        """What for, in words."""
        return sentence(lang, f"processing.{self.activity.value}.purpose")

    def members(self) -> Object:
        """As it travels in the answer to `access` (Regie formats 4)."""
        return {
            "time": dates.stamp(self.at),
            "activity": self.activity.value,
            "name": {"nl": self.name("nl"), "en": self.name("en")},
            "purpose": {"nl": self.purpose("nl"), "en": self.purpose("en")},
            "role": self.role,
            "trace": self.trace,
        }


def note(
    connection: Connection,
    office: Office,
    activity: Activity,
    *,
    subject: str | None,
    disclosure: str | None,
    role: str,
    trace: str | None,
    now: int,
    started: int | None = None,
    failed: bool = False,
) -> None:
    """Write one act about one person, inside the transaction that does it.

    `subject` is the id of a registration; without one the disclosure is its own subject. `role`
    says in which capacity, never who. `trace` is the session's `traceparent`.
    """
    held = subject or disclosure
    known = processing.traceparent(trace)
    store.insert(
        connection,
        Row(
            id=office.entropy(12).hex(),
            trace=known[0] if known else processing.new_trace(office.entropy),
            span=processing.new_span(office.entropy),
            parent_span=known[1] if known else None,
            started=(now if started is None else started) * 1000,
            ended=now * 1000,
            activity=activity.value,
            status="Error" if failed else "Ok",
            subject=None if held is None else office.sealer.subject(held),
            disclosure=disclosure,
            role=role,
            remove_after=dates.last_moment(now, f"P{office.config.answer_months}M"),
        ),
    )


def of_disclosure(connection: Connection, disclosure: str) -> tuple[Line, ...]:
    """What was done with one disclosure, oldest first."""
    return lines(store.of_disclosure(connection, disclosure))


def of_subject(connection: Connection, office: Office, held: str) -> tuple[Line, ...]:
    """What was done about one registration (or a disclosure without one), oldest first."""
    return lines(store.of_subject(connection, office.sealer.subject(held)))


def lines(rows: Iterable[Row]) -> tuple[Line, ...]:
    """Rows as their person reads them."""
    return tuple(
        Line(row.started // 1000, Activity(row.activity), row.role, row.trace) for row in rows
    )


def export(base_url: str, database: Store) -> Iterator[dict[str, Any]]:
    """Every row without its person, in the field names of Logboek Dataverwerkingen."""
    for row in store.everything(database):
        yield {
            "trace_id": row.trace,
            "span_id": row.span,
            "parent_span_id": row.parent_span,
            "name": row.activity,
            "status": row.status,
            "start_time": row.started,
            "end_time": row.ended,
            "attributes": {
                "dpl.core.processing_activity_id": processing.activity_uri(base_url, row.activity)
            },
        }
