"""The issuers this wallet can come back to, and the logins that are under way."""

from collections.abc import Mapping
from typing import Final

from credential import strictjson
from credential.strictjson import Object
from wallet.events import Kind
from wallet.session import StoredSession
from wallet.store.values import Notice
from wallet.store.writing import Writing

MAX_DOCUMENT: Final = 1 << 20


class Sessions(Writing):
    """One session per issuer: a newer login takes the place of the older."""

    def sessions(self) -> tuple[StoredSession, ...]:
        """All sessions, by the name of the issuer."""
        rows = self.database.rows("SELECT document FROM issuer_sessions ORDER BY name, oin")
        return tuple(_session(row["document"]) for row in rows)

    def session(self, oin: str) -> StoredSession | None:
        """The session with one issuer."""
        row = self.database.row("SELECT document FROM issuer_sessions WHERE oin = ?", (oin,))
        return None if row is None else _session(row["document"])

    def keep_session(self, session: StoredSession) -> None:
        """Keeps what was renewed of a session."""
        with self.database.transaction():
            self._keep_session(session)

    def end_session(self, oin: str) -> bool:
        """Forgets an issuer's tokens and their key; False when there were none."""
        with self.database.transaction():
            gone = self.database.execute("DELETE FROM issuer_sessions WHERE oin = ?", (oin,))
        self.database.wipe_freed_pages()
        return gone > 0

    def keep_foreign_types(self, documents: Mapping[str, Object]) -> None:
        """Keeps what an issuer outside the scheme calls its kinds; the newest words count."""
        with self.database.transaction():
            self.database.run_many(
                "REPLACE INTO foreign_types (vct, document) VALUES (?, ?)",
                [(vct, strictjson.dumps(one).decode()) for vct, one in documents.items()],
            )

    def foreign_types(self) -> dict[str, Object]:
        """The type metadata that was kept, by type."""
        rows = self.database.rows("SELECT vct, document FROM foreign_types ORDER BY vct")
        return {
            row["vct"]: strictjson.loads_object(row["document"], max_bytes=MAX_DOCUMENT)
            for row in rows
        }

    def begin_login(self, activity: str, body: Object, *, at: int) -> None:
        """On record before the browser opens: what is fetched, and from whom."""
        with self._write(at):
            self.database.execute(
                "INSERT INTO logins (activity, created_at) VALUES (?, ?)", (activity, at)
            )
            self._append(activity, Kind.CARD_OFFERED, body, at=at)

    def end_login(self, activity: str, reason: str, *, at: int) -> None:
        """A login that led to nothing; once, and not after it led to a token."""
        with self._write(at):
            if self._end_login(activity):
                self._append(activity, Kind.CARD_REFUSED, {"reason": reason}, at=at)

    def settle_logins(self, *, at: int) -> tuple[Notice, ...]:
        """After a crash: a login that was under way must be begun anew, and is told so.

        Its code lives a minute and is good for once: there is nothing to pick up.
        """
        rows = self.database.rows("SELECT activity FROM logins ORDER BY created_at")
        for row in rows:
            self.end_login(row["activity"], "login.interrupted", at=at)
        return tuple(Notice("login.interrupted", row["activity"]) for row in rows)


def _session(document: str) -> StoredSession:
    return StoredSession.read(strictjson.loads_object(document, max_bytes=MAX_DOCUMENT))
