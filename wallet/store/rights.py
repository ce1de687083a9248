"""Rights keys and the rights asked with them (formats.md 4)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from credential import strictjson
from credential.rights import State
from credential.strictjson import Object
from wallet.errors import NoMatch, Usage
from wallet.events import Kind
from wallet.store.database import Row
from wallet.store.partycases import PartyCases
from wallet.store.values import Entry, Evidence, PartyCase, RightsCase, RightsKey

_MAX_DOCUMENT: Final = 1 << 20
_ENDS: Final = (State.DONE.value, State.PARTLY.value, State.REFUSED.value)
# Not states of theirs: never sent, nothing there, put away by the resident.
OVER: Final = (*_ENDS, "unsent", "not_known", "closed")
SETTLED: Final = (*_ENDS, "closed")
"""What an answer about another request no longer changes."""
PASSING: Final = ("status", "receipt")
"""Asked to know something; nobody has to do anything with it."""
ACCESS_DATA: Final = "access-data"
_COLUMNS: Final = 'id, activity, right_name AS "right", state, asked_at, due, retry_after, document'


class Rights(PartyCases):
    """Every request and every answer is an event in the log of the disclosure it is about."""

    def rights_key(self, activity: str) -> RightsKey | None:
        """The key of that disclosure; it survives the deletion of the card."""
        row = self.database.row("SELECT * FROM rights_keys WHERE activity = ?", (activity,))
        if row is None:
            return None
        return RightsKey(row["jkt"], row["private_key"], row["endpoint"], row["oin"], row["nonce"])

    def open_right(
        self,
        case: RightsCase,
        body: Object,
        *,
        at: int,
        kind: Kind = Kind.RIGHT_ASKED,
        evidence: Sequence[Evidence] = (),
        texts: Mapping[str, bytes] | None = None,
    ) -> Entry:
        """Records a right before it is asked, so that an answer is never missed.

        `texts` is what the resident wrote, and the request where it holds that: erasable.
        `kind` is `report.made` for a report to the authority, which is followed like a right.
        """
        with self._write(at):
            self.database.insert(
                "rights_cases",
                {
                    "id": case.id,
                    "activity": case.activity,
                    "right_name": case.right,
                    "state": case.state,
                    "asked_at": case.asked_at,
                    "due": case.due,
                    "retry_after": case.retry_after,
                    "document": strictjson.dumps(case.document).decode(),
                },
            )
            return self._append(case.activity, kind, body, at=at, evidence=evidence, texts=texts)

    def answer_right(
        self,
        case: str,
        body: Object,
        *,
        state: str,
        due: int | None,
        retry_after: int | None,
        document: Object,
        at: int,
        evidence: Sequence[Evidence] = (),
        texts: Mapping[str, bytes] | None = None,
        told: PartyCase | None = None,
        others: Mapping[str, int | None] | None = None,
    ) -> Entry:
        """Records an answer; paths in `body["erased"]` show as erased from then on.

        `others` are the requests it speaks for too, each with its last moment: what is not
        settled of them stands as it does in this answer. `told` is the application the answer
        spoke of. Of what they say they hold only the newest is kept.
        """
        with self._write(at):
            rows = self.database.rows(
                "UPDATE rights_cases SET state = ?, due = ?, retry_after = ?, document = ?"
                " WHERE id = ? RETURNING activity",
                (state, due, retry_after, strictjson.dumps(document).decode(), case),
            )
            if not rows:
                raise NoMatch("right.none")
            for other, last in (others or {}).items():
                self.database.execute(
                    "UPDATE rights_cases SET state = ?, due = ?, retry_after = ?"
                    " WHERE id = ? AND activity = ? AND state NOT IN (?, ?, ?, ?)",
                    (state, last, retry_after, other, rows[0]["activity"], *SETTLED),
                )
            if told is not None:
                self._keep_party_case(told)
            if texts and ACCESS_DATA in texts:
                self.database.execute(
                    "DELETE FROM erasable WHERE activity = ? AND name = ?",
                    (rows[0]["activity"], ACCESS_DATA),
                )
            return self._append(
                rows[0]["activity"],
                Kind.RIGHT_ANSWERED,
                body,
                at=at,
                evidence=evidence,
                texts=texts,
            )

    def rights_cases(self, activity: str | None = None) -> tuple[RightsCase, ...]:
        """The rights asked, of one disclosure or of all, oldest first."""
        where, parameters = ("", ()) if activity is None else (" WHERE activity = ?", (activity,))
        rows = self.database.rows(
            f"SELECT {_COLUMNS} FROM rights_cases{where} ORDER BY asked_at, id",  # noqa: S608
            parameters,
        )
        return tuple(_case(row) for row in rows)

    def rights_waiting(self) -> tuple[RightsCase, ...]:
        """What somebody has yet to answer, oldest first."""
        over, passing = ("?, " * len(names) for names in (OVER, PASSING))
        rows = self.database.rows(
            f"SELECT {_COLUMNS} FROM rights_cases"  # noqa: S608 - only question marks are added
            f" WHERE state NOT IN ({over[:-2]}) AND right_name NOT IN ({passing[:-2]})"
            " ORDER BY asked_at, id",
            (*OVER, *PASSING),
        )
        return tuple(_case(row) for row in rows)

    def find_right(self, beginning: str) -> RightsCase:
        """The one right asked whose number begins so; `right.none` or `activity.ambiguous`."""
        rows = self.database.rows(
            f"SELECT {_COLUMNS} FROM rights_cases"  # noqa: S608 - our own names
            " WHERE substr(id, 1, ?) = ? LIMIT 2",
            (len(beginning), beginning),
        )
        if not rows or not beginning:
            raise NoMatch("right.none")
        if len(rows) > 1:
            raise Usage("activity.ambiguous")
        return _case(rows[0])

    def close_right(self, case: RightsCase, *, at: int) -> Entry:
        """The resident puts it away: nothing more is expected of it."""
        with self._write(at):
            rows = self.database.rows(
                "UPDATE rights_cases SET state = 'closed' WHERE id = ? AND state <> 'closed'"
                " RETURNING activity",
                (case.id,),
            )
            if not rows:
                raise NoMatch("right.none")
            body: Object = {"right": case.right, "state": "closed"}
            return self._append(case.activity, Kind.RIGHT_ANSWERED, body, at=at)

    def access_data(self, activity: str) -> tuple[int, bytes] | None:
        """When they last told what they hold of this disclosure, and what they told."""
        row = self.database.row(
            "SELECT e.at, t.content FROM erasable AS t JOIN events AS e USING (n)"
            " WHERE t.activity = ? AND t.name = ? ORDER BY t.n DESC LIMIT 1",
            (activity, ACCESS_DATA),
        )
        return None if row is None else (int(row["at"]), bytes(row["content"]))

    def rights_case(self, case: str) -> RightsCase | None:
        """One right asked."""
        row = self.database.row(
            f"SELECT {_COLUMNS} FROM rights_cases WHERE id = ?",  # noqa: S608
            (case,),
        )
        return None if row is None else _case(row)


def _case(row: Row) -> RightsCase:
    members: dict[str, Any] = dict(row)
    members["document"] = strictjson.loads_object(members["document"], max_bytes=_MAX_DOCUMENT)
    return RightsCase(**members)
