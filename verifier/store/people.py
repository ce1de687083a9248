"""A registration as employees see it: what came in for it; values only for who may see them."""

from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, or_, select, update

from verifier.keys import Sealer
from verifier.store.decisions import opened
from verifier.store.engine import Store
from verifier.tables import DISCLOSURES as D
from verifier.tables import REGISTRATIONS as R

_UNINDEXED: Final = select(R.c.id, R.c.contact_sealed).where(
    R.c.contact_sealed.is_not(None), R.c.contact_hash.is_(None)
)


@dataclass(frozen=True)
class Visit:
    """One answer that belongs to a registration; nothing about who."""

    id: str
    profile: str
    received: int
    outcome: str
    checks: list[dict[str, Any]]
    retention: dict[str, str] | None
    delete_by: int | None
    receipt_until: int | None
    restricted: int | None
    row: Row[Any] = field(repr=False)

    def values(self, sealer: Sealer) -> list[list[Any]]:
        """Query, path and value of everything kept."""
        sealed = self.row.values_sealed
        return [] if sealed is None else sealer.open(sealed, f"disclosures.values.{self.id}")

    def decisions(self, sealer: Sealer) -> list[Any]:
        """What was derived, each with its sentence."""
        return opened(sealer, self.id, self.row.decisions_sealed)


def visits(store: Store, registration: str) -> list[Visit]:
    """Everything that came in for a registration, oldest first."""
    statement = (
        select(D)
        .outerjoin(R, R.c.founded_by == D.c.id)
        .where(or_(D.c.registration == registration, R.c.id == registration))
        .where(D.c.erased.is_(None))
        .order_by(D.c.received, D.c.id)
    )
    with store.reading() as connection:
        return [_visit(row) for row in connection.execute(statement)]


def carry_over(connection: Connection, previous: str, person: str) -> None:
    """Who is known by a code of before goes on under the new one: in every profile, ended or not.

    Where somebody stands in a profile under the new one already, that one stays as it is.
    """
    other = R.alias()
    taken = exists().where(other.c.profile == R.c.profile, other.c.person == person)
    connection.execute(update(R).where(R.c.person == previous, ~taken).values(person=person))
    connection.execute(update(R).where(R.c.former == previous).values(former=person))


def unindexed(store: Store) -> bool:
    """Whether there are addresses by which nobody is found: from before they were hashed."""
    with store.reading() as connection:
        return connection.execute(_UNINDEXED.limit(1)).first() is not None


def index_contacts(store: Store, sealer: Sealer) -> None:
    """Hash every address that is not hashed yet."""
    with store.writing() as connection:
        for row in connection.execute(_UNINDEXED).all():
            contact = sealer.open(row.contact_sealed, f"registrations.contact.{row.id}")
            hashed = sealer.contact(str(contact["email"]))
            connection.execute(update(R).where(R.c.id == row.id).values(contact_hash=hashed))


def profiles(store: Store) -> frozenset[str]:
    """The profiles somebody is registered for, also those no longer in use."""
    with store.reading() as connection:
        return frozenset(connection.execute(select(R.c.profile).distinct()).scalars())


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        row.id,
        row.profile or "",
        row.received or 0,
        row.outcome or "",
        row.checks or [],
        row.retention,
        row.delete_by,
        row.receipt_until,
        row.restricted,
        row,
    )
