"""Applications at organisations that were signed with this wallet, and how they stand."""

from typing import Any, Final

from credential import strictjson
from wallet.store.database import Row
from wallet.store.values import PartyCase
from wallet.store.writing import Writing

_MAX_DOCUMENT: Final = 1 << 20
_COLUMNS: Final = "activity, oin, party, number, phase, at, due, ask_after, document"


class PartyCases(Writing):
    """One application for one disclosure; it goes with the activity."""

    def party_cases(self) -> tuple[PartyCase, ...]:
        """All applications, in the order they were signed."""
        rows = self.database.rows(f"SELECT {_COLUMNS} FROM party_cases ORDER BY rowid")  # noqa: S608
        return tuple(_case(row) for row in rows)

    def party_case(self, activity: str) -> PartyCase | None:
        """The application of one disclosure."""
        row = self.database.row(
            f"SELECT {_COLUMNS} FROM party_cases WHERE activity = ?",  # noqa: S608
            (activity,),
        )
        return None if row is None else _case(row)

    def keep_party_case(self, case: PartyCase) -> None:
        """An application as it stands now."""
        with self.database.transaction():
            self._keep_party_case(case)

    def _keep_party_case(self, case: PartyCase) -> None:
        self.database.execute(
            f"INSERT INTO party_cases ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
            " ON CONFLICT (activity) DO UPDATE SET number = excluded.number,"
            " phase = excluded.phase, at = excluded.at, due = excluded.due,"
            " ask_after = excluded.ask_after, document = excluded.document",
            (
                *(case.activity, case.oin, case.party, case.number, case.phase, case.at),
                *(case.due, case.ask_after, strictjson.dumps(case.document).decode()),
            ),
        )


def _case(row: Row) -> PartyCase:
    members: dict[str, Any] = dict(row)
    members["document"] = strictjson.loads_object(members["document"], max_bytes=_MAX_DOCUMENT)
    return PartyCase(**members)
