"""Cases, tokens and waiting requests: every use-once is one conditional statement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.engine import Row

from credential.strictjson import Json
from issuer.errors import IssuerError, NothingFound, TokenFault, WalletFault
from issuer.offer import Case, Ended, Offered, Redeemed
from issuer.store.accounts import ProcessingRow, write_processing
from issuer.store.database import Database, insert_new
from issuer.store.grants import Grant, follow_case, forget_case, write_grant
from issuer.tables import cases, deferred, processing, tokens, used_once

_decoder: msgspec.json.Decoder[Case] = msgspec.json.Decoder(Case)
_RACES = 50


@dataclass(frozen=True, repr=False)
class StoredCase:
    """A case as it was read, with what is sealed in it."""

    case: Case
    version: int
    trace: str
    code_mac: str | None
    sealed: bytes | None


@dataclass(frozen=True, repr=False)
class CaseToken:
    """What the first access token of an offer gives: cards of one case, to one DPoP key."""

    token_hash: str
    case: str
    jkt: str
    identifiers: bool
    kinds: tuple[str, ...]
    expires_at: int


@dataclass(frozen=True, repr=False)
class Waiting:
    """A credential request that waits for the clerk: the keys it proved."""

    transaction_hash: str
    token_hash: str
    kind: str
    keys: tuple[dict[str, Json], ...]
    expires_at: int


class Cases:
    """The verbs of `issuer.offer` on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        case: Case,
        *,
        reference_hash: str,
        code_hash: str,
        code_mac: str,
        sealed: bytes,
        processed: ProcessingRow,
    ) -> None:
        """A new case, with its line of the processing log; they share a trace."""
        with self._database.writing() as connection:
            connection.execute(
                cases.insert().values(
                    case_id=case.case,
                    version=1,
                    municipality=case.municipality,
                    reference_hash=reference_hash,
                    code_hash=code_hash,
                    tx_code_mac=code_mac,
                    state=_text(case),
                    expires_at=case.expires_at,
                    trace=processed.trace_id,
                    sealed=sealed,
                )
            )
            write_processing(connection, processed)

    def find(self, case_id: str) -> StoredCase:
        """The case with this number; `NothingFound` otherwise."""
        with self._database.reading() as connection:
            row = connection.execute(select(cases).where(cases.c.case_id == case_id)).first()
        if row is None:
            raise NothingFound("desk.unknown_case", "Regie formats 6")
        return _stored(row)

    def by_reference(self, reference_hash: str) -> StoredCase | None:
        """The case an offer link belongs to."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(cases).where(cases.c.reference_hash == reference_hash)
            ).first()
        return None if row is None else _stored(row)

    def every(self) -> list[Case]:
        """All cases, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(cases)).all()
        found = [_stored(row).case for row in rows]
        return sorted(found, key=lambda case: (case.created_at, case.case), reverse=True)

    def overdue(self, now: int) -> list[str]:
        """The numbers of the cases that passed their time and still hold something sealed."""
        with self._database.reading() as connection:
            return list(
                connection.execute(
                    select(cases.c.case_id).where(
                        cases.c.expires_at <= now, cases.c.sealed.is_not(None)
                    )
                ).scalars()
            )

    def running(self, municipality: str, subject: str) -> list[StoredCase]:
        """The cases of one person that still hold something sealed.

        Found by the line of the processing log that was written with them: they share a trace.
        """
        opened = select(processing.c.trace_id).where(processing.c.data_subject_id == subject)
        with self._database.reading() as connection:
            rows = connection.execute(
                select(cases).where(
                    cases.c.municipality == municipality,
                    cases.c.sealed.is_not(None),
                    cases.c.trace.in_(opened),
                )
            ).all()
        return [_stored(row) for row in rows]

    def change(self, case_id: str, decide: Callable[[Case], Case]) -> Case:
        """Writes what `decide` makes of the case, over exactly the state it saw."""
        for _ in range(_RACES):
            stored = self.find(case_id)
            after = decide(stored.case)
            with self._database.writing() as connection:
                if swap(connection, stored, after):
                    return after
        raise IssuerError("store.contended")

    def redeem(
        self,
        code_hash: str,
        decide: Callable[[StoredCase], Case],
        grant: Callable[[StoredCase, Redeemed], tuple[CaseToken, Grant]],
    ) -> Case:
        """A code is used: the case moves on, and only a winner's token and grant are written.

        Of a wallet that comes again because the answer was lost, the earlier ones are forgotten.
        """
        for _ in range(_RACES):
            with self._database.reading() as connection:
                row = connection.execute(
                    select(cases).where(cases.c.code_hash == code_hash)
                ).first()
            if row is None:
                raise WalletFault("invalid_grant", "code.unknown", "OpenID4VCI 1.0 6.3")
            stored = _stored(row)
            after = decide(stored)
            with self._database.writing() as connection:
                if not swap(connection, stored, after):
                    continue
                if isinstance(after, Redeemed):
                    connection.execute(delete(tokens).where(tokens.c.case_id == after.case))
                    forget_case(connection, after.case)
                    token, standing = grant(stored, after)
                    connection.execute(tokens.insert().values(_token_row(token)))
                    write_grant(connection, standing)
                return after
        raise IssuerError("store.contended")

    def token(self, token_hash: str) -> CaseToken | None:
        """What this access token gives."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(tokens).where(tokens.c.token_hash == token_hash)
            ).first()
        if row is None:
            return None
        kinds = tuple(msgspec.json.decode(row.kinds, type=list[str]))
        return CaseToken(
            row.token_hash, row.case_id, row.jkt, bool(row.identifiers), kinds, row.expires_at
        )

    def wait(self, waiting: Waiting, *, most: int) -> None:
        """Keeps a request until the clerk has decided; one token has `most` of them at once."""
        with self._database.writing() as connection:
            # Held while counting; and a wallet that redeemed again has given its first token up.
            held = connection.execute(
                select(tokens.c.token_hash)
                .where(tokens.c.token_hash == waiting.token_hash)
                .with_for_update()
            ).first()
            if held is None:
                raise TokenFault("invalid_token", "bearer.unknown", "RFC 6750 3.1", status=401)
            count = connection.execute(
                select(func.count())
                .select_from(deferred)
                .where(deferred.c.token_hash == waiting.token_hash)
            ).scalar_one()
            if count >= most:
                raise WalletFault(
                    "credential_request_denied", "deferred.too_many", "OpenID4VCI 1.0 8.3.1.2"
                )
            connection.execute(
                deferred.insert().values(
                    transaction_hash=waiting.transaction_hash,
                    token_hash=waiting.token_hash,
                    kind=waiting.kind,
                    keys=msgspec.json.encode(waiting.keys).decode(),
                    expires_at=waiting.expires_at,
                )
            )

    def waiting(self, transaction_hash: str, token_hash: str) -> Waiting | None:
        """The waiting request of this token; another's is nobody's."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(deferred).where(
                    deferred.c.transaction_hash == transaction_hash,
                    deferred.c.token_hash == token_hash,
                )
            ).first()
        if row is None:
            return None
        keys = tuple(msgspec.json.decode(row.keys, type=list[dict[str, Any]]))
        return Waiting(row.transaction_hash, row.token_hash, row.kind, keys, row.expires_at)

    def use_once(self, what: str, digests: frozenset[str], expires_at: int) -> bool:
        """True for the first who uses all of these; a second use of any one is refused."""
        rows = [{"what": what, "digest": one, "expires_at": expires_at} for one in sorted(digests)]
        with self._database.writing() as connection:
            return len(insert_new(connection, used_once, rows)) == len(rows)

    def purge(self, now: int, keep: int) -> int:
        """Forgets what ended more than `keep` seconds ago; returns how many cases."""
        with self._database.writing() as connection:
            connection.execute(delete(used_once).where(used_once.c.expires_at < now))
            connection.execute(delete(deferred).where(deferred.c.expires_at < now))
            connection.execute(delete(tokens).where(tokens.c.expires_at < now))
            gone = connection.execute(delete(cases).where(cases.c.expires_at < now - keep))
        return gone.rowcount


