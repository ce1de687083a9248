"""Applications: a concept of one browser, then a case; each move succeeds once (house rule 6)."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, select, update

from verifier.application import Form, form_of
from verifier.attachments import Attachment
from verifier.keys import Sealer
from verifier.permit import State
from verifier.store.engine import Store
from verifier.tables import APPLICATIONS as A
from verifier.tables import ATTACHMENTS as B
from verifier.tables import DISCLOSURES as D

MAX_LISTED: Final = 200


@dataclass(frozen=True)
class Application:
    """One application, as its applicant and the desk know it; no words, no values."""

    id: str
    number: str
    profile: str
    disclosure: str | None
    state: State
    created: int
    submitted: int | None
    due: int | None
    closed: int | None
    delete_by: int | None
    version: int
    transaction_hash: str | None


@dataclass(frozen=True)
class Kept:
    """An attachment that is kept, under its own number."""

    id: str
    position: int
    attachment: Attachment
    later: bool


@dataclass(frozen=True)
class Sent:
    """An attachment as it comes in."""

    id: str
    attachment: Attachment
    body: str = field(repr=False)
    later: bool = False


def open_concept(
    store: Store,
    sealer: Sealer,
    *,
    id: str,  # noqa: A002 - what it is
    number: str,
    profile: str,
    owner: str,
    form: Form,
    now: int,
    forget_before: int,
) -> None:
    """A concept of this browser, instead of the one it had; forgotten concepts of others go too."""
    with store.writing() as connection:
        purge_concepts(connection, forget_before)
        connection.execute(delete(A).where(_mine(owner, profile), _concept()))
        connection.execute(
            insert(A).values(
                id=id,
                number=number,
                profile=profile,
                owner=owner,
                state=State.CONCEPT.value,
                created=now,
                version=1,
                fields_sealed=sealer.seal(form.members(), f"applications.fields.{id}"),
            )
        )


def change(store: Store, sealer: Sealer, application: Application, form: Form, *, now: int) -> bool:
    """Other words: a new version, that nobody signed yet; false once it was shared."""
    sealed = sealer.seal(form.members(), f"applications.fields.{application.id}")
    with store.writing() as connection:
        return _touch(connection, application.id, now, fields_sealed=sealed)


class Attached(Enum):
    """What became of an attachment."""

    YES = "yes"
    MANY = "many"
    BUSY = "busy"


def attach(
    store: Store,
    sealer: Sealer,
    application: Application,
    sent: Sent,
    *,
    most: int,
    room: int,
    now: int,
) -> Attached:
    """One attachment more, as long as there is room and nothing was shared.

    `room`: bytes for the concepts of everybody together, so that nobody fills the disk.
    """
    with store.writing() as connection:
        if not _touch(connection, application.id, now):
            return Attached.MANY
        if _number(connection, application.id) >= most:
            return Attached.MANY
        if _held(connection) + sent.attachment.size > room:
            return Attached.BUSY
        _add(connection, sealer, application.id, sent)
    return Attached.YES


def detach(store: Store, application: Application, attachment: str, *, now: int) -> bool:
    """An attachment less."""
    with store.writing() as connection:
        if not _touch(connection, application.id, now):
            return False
        connection.execute(delete(B).where(B.c.id == attachment, B.c.application == application.id))
    return True


def freeze(store: Store, application: Application, transaction_hash: str) -> bool:
    """What will be signed for this version; false when it changed meanwhile or was shared."""
    statement = (
        update(A)
        .where(_version(application.id, application.version))
        .values(transaction_hash=transaction_hash)
        .returning(A.c.id)
    )
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def link(
    store: Store,
    id: str,  # noqa: A002
    version: int,
    disclosure: str,
    owner: str,
    *,
    now: int,
) -> bool:
    """Tie the disclosure to the version it signed; from now it is of the browser that proved so.

    Once: a concept that was changed since, or shared before, is not this one.
    """
    statement = (
        update(A)
        .where(_version(id, version), A.c.transaction_hash.is_not(None))
        .values(disclosure=disclosure, owner=owner, created=now)
        .returning(A.c.id)
    )
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def follow(store: Store, id: str, owner: str) -> None:  # noqa: A002
    """The browser of this concept has another session from now on."""
    with store.writing() as connection:
        connection.execute(
            update(A).where(A.c.id == id, A.c.disclosure.is_(None), _concept()).values(owner=owner)
        )


def owned(connection: Connection, id: str, owner: str) -> bool:  # noqa: A002
    """Whether this application is of this browser."""
    statement = select(A.c.id).where(A.c.id == id, A.c.owner == owner)
    return connection.execute(statement).first() is not None


def reopen(store: Store, application: Application) -> bool:
    """Take the concept back to change it: what was signed no longer counts."""
    statement = (
        update(A)
        .where(A.c.id == application.id, _concept())
        .values(disclosure=None, transaction_hash=None, version=A.c.version + 1)
        .returning(A.c.id)
    )
    with store.writing() as connection:
        return connection.execute(statement).first() is not None


def concept_of(store: Store, owner: str, profile: str) -> Application | None:
    """What this browser is filling in."""
    return _one(store, _chosen(and_(_mine(owner, profile), _concept())).limit(1))


def has_any(store: Store, owner: str) -> bool:
    """Whether this browser has an application, in whatever state."""
    with store.reading() as connection:
        return (
            connection.execute(select(A.c.id).where(A.c.owner == owner).limit(1)).first()
            is not None
        )


def submitted_by(store: Store, owner: str, profile: str) -> Application | None:
    """What this browser submitted last."""
    chosen = _chosen(and_(_mine(owner, profile), ~_concept()))
    return _one(store, chosen.order_by(A.c.submitted.desc(), A.c.id).limit(1))


def find(store: Store, id: str) -> Application | None:  # noqa: A002
    """The application of this id."""
    return _one(store, _chosen(A.c.id == id))


def numbered(store: Store, number: str) -> Application | None:
    """The submitted application of this number; a concept is nobody else's."""
    return _one(store, _chosen(and_(A.c.number == number, ~_concept())))


