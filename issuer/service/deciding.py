"""What clerks do with applications: read, ask, decide, carry out (Wet BRP 2.58 and 2.60; Awb 4:15).

Every step is on record, in the log of the desk and in the processing log, in the transaction that
makes it. `municipality` limits a clerk to the cases of one.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final

import msgspec

from credential.strictjson import Json, Object
from issuer import declared, transitions
from issuer.application import (
    Application,
    Closed,
    Decided,
    File,
    Outcome,
    Type,
    Why,
    Withdrawn,
    at,
    moment,
    phase,
    standing,
    touched,
)
from issuer.brp.fields import PERSONAL_KINDS
from issuer.dossier import Dossier, Said, Words
from issuer.errors import DeskFault, NothingFound
from issuer.evidence import Attachment
from issuer.service import desklog
from issuer.service.casefiles import (
    View,
    change,
    end_copies,
    open_dossier,
    open_file,
    terms,
    view,
)
from issuer.service.desklog import Action
from issuer.service.office import Office
from issuer.store.applications import Change, StoredApplication

MOST_WORDS: Final = 4_000
_PHASES: Final = ("received", "in_progress", "information_requested", "decided", "issued")
_OVER: Final = ("closed", "withdrawn")
_SECTION: Final = "Regie domain 2.9"

Step = Callable[[Application, Dossier], tuple[Application, Dossier]]


def listing(
    office: Office, now: int, *, municipality: str | None = None, over: bool = False
) -> list[Application]:
    """The applications as they stand, without what is sealed; the first that needs work first.

    `over`: also those that are closed or withdrawn.
    """
    phases = (*_PHASES, *_OVER) if over else _PHASES
    found = [
        at(one.application, now)
        for one in office.store.applications.in_phases(phases, municipality)
    ]
    found = [one for one in found if over or not isinstance(one, Closed | Withdrawn)]
    return sorted(found, key=lambda one: (phase(one) in _OVER, moment(one), one.file.case))


def find(office: Office, case_id: str, now: int, *, municipality: str | None = None) -> Application:
    """One application as it stands, without what is sealed; `NothingFound` otherwise."""
    return at(_stored(office, case_id, municipality).application, now)


def read(
    office: Office, case_id: str, *, clerk: str, now: int, municipality: str | None = None
) -> View:
    """One application with everything in it; that it was opened is on record."""
    stored = _stored(office, case_id, municipality)
    _on_record(office, stored.application.file, Action.OPEN, clerk, now)
    return view(office, stored, now)


def attachment(
    office: Office,
    case_id: str,
    number: int,
    *,
    clerk: str,
    now: int,
    municipality: str | None = None,
) -> Attachment:
    """One file as it was sent: never to be shown as a page of ours; on record."""
    file = _stored(office, case_id, municipality).application.file
    for one in office.store.applications.attachments(file.case):
        if one.number == number:
            _on_record(office, file, Action.ATTACHMENT, clerk, now)
            return open_file(office, file.case, one)
    raise NothingFound("application.no_attachment", "Architecture, Issuer")


def take(
    office: Office,
    case_id: str,
    *,
    clerk: str,
    now: int,
    over: bool = False,
    municipality: str | None = None,
) -> View:
    """This clerk works on it; `over`: from a colleague. A question that waits is taken back."""

    def step(found: Application, content: Dossier) -> tuple[Application, Dossier]:
        return transitions.take(found, clerk, now, over=over), content

    return _act(office, case_id, step, Action.TAKE, clerk, now, municipality)


def ask(
    office: Office,
    case_id: str,
    question: str,
    *,
    clerk: str,
    now: int,
    municipality: str | None = None,
) -> View:
    """Asks the resident for more; the term stands still until the answer (Awb 4:15)."""
    text = _checked(question)

    def step(found: Application, content: Dossier) -> tuple[Application, Dossier]:
        asked = (*content.questions, Said(now, text))
        after = transitions.ask(found, clerk, now)
        return after, msgspec.structs.replace(content, questions=asked)

    return _act(office, case_id, step, Action.ASK, clerk, now, municipality)


def extend(
    office: Office,
    case_id: str,
    reason: Words,
    *,
    clerk: str,
    now: int,
    municipality: str | None = None,
) -> View:
    """Takes more time, once; the resident reads why."""
    words = _words(reason)

    def step(found: Application, content: Dossier) -> tuple[Application, Dossier]:
        after = transitions.extend(found, terms(office, found.file), now)
        return after, msgspec.structs.replace(content, extension=words)

    return _act(office, case_id, step, Action.EXTEND, clerk, now, municipality)


def decide(
    office: Office,
    case_id: str,
    outcome: Outcome,
    *,
    clerk: str,
    now: int,
    reason: Words | None = None,
    claims: Mapping[str, Json] | None = None,
    version: int | None = None,
    municipality: str | None = None,
) -> View:
    """The decision. A refusal, whole or in part, has a reason (Wet BRP 2.60; Awb 3:46).

    A card that is granted says `claims`; raises `FieldFault` naming one that does not fit. With
    the `version` of the `View` the clerk saw, it is refused if something came in since.
    """
    if outcome is not Outcome.GRANTED and reason is None:
        raise DeskFault("application.no_reason", "Awb 3:46")
    words = None if reason is None else _words(reason)
    stored = _stored(office, case_id, municipality)
    decided, ends_at = _claims(office, stored.application.file, outcome, claims)
    four_eyes = office.settings.desk.four_eyes

    def step(found: Application, content: Dossier) -> tuple[Application, Dossier]:
        after = transitions.decide(
            found, clerk, outcome, four_eyes=four_eyes, ends_at=ends_at, now=now
        )
        return after, msgspec.structs.replace(content, reason=words, decided=decided)

    return _act(
        office, case_id, step, Action.DECIDE, clerk, now, municipality, outcome, version=version
    )


def corrected(
    office: Office,
    case_id: str,
    *,
    clerk: str,
    now: int,
    kinds: Collection[str] | None = None,
    municipality: str | None = None,
) -> View:
    """The register holds what was granted: the old cards end, and the wallet gets new ones.

    `kinds` are those that said the wrong thing; default: all that rest on the same data.
    """
    stored = _stored(office, case_id, municipality)
    file = stored.application.file
    transitions.corrected(stored.application, now)
    ended = frozenset(touched_kinds(office, file) if kinds is None else kinds)
    if not ended or not ended <= PERSONAL_KINDS & _issued_at(office, file):
        raise DeskFault("desk.unknown_kind", "Regie domain 2.6")
    end_copies(office, file, ended, "corrected", "corrected", now)

    def step(found: Application, content: Dossier) -> tuple[Application, Dossier]:
        return transitions.corrected(found, now), content

    return _act(office, case_id, step, Action.CORRECTED, clerk, now, municipality)


def end(
    office: Office,
    case_id: str,
    reason: Words,
    *,
    clerk: str,
    now: int,
    municipality: str | None = None,
) -> View:
    """Takes back what was granted: the copies end, and no new ones are made."""
    words = _words(reason)

    def step(found: Application, content: Dossier) -> tuple[Application, Dossier]:
        return transitions.end(found, Why.REVOKED, now), msgspec.structs.replace(
            content, ending=words
        )

    done = _act(office, case_id, step, Action.REVOKE, clerk, now, municipality)
    # After it: what was handed out up to then is marked, and nothing is handed out after.
    file = done.application.file
    end_copies(office, file, frozenset({file.kind}), "withdrawn", "withdrawn", now)
    return done


def told(
    office: Office, case_id: str, *, clerk: str, now: int, municipality: str | None = None
) -> View:
    """The recipients were told of the correction (Wet BRP 3.23)."""

    def step(found: Application, content: Dossier) -> tuple[Application, Dossier]:
        return transitions.told(found, clerk, now), content

    return _act(office, case_id, step, Action.TOLD, clerk, now, municipality)


def touched_kinds(office: Office, file: File) -> tuple[str, ...]:
    """The kinds of this municipality that a correction makes wrong."""
    issued = _issued_at(office, file)
    return tuple(kind for kind in touched(file.kind) if kind in issued)


def proposed(office: Office, found: View) -> Object:
    """What the claims of a decision may start from: what the resident declared under their name."""
    for one in office.settings.declared:
        if one.kind == found.application.file.kind:
            return declared.proposed(one, found.dossier.fields)
    return {}


# ---- parts


def _act(
    office: Office,
    case_id: str,
    step: Step,
    action: Action,
    clerk: str,
    now: int,
    municipality: str | None,
    outcome: Outcome | None = None,
    *,
    version: int | None = None,
) -> View:
    """One step of a clerk, over exactly the state it was made on."""
    file = _stored(office, case_id, municipality).application.file
    said = "" if outcome is None else outcome.value
    purpose = f"{file.type.value} ({said})" if said else file.type.value

    def made(stored: StoredApplication) -> Change:
        if version is not None and version != stored.version:
            raise DeskFault("application.changed", "Architecture, Issuer")
        after, content = step(stored.application, open_dossier(office, stored))
        row = desklog.row(
            office,
            file.municipality,
            action,
            clerk=clerk,
            purpose=purpose,
            now=now,
            case=file.case,
            subject=file.subject,
        )
        new = standing(after) and isinstance(after, Decided)
        return replace(
            change(office, stored, after, content, now, did=action.value, said=said),
            action=row,
            replaces=now if new else None,
        )

    done = office.store.applications.change(file.case, made)
    if done.replaced:
        end_copies(
            office, file, frozenset({file.kind}), "other", "replaced", now, batches=done.replaced
        )
    return view(office, done, now)


def _on_record(office: Office, file: File, action: Action, clerk: str, now: int) -> None:
    office.store.clerks.act(
        desklog.row(
            office,
            file.municipality,
            action,
            clerk=clerk,
            purpose=file.type.value,
            now=now,
            case=file.case,
            subject=file.subject,
        )
    )


def _stored(office: Office, case_id: str, municipality: str | None) -> StoredApplication:
    stored = office.store.applications.find(case_id)
    if municipality not in (None, stored.application.file.municipality):
        raise NothingFound("application.unknown", "Architecture, Issuer")
    return stored


def _claims(
    office: Office, file: File, outcome: Outcome, claims: Mapping[str, Json] | None
) -> tuple[Object, int | None]:
    """What a granted card says, and when that ends; nothing for any other decision."""
    if file.type is not Type.CARD or outcome is Outcome.REFUSED:
        if claims:
            raise DeskFault("application.no_claims", _SECTION)
        return {}, None
    for one in office.settings.declared:
        if one.kind == file.kind:
            found = declared.check(declared.claims_of(one), claims or {})
            return found, declared.ends_at(one, found)
    raise DeskFault("desk.unknown_kind", "Regie domain 2.6")


def _issued_at(office: Office, file: File) -> frozenset[str]:
    found = office.municipalities.get(file.municipality)
    return frozenset() if found is None else frozenset(found.settings.kinds)


def _words(words: Words) -> Words:
    return Words(_checked(words.nl), _checked(words.en) if words.en.strip() else "")


def _checked(text: str) -> str:
    """What a clerk writes to a resident: something, not too much, and text alone."""
    found = text.strip()
    fits = 0 < len(found) <= MOST_WORDS
    if not fits or not all(one.isprintable() or one in "\t\r\n" for one in found):
        raise DeskFault("application.words", "Architecture, Issuer", most=MOST_WORDS)
    return found
