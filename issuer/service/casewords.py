"""A case as its resident reads it, and the signed decision (formats.md 12)."""

from datetime import date, timedelta
from typing import Final

from credential import decision as decisions
from credential.decision import Decision, Words
from credential.strictjson import Json, Object
from issuer.application import (
    DAY,
    OBJECTION_SECONDS,
    Application,
    Closed,
    Decided,
    InformationRequested,
    InProgress,
    Issued,
    Received,
    Why,
    asks_recipients,
    due,
    phase,
)
from issuer.brp.dates import day_of
from issuer.service.casefiles import View
from issuer.service.office import Municipality
from issuer.texts import Language, sentence

_OBJECTION_DAYS: Final = timedelta(days=OBJECTION_SECONDS // DAY)


def message(municipality: Municipality, found: View, now: int) -> Object:
    """A case on the wire: where it stands, by when, and what is asked of the resident."""
    state, file, content = found.application, found.application.file, found.dossier
    history: list[Json] = [{"phase": one.phase, "at": one.at} for one in file.history]
    case: Object = {
        "id": file.case,
        "type": file.type.value,
        "kind": file.kind,
        "phase": phase(state),
        "received_at": file.received_at,
        "due": due(state),
        "extended": file.extended_at is not None,
        "history": history,
        "may_supplement": isinstance(state, Received | InProgress | InformationRequested),
        "ask_recipients": asks_recipients(state, now),
    }
    if file.about:
        about: list[Json] = list(file.about)
        case["about"] = about
    if content.extension is not None:
        case["extension"] = content.extension.message()
    if isinstance(state, InformationRequested) and content.questions:
        case["question"] = content.questions[-1].text
    if isinstance(state, Decided | Issued | Closed):
        reason = content.ending or content.reason
        case["outcome"] = state.outcome.value
        case["remedy"] = _remedies(municipality, state, _decided_at(state))
        if reason is not None:
            case["reason"] = reason.message()
    if isinstance(state, Decided | Closed) and state.recipients is not None:
        case["tell_recipients"] = state.recipients.tell
    return case


def decision(municipality: Municipality, found: View, now: int) -> str | None:
    """The decision, signed by the municipality; `None` before there is one.

    Also `None` once the reason of a refusal was erased: the resident has it signed by then.
    """
    state, reason = found.application, found.dossier.reason
    if not isinstance(state, Decided | Issued | Closed):
        return None
    if state.outcome.value != "granted" and reason is None:
        return None
    access = municipality.certificates.access
    access.require_valid(now, now)
    remedy = _remedies(municipality, state, state.decided_at)
    made = Decision(
        issuer=municipality.identifier,
        oin=municipality.settings.oin,
        case=state.file.case,
        type=state.file.type.value,
        kind=state.file.kind,
        outcome=state.outcome.value,
        at=state.decided_at,
        iat=now,
        remedy=Words(str(remedy["nl"]), str(remedy["en"])),
        reason=None if reason is None else Words(reason.nl, reason.en),
    )
    return decisions.build(made, signer=access.signer, x5c=[access.der])


def _decided_at(state: Decided | Issued | Closed) -> int:
    """When the last decision was made: taking back what was granted is one too."""
    if isinstance(state, Closed) and state.why is Why.REVOKED:
        return state.closed_at
    return state.decided_at


def _remedies(municipality: Municipality, state: Application, decided_at: int) -> Object:
    """How to object, and until which day (Awb 3:45 and 6:7)."""
    last = day_of(decided_at) + _OBJECTION_DAYS

    def said(language: Language, until: str) -> str:
        return sentence(
            language,
            "decision.remedy",
            municipality=municipality.settings.name,
            case=state.file.case,
            until=until,
        )

    return {"nl": said("nl", _dutch(last)), "en": said("en", last.isoformat())}


def _dutch(day: date) -> str:
    return f"{day.day}-{day.month}-{day.year}"
