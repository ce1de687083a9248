"""Forgetting people: what erasure and the end of a term take away, in every table.

One place, so that a table cannot be forgotten: whoever adds one that says something about a
person adds it here. Only the receipt number, the rights key and the answers stay (formats.md 3).
"""

from collections.abc import Collection

from sqlalchemy import Connection, delete, or_, select, update

from verifier.keys import Sealer
from verifier.store import figures, processing
from verifier.tables import APPLICATIONS, ATTACHMENTS, DOSSIERS, STAFF_LOG, STEPS
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q
from verifier.tables import TRANSACTIONS as T


def erase(
    connection: Connection, sealer: Sealer, registration: str, now: int, remove_after: int
) -> None:
    """Remove a registration and everything that was kept for it."""
    kept = select(D.c.id).where(D.c.registration == registration)
    disclosures = tuple(connection.execute(kept).scalars())
    end(connection, sealer, registration)
    wipe(connection, sealer, disclosures, now, remove_after)


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
