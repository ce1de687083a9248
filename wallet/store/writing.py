"""How every change is written: one transaction, its events in the chain, the view kept in step."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from credential import base64url, strictjson
from credential.strictjson import Json, Object
from wallet.errors import Distrusted, Usage
from wallet.events import Kind
from wallet.session import StoredSession
from wallet.store import view
from wallet.store.chain import Chain
from wallet.store.database import Database
from wallet.store.values import Entry, Evidence

MAX_EVIDENCE: Final = 65_536
ID_BYTES: Final = 16
BLIND_BYTES: Final = 32

Entropy = Callable[[int], bytes]


class Writing:
    """The open database, its chain and its entropy; what all parts of the store share."""

    def __init__(self, database: Database, chain: Chain, entropy: Entropy) -> None:
        self.database = database
        self.chain = chain
        self._entropy = entropy
        self._writer = threading.RLock()

    def new_id(self) -> str:
        """A fresh random id; nothing is stored."""
        return base64url.encode(self._entropy(ID_BYTES)).replace("-", "A").replace("_", "B")

    new_activity = new_id

    def append(
        self,
        activity: str,
        kind: Kind,
        body: Object,
        *,
        at: int,
        evidence: Sequence[Evidence] = (),
        texts: Mapping[str, bytes] | None = None,
    ) -> Entry:
        """One event with its evidence; `texts` may hold values and stay erasable (formats.md 2)."""
        with self._write(at):
            return self._append(activity, kind, body, at=at, evidence=evidence, texts=texts)

    @contextmanager
    def _write(self, at: int) -> Iterator[None]:
        """One transaction; on commit the head stands signed in the database and in `log.head`."""
        # Held until the file is written: another thread's head must not overtake this one's.
        with self._writer:
            try:
                with self.database.transaction():
                    yield
                    self.chain.seal(self.database, at=at)
            except BaseException:
                self.chain.discard()
                raise
            self.chain.publish()

    def _append(
        self,
        activity: str,
        kind: Kind,
        body: Object,
        *,
        at: int,
        evidence: Sequence[Evidence] = (),
        texts: Mapping[str, bytes] | None = None,
    ) -> Entry:
        body = dict(body)
        hashes = [(item.role, base64url.sha256(item.content)) for item in evidence]
        if hashes:
            body["evidence"] = [{"role": role, "sha256": sha256} for role, sha256 in hashes]
        blinds = {name: self._entropy(BLIND_BYTES) for name in texts or {}}
        if texts:
            body["texts"] = [
                {"name": name, "sha256": text_hash(blinds[name], content)}
                for name, content in sorted(texts.items())
            ]
        entry = self.chain.append(self.database, activity, kind, body, at=at)
        for item, (role, sha256) in zip(evidence, hashes, strict=True):
            self._keep(entry, item, role, sha256)
        for name, content in (texts or {}).items():
            self.database.execute(
                "INSERT INTO erasable (n, activity, name, blind, content) VALUES (?, ?, ?, ?, ?)",
                (entry.n, activity, name, blinds[name], content),
            )
        if kind is Kind.RECEIPT_VERIFIED:
            # It arrived, and they signed for it: there is nothing left to send again.
            self.database.execute("DELETE FROM outgoing WHERE activity = ?", (activity,))
        view.record(self.database, entry)
        return entry

    def _take_request(self, pending: str) -> str:
        """The right to answer a request, once; its activity (house rule 6)."""
        rows = self.database.rows(
            "DELETE FROM pending_requests WHERE id = ? RETURNING activity", (pending,)
        )
        if not rows:
            raise Usage("share.request_gone")
        return str(rows[0]["activity"])

    def _move_issuance(self, pending: str, document: Object | None) -> None:
        """Keeps what is left of an issuance; without `document` it is complete."""
        if document is None:
            self.database.execute("DELETE FROM pending_issuances WHERE id = ?", (pending,))
        else:
            self.database.execute(
                "UPDATE pending_issuances SET document = ? WHERE id = ?",
                (strictjson.dumps(document).decode(), pending),
            )

    def _keep_session(self, session: StoredSession) -> None:
        self.database.execute(
            "REPLACE INTO issuer_sessions (oin, name, document) VALUES (?, ?, ?)",
            (session.oin, session.name, strictjson.dumps(session.document()).decode()),
        )

    def _end_login(self, activity: str) -> bool:
        return self.database.execute("DELETE FROM logins WHERE activity = ?", (activity,)) > 0

    def _keep(self, entry: Entry, item: Evidence, role: str, sha256: str) -> None:
        if len(item.content) > MAX_EVIDENCE:
            raise Distrusted("evidence.size", role=role, limit=MAX_EVIDENCE)
        self.database.execute(
            "INSERT OR IGNORE INTO evidence (sha256, content) VALUES (?, ?)", (sha256, item.content)
        )
        self.database.execute(
            "INSERT OR IGNORE INTO evidence_links (n, activity, role, sha256) VALUES (?, ?, ?, ?)",
            (entry.n, entry.activity, role, sha256),
        )


def text_hash(blind: bytes, content: bytes) -> str:
    """The blinded hash an entry keeps of a text that can be erased: no guess can be tested."""
    return base64url.encode(hashlib.sha256(b"regie-text-1" + blind + content).digest())


def texts_of(body: Object) -> dict[str, str]:
    """The blinded hashes of an entry by name."""
    return _pairs(body.get("texts"), "name")


def evidence_of(body: Object) -> frozenset[tuple[str, str]]:
    """Role and hash of every document an entry refers to."""
    items = body.get("evidence")
    return frozenset(
        (str(item.get("role")), str(item.get("sha256")))
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    )


def _pairs(items: Json, key: str) -> dict[str, str]:
    return {
        str(item.get(key)): str(item.get("sha256"))
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict)
    }
