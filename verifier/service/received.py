"""The register of what was received: what, what for, on which ground, and until when, in words.

For employees and the privacy officer: paths and sentences, never a value.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from credential.names import path_text
from credential.strictjson import Object
from verifier import dates
from verifier.profiles import Profile
from verifier.service import retention
from verifier.store import Store
from verifier.tables import DISCLOSURES as D
from verifier.texts import LANGUAGES, Language


@dataclass(frozen=True)
class Entry:
    """One answer that was received, as it stands in the register."""

    disclosure: str
    receipt: str | None
    at: int
    profile: str
    title: dict[Language, str]
    purpose: dict[Language, str]
    basis: str | None
    kept: tuple[tuple[str, tuple[str | int, ...]], ...]
    until: dict[Language, str]
    delete_by: int | None
    waits_for: str | None
    """The event its term begins with, as long as that did not happen."""
    restricted: int | None

    def members(self) -> Object:
        """As the command prints it."""
        return {
            "received": dates.stamp(self.at),
            "receipt": self.receipt,
            "profile": self.profile,
            "purpose": {lang: self.purpose[lang] for lang in LANGUAGES},
            "basis": self.basis,
            "kept": [f"{query}:{path_text(path)}" for query, path in self.kept],
            "until": {lang: self.until[lang] for lang in LANGUAGES},
            "delete_by": dates.stamp(self.delete_by),
            "waits_for": self.waits_for,
            "restricted": dates.stamp(self.restricted),
        }


def of_registration(
    store: Store, profiles: Iterable[Profile], registration: str
) -> tuple[Entry, ...]:
    """Everything received for one registration, oldest first."""
    known = {one.id: one for one in profiles}
    statement = (
        select(D)
        .where(D.c.registration == registration, D.c.erased.is_(None))
        .order_by(D.c.received, D.c.id)
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    found = []
    for row in rows:
        profile = known.get(row.profile)
        promised = row.retention or {}
        nothing: dict[Language, str] = dict.fromkeys(LANGUAGES, row.profile)
        found.append(
            Entry(
                disclosure=row.id,
                receipt=row.jti,
                at=row.received,
                profile=row.profile,
                title=profile.titles if profile else nothing,
                purpose=profile.purpose if profile else nothing,
                basis=profile.basis if profile else None,
                kept=tuple((query_id, tuple(path)) for query_id, path in row.kept or []),
                until={
                    lang: retention.in_words(promised, row.delete_by, lang) for lang in LANGUAGES
                },
                delete_by=row.delete_by,
                waits_for=promised.get("starts") if row.delete_by is None else None,
                restricted=row.restricted,
            )
        )
    return tuple(found)
