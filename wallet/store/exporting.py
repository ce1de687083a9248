"""What an export takes along, of one moment: rows, heads, and evidence of what is chosen."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from credential.log import Row
from credential.log.export import Segment, select
from wallet.store.activities import Activities

_AT_ONCE: Final = 500


def segment(store: Activities, chosen: Collection[int], lists: tuple[str, ...]) -> Segment:
    """The whole chain, with the entries and the evidence of the chosen ones (formats.md 2)."""
    database, chain = store.database, store.chain
    with database.snapshot():
        heads = {row["place"]: str(row["head"]) for row in database.rows("SELECT * FROM heads")}
        return Segment(
            log_id=chain.log_id,
            log_key=chain.public_key,
            rows=select(_rows(store), chosen),
            heads=tuple(heads[place] for place in ("before", "now") if place in heads),
            evidence=tuple(_evidence(store, sorted(chosen))),
            lists=lists,
        )


def entries_of(store: Activities, activities: Collection[str] | None) -> dict[int, str]:
    """The entries that are still there, by number: of these activities, or of all."""
    found = store.database.tuples(
        "SELECT e.n, v.activity FROM entries AS e JOIN events AS v USING (n)"
        " WHERE e.entry IS NOT NULL"
    )
    return {n: activity for n, activity in found if activities is None or activity in activities}


def _rows(store: Activities) -> Iterator[Row]:
    rows: Iterator[Any] = store.database.tuples(
        "SELECT n, c, h, entry, blind FROM entries ORDER BY n"
    )
    yield from rows


def _evidence(store: Activities, chosen: list[int]) -> Iterator[str]:
    """Each document once; they are all signed and so plain text."""
    seen: set[str] = set()
    for start in range(0, len(chosen), _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        for row in store.database.rows(
            "SELECT e.sha256, e.content"  # noqa: S608 - only question marks are added
            " FROM evidence_links AS l JOIN evidence AS e USING (sha256)"
            f" WHERE l.n IN ({marks}) ORDER BY l.n, l.role",
            some,
        ):
            if row["sha256"] not in seen:
                seen.add(row["sha256"])
                yield bytes(row["content"]).decode("ascii", "replace")
