"""Looking back: the activities view, one activity's events, and removal by the resident."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from credential import log, strictjson
from credential.strictjson import Object
from wallet.errors import NoMatch, Usage
from wallet.events import Kind, Outcome, Type
from wallet.store import filtering, view
from wallet.store.filtering import Filter
from wallet.store.projection import ARRIVED, Activity
from wallet.store.values import Entry, Evidence
from wallet.store.writing import Writing

parse_entry = view.parse_entry

PAGE: Final = 200

_WIPED_WITH_ACTIVITY: Final = (
    "spent_copies",
    "erasable",
    "outgoing",
    "rights_cases",
    "rights_keys",
    "party_cases",
    "evidence_links",
    *("foreign_logs", "foreign_activities", "foreign_words"),
)


@dataclass(frozen=True)
class Holding:
    """One item of data that an organisation has, or may have."""

    party_oin: str
    party_service: str
    party_name: str
    vct: str
    path: str
    since: int
    times: int
    certain: bool
    kept_until: str
    activity: str


class Activities(Writing):
    """Questions about the log, and the one thing a resident may do to it."""

    def activities(self, wanted: Filter) -> Iterator[Activity]:
        """The activities that fit, newest first; read a page at a time."""
        left, before = wanted.limit, wanted.before
        while True:
            size = min(left, PAGE) if wanted.limit else PAGE
            found = self._page(replace(wanted, before=before), size)
            yield from found
            left -= len(found)
            if len(found) < size or (wanted.limit and left <= 0):
                return
            before = found[-1].first_n

    def place(self, activity: str) -> int:
        """The number an activity stands at in the list: where the next page begins."""
        row = self.database.row("SELECT first_n FROM activities WHERE id = ?", (activity,))
        if row is None:
            raise NoMatch("activity.none")
        return int(row["first_n"])

    def event_counts(self, activities: Iterable[str]) -> dict[str, Counter[str]]:
        """How often each kind of event happened in each of these activities."""
        found: dict[str, Counter[str]] = {one: Counter() for one in activities}
        for activity, kind, count in self.database.tuples(
            "SELECT activity, kind, count(*) FROM events"
            " WHERE activity IN (SELECT value FROM json_each(?)) GROUP BY activity, kind",
            (strictjson.dumps([*found]).decode(),),
        ):
            found[activity][kind] = count
        return found

    def activity(self, activity: str) -> Activity | None:
        """One activity by its whole id."""
        return view.load(self.database, activity)

    def find_activity(self, beginning: str) -> str:
        """The id that begins so; `activity.none` or `activity.ambiguous` otherwise."""
        rows = self.database.rows(
            "SELECT id FROM activities WHERE id >= ? AND substr(id, 1, ?) = ? LIMIT 2",
            (beginning, len(beginning), beginning),
        )
        if not rows or not beginning:
            raise NoMatch("activity.none")
        if len(rows) > 1 and rows[0]["id"] != beginning:
            raise Usage("activity.ambiguous")
        return str(rows[0]["id"])

    def events(self, activity: str) -> tuple[Entry, ...]:
        """The events of one activity in the order they were recorded."""
        rows = self.database.rows(
            "SELECT n, entry FROM entries WHERE n IN (SELECT n FROM events WHERE activity = ?)"
            " AND entry IS NOT NULL ORDER BY n",
            (activity,),
        )
        return tuple(parse_entry(row["entry"]) for row in rows)

    def last_event(self, kind: Kind) -> int | None:
        """When something of this kind was last recorded."""
        row = self.database.row("SELECT max(at) AS at FROM events WHERE kind = ?", (kind.value,))
        return None if row is None or row["at"] is None else int(row["at"])

    def last_card_event(self, card_kind: str, kind: Kind) -> int | None:
        """When this last happened to a card of this kind."""
        row = self.database.row(
            "SELECT max(e.at) AS at FROM events AS e JOIN activities AS a ON a.id = e.activity"
            " WHERE e.kind = ? AND a.card_kind = ?",
            (kind.value, card_kind),
        )
        return None if row is None or row["at"] is None else int(row["at"])

    def newest_entry_at(self) -> int | None:
        """The latest time any entry carries; None in an empty log."""
        row = self.database.row("SELECT max(at) AS at FROM events")
        return None if row is None or row["at"] is None else int(row["at"])

    def evidence(self, activity: str) -> tuple[Evidence, ...]:
        """The signed documents kept with an activity, byte for byte."""
        rows = self.database.rows(
            "SELECT l.role, e.content FROM evidence_links AS l JOIN evidence AS e USING (sha256)"
            " WHERE l.activity = ? ORDER BY l.n, l.role",
            (activity,),
        )
        return tuple(Evidence(row["role"], row["content"]) for row in rows)

    def texts(self, activity: str) -> dict[str, bytes]:
        """The erasable texts kept with an activity."""
        rows = self.database.rows(
            "SELECT name, content FROM erasable WHERE activity = ? ORDER BY n", (activity,)
        )
        return {row["name"]: row["content"] for row in rows}

    def known_party(self, oin: str, service_id: str) -> bool:
        """Whether anything was shared with this service before; party is OIN and service id."""
        return self._last_share(oin, service_id) is not None

    def last_purpose(self, oin: str, service_id: str) -> Object | None:
        """The purpose stated when something was last shared with this service."""
        activity = self._last_share(oin, service_id)
        if activity is None:
            return None
        return {
            "id": activity["purpose_id"],
            "nl": activity["purpose_nl"],
            "en": activity["purpose_en"],
        }

    def holdings(self) -> tuple[Holding, ...]:
        """Who has what: every item that may be with an organisation and was not erased."""
        marks = ", ".join("?" * len(ARRIVED))
        rows = self.database.rows(
            # The newest activity of each group is found by the text "number, then value".
            "SELECT a.party_oin, a.party_service,"  # noqa: S608 - only question marks are added
            " substr(max(printf('%015d', a.first_n) || a.party_name), 16) AS party_name,"
            " c.vct, c.path, min(a.started) AS since, count(*) AS times,"
            " max(a.outcome IN ('shared', 'rejected')) AS certain,"
            " iif(min(a.kept_until) = '', '', max(a.kept_until)) AS kept_until,"
            " substr(max(printf('%015d', a.first_n) || a.id), 16) AS activity"
            " FROM activities AS a JOIN activity_claims AS c ON c.activity = a.id"
            f" WHERE c.shared = 1 AND c.erased = 0 AND a.outcome IN ({marks})"
            " GROUP BY a.party_oin, a.party_service, c.vct, c.path"
            " ORDER BY a.party_oin, a.party_service, c.vct, c.path",
            tuple(outcome.value for outcome in ARRIVED),
        )
        return tuple(_holding(row) for row in rows)

    def forget_activity(self, activity: str, *, at: int) -> Entry:
        """Wipes an activity and records that numbers n were removed (formats.md 2, Removal).

        c(n) stays so that the chain holds; entry and blind go, so that no guess can be tested.
        """
        with self._write(at):
            self._refuse_removal(activity)
            rows = self.database.rows(
                "UPDATE entries SET entry = NULL, blind = NULL"
                " WHERE n IN (SELECT n FROM events WHERE activity = ?) RETURNING n",
                (activity,),
            )
            for table in _WIPED_WITH_ACTIVITY:
                self.database.execute(f"DELETE FROM {table} WHERE activity = ?", (activity,))  # noqa: S608
            # The number alone stays: the issuer goes on telling it, and it must not come back.
            self.database.execute(
                "UPDATE cases SET activity = '', type = '', kind = '', due = NULL, document = '{}'"
                " WHERE activity = ?",
                (activity,),
            )
            self.database.execute(
                "DELETE FROM evidence WHERE sha256 NOT IN (SELECT sha256 FROM evidence_links)"
            )
            view.forget(self.database, activity)
            entry = self._append(
                self.new_id(), Kind.REMOVED, log.removed_body(row["n"] for row in rows), at=at
            )
        self.database.wipe_freed_pages()
        return entry

    def rebuild_view(self) -> None:
        """Makes the view anew from the entries."""
        with self.database.transaction():
            view.remake(self.database)

    def _page(self, wanted: Filter, size: int) -> list[Activity]:
        conditions, parameters = filtering.where(self.database, wanted)
        rows = self.database.rows(
            f"SELECT a.* FROM activities AS a{conditions} ORDER BY a.first_n DESC LIMIT ?",  # noqa: S608
            [*parameters, size],
        )
        return view.page(self.database, rows)

    def _refuse_removal(self, activity: str) -> None:
        row = self.database.row("SELECT outcome FROM activities WHERE id = ?", (activity,))
        if row is None:
            raise NoMatch("activity.none")
        waits = self.database.row(
            "SELECT 1 FROM pending_issuances WHERE activity = ?"
            " UNION ALL SELECT 1 FROM pending_requests WHERE activity = ?"
            " UNION ALL SELECT 1 FROM copies WHERE activity = ?"
            " UNION ALL SELECT 1 FROM cases WHERE activity = ?"
            " AND phase NOT IN ('decided', 'issued', 'closed', 'withdrawn')",
            (activity, activity, activity, activity),
        )
        if waits is not None or row["outcome"] == Outcome.INTENDED:
            raise Usage("activity.open")
        if self.database.row(
            "SELECT 1 FROM events WHERE activity = ? AND kind = ?", (activity, Kind.REMOVED.value)
        ):
            # The note that something was removed is what keeps the removal from being a fault.
            raise Usage("activity.removal-note")

    def _last_share(self, oin: str, service_id: str) -> dict[str, Any] | None:
        marks = ", ".join("?" * len(ARRIVED))
        return self.database.row(
            "SELECT purpose_id, purpose_nl, purpose_en FROM activities"  # noqa: S608 - as above
            " WHERE party_oin = ? AND party_service = ? AND type = ?"
            f" AND outcome IN ({marks}) ORDER BY first_n DESC LIMIT 1",
            (oin, service_id, Type.DISCLOSURE.value, *(o.value for o in ARRIVED)),
        )


def _holding(row: dict[str, Any]) -> Holding:
    return Holding(**{**row, "certain": bool(row["certain"])})
