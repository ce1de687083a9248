"""Forgetting people: what erasure and the end of a term take away, in every table.

One place, so that a table cannot be forgotten: whoever adds one that says something about a
person adds it here. Only the receipt number, the rights key and the answers stay (formats.md 3).
"""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, or_, select, update

from verifier.keys import Sealer
from verifier.store import dossiers, figures, processing
from verifier.tables import APPLICATIONS, ATTACHMENTS, DOSSIERS, STAFF_LOG, STEPS
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q
from verifier.tables import TRANSACTIONS as T

LASTING: Final = ("end_of_tenancy", "decision")
"""What these terms begin with may come long after the registration ended."""


def erase(
    connection: Connection, sealer: Sealer, registration: str, now: int, remove_after: int
) -> None:
    """Remove a registration and everything that was kept for it.

    But not what is kept for a tenancy or decision of its own: somebody lives in that home. Of the
    registration then stays what stays of an ended one, until that goes too.
    """
    kept = connection.execute(
        select(D).where(D.c.registration == registration, D.c.erased.is_(None)).with_for_update()
    ).all()
    lasting = {row.id for row in kept if _lasts(row, now)}
    if lasting:
        _retire(connection, registration, now)
    else:
        end(connection, sealer, registration)
    gone = [row.id for row in kept if row.id not in lasting]
    wipe(connection, sealer, gone, now, remove_after)


def _lasts(row: Row[Any], now: int) -> bool:
    starts = (row.retention or {}).get("starts")
    return starts in LASTING and bool(row.kept) and (row.delete_by is None or row.delete_by >= now)


def _retire(connection: Connection, registration: str, now: int) -> None:
    """Its number, and by whom it may be asked about: nothing else (as after its term)."""
    dossiers.leave(connection, registration)
    connection.execute(
        update(R)
        .where(R.c.id == registration)
        .values(
            ended=func.coalesce(R.c.ended, now),
            ended_by=func.coalesce(R.c.ended_by, "erased"),
            delete_by=now,
            former=func.coalesce(R.c.person, R.c.former),
            person=None,
            contact_sealed=None,
            contact_hash=None,
        )
    )


def end(connection: Connection, sealer: Sealer, registration: str) -> None:
    """Remove a registration, and what was kept for it alone."""
    # Locked first: who shares for it meanwhile waits, and then finds nobody.
    dossier = connection.execute(
        select(R.c.dossier).where(R.c.id == registration).with_for_update()
    ).scalar_one_or_none()
    connection.execute(
        update(D)
        .where(D.c.registration == registration)
        .values(registration=None, values_sealed=None, decisions_sealed=None, kept=[])
    )
    connection.execute(delete(R).where(R.c.id == registration))
    if dossier is not None:
        others = select(R.c.id).where(R.c.dossier == dossier)
        if connection.execute(others.limit(1)).first() is None:
            connection.execute(delete(DOSSIERS).where(DOSSIERS.c.id == dossier))
    connection.execute(update(T).where(T.c.registration == registration).values(registration=None))
    connection.execute(
        update(STAFF_LOG)
        .where(or_(STAFF_LOG.c.registration == registration, STAFF_LOG.c.reference == registration))
        .values(registration=None, reference=None)
    )
    processing.detach(connection, [sealer.subject(registration)], [])


def wipe(
    connection: Connection,
    sealer: Sealer,
    disclosures: Collection[str],
    now: int,
    remove_after: int,
    how: str = "erased",
) -> None:
    """Forget everything of these disclosures but their receipt number and rights key.

    What their person wrote with a request goes too, and the application they shared them for; the
    answers stay (formats.md 3).
    """
    if not disclosures:
        return
    named = tuple(disclosures)
    figures.add(connection, sealer, figures.leaving(connection, named, how, now))
    keys = select(D.c.rights_jkt).where(D.c.id.in_(named))
    connection.execute(update(Q).where(Q.c.rights_jkt.in_(keys)).values(body_sealed=None))
    asked = select(Q.c.id).where(Q.c.rights_jkt.in_(keys))
    connection.execute(
        update(STAFF_LOG)
        .where(or_(STAFF_LOG.c.reference.in_(named), STAFF_LOG.c.reference.in_(asked)))
        .values(registration=None, reference=None)
    )
    _applications(connection, named)
    processing.detach(connection, [sealer.subject(one) for one in named], list(named))
    connection.execute(
        update(D)
        .where(D.c.id.in_(named))
        .values(
            profile=None,
            received=None,
            outcome=None,
            rule=None,
            checks=None,
            kept=None,
            values_sealed=None,
            decisions_sealed=None,
            registration=None,
            retention=None,
            delete_by=None,
            receipt_sealed=None,
            receipt_until=None,
            restricted=None,
            restricted_until=None,
            trace=None,
            erased=now,
            remove_after=remove_after,
        )
    )


def _applications(connection: Connection, disclosures: tuple[str, ...]) -> None:
    """What was applied for with these disclosures, with its attachments and steps."""
    found = tuple(
        connection.execute(
            select(APPLICATIONS.c.id).where(APPLICATIONS.c.disclosure.in_(disclosures))
        ).scalars()
    )
    if not found:
        return
    for table in (ATTACHMENTS, STEPS):
        connection.execute(delete(table).where(table.c.application.in_(found)))
    numbers = select(APPLICATIONS.c.number).where(APPLICATIONS.c.id.in_(found))
    connection.execute(
        update(STAFF_LOG)
        .where(or_(STAFF_LOG.c.reference.in_(found), STAFF_LOG.c.reference.in_(numbers)))
        .values(registration=None, reference=None)
    )
    connection.execute(update(T).where(T.c.application.in_(found)).values(application=None))
    connection.execute(delete(APPLICATIONS).where(APPLICATIONS.c.id.in_(found)))


def has_application(connection: Connection, disclosure: str) -> bool:
    """Whether something was applied for with it that is not a draft any more."""
    statement = select(APPLICATIONS.c.id).where(
        APPLICATIONS.c.disclosure == disclosure, APPLICATIONS.c.submitted.is_not(None)
    )
    return connection.execute(statement.limit(1)).first() is not None
