"""What the person who shared may read of their own visit: paths and dates, never a value."""

from dataclasses import dataclass

from sqlalchemy import select

from verifier.store.engine import Store
from verifier.tables import DISCLOSURES as D


@dataclass(frozen=True)
class Kept:
    """What is kept of one disclosure, and until when if that is a date already."""

    paths: frozenset[tuple[str, tuple[str | int, ...]]]
    until: int | None


def kept(store: Store, disclosure: str) -> Kept | None:
    """What is kept of a disclosure; `None` when it is gone."""
    statement = select(D.c.kept, D.c.delete_by, D.c.erased).where(D.c.id == disclosure)
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    if row is None or row.erased is not None:
        return None
    return Kept(
        frozenset((query_id, tuple(path)) for query_id, path in row.kept or []), row.delete_by
    )
