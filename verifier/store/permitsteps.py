"""The steps of an application: who moved it when, and with which words; one step at a time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, func, insert, select, update

from verifier.keys import Sealer
from verifier.permit import State
from verifier.store import permits
from verifier.store.engine import Store
from verifier.store.permits import Application
from verifier.tables import APPLICATIONS as A
from verifier.tables import STEPS as S


@dataclass(frozen=True)
class Words:
    """What was said with a step, in both languages; the applicant writes in one."""

    nl: str = field(repr=False)
    en: str = field(repr=False)


@dataclass(frozen=True)
class Step:
    """One step of an application."""

    at: int
    state: State
    by: str
    words: Words | None = None
    ruling: str | None = None


Also: TypeAlias = Callable[[Connection], None]


def take(
    store: Store,
    sealer: Sealer,
    before: Application,
    step: Step,
    id: str,  # noqa: A002 - of the step
    *,
    also: Also,
    **values: Any,  # noqa: ANN401 - columns that change with the step
) -> bool:
    """Move an application, once, with everything that goes with it; false when somebody else did.

    The state it was in is part of the statement: of two who move it at once, one does.
    """
    moved = (
        update(A)
        .where(
            A.c.id == before.id,
            A.c.state == before.state.value,
            A.c.version == before.version,
        )
        .values(state=step.state.value, version=A.c.version + 1, **values)
        .returning(A.c.id)
    )
    with store.writing() as connection:
        if connection.execute(moved).first() is None:
            return False
        last, newest = connection.execute(
            select(
                func.coalesce(func.max(S.c.position), 0), func.coalesce(func.max(S.c.at), 0)
            ).where(S.c.application == before.id)
        ).one()
        said = step.words
        connection.execute(
            insert(S).values(
                id=id,
                application=before.id,
                position=last + 1,
                # Another server's clock may be ahead: a history is in order of time.
                at=max(step.at, newest),
                state=step.state.value,
                by=step.by,
                text_sealed=None
                if said is None
                else sealer.seal({"nl": said.nl, "en": said.en}, f"application_steps.text.{id}"),
                detail=None if step.ruling is None else {"ruling": step.ruling},
            )
        )
        also(connection)
    return True


def steps(store: Store, sealer: Sealer, application: str) -> tuple[Step, ...]:
    """Every step, oldest first."""
    with store.reading() as connection:
        return _steps(connection, sealer, application)


def of_disclosure(
    connection: Connection, sealer: Sealer, disclosure: str
) -> tuple[Application, tuple[Step, ...]] | None:
    """The submitted application of a disclosure, with its steps."""
    found = permits.of_disclosure(connection, disclosure)
    return None if found is None else (found, _steps(connection, sealer, found.id))


def _steps(connection: Connection, sealer: Sealer, application: str) -> tuple[Step, ...]:
    chosen = select(S).where(S.c.application == application).order_by(S.c.position)
    return tuple(_read(row, sealer) for row in connection.execute(chosen))


def _read(row: Row[Any], sealer: Sealer) -> Step:
    said = None
    if row.text_sealed is not None:
        opened = sealer.open(row.text_sealed, f"application_steps.text.{row.id}")
        said = Words(opened["nl"], opened["en"])
    return Step(row.at, State(row.state), row.by, said, (row.detail or {}).get("ruling"))
