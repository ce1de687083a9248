"""Decisions that are kept: sealed like values, beside the answer they were derived from."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Row, select

from credential.strictjson import Json
from verifier.decisions import Decided
from verifier.keys import Sealer
from verifier.store.engine import Store
from verifier.tables import DISCLOSURES as D


class Held(Protocol):
    """What is held of one disclosure: its id, and its row."""

    @property
    def id(self) -> str:
        """The disclosure."""
        ...

    @property
    def row(self) -> Row[Any]:
        """All that is stored of it."""
        ...


def seal(sealer: Sealer, disclosure: str | None, decided: Sequence[Decided]) -> bytes | None:
    """What is stored of these decisions; nothing when none is kept."""
    if disclosure is None or not decided:
        return None
    return sealer.seal([one.members() for one in decided], _place(disclosure))


def opened(sealer: Sealer, disclosure: str, sealed: bytes | None) -> list[Json]:
    """The decisions of one disclosure, each with its sentence in both languages."""
    found: list[Json] = [] if sealed is None else sealer.open(sealed, _place(disclosure))
    return found


def decisions_of(held: Held, sealer: Sealer) -> list[Json]:
    """The decisions held of a disclosure, for the person's own access request."""
    return opened(sealer, held.id, held.row.decisions_sealed)


def of_disclosure(store: Store, sealer: Sealer, disclosure: str) -> list[Json]:
    """The decisions kept with one disclosure."""
    return [one for _, one in _read(store, sealer, D.c.id == disclosure)]


def of_registration(store: Store, sealer: Sealer, registration: str) -> list[Json]:
    """The decisions kept for a registration, over all its disclosures; the newest of a name."""
    found = _read(store, sealer, (D.c.registration == registration) & D.c.restricted.is_(None))
    return _newest([one for _, one in found])


def by_registration(store: Store, sealer: Sealer) -> dict[str, list[Json]]:
    """The same for every registration there is."""
    found: dict[str, list[Json]] = {}
    for registration, decision in _read(
        store, sealer, D.c.registration.is_not(None) & D.c.restricted.is_(None)
    ):
        found.setdefault(registration, []).append(decision)
    return {registration: _newest(listed) for registration, listed in found.items()}


def _newest(listed: Sequence[Json]) -> list[Json]:
    newest = {str(one["name"]): one for one in listed if isinstance(one, dict)}
    return [*newest.values()]


def _read(store: Store, sealer: Sealer, wanted: ColumnElement[bool]) -> list[tuple[str, Json]]:
    statement = (
        select(D.c.id, D.c.registration, D.c.decisions_sealed)
        .where(wanted, D.c.decisions_sealed.is_not(None))
        .order_by(D.c.received, D.c.id)
    )
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return [
        (row.registration, decision)
        for row in rows
        for decision in opened(sealer, row.id, row.decisions_sealed)
    ]


def _place(disclosure: str) -> str:
    return f"disclosures.decisions.{disclosure}"
