"""Applications on disk: a new state over exactly the one that was read, with its accounts."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, update
from sqlalchemy.engine import Row

from issuer import transitions
from issuer.application import Application, Type, Why, at, moment, phase, standing
from issuer.errors import IssuerError, NothingFound, WalletFault
from issuer.store.accounts import ProcessingRow, write_processing
from issuer.store.clerks import ActionRow, write_action
from issuer.store.database import Database, hold, insert_new
from issuer.tables import applications, attachments, issued

_decoder: msgspec.json.Decoder[Application] = msgspec.json.Decoder(Application)
_RACES: Final = 50


@dataclass(frozen=True, repr=False)
class StoredApplication:
    """An application as it was read, with what is sealed in it."""

    application: Application
    version: int
    sealed: bytes | None
    request_hash: str | None
    erase_at: int | None
    trace: str
    replaced: frozenset[int] = frozenset()
    """The batches of cards that rest on a decision this one took the place of."""


@dataclass(frozen=True, repr=False)
class SealedFile:
    """An attachment: sealed for its case and number."""

    number: int
    media: str
    size: int
    sealed: bytes


@dataclass(frozen=True, repr=False)
class Change:
    """What one step makes of an application, and the accounts of it: all of it or nothing."""

    application: Application
    sealed: bytes | None
    erase_at: int | None
    files: tuple[SealedFile, ...] = ()
    processed: ProcessingRow | None = None
    action: ActionRow | None = None
    wipe: bool = False
    """Takes away every attachment."""
    replaces: int | None = None
    """Since when earlier decisions about this kind of card stand no longer; None: they stay."""


class Applications:
    """The verbs of `issuer.application` on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        change: Change,
        *,
        request_key: str | None,
        request_hash: str,
        most: int,
    ) -> StoredApplication:
        """A new application; with a request key that was used before, the one it made then.

        One person has at most `most` that are not decided, and one of them for a kind of card.
        """
        file = change.application.file
        trace = "" if change.processed is None else change.processed.trace_id
        row = {
            "case_id": file.case,
            "version": 1,
            "municipality": file.municipality,
            "subject": file.subject,
            "type": file.type.value,
            "kind": file.kind,
            "received_at": file.received_at,
            "request_key": request_key,
            "request_hash": request_hash,
            "trace": trace,
            **_columns(change),
        }
        with self._database.writing() as connection:
            # Two at once would each count without the other.
            hold(connection, f"applications of {file.subject}")
            if insert_new(connection, applications, [row]):
                _require_room(connection, change.application, most)
                _account(connection, change)
                found = connection.execute(
                    select(applications).where(applications.c.case_id == file.case)
                ).first()
            else:
                # Without a key it was the number that was taken: nobody gets another's case.
                found = connection.execute(
                    select(applications).where(
                        applications.c.request_key.is_not(None),
                        applications.c.request_key == request_key,
                    )
                ).first()
        if found is None:
            raise IssuerError("store.contended")
        return _stored(found)

    def find(self, case_id: str) -> StoredApplication:
        """The application with this number; `NothingFound` otherwise."""
        found = self._rows(applications.c.case_id == case_id)
        if not found:
            raise NothingFound("application.unknown", "Architecture, Issuer")
        return found[0]

    def of_subject(self, municipality: str, subject: str) -> list[StoredApplication]:
        """Everything of one person, the newest first."""
        return self._rows(
            applications.c.municipality == municipality, applications.c.subject == subject
        )

    def of_kind(self, municipality: str, subject: str, kind: str) -> list[StoredApplication]:
        """What one person applied for of one kind of card, the newest first."""
        return self._rows(
            applications.c.municipality == municipality,
            applications.c.subject == subject,
            applications.c.type == Type.CARD.value,
            applications.c.kind == kind,
        )

    def in_phases(
        self, phases: Collection[str], municipality: str | None = None
    ) -> list[StoredApplication]:
        """Those in these phases as stored, of one municipality or all."""
        own = [] if municipality is None else [applications.c.municipality == municipality]
        return self._rows(applications.c.phase.in_(phases), *own)

    def over(self, now: int) -> list[StoredApplication]:
        """What time alone ends or erases: granted, refused or closed, and its moment has come."""
        late = (applications.c.phase.in_(("decided", "issued"))) & (applications.c.due_at <= now)
        return self._rows(late | (applications.c.erase_at <= now))

    def change(
        self, case_id: str, decide: Callable[[StoredApplication], Change]
    ) -> StoredApplication:
        """Writes what `decide` makes of the application, over exactly the state it saw."""
        for _ in range(_RACES):
            stored = self.find(case_id)
            change = decide(stored)
            with self._database.writing() as connection:
                if _swap(connection, stored, change):
                    _account(connection, change)
                    replaced = _replace(connection, change)
                    row = connection.execute(
                        select(applications).where(applications.c.case_id == case_id)
                    ).one()
                    return replace(_stored(row), replaced=replaced)
        raise IssuerError("store.contended")

    def attachments(self, case_id: str) -> list[SealedFile]:
        """What was sent along, in the order it came."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(attachments)
                .where(attachments.c.case_id == case_id)
                .order_by(attachments.c.number)
            ).all()
        return [SealedFile(row.number, row.media, row.size, bytes(row.sealed)) for row in rows]

    def forget(self, case_id: str, version: int) -> bool:
        """Removes an application with everything in it, if nothing happened to it since."""
        with self._database.writing() as connection:
            gone = connection.execute(
                delete(applications).where(
                    applications.c.case_id == case_id, applications.c.version == version
                )
            )
        return gone.rowcount == 1

    def _rows(self, *which: ColumnElement[bool]) -> list[StoredApplication]:
        with self._database.reading() as connection:
            rows = connection.execute(
                select(applications)
                .where(*which)
                .order_by(applications.c.received_at.desc(), applications.c.case_id)
            ).all()
        return [_stored(row) for row in rows]


def collect(connection: Connection, municipality: str, subject: str, kind: str, now: int) -> None:
    """A batch of a card that was granted is handed out, in the transaction that takes its places.

    Raises `WalletFault` if no decision stands: one that is taken back is waited for.
    """
    rows = connection.execute(_granted(municipality, subject, kind)).all()
    for stored in map(_stored, rows):
        if standing(stored.application):
            after = transitions.collected(stored.application, now)
            change = Change(after, stored.sealed, stored.erase_at)
            if _swap(connection, stored, change):
                return
    raise WalletFault("credential_request_denied", "application.ended", "OpenID4VCI 1.0 8.3.1.2")


def _swap(connection: Connection, stored: StoredApplication, change: Change) -> bool:
    """Replaces what was read; false if someone else was first."""
    done = connection.execute(
        update(applications)
        .where(
            applications.c.case_id == stored.application.file.case,
            applications.c.version == stored.version,
        )
        .values(version=stored.version + 1, **_columns(change))
    )
    return done.rowcount == 1


def _columns(change: Change) -> dict[str, object]:
    return {
        "phase": phase(change.application),
        "state": msgspec.json.encode(change.application).decode(),
        "sealed": change.sealed,
        "due_at": moment(change.application),
        "erase_at": change.erase_at,
    }


def _account(connection: Connection, change: Change) -> None:
    case_id = change.application.file.case
    if change.wipe:
        connection.execute(delete(attachments).where(attachments.c.case_id == case_id))
    for one in change.files:
        connection.execute(attachments.insert().values(case_id=case_id, **one.__dict__))
    if change.processed is not None:
        write_processing(connection, change.processed)
    if change.action is not None:
        write_action(connection, change.action)


def _replace(connection: Connection, change: Change) -> frozenset[int]:
    """Closes earlier decisions about this kind; the batches that were handed out under them.

    Whoever hands out a card holds the decision it rests on (`collect`): none comes in between.
    """
    if change.replaces is None:
        return frozenset()
    file = change.application.file
    earlier = [
        stored
        for stored in map(
            _stored, connection.execute(_granted(file.municipality, file.subject, file.kind)).all()
        )
        if stored.application.file.case != file.case
        and standing(at(stored.application, change.replaces))
    ]
    for stored in earlier:
        after = transitions.end(stored.application, Why.REPLACED, change.replaces)
        if not _swap(connection, stored, Change(after, stored.sealed, stored.erase_at)):
            raise IssuerError("store.contended")
    if not earlier:
        return frozenset()
    batches = connection.execute(
        select(issued.c.issued_id).where(
            issued.c.municipality == file.municipality,
            issued.c.subject == file.subject,
            issued.c.kind == file.kind,
        )
    ).scalars()
    return frozenset(batches)


def _granted(municipality: str, subject: str, kind: str) -> Select[Any]:
    return (
        select(applications)
        .where(
            applications.c.municipality == municipality,
            applications.c.subject == subject,
            applications.c.type == Type.CARD.value,
            applications.c.kind == kind,
            applications.c.phase.in_(("decided", "issued")),
        )
        .order_by(applications.c.received_at.desc(), applications.c.case_id)
        .with_for_update()
    )


def _require_room(connection: Connection, application: Application, most: int) -> None:
    file = application.file
    rows = connection.execute(
        select(applications.c.type, applications.c.kind, func.count())
        .where(
            applications.c.municipality == file.municipality,
            applications.c.subject == file.subject,
            applications.c.phase.in_(("received", "in_progress", "information_requested")),
        )
        .group_by(applications.c.type, applications.c.kind)
    ).all()
    if sum(int(row[2]) for row in rows) > most:
        raise WalletFault(
            "too_many_open", "application.too_many", "Architecture, Issuer", status=409
        )
    mine = {(row.type, row.kind): int(row[2]) for row in rows}
    if file.type is Type.CARD and mine[file.type.value, file.kind] > 1:
        raise WalletFault(
            "already_open", "application.open_already", "Architecture, Issuer", status=409
        )


def _stored(row: Row[Any]) -> StoredApplication:
    return StoredApplication(
        application=_decoder.decode(row.state),
        version=row.version,
        sealed=None if row.sealed is None else bytes(row.sealed),
        request_hash=row.request_hash,
        erase_at=row.erase_at,
        trace=row.trace,
    )