def of_disclosure(connection: Connection, disclosure: str) -> Application | None:
    """The submitted application that this disclosure belongs to."""
    row = connection.execute(_chosen(and_(A.c.disclosure == disclosure, ~_concept()))).one_or_none()
    return None if row is None else read(row)


def listed(
    store: Store, state: State | None, after: str | None, limit: int
) -> tuple[Application, ...]:
    """Submitted applications by number of arrival, newest first; `after` a number on that list."""
    chosen = _chosen(~_concept())
    if state is not None:
        chosen = chosen.where(A.c.state == state.value)
    if after is not None:
        last = select(A.c.submitted, A.c.id).where(A.c.number == after).subquery()
        chosen = chosen.where(
            (A.c.submitted < select(last.c.submitted).scalar_subquery())
            | (
                (A.c.submitted == select(last.c.submitted).scalar_subquery())
                & (A.c.id < select(last.c.id).scalar_subquery())
            )
        )
    chosen = chosen.order_by(A.c.submitted.desc(), A.c.id.desc()).limit(min(limit, MAX_LISTED))
    with store.reading() as connection:
        return tuple(read(row) for row in connection.execute(chosen))


def form(store: Store, sealer: Sealer, id: str) -> Form:  # noqa: A002
    """What the applicant wrote."""
    with store.reading() as connection:
        sealed = connection.execute(select(A.c.fields_sealed).where(A.c.id == id)).scalar_one()
    return form_of(sealer.open(sealed, f"applications.fields.{id}"))


def attachments(store: Store, sealer: Sealer, id: str) -> tuple[Kept, ...]:  # noqa: A002
    """The attachments of an application, in the order they came."""
    # Never the bytes: a list of attachments reads none of them.
    columns = [column for column in B.c if column is not B.c.body_sealed]
    chosen = select(*columns).where(B.c.application == id).order_by(B.c.position)
    with store.reading() as connection:
        return tuple(_kept(row, sealer) for row in connection.execute(chosen))


def body(store: Store, sealer: Sealer, attachment: str) -> str | None:
    """The bytes of an attachment, as base64url."""
    with store.reading() as connection:
        sealed = connection.execute(
            select(B.c.body_sealed).where(B.c.id == attachment)
        ).scalar_one_or_none()
    found = None if sealed is None else sealer.open(sealed, f"attachments.body.{attachment}")
    return None if found is None else str(found)


