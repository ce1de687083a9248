"""What the desk does with applications, and what the applicant still does after submitting."""

from dataclasses import dataclass, field

from credential import base64url
from verifier.attachments import Attachment, digest
from verifier.errors import NothingFound, Refused, UsageError
from verifier.permit import Ruling, State
from verifier.profiles import BoundProfile
from verifier.service.permit import concept, steps
from verifier.service.permit.concept import Concept
from verifier.service.permit.steps import APPLICANT
from verifier.service.verifier import Verifier
from verifier.store import permits, permitsteps
from verifier.store.permits import Application
from verifier.store.permitsteps import Step, Words

MAX_WORDS = 4000


@dataclass(frozen=True)
class File:
    """An application with its history."""

    concept: Concept = field(repr=False)
    steps: tuple[Step, ...]

    @property
    def application(self) -> Application:
        """Number, state and dates."""
        return self.concept.application

    @property
    def question(self) -> Words | None:
        """What the desk asked the applicant, while it waits for that."""
        waits = self.application.state is State.INFORMATION_REQUESTED
        return self.steps[-1].words if waits and self.steps else None

    @property
    def decision(self) -> Step | None:
        """The step that decided, with its words."""
        return next((one for one in self.steps if one.state is State.DECIDED), None)


def listed(
    verifier: Verifier, *, state: State | None = None, after: str | None = None, limit: int = 50
) -> tuple[Application, ...]:
    """Submitted applications, newest first; `after` is the number of the last one seen."""
    return permits.listed(verifier.store, state, after, limit)


def find(verifier: Verifier, number: str) -> File:
    """One submitted application."""
    found = permits.numbered(verifier.store, number)
    if found is None:
        raise NothingFound("permit.none", "Regie domain 2.6")
    return file_of(verifier, found)


def submitted_by(verifier: Verifier, session: str, profile: BoundProfile) -> Application | None:
    """What this browser submitted last."""
    owner = verifier.sealer.session(session)
    return permits.submitted_by(verifier.store, owner, profile.id)


def file_of(verifier: Verifier, found: Application) -> File:
    """An application with its words, attachments and steps."""
    return File(
        concept.whole(verifier, found),
        permitsteps.steps(verifier.store, verifier.sealer, found.id),
    )


def attachment(verifier: Verifier, number: str, position: int) -> tuple[Attachment, bytes]:
    """One attachment as it came in; refused when its bytes are no longer those that were signed."""
    held = find(verifier, number).concept.attachments
    kept = next((one for one in held if one.position == position), None)
    body = None if kept is None else permits.body(verifier.store, verifier.sealer, kept.id)
    if kept is None or body is None:
        raise NothingFound("permit.no_attachment", "Regie domain 2.6")
    data = base64url.decode(body)
    if digest(data) != kept.attachment.sha256:
        raise Refused(concept.CHANGED, "Regie formats 3", status=409)
    return kept.attachment, data


def move(
    verifier: Verifier,
    number: str,
    *,
    to: State,
    by: str,
    words: Words | None = None,
    ruling: Ruling | None = None,
) -> Application:
    """A step of the desk; who asks or decides says so in a sentence, in both languages."""
    if to in (State.INFORMATION_REQUESTED, State.DECIDED) and words is None:
        raise UsageError("permit.words", "Awb 3:46")
    if (to is State.DECIDED) != (ruling is not None):
        raise UsageError("permit.ruling", "Awb 1:3")
    if words is not None and not all(0 < len(one) <= MAX_WORDS for one in (words.nl, words.en)):
        raise UsageError("permit.words", "Awb 3:46")
    if to in (State.CONCEPT, State.RECEIVED):
        raise UsageError("permit.move", "Regie domain 2.6", state="-", to=to.value)
    found = permits.numbered(verifier.store, number)
    if found is None:
        raise NothingFound("permit.none", "Regie domain 2.6")
    return steps.moved(verifier, found, to, by=by, words=words, ruling=ruling)


def supplement(
    verifier: Verifier, found: Application, text: str, name: str, data: bytes
) -> str | None:
    """The applicant adds what was asked; a code that says why not, or nothing when it is in."""
    if found.state is not State.INFORMATION_REQUESTED:
        raise Refused("permit.moved", "Awb 4:5", status=409)
    words = "\n".join(text.strip().splitlines())
    if not words and not data:
        return "permit.supplement.none"
    if len(words) > MAX_WORDS:
        return "permit.supplement.long"
    added: tuple[permits.Sent, ...] = ()
    if data:
        sent = concept.incoming(verifier, name, data, later=True)
        if isinstance(sent, str):
            return sent
        held = permits.attachments(verifier.store, verifier.sealer, found.id)
        if len([one for one in held if one.later]) >= verifier.config.permit.attachments:
            return "permit.attachment.many"
        added = (sent,)
    said = Words(words, words) if words else None
    steps.moved(verifier, found, State.IN_PROGRESS, by=APPLICANT, words=said, added=added)
    return None


def withdraw(verifier: Verifier, found: Application) -> Application:
    """The applicant takes it back, as long as nothing was decided."""
    return steps.moved(verifier, found, State.WITHDRAWN, by=APPLICANT)
