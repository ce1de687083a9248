"""Sums over the log, and which copies were used more than once; each is one query per question."""

from collections.abc import Iterator
from dataclasses import dataclass

from credential import strictjson
from wallet.store import filtering
from wallet.store.database import Row, Value
from wallet.store.filtering import Filter
from wallet.store.projection import ARRIVED
from wallet.store.writing import Writing

_ARRIVED = ", ".join(f"'{outcome.value}'" for outcome in ARRIVED)


@dataclass(frozen=True)
class PartyTotal:
    """How often one service asked, and how often something was or may be shared with it."""

    oin: str
    service: str
    name: str
    requests: int
    shared: int
    last: int


@dataclass(frozen=True)
class AttributeTotal:
    """How often one item was asked and shared, and with how many services."""

    vct: str
    path: str
    requests: int
    shared: int
    parties: int


@dataclass(frozen=True)
class PurposeTotal:
    """How often something was asked for one purpose."""

    id: str
    nl: str
    en: str
    requests: int


@dataclass(frozen=True)
class MonthTotal:
    """One month `YYYY-MM` in the time zone of this computer."""

    month: str
    activities: int
    requests: int
    shared: int


@dataclass(frozen=True)
class Totals:
    """Everything that fits a filter, summed; `types` and `outcomes` by their words."""

    activities: int
    requests: int
    shared: int
    types: dict[str, int]
    outcomes: dict[str, int]
    parties: tuple[PartyTotal, ...]
    attributes: tuple[AttributeTotal, ...]
    purposes: tuple[PurposeTotal, ...]
    months: tuple[MonthTotal, ...]


@dataclass(frozen=True)
class UsedAgain:
    """A copy that went out more than once; `copy` tells copies apart and means nothing."""

    copy: int
    activity: str


class Totalling(Writing):
    """Questions about many activities at once."""

    def totals(self, wanted: Filter) -> Totals:
        """The sums of what fits; a page or a limit makes no difference."""
        conditions, parameters = filtering.where(self.database, wanted)
        chosen = (
            f"WITH a AS (SELECT *, type = 'disclosure' AS request, type = 'disclosure'"  # noqa: S608
            f" AND outcome IN ({_ARRIVED}) AS arrived FROM activities AS a{conditions})"
        )
        with self.database.snapshot():
            return self._totals(chosen, parameters)

    def used_again(self) -> tuple[UsedAgain, ...]:
        """Where copies were used that were used before, the oldest use first.

        Known from what was sent, so it is gone where the resident wiped that.
        """
        cards = self.database.tuples(
            "SELECT DISTINCT s.card FROM activities AS a"
            " JOIN spent_copies AS s ON s.activity = a.id WHERE a.reused = 1"
        )
        # Only of cards of which a copy ever went out twice: what others sent is long, and many.
        again = [card for (card,) in cards]
        uses: dict[str, list[str]] = {}
        if again:
            rows = self.database.tuples(
                "SELECT activity, substr(compact, 1, instr(compact, '~')) FROM spent_copies"
                " WHERE card IN (SELECT value FROM json_each(?)) ORDER BY id",
                (strictjson.dumps([*again]).decode(),),
            )
            for activity, issued in rows:
                uses.setdefault(issued, []).append(activity)
        return tuple(
            UsedAgain(number, activity)
            for number, activities in enumerate(uses.values())
            if len(activities) > 1
            for activity in activities
        )

    def _totals(self, chosen: str, parameters: list[Value]) -> Totals:
        def rows(query: str) -> list[Row]:
            return self.database.rows(f"{chosen} {query}", parameters)

        def counts(query: str) -> Iterator[tuple[str, int]]:
            return ((row["name"], row["count"]) for row in rows(query))

        sums = rows(
            "SELECT count(*) AS activities, coalesce(sum(request), 0) AS requests,"
            " coalesce(sum(arrived), 0) AS shared FROM a"
        )[0]
        parties = rows(
            # A bare column beside max() is that of the newest row.
            "SELECT party_oin AS oin, party_service AS service, party_name AS name,"
            " sum(request) AS requests, sum(arrived) AS shared, max(started) AS last FROM a"
            " WHERE request AND (party_oin <> '' OR party_name <> '')"
            " GROUP BY party_oin, party_service, iif(party_oin = '', party_name, '')"
            " ORDER BY shared DESC, requests DESC, last DESC"
        )
        attributes = rows(
            "SELECT c.vct, c.path, sum(c.asked) AS requests, sum(c.shared AND a.arrived) AS shared,"
            " count(DISTINCT iif(c.shared AND a.arrived, a.party_oin || ' ' || a.party_service,"
            " NULL)) AS parties"
            " FROM a JOIN activity_claims AS c ON c.activity = a.id WHERE a.request"
            " GROUP BY c.vct, c.path ORDER BY shared DESC, requests DESC, c.vct, c.path"
        )
        purposes = rows(
            "SELECT purpose_id AS id, purpose_nl AS nl, purpose_en AS en, count(*) AS requests"
            " FROM a WHERE request AND purpose_id || purpose_nl <> ''"
            " GROUP BY purpose_id, purpose_nl, purpose_en ORDER BY requests DESC, purpose_nl"
        )
        months = rows(
            "SELECT strftime('%Y-%m', started, 'unixepoch', 'localtime') AS month,"
            " count(*) AS activities, sum(request) AS requests, sum(arrived) AS shared FROM a"
            " GROUP BY month ORDER BY month DESC"
        )
        by = "SELECT {0} AS name, count(*) AS count FROM a GROUP BY {0} ORDER BY count DESC, name"
        return Totals(
            **sums,
            types=dict(counts(by.format("type"))),
            outcomes=dict(counts(by.format("outcome"))),
            parties=tuple(PartyTotal(**row) for row in parties),
            attributes=tuple(AttributeTotal(**row) for row in attributes),
            purposes=tuple(PurposeTotal(**row) for row in purposes),
            months=tuple(MonthTotal(**row) for row in months),
        )
