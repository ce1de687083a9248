"""Sharing and its outcome: what makes "nothing left without an entry" and "used once" true."""

from collections.abc import Mapping, Sequence
from typing import Final

from credential.strictjson import Object
from wallet.errors import Shared, Usage
from wallet.events import Kind, Outcome, Type
from wallet.store.projection import ARRIVED
from wallet.store.values import (
    CopyUse,
    Entry,
    Evidence,
    Notice,
    Outgoing,
    RightsKey,
    SentCopy,
)
from wallet.store.view import parse_entry
from wallet.store.writing import Writing

_OUTCOMES: Final = (
    Kind.SHARE_ACKNOWLEDGED,
    Kind.SHARE_REJECTED,
    Kind.SHARE_UNSENT,
    Kind.SHARE_UNKNOWN,
)


class Sharing(Writing):
    """The two transactions around the one moment that data leaves (formats.md 2)."""

    def record_share_intended(
        self,
        activity: str,
        body: Object,
        *,
        at: int,
        copies: Sequence[CopyUse],
        sent: Sequence[SentCopy],
        evidence: Sequence[Evidence],
        rights_key: RightsKey | None,
        outgoing: Outgoing,
        texts: Mapping[str, bytes] | None = None,
        request: str | None = None,
    ) -> Entry:
        """On disk when it returns: the event, the spent copies, what is about to be sent.

        `request` is the waiting request that this answers: it is taken in the same transaction, so
        that a crash leaves either a question to answer or an answer on record.
        Refuses with `copy.spent` when a copy was spent before, with `share.request_gone` when the
        request was answered before; then nothing is recorded.
        """
        with self._write(at):
            if request is not None:
                self._take_request(request)
            if self._outcome(activity) not in (None, Outcome.OPEN, Outcome.UNSENT):
                raise Usage("activity.settled", shared=Shared.NOTHING)
            for use in copies:
                self._spend(activity, use)
            self.database.run_many(
                "INSERT INTO spent_copies (activity, query, card, kind, vct, compact)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [(activity, s.query, s.card, s.kind, s.vct, s.compact) for s in sent],
            )
            self.database.execute(
                "INSERT INTO outgoing (activity, response_uri, body) VALUES (?, ?, ?)",
                (activity, outgoing.response_uri, outgoing.body),
            )
            if rights_key is not None:
                self.database.execute(
                    "INSERT INTO rights_keys (activity, jkt, private_key, endpoint, oin, nonce)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        activity,
                        rights_key.jkt,
                        rights_key.private_key_pem,
                        rights_key.endpoint,
                        rights_key.oin,
                        rights_key.nonce,
                    ),
                )
            return self._append(
                activity, Kind.SHARE_INTENDED, body, at=at, evidence=evidence, texts=texts
            )

    def settle(
        self,
        activity: str,
        kind: Kind,
        body: Object,
        *,
        at: int,
        returned_copies: Sequence[int] = (),
        evidence: Sequence[Evidence] = (),
    ) -> Entry:
        """How sharing ended; a copy comes back only after `share.unsent`, all other keys go."""
        if kind not in _OUTCOMES or (returned_copies and kind is not Kind.SHARE_UNSENT):
            raise ValueError(kind)
        with self._write(at):
            # "Mogelijk gedeeld" never becomes "not sent": the first attempt may have arrived.
            before = self._outcome(activity)
            if before != Outcome.INTENDED and (
                kind is Kind.SHARE_UNSENT or not self._may_have_left(activity, before)
            ):
                raise Usage("activity.settled")
            for copy in returned_copies:
                self.database.execute(
                    "UPDATE copies SET activity = NULL, uses = max(uses - 1, 0), keep = 0"
                    " WHERE id = ? AND activity = ?",
                    (copy, activity),
                )
            self.database.execute(
                "UPDATE copies SET activity = NULL WHERE activity = ? AND keep = 1", (activity,)
            )
            self.database.execute("DELETE FROM copies WHERE activity = ?", (activity,))
            if kind is Kind.SHARE_UNSENT:
                # Nothing arrived: no one knows this key, and there is nothing to look back at.
                self.database.execute("DELETE FROM rights_keys WHERE activity = ?", (activity,))
                self.database.execute("DELETE FROM spent_copies WHERE activity = ?", (activity,))
            if kind is not Kind.SHARE_UNKNOWN:
                self.database.execute("DELETE FROM outgoing WHERE activity = ?", (activity,))
            return self._append(activity, kind, body, at=at, evidence=evidence)

    def last_terms(self, oin: str, service_id: str) -> Object | None:
        """On which terms something was last shared with this service: that event's body."""
        marks = ", ".join("?" * len(ARRIVED))
        row = self.database.row(
            "SELECT entry FROM entries WHERE entry IS NOT NULL AND n ="  # noqa: S608 - only marks
            " (SELECT max(n) FROM events WHERE kind = ? AND activity = (SELECT id FROM activities"
            " WHERE party_oin = ? AND party_service = ? AND type = ?"
            f" AND outcome IN ({marks})"
            " ORDER BY first_n DESC LIMIT 1))",
            (
                Kind.SHARE_INTENDED.value,
                oin,
                service_id,
                Type.DISCLOSURE.value,
                *(one.value for one in ARRIVED),
            ),
        )
        return None if row is None else parse_entry(row["entry"]).body

    def outgoing(self, activity: str) -> Outgoing | None:
        """What to send again, byte for byte, while the outcome is not certain."""
        row = self.database.row(
            "SELECT response_uri, body FROM outgoing WHERE activity = ?", (activity,)
        )
        return None if row is None else Outgoing(row["response_uri"], row["body"])

    def sent(self, activity: str) -> tuple[SentCopy, ...]:
        """What was sent in this activity; nothing when it was erased ("waarde gewist")."""
        rows = self.database.rows(
            "SELECT query, card, kind, vct, compact FROM spent_copies"
            " WHERE activity = ? ORDER BY id",
            (activity,),
        )
        return tuple(SentCopy(**row) for row in rows)

    def erase_sent(self, activity: str | None) -> int:
        """Wipes what was sent and kept texts, of one activity or of all; the log stays whole."""
        where, parameters = ("", ()) if activity is None else (" WHERE activity = ?", (activity,))
        with self.database.transaction():
            count = self.database.execute(f"DELETE FROM spent_copies{where}", parameters)  # noqa: S608
            self.database.execute(f"DELETE FROM erasable{where}", parameters)  # noqa: S608
        self.database.wipe_freed_pages()
        return count

    def settle_interrupted(self, *, at: int) -> tuple[Notice, ...]:
        """On opening for writing: what was under way when the wallet stopped may have arrived."""
        rows = self.database.rows(
            "SELECT id FROM activities WHERE outcome = 'intended' ORDER BY first_n"
        )
        for row in rows:
            self.settle(row["id"], Kind.SHARE_UNKNOWN, {"reason": "interrupted"}, at=at)
        return tuple(Notice("share.unknown", row["id"]) for row in rows)

    def _spend(self, activity: str, use: CopyUse) -> None:
        # One statement takes the copy or takes nothing (house rule 6).
        taken = self.database.execute(
            "UPDATE copies SET activity = ?, uses = uses + 1, keep = ?"
            " WHERE id = ? AND activity IS NULL AND (uses = 0 OR ?)",
            (activity, int(use.keep), use.copy, int(use.again)),
        )
        if taken != 1:
            raise Usage("copy.spent", shared=Shared.NOTHING)

    def _may_have_left(self, activity: str, outcome: str | None) -> bool:
        """Whether it can still become certain that this arrived."""
        if outcome == Outcome.UNSENT:
            # The key goes where nothing left; it stays where only the organisation says so.
            key = "SELECT 1 FROM rights_keys WHERE activity = ?"
            return self.database.row(key, (activity,)) is not None
        return outcome == Outcome.UNKNOWN

    def _outcome(self, activity: str) -> str | None:
        row = self.database.row("SELECT outcome FROM activities WHERE id = ?", (activity,))
        return None if row is None else str(row["outcome"])
