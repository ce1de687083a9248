"""What is held of somebody, whole: for their own access request, and for who lost the rights key.

Their own data only: of a dossier that there is one and since when, never the other person.
"""

from typing import Any, Final

from sqlalchemy import Connection, select

from credential.strictjson import Object
from verifier import dates
from verifier.service import processing, retention
from verifier.service.permit import telling
from verifier.service.verifier import Verifier
from verifier.store import decisions, effects
from verifier.store import processing as log
from verifier.store.effects import Held, held_of
from verifier.tables import DISCLOSURES as D
from verifier.tables import DOSSIERS
from verifier.tables import REGISTRATIONS as R
from verifier.tables import RIGHTS as Q
from verifier.texts import LANGUAGES

_REQUESTS: Final = 200


def data(verifier: Verifier, held: Held) -> Object:
    """Everything held of one disclosure, and of the registration it belongs to."""
    return {
        "received": dates.stamp(held.row.received),
        "profile": held.profile,
        "purpose": _purpose(verifier, held),
        "outcome": held.row.outcome,
        "rule": held.row.rule,
        "checks": held.row.checks or [],
        "values": [*effects.values_of(held, verifier.sealer)],
        "decisions": [*decisions.decisions_of(held, verifier.sealer)],
        "kept": [[query_id, [*path]] for query_id, path in held.kept],
        "retention": _retention(held),
        "restricted": dates.stamp(held.restricted),
        "registration": _registration(verifier, held),
        "application": telling.data(verifier, held.id),
        "requests": _requests(verifier, held),
        "processing": _processing(verifier, held),
    }


def _purpose(verifier: Verifier, held: Held) -> Object | None:
    """What for, and on which ground: as the profile and its registration say now."""
    bound = next((one for one in verifier.profiles.values() if one.id == held.profile), None)
    if bound is None:
        return None
    said: Object = {lang: bound.profile.purpose[lang] for lang in LANGUAGES}
    basis: list[Any] = [
        {"gdpr": one.gdpr, "nl": one.law.nl, "en": one.law.en or one.law.nl}
        for one in bound.registration.legal_basis or ()
    ]
    return {**said, "basis": basis}


def _retention(held: Held) -> Object:
    """Until when: as was promised, as a day once that is known, and in words."""
    row = held.row
    promised: dict[str, str] = row.retention or {}
    words: Object = {
        lang: retention.in_words(
            promised if held.kept else None, row.delete_by, lang, row.receipt_until
        )
        for lang in LANGUAGES
    }
    return {
        "duration": promised.get("duration"),
        "starts": promised.get("starts"),
        "delete_by": dates.stamp(row.delete_by),
        **words,
    }


def _registration(verifier: Verifier, held: Held) -> Object | None:
    standing = held.registration
    if standing is None:
        return None
    with verifier.store.reading() as connection:
        contact = effects.contact_of(connection, verifier.sealer, standing.id)
        dossier = None
        if standing.dossier is not None:
            found = connection.execute(
                select(DOSSIERS.c.number, DOSSIERS.c.created).where(
                    DOSSIERS.c.id == standing.dossier
                )
            ).one_or_none()
            if found is not None:
                dossier = {"number": found.number, "since": dates.stamp(found.created)}
    return {
        "number": standing.number,
        "since": dates.stamp(standing.since),
        "ended": dates.stamp(standing.ended),
        "restricted": dates.stamp(standing.restricted),
        "contact": contact,
        "dossier": dossier,
    }


def _requests(verifier: Verifier, held: Held) -> list[Any]:
    """What was asked with this key before, and how that ended: the newest of it."""
    with verifier.store.reading() as connection:
        columns = (Q.c.id, Q.c.asked, Q.c.received, Q.c.state, Q.c.body_sealed)
        newest = (
            select(*columns)
            .where(Q.c.rights_jkt == held.rights_jkt)
            .order_by(Q.c.received.desc(), Q.c.id.desc())
            .limit(_REQUESTS)
        )
        rows = [*reversed(connection.execute(newest).all())]
        return [
            {
                "right": row.asked,
                "received": dates.stamp(row.received),
                "state": row.state,
                "wrote": None
                if row.body_sealed is None
                else verifier.sealer.open(row.body_sealed, f"rights.body.{row.id}"),
            }
            for row in rows
        ]


def _processing(verifier: Verifier, held: Held) -> list[Any]:
    """The processing log of this data subject: time, activity, purpose, role (formats.md 4)."""
    subject = held.registration.id if held.registration else held.id
    with verifier.store.reading() as connection:
        rows = log.of_either(connection, verifier.sealer.subject(subject), held.id)
    return [line.members() for line in processing.lines(rows)]


def everything(verifier: Verifier, registration: str) -> tuple[Object, ...]:
    """Everything held for a registration, one object per disclosure, oldest first.

    For who lost the rights keys and showed at the page to be the same person (formats.md 4).
    """
    with verifier.store.reading() as connection:
        rows = connection.execute(
            select(D)
            .where(
                D.c.registration.in_(registrations_of(connection, registration)),
                D.c.erased.is_(None),
            )
            .order_by(D.c.received, D.c.id)
        ).all()
        held = [held_of(connection, row) for row in rows]
    return tuple(data(verifier, one) for one in held)


def registrations_of(connection: Connection, registration: str) -> tuple[str, ...]:
    """Every registration of the person of this one: of each profile, and ended ones too."""
    row = connection.execute(
        select(R.c.person, R.c.former).where(R.c.id == registration)
    ).one_or_none()
    known = None if row is None else row.person or row.former
    if known is None:
        return () if row is None else (registration,)
    found = connection.execute(
        select(R.c.id)
        .where((R.c.person == known) | (R.c.former == known))
        .order_by(R.c.since, R.c.id)
    )
    return tuple(found.scalars())
