"""What an applicant is told through the wallet: where the application stands, what is held."""

from sqlalchemy import Connection

from credential.permitcase import Case, Said
from credential.permitcase import Step as Told
from credential.strictjson import Object
from verifier import dates, permit
from verifier.permit import State
from verifier.service.permit import casework
from verifier.service.permit.steps import APPLICANT
from verifier.service.verifier import Verifier
from verifier.store import permits, permitsteps
from verifier.store.permitsteps import Step
from verifier.texts import sentence


def case_of(connection: Connection, verifier: Verifier, disclosure: str) -> Case | None:
    """The application this disclosure belongs to, as the answer to `status` says (formats.md 4)."""
    found = permitsteps.of_disclosure(connection, verifier.sealer, disclosure)
    if found is None:
        return None
    application, steps = found
    history = tuple(
        Told(phase, step.at) for step in steps if (phase := permit.phase(step.state)) is not None
    )
    return Case(
        number=application.number,
        phase=history[-1].phase,
        at=history[-1].at,
        due=application.due if permit.is_open(application.state) else None,
        history=history,
        reason=_reason(application.state, steps),
    )


def _reason(state: State, steps: tuple[Step, ...]) -> Said | None:
    """What the desk said last; of a decision also what one can do against it (Awb 3:45)."""
    if state is State.INFORMATION_REQUESTED:
        said = steps[-1].words
        return None if said is None else Said(said.nl, said.en)
    if state not in (State.DECIDED, State.PUBLISHED):
        return None
    decided = next((one for one in steps if one.state is State.DECIDED), None)
    if decided is None or decided.words is None:
        return None
    ruled = {lang: sentence(lang, f"permit.ruling.{decided.ruling}") for lang in ("nl", "en")}
    remedy = {lang: sentence(lang, "permit.remedy") for lang in ("nl", "en")}
    return Said(
        f"{ruled['nl']} {decided.words.nl} {remedy['nl']}",
        f"{ruled['en']} {decided.words.en} {remedy['en']}",
    )


def data(verifier: Verifier, disclosure: str) -> Object | None:
    """Everything held of the application of a disclosure, for `access` (formats.md 4)."""
    with verifier.store.reading() as connection:
        found = permits.of_disclosure(connection, disclosure)
    if found is None:
        return None
    file = casework.file_of(verifier, found)
    return {
        "number": found.number,
        "state": found.state.value,
        "submitted": dates.stamp(found.submitted),
        "due": dates.stamp(found.due),
        "form": {**file.concept.form.members()},
        "attachments": [
            {"name": one.name, "sha256": one.sha256, "size": one.size}
            for one in (kept.attachment for kept in file.concept.attachments)
        ],
        "steps": [
            {
                "at": dates.stamp(step.at),
                "state": step.state.value,
                "by": "applicant" if step.by == APPLICANT else "organisation",
                "nl": None if step.words is None else step.words.nl,
                "en": None if step.words is None else step.words.en,
            }
            for step in file.steps
        ],
        "delete_by": dates.stamp(found.delete_by),
    }
