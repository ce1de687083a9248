"""Cases at an issuer: cards that a person decides on, and corrections (formats.md 4)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from credential import strictjson
from credential.strictjson import Object
from wallet.errors import NoMatch
from wallet.events import Kind
from wallet.store.database import Row
from wallet.store.values import Case, Entry, Evidence, Outgoing
from wallet.store.writing import Writing

_MAX_DOCUMENT: Final = 1 << 20
_COLUMNS: Final = "issuer_oin, id, type, kind, phase, due, document, activity"


class Cases(Writing):
    """Every step of a case is an event of its own activity; what it says last stands here."""

    def cases(self) -> tuple[Case, ...]:
        """All cases, in the order they were opened; those of forgotten activities are gone."""
        rows = self.database.rows(
            f"SELECT {_COLUMNS} FROM cases WHERE activity <> '' ORDER BY rowid"  # noqa: S608
        )
        return tuple(_case(row) for row in rows)

    def forgotten_cases(self, issuer_oin: str) -> frozenset[str]:
        """The numbers of cases that the resident wiped from the log."""
        rows = self.database.rows(
            "SELECT id FROM cases WHERE issuer_oin = ? AND activity = ''", (issuer_oin,)
        )
        return frozenset(row["id"] for row in rows)

    def case(self, case: str) -> Case | None:
        """One case by its id or the only beginning of it."""
        rows = self.database.rows(
            f"SELECT {_COLUMNS} FROM cases WHERE activity <> ''"  # noqa: S608
            " AND (id = ? OR substr(id, 1, ?) = ?) LIMIT 2",
            (case, len(case), case),
        )
        found = [row for row in rows if row["id"] == case] or rows
        return _case(found[0]) if len(found) == 1 and case else None

    def open_case(
        self,
        case: Case,
        body: Object,
        *,
        at: int,
        outgoing: Outgoing | None = None,
        texts: Mapping[str, bytes] | None = None,
    ) -> Entry:
        """A new case with its event; `outgoing` is what will be sent, kept until it is certain."""
        with self._write(at):
            self.database.insert("cases", _row(case))
            if outgoing is not None:
                self.database.execute(
                    "INSERT INTO outgoing (activity, response_uri, body) VALUES (?, ?, ?)",
                    (case.activity, outgoing.response_uri, outgoing.body),
                )
            return self._append(case.activity, Kind.CASE_OPENED, body, at=at, texts=texts)

    def move_case(
        self,
        before: Case,
        after: Case,
        kind: Kind | None,
        body: Object,
        *,
        at: int,
        evidence: Sequence[Evidence] = (),
        texts: Mapping[str, bytes] | None = None,
    ) -> None:
        """What is known of a case now, with the event that says what changed if something did.

        A case that was on its way gets the issuer's own number; what was sent goes.
        """
        with self._write(at):
            row = _row(after)
            marks = ", ".join(f"{name} = ?" for name in row)
            moved = self.database.execute(
                f"UPDATE cases SET {marks} WHERE issuer_oin = ? AND id = ?",  # noqa: S608
                (*row.values(), before.issuer_oin, before.id),
            )
            if not moved:
                raise NoMatch("case.none")
            self.database.execute("DELETE FROM outgoing WHERE activity = ?", (after.activity,))
            if kind is not None:
                self._append(after.activity, kind, body, at=at, evidence=evidence, texts=texts)

    def drop_case(self, case: Case, body: Object, *, at: int) -> Entry:
        """Gives up a case that the issuer does not have; what was to be sent is wiped."""
        with self._write(at):
            self.database.execute(
                "DELETE FROM cases WHERE issuer_oin = ? AND id = ?", (case.issuer_oin, case.id)
            )
            self.database.execute("DELETE FROM outgoing WHERE activity = ?", (case.activity,))
            entry = self._append(case.activity, Kind.CASE_STATE, body, at=at)
        self.database.wipe_freed_pages()
        return entry


def _row(case: Case) -> dict[str, Any]:
    return {
        "issuer_oin": case.issuer_oin,
        "id": case.id,
        "type": case.type,
        "kind": case.kind,
        "phase": case.phase,
        "due": case.due,
        "document": strictjson.dumps(case.document).decode(),
        "activity": case.activity,
    }


def _case(row: Row) -> Case:
    members: dict[str, Any] = dict(row)
    members["document"] = strictjson.loads_object(members["document"], max_bytes=_MAX_DOCUMENT)
    return Case(**members)
