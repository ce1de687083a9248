"""Cards and their once-only copies, each with a key of its own that is destroyed when spent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from credential import strictjson
from credential.strictjson import Object
from wallet.errors import NoMatch
from wallet.events import Kind
from wallet.session import StoredSession
from wallet.store.database import Row
from wallet.store.values import Card, Copy, Entry, Evidence, NewCard, NewCopy
from wallet.store.writing import Writing

_CARD: Final = (
    "SELECT cards.*, (SELECT count(*) FROM copies WHERE copies.card = cards.id"
    " AND copies.activity IS NULL AND copies.uses = 0) AS copies FROM cards"
)


class Cards(Writing):
    """What the resident holds; every change is also an event in the log."""

    def add_card(
        self,
        card: NewCard,
        copies: Sequence[NewCopy],
        *,
        activity: str,
        body: Object,
        at: int,
        replaces: str | None = None,
        evidence: Sequence[Evidence] = (),
    ) -> Card:
        """One card received; with `replaces` it takes the place of that card (`card.renewed`)."""
        with self._write(at):
            return self._add(card, copies, activity, body, at, replaces, evidence)

    def add_cards(
        self,
        cards: Sequence[tuple[NewCard, Sequence[NewCopy], Object]],
        *,
        activity: str,
        at: int,
        pending: str | None = None,
        document: Object | None = None,
        replaces: Mapping[str, str] | None = None,
        evidence: Sequence[Evidence] = (),
        session: StoredSession | None = None,
    ) -> tuple[Card, ...]:
        """Cards of one offer at once; `replaces` maps a vct to the card it renews.

        `pending` is the issuance they come from: in the same transaction it goes on as `document`,
        or is closed. `session` is what its issuer can be asked with from now on.
        """
        with self._write(at):
            if pending is not None:
                self._move_issuance(pending, document)
            if session is not None:
                self._keep_session(session)
            return tuple(
                self._add(
                    card, copies, activity, body, at, (replaces or {}).get(card.vct), evidence
                )
                for card, copies, body in cards
            )

    def cards(self) -> tuple[Card, ...]:
        """All cards, newest last."""
        rows = self.database.rows(f"{_CARD} ORDER BY received_at, kind, id")
        return tuple(_card(row) for row in rows)

    def card(self, card: str) -> Card | None:
        """One card by its id or the only beginning of it."""
        rows = self.database.rows(
            f"{_CARD} WHERE id = ? OR substr(id, 1, ?) = ? LIMIT 2", (card, len(card), card)
        )
        exact = [row for row in rows if row["id"] == card]
        found = exact or rows
        return _card(found[0]) if len(found) == 1 and card else None

    def policies(self) -> dict[str, Object]:
        """What issuers say about who should see their cards, by card."""
        rows = self.database.rows("SELECT card, document FROM card_policies")
        return {row["card"]: strictjson.loads_object(row["document"]) for row in rows}

    def copies_left(self, card: str) -> int:
        """How often this card can still be shared without being recognised."""
        row = self.database.row(
            "SELECT count(*) AS n FROM copies WHERE card = ? AND activity IS NULL AND uses = 0",
            (card,),
        )
        return int(row["n"]) if row else 0

    def candidates(self) -> tuple[Copy, ...]:
        """One copy of every card that has any: a fresh one, else one kept for use again."""
        rows = self.database.rows(
            "SELECT copies.*, cards.kind AS kind, cards.vct AS vct FROM copies"
            " JOIN cards ON cards.id = copies.card"
            " WHERE copies.id = (SELECT id FROM copies AS c WHERE c.card = cards.id"
            " AND c.activity IS NULL ORDER BY c.uses, c.id LIMIT 1)"
            " ORDER BY cards.received_at, cards.kind, cards.id"
        )
        return tuple(_copy(row) for row in rows)

    def fresh_copies(self, card: str, number: int) -> tuple[Copy, ...]:
        """Up to so many copies of one card that were never used."""
        rows = self.database.rows(
            "SELECT copies.*, cards.kind AS kind, cards.vct AS vct FROM copies"
            " JOIN cards ON cards.id = copies.card WHERE copies.card = ?"
            " AND copies.activity IS NULL AND copies.uses = 0 ORDER BY copies.id LIMIT ?",
            (card, number),
        )
        return tuple(_copy(row) for row in rows)

    def status_references(self) -> tuple[tuple[str, int, str, int], ...]:
        """Card, copy, list and index of every copy held, to see which were taken back."""
        return tuple(
            self.database.tuples(
                "SELECT card, id, status_uri, status_index FROM copies ORDER BY id"
            )
        )

    def mark_card(
        self, card: str, state: str, kind: Kind, body: Object, *, activity: str, at: int
    ) -> Entry:
        """Records that a card was taken back or expired."""
        with self._write(at):
            if not self.database.execute("UPDATE cards SET state = ? WHERE id = ?", (state, card)):
                raise NoMatch("card.none")
            return self._append(activity, kind, body, at=at)

    def delete_card(self, card: str, *, activity: str, body: Object, at: int) -> Entry:
        """Wipes a card, its copies and their keys; what was shared and its rights keys stay."""
        with self._write(at):
            if not self.database.execute("DELETE FROM cards WHERE id = ?", (card,)):
                raise NoMatch("card.none")
            entry = self._append(activity, Kind.CARD_DELETED, body, at=at)
        self.database.wipe_freed_pages()
        return entry

    def _add(
        self,
        card: NewCard,
        copies: Sequence[NewCopy],
        activity: str,
        body: Object,
        at: int,
        replaces: str | None,
        evidence: Sequence[Evidence],
    ) -> Card:
        card_id = self.new_id()
        if replaces is not None:
            self.database.execute("DELETE FROM cards WHERE id = ?", (replaces,))
        self.database.insert(
            "cards",
            {
                "id": card_id,
                "kind": card.kind,
                "vct": card.vct,
                "issuer_oin": card.issuer_oin,
                "issuer_name": card.issuer_name,
                "issuer_url": card.issuer_url,
                "issued_at": card.issued_at,
                "expires_at": card.expires_at,
                "received_at": at,
                "state": "valid",
                "payload": strictjson.dumps(card.payload).decode(),
            },
        )
        self.database.run_many(
            "INSERT INTO copies (card, compact, private_key, status_uri, status_index, uses, keep)"
            " VALUES (?, ?, ?, ?, ?, 0, 0)",
            [(card_id, c.compact, c.private_key_pem, c.status_uri, c.status_index) for c in copies],
        )
        if card.policy is not None:
            document = strictjson.dumps(card.policy).decode()
            self.database.insert("card_policies", {"card": card_id, "document": document})
        kind = Kind.CARD_RENEWED if replaces is not None else Kind.CARD_RECEIVED
        self._append(activity, kind, body, at=at, evidence=evidence)
        row = self.database.row(f"{_CARD} WHERE id = ?", (card_id,))
        assert row is not None
        return _card(row)


def _card(row: Row) -> Card:
    members: dict[str, Any] = dict(row)
    members["payload"] = strictjson.loads_object(members["payload"])
    return Card(**members)


def _copy(row: Row) -> Copy:
    return Copy(
        id=row["id"],
        card=row["card"],
        kind=row["kind"],
        vct=row["vct"],
        compact=row["compact"],
        private_key_pem=row["private_key"],
        status_uri=row["status_uri"],
        status_index=row["status_index"],
        uses=row["uses"],
    )
