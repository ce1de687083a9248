"""Registrations for employees: find, open, see values for a stated reason, end.

The list and the file of a registration hold no name and no value. Whoever sees a value said why,
and both logs have it before the page is made.
"""

from dataclasses import dataclass, field
from typing import Any

from verifier.errors import NothingFound, Refused
from verifier.processing import Activity
from verifier.profiles import BoundProfile
from verifier.service import dossiers, retention
from verifier.service.dossiers import Together
from verifier.service.staff import log
from verifier.service.staff.log import Employee
from verifier.service.verifier import Verifier
from verifier.staff import Act, Role
from verifier.store import listing, people, register
from verifier.store.listing import Listed
from verifier.store.people import Visit

PAGE = 25
STATES = ("active", "unconfirmed", "restricted", "ended")


@dataclass(frozen=True)
class Page:
    """A page of registrations, and where the next one begins."""

    rows: list[Listed]
    after: tuple[int, str] | None


@dataclass(frozen=True)
class File:
    """One registration, without anything about who."""

    listed: Listed
    visits: list[Visit]
    together: Together | None


@dataclass(frozen=True)
class Seen:
    """What an employee saw of a person; it has no repr."""

    values: dict[str, list[list[Any]]] = field(repr=False)
    decisions: list[Any] = field(repr=False)
    contact: str | None = field(repr=False)


def known(verifier: Verifier, profile: str) -> BoundProfile | None:
    """The profile of this id, for a wallet or for paper; `None` when it is no longer used."""
    if profile in verifier.paper:
        return verifier.paper[profile]
    return next((one for one in verifier.profiles.values() if one.id == profile), None)


def page(
    verifier: Verifier, *, state: str | None, profile: str | None, after: tuple[int, str] | None
) -> Page:
    """A page of the list, oldest first, from a key on."""
    wanted = people.profiles(verifier.store)
    rows = listing.registrations(
        verifier.store,
        wanted & {profile} if profile else wanted,
        state=state,
        since=None,
        after=after,
        limit=PAGE + 1,
    )
    more = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], None if more is None else (more.since, more.id))


def in_use(verifier: Verifier) -> frozenset[str]:
    """The profiles somebody is registered for."""
    return people.profiles(verifier.store)


def by_email(verifier: Verifier, employee: Employee, email: str, reason: str) -> list[Listed]:
    """The registrations that are reached by this address; asking is on record, the address not."""
    found = register.by_contact(verifier.store, verifier.sealer, email)
    now = verifier.now()
    with verifier.store.writing() as connection:
        for registration in found or (None,):
            log.record(
                connection,
                verifier,
                employee,
                Act.SEARCH,
                now=now,
                registration=registration,
                reason=reason,
            )
    return [one for one in (_of(verifier, name) for name in found) if one is not None]


def read(verifier: Verifier, employee: Employee, number: str) -> File:
    """One registration; that it was opened is on record."""
    found = listed(verifier, number)
    with verifier.store.writing() as connection:
        log.record(
            connection, verifier, employee, Act.OPEN, now=verifier.now(), registration=found.id
        )
    return _file(verifier, found)


def values(verifier: Verifier, employee: Employee, number: str, reason: str) -> tuple[File, Seen]:
    """The same with everything that is kept of the person, for this reason."""
    found = listed(verifier, number)
    if found.state == "restricted" and employee.role is not Role.PRIVACY:
        raise Refused("staff.restricted", "AVG 18", status=409)
    with verifier.store.writing() as connection:
        log.looked(
            connection,
            verifier,
            employee,
            Act.VALUES,
            now=verifier.now(),
            activity=Activity.STAFF_VIEW,
            registration=found.id,
            reason=reason,
        )
    file, sealer = _file(verifier, found), verifier.sealer
    with verifier.store.reading() as connection:
        contact = listing.contact_of(connection, sealer, found.id)
    seen = Seen(
        values={
            # What its person asked to leave alone is for the privacy officer only (AVG 18).
            visit.id: visit.values(sealer)
            if visit.restricted is None or employee.role is Role.PRIVACY
            else []
            for visit in file.visits
        },
        decisions=[
            one
            for visit in file.visits
            if visit.restricted is None or employee.role is Role.PRIVACY
            for one in visit.decisions(sealer)
        ],
        contact=None if contact is None else contact.get("email"),
    )
    return file, seen


def end(
    verifier: Verifier, employee: Employee, number: str, event: str, receipt: str | None = None
) -> int | None:
    """The registration or the tenancy ended, or a decision was taken; when the last of it goes.

    Or no tenancy came of what was shared: then it goes now.
    """
    found = listed(verifier, number)
    if found.state == "ended" and event == retention.END_OF_REGISTRATION:
        raise Refused("staff.ended", "Regie formats 3", status=409)
    now = verifier.now()
    with verifier.store.writing() as connection:
        log.record(
            connection,
            verifier,
            employee,
            Act.END,
            now=now,
            registration=found.id,
            reference=event,
        )
    return retention.happened(verifier.store, number, event, now, emitter=verifier, receipt=receipt)


def waiting(verifier: Verifier, registration: str) -> list[Visit]:
    """What waits for a tenancy to end: it may be that none came of it."""
    return [
        visit
        for visit in people.visits(verifier.store, registration)
        if visit.delete_by is None
        and (visit.retention or {}).get("starts") == retention.END_OF_TENANCY
        and visit.row.registration == registration
    ]


def listed(verifier: Verifier, number: str) -> Listed:
    """The registration of this number."""
    with verifier.store.reading() as connection:
        found = listing.registration(connection, number, people.profiles(verifier.store))
    if found is None:
        raise NothingFound("registration.none", "Regie formats 3")
    return found


def of(verifier: Verifier, registration: str) -> File:
    """The same by its id, for who just registered somebody."""
    found = _of(verifier, registration)
    if found is None:
        raise NothingFound("registration.none", "Regie formats 3")
    return _file(verifier, found)


def _of(verifier: Verifier, registration: str) -> Listed | None:
    found = register.find(verifier.store, registration)
    return None if found is None else listed(verifier, found.number)


def _file(verifier: Verifier, found: Listed) -> File:
    return File(found, people.visits(verifier.store, found.id), dossiers.view(verifier, found.id))