def swap(connection: Connection, stored: StoredCase, after: Case) -> bool:
    """Replaces the state that was read; false if someone else was first."""
    if after == stored.case:
        return True
    values: dict[str, object] = {
        "state": _text(after),
        "version": stored.version + 1,
        "expires_at": after.expires_at,
    }
    if not isinstance(after, Offered | Redeemed):
        # Nothing is left to compare a guess with.
        values["tx_code_mac"] = None
    if isinstance(after, Ended):
        values["sealed"] = None
    done = connection.execute(
        update(cases)
        .where(cases.c.case_id == after.case, cases.c.version == stored.version)
        .values(**values)
    )
    if done.rowcount != 1:
        return False
    follow_case(connection, stored.case, after)
    return True


def _stored(row: Row[Any]) -> StoredCase:
    return StoredCase(
        _decoder.decode(row.state), row.version, row.trace, row.tx_code_mac, row.sealed
    )


def _text(case: Case) -> str:
    return msgspec.json.encode(case).decode()


def _token_row(token: CaseToken) -> dict[str, object]:
    return {
        "token_hash": token.token_hash,
        "case_id": token.case,
        "jkt": token.jkt,
        "identifiers": int(token.identifiers),
        "kinds": msgspec.json.encode(token.kinds).decode(),
        "expires_at": token.expires_at,
    }
