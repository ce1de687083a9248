"""What is kept until when: who still has something, and who said it would be gone by now."""

from dataclasses import dataclass
from typing import Final

from wallet.store.activities import Activities
from wallet.store.projection import ARRIVED

MOST: Final = 20
_ARRIVED: Final = tuple(outcome.value for outcome in ARRIVED)
_MARKS: Final = ", ".join("?" * len(_ARRIVED))
_THERE: Final = (
    "EXISTS (SELECT 1 FROM activity_claims AS c"
    " WHERE c.activity = a.id AND c.shared = 1 AND c.erased = 0)"
)


@dataclass(frozen=True)
class Kept:
    """One disclosure with the last day it is kept, by what its organisation said."""

    activity: str
    party: str
    until: str


def holders(store: Activities) -> int:
    """How many organisations have, or may have, something that they did not erase."""
    row = store.database.row(
        "WITH p AS (SELECT DISTINCT party_oin AS oin, party_service AS service FROM activities)"  # noqa: S608 - question marks
        " SELECT count(*) AS count FROM p WHERE EXISTS (SELECT 1 FROM activities AS a"
        f" WHERE a.party_oin = p.oin AND a.party_service = p.service AND a.outcome IN ({_MARKS})"
        f" AND {_THERE})",
        _ARRIVED,
    )
    return 0 if row is None else int(row["count"])


def next_to_go(store: Activities, today: str) -> Kept | None:
    """What is to be erased first, today or later."""
    row = store.database.row(
        "SELECT a.id, a.party_name, a.kept_until FROM activities AS a"  # noqa: S608 - as above
        f" WHERE a.kept_until <> '' AND a.kept_until >= ? AND a.outcome IN ({_MARKS})"
        f" AND {_THERE} ORDER BY a.kept_until, a.first_n LIMIT 1",
        (today, *_ARRIVED),
    )
    return None if row is None else Kept(row["id"], row["party_name"], row["kept_until"])


def overdue(store: Activities, today: str, since: str) -> tuple[Kept, ...]:
    """Per organisation the oldest that should be gone since then, and nothing was asked about it.

    What was asked after that day is answered, or waits as a right of its own.
    """
    rows = store.database.rows(
        "SELECT a.id, a.party_name, min(a.kept_until) AS kept_until FROM activities AS a"  # noqa: S608
        " WHERE a.kept_until <> '' AND a.kept_until < ? AND a.kept_until >= ?"
        f" AND a.outcome IN ({_MARKS}) AND {_THERE}"
        " AND NOT EXISTS (SELECT 1 FROM rights_cases AS r WHERE r.activity = a.id"
        " AND r.state <> 'unsent' AND r.asked_at >= unixepoch(a.kept_until, '+1 day'))"
        " GROUP BY a.party_oin, a.party_service ORDER BY min(a.kept_until) LIMIT ?",
        (today, since, *_ARRIVED, MOST),
    )
    return tuple(Kept(row["id"], row["party_name"], row["kept_until"]) for row in rows)
