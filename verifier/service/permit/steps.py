"""The steps of an application, each with what belongs to it: term, log, message, retention."""

from sqlalchemy import Connection, update

from credential import base64url
from verifier import dates, permit
from verifier.errors import NothingFound, Refused
from verifier.permit import Ruling, State
from verifier.processing import Activity
from verifier.service import processing, retention, webhooks
from verifier.service.verifier import Verifier
from verifier.service.webhooks import Event
from verifier.store import permits, permitsteps
from verifier.store.permits import Application, Sent
from verifier.store.permitsteps import Step, Words
from verifier.tables import APPLICATIONS as A

APPLICANT = "applicant"
DECISION = "decision"


def submitted(verifier: Verifier, before: Application, by: str = APPLICANT) -> Application:
    """Concept to received: numbered, dated, with the last day of the term."""
    now = verifier.now()
    due = dates.last_moment(now, f"P{verifier.config.permit.weeks}W")
    step = Step(now, permit.move(before.state, State.RECEIVED), by)
    return take(verifier, before, step, submitted=now, due=due)


def take(
    verifier: Verifier,
    before: Application,
    step: Step,
    *,
    added: tuple[Sent, ...] = (),
    **values: int | None,
) -> Application:
    """One step, once, with its line in the processing log and the message to other systems."""

    def also(connection: Connection) -> None:
        for sent in added:
            permits.add(connection, verifier.sealer, before.id, sent)
        if step.state in (State.DECIDED, State.WITHDRAWN):
            _keep_until(connection, before, step.at)
        processing.note(
            connection,
            verifier,
            Activity.PERMIT,
            subject=None,
            disclosure=before.disclosure,
            role="resident" if step.by == APPLICANT else "desk",
            trace=None,
            now=step.at,
        )
        webhooks.emit(
            connection,
            verifier,
            Event.APPLICATION_STATE,
            {
                "application": before.number,
                "profile": before.profile,
                "state": step.state.value,
            },
            step.at,
        )

    if step.state in (State.PUBLISHED, State.WITHDRAWN):
        values["closed"] = step.at
    name = base64url.encode(verifier.entropy(12))
    if not permitsteps.take(
        verifier.store, verifier.sealer, before, step, name, also=also, **values
    ):
        raise Refused("permit.moved", "Architecture, Verifier", status=409)
    found = permits.find(verifier.store, before.id)
    if found is None:
        raise NothingFound("permit.none", "Regie domain 2.6")
    return found


def _keep_until(connection: Connection, before: Application, now: int) -> None:
    """The decision begins the term after which everything goes (Regie formats 3)."""
    assert before.disclosure is not None
    until = retention.happened_to(connection, before.disclosure, DECISION, now)
    connection.execute(update(A).where(A.c.id == before.id).values(delete_by=until))


def moved(
    verifier: Verifier,
    before: Application,
    to: State,
    *,
    by: str,
    words: Words | None = None,
    ruling: Ruling | None = None,
    added: tuple[Sent, ...] = (),
) -> Application:
    """Any later step; the term stands still while the applicant was asked something (Awb 4:15)."""
    now = verifier.now()
    step = Step(
        now, permit.move(before.state, to), by, words, None if ruling is None else ruling.value
    )
    due = before.due
    if before.state is State.INFORMATION_REQUESTED and to is State.IN_PROGRESS and due is not None:
        asked = permitsteps.steps(verifier.store, verifier.sealer, before.id)[-1]
        due = permit.prolonged(due, asked.at, now)
    return take(verifier, before, step, added=added, due=due)
