"""What waits: deferred issuances, requests shown but not answered; and the settings."""

from collections.abc import Sequence
from typing import Any, Final

from credential import strictjson
from credential.strictjson import Json, Object
from wallet.events import Kind
from wallet.session import StoredSession
from wallet.store.database import Row
from wallet.store.values import Entry, Evidence, Pending
from wallet.store.writing import Writing

_COLUMNS: Final = "id, activity, created_at, expires_at, document"
MAX_DOCUMENT: Final = 1 << 20


class Waiting(Writing):
    """Each thing that waits is taken exactly once."""

    def add_issuance(
        self,
        pending: Pending,
        *,
        at: int,
        kind: Kind | None = None,
        body: Object | None = None,
        evidence: Sequence[Evidence] = (),
        session: StoredSession | None = None,
    ) -> None:
        """Keeps an issuance that is not complete, with the event that says so if there is one.

        `session`: what its token allows later; the login that led to it is over.
        """
        with self._write(at):
            self._insert("pending_issuances", pending)
            self._end_login(pending.activity)
            if session is not None:
                self._keep_session(session)
            if kind is not None:
                self._append(pending.activity, kind, body or {}, at=at, evidence=evidence)

    def issuances(self) -> tuple[Pending, ...]:
        """All issuances that are not complete, oldest first."""
        rows = self.database.rows(
            f"SELECT {_COLUMNS} FROM pending_issuances ORDER BY created_at, id"  # noqa: S608
        )
        return tuple(_pending(row) for row in rows)

    def issuance(self, pending: str) -> Pending | None:
        """One issuance that is not complete."""
        row = self.database.row(
            f"SELECT {_COLUMNS} FROM pending_issuances WHERE id = ?",  # noqa: S608
            (pending,),
        )
        return None if row is None else _pending(row)

    def update_issuance(self, pending: str, document: Object) -> None:
        """Replaces what is known of an issuance."""
        with self.database.transaction():
            self._move_issuance(pending, document)

    def refuse_card(
        self, pending: str, body: Object, *, at: int, document: Object | None
    ) -> Entry | None:
        """A card of an issuance that will not come; without `document` none is waited for."""
        with self._write(at):
            found = self.issuance(pending)
            self._move_issuance(pending, document)
            if found is None:
                return None
            return self._append(found.activity, Kind.CARD_REFUSED, body, at=at)

    def drop_issuance(
        self, pending: str, *, at: int, kind: Kind | None = None, body: Object | None = None
    ) -> None:
        """Gives an issuance up, with the event that says why if there is one."""
        with self._write(at):
            rows = self.database.rows(
                "DELETE FROM pending_issuances WHERE id = ? RETURNING activity", (pending,)
            )
            if rows and kind is not None:
                self._append(rows[0]["activity"], kind, body or {}, at=at)

    def add_request(
        self,
        pending: Pending,
        body: Object,
        *,
        at: int,
        evidence: Sequence[Evidence] = (),
        texts: dict[str, bytes] | None = None,
    ) -> Entry:
        """Keeps a request that was fetched, with its `request.received` event."""
        with self._write(at):
            self._insert("pending_requests", pending)
            return self._append(
                pending.activity, Kind.REQUEST_RECEIVED, body, at=at, evidence=evidence, texts=texts
            )

    def requests(self) -> tuple[Pending, ...]:
        """All requests not answered yet, oldest first."""
        rows = self.database.rows(
            f"SELECT {_COLUMNS} FROM pending_requests ORDER BY created_at, id"  # noqa: S608
        )
        return tuple(_pending(row) for row in rows)

    def request(self, pending: str) -> Pending | None:
        """One request, which stays until it is taken."""
        row = self.database.row(
            f"SELECT {_COLUMNS} FROM pending_requests WHERE id = ?",  # noqa: S608
            (pending,),
        )
        return None if row is None else _pending(row)

    def close_request(self, pending: str, kind: Kind, body: Object, *, at: int) -> Entry:
        """Takes the request and records what became of it, at once and once.

        Whoever comes second gets `share.request_gone` (house rule 6).
        """
        with self._write(at):
            return self._append(self._take_request(pending), kind, body, at=at)

    def drop_expired_requests(self, *, now: int) -> int:
        """Wipes requests whose time has passed."""
        with self.database.transaction():
            return self.database.execute(
                "DELETE FROM pending_requests WHERE expires_at < ?", (now,)
            )

    def setting(self, key: str, default: Json = None) -> Json:
        """A value the wallet remembers for itself."""
        row = self.database.row("SELECT value FROM settings WHERE key = ?", (key,))
        return default if row is None else strictjson.loads(row["value"], max_bytes=MAX_DOCUMENT)

    def set_setting(self, key: str, value: Json) -> None:
        """Remembers a value."""
        with self.database.transaction():
            self.database.execute(
                "REPLACE INTO settings (key, value) VALUES (?, ?)",
                (key, strictjson.dumps(value).decode()),
            )

    def _insert(self, table: str, pending: Pending) -> None:
        self.database.insert(
            table,
            {
                "id": pending.id,
                "activity": pending.activity,
                "created_at": pending.created_at,
                "expires_at": pending.expires_at,
                "document": strictjson.dumps(pending.document).decode(),
            },
        )


def _pending(row: Row) -> Pending:
    members: dict[str, Any] = dict(row)
    members["document"] = strictjson.loads_object(members["document"], max_bytes=MAX_DOCUMENT)
    return Pending(**members)