def values(store: Store, sealer: Sealer, disclosure: str) -> list[list[Any]]:
    """What the cards said, as long as it is kept and may be used: [query, path, value]."""
    with store.reading() as connection:
        sealed = connection.execute(
            # Whoever asked to leave it alone (AVG 18): it is kept, and nobody reads it.
            select(D.c.values_sealed).where(D.c.id == disclosure, D.c.restricted.is_(None))
        ).scalar_one_or_none()
    if sealed is None:
        return []
    found: list[list[Any]] = sealer.open(sealed, f"disclosures.values.{disclosure}")
    return found


def purge_concepts(connection: Connection, before: int) -> int:
    """Remove concepts nobody worked on since; their attachments go with them."""
    old = select(A.c.id).where(_concept(), A.c.created < before)
    connection.execute(delete(B).where(B.c.application.in_(old)))
    return connection.execute(delete(A).where(_concept(), A.c.created < before)).rowcount


def add(connection: Connection, sealer: Sealer, id: str, sent: Sent) -> None:  # noqa: A002
    """An attachment that was asked for later, inside the step that brings it."""
    _add(connection, sealer, id, sent)


def read(row: Row[Any]) -> Application:
    """A row as a value."""
    return Application(
        row.id,
        row.number,
        row.profile,
        row.disclosure,
        State(row.state),
        row.created,
        row.submitted,
        row.due,
        row.closed,
        row.delete_by,
        row.version,
        row.transaction_hash,
    )


def _chosen(where: Any) -> Select[Any]:  # noqa: ANN401 - a condition
    return select(A).where(where)


def _one(store: Store, chosen: Select[Any]) -> Application | None:
    with store.reading() as connection:
        row = connection.execute(chosen).one_or_none()
    return None if row is None else read(row)


def _concept() -> Any:  # noqa: ANN401 - a condition
    return A.c.state == State.CONCEPT.value


def _mine(owner: str, profile: str) -> Any:  # noqa: ANN401 - a condition
    return and_(A.c.owner == owner, A.c.profile == profile)


def _version(id: str, version: int) -> Any:  # noqa: A002, ANN401 - a condition
    return and_(A.c.id == id, A.c.version == version, A.c.disclosure.is_(None), _concept())


def _touch(connection: Connection, id: str, now: int, **values: Any) -> bool:  # noqa: A002, ANN401
    """A new version of a concept that was not shared; whoever is at it waits for the other."""
    statement = (
        update(A)
        .where(A.c.id == id, A.c.disclosure.is_(None), _concept())
        .values(version=A.c.version + 1, transaction_hash=None, created=now, **values)
        .returning(A.c.id)
    )
    return connection.execute(statement).first() is not None


def _number(connection: Connection, id: str) -> int:  # noqa: A002
    found = connection.execute(select(func.count()).where(B.c.application == id)).scalar_one()
    return int(found)


def _held(connection: Connection) -> int:
    """How many bytes the attachments of concepts are."""
    held = select(func.coalesce(func.sum(B.c.size), 0)).join(A, A.c.id == B.c.application)
    return int(connection.execute(held.where(_concept())).scalar_one())


def _add(connection: Connection, sealer: Sealer, id: str, sent: Sent) -> None:  # noqa: A002
    last = connection.execute(
        select(func.coalesce(func.max(B.c.position), 0)).where(B.c.application == id)
    ).scalar_one()
    one = sent.attachment
    connection.execute(
        insert(B).values(
            id=sent.id,
            application=id,
            position=last + 1,
            sha256=one.sha256,
            size=one.size,
            media=one.media,
            says_more=int(one.says_more),
            later=int(sent.later),
            name_sealed=sealer.seal(one.name, f"attachments.name.{sent.id}"),
            body_sealed=sealer.seal(sent.body, f"attachments.body.{sent.id}"),
        )
    )


def _kept(row: Row[Any], sealer: Sealer) -> Kept:
    name = str(sealer.open(row.name_sealed, f"attachments.name.{row.id}"))
    one = Attachment(name, row.sha256, row.size, row.media, bool(row.says_more))
    return Kept(row.id, row.position, one, bool(row.later))
