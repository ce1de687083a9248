"""On record before it has an effect: who did what, to which registration, and why.

The log of employees is for the organisation and its auditor; beside it the processing log
(`service.processing`) tells the person that somebody looked, not who.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from verifier import dates
from verifier.processing import Activity
from verifier.service import processing
from verifier.service.verifier import Verifier
from verifier.staff import Act, Role
from verifier.store import staff as store
from verifier.store.staff import Line, Wanted


@dataclass(frozen=True)
class Employee:
    """An employee on record: a keyed hash, and the role of this session."""

    id: str
    role: Role


def record(
    connection: Connection,
    verifier: Verifier,
    employee: Employee,
    act: Act,
    *,
    now: int,
    registration: str | None = None,
    reference: str | None = None,
    reason: str | None = None,
) -> None:
    """One line, in the transaction of the act."""
    settings = verifier.config.staff
    months = 13 if settings is None else settings.log_months
    store.write(
        connection,
        Line(
            id=f"{store.place(connection, now)}{verifier.entropy(8).hex()}",
            at=now,
            employee=employee.id,
            role=employee.role.value,
            act=act.value,
            registration=registration,
            reference=reference,
            reason=reason,
            remove_after=dates.last_moment(now, f"P{months}M"),
        ),
    )


def looked(
    connection: Connection,
    verifier: Verifier,
    employee: Employee,
    act: Act,
    *,
    now: int,
    activity: Activity,
    registration: str | None = None,
    disclosure: str | None = None,
    reference: str | None = None,
    reason: str | None = None,
) -> None:
    """The same, and the processing log, because somebody's data was looked at."""
    record(
        connection,
        verifier,
        employee,
        act,
        now=now,
        registration=registration,
        reference=reference,
        reason=reason,
    )
    processing.note(
        connection,
        verifier,
        activity,
        subject=registration,
        disclosure=disclosure,
        role=employee.role.value,
        trace=None,
        now=now,
    )


@dataclass(frozen=True)
class Found:
    """One page of the log, with what comes after it."""

    lines: list[tuple[Line, str | None]]
    counts: list[tuple[str, str, int]]
    more: str | None


def audit(
    verifier: Verifier, employee: Employee, wanted: Wanted, *, before: str | None = None
) -> Found:
    """A page of the log; that it was looked at stands on record too."""
    _audited(verifier, employee, Act.AUDIT, wanted)
    found = store.lines(verifier.store, wanted, before=before, most=store.PAGE + 1)
    more = found[store.PAGE - 1][0].id if len(found) > store.PAGE else None
    return Found(found[: store.PAGE], store.counts(verifier.store, wanted), more)


def export(verifier: Verifier, employee: Employee, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The same as members of JSON lines, all of it."""
    _audited(verifier, employee, Act.EXPORT, wanted)
    for line, number in store.everything(verifier.store, wanted):
        yield {
            "version": 1,
            "at": dates.stamp(line.at),
            "employee": line.employee,
            "role": line.role,
            "act": line.act,
            "registration": number,
            "reference": line.reference,
            "reason": line.reason,
        }


def _audited(verifier: Verifier, employee: Employee, act: Act, wanted: Wanted) -> None:
    days = "/".join((dates.stamp(at) or "")[:10] for at in (wanted.since, wanted.until - 1))
    with verifier.store.writing() as connection:
        record(
            connection,
            verifier,
            employee,
            act,
            now=verifier.now(),
            registration=wanted.registration,
            reference=days,
        )
