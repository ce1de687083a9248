"""The log of the desk: who did what for whom and why, on record before it has an effect."""

from enum import StrEnum
from typing import Final

from issuer.representation import Representation
from issuer.service.office import Office
from issuer.store.clerks import ActionRow

DAY: Final = 86_400


class Action(StrEnum):
    """What a clerk does; keys of the texts, table `desk_action`."""

    LOGIN = "login"
    SEARCH = "search"
    CHOOSE = "choose"
    PREVIEW = "preview"
    OFFER = "offer"
    PAPER = "paper"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    HISTORY = "history"
    REVOKE = "revoke"
    OPEN = "open"
    ATTACHMENT = "attachment"
    TAKE = "take"
    ASK = "ask"
    EXTEND = "extend"
    DECIDE = "decide"
    CORRECTED = "corrected"
    TOLD = "told"
    AUDIT = "audit"


def row(
    office: Office,
    municipality: str,
    action: Action,
    *,
    clerk: str,
    purpose: str,
    now: int,
    case: str | None = None,
    subject: str | None = None,
    represented: Representation | None = None,
) -> ActionRow:
    """One line; a parent or curator at the desk stands in it with the document that was seen."""
    if represented is not None:
        purpose = f"{purpose} ({represented.relation.value}: {represented.seen.value})"
    return ActionRow(
        at=now,
        keep_until=now + office.settings.desk.keep_actions_days * DAY,
        municipality=municipality,
        clerk=clerk,
        action=action.value,
        case_id=case,
        subject=subject,
        purpose=purpose,
    )


def idle_seconds(office: Office) -> int:
    """After this long without a page a clerk must log in again."""
    clerks = office.settings.clerks
    return 0 if clerks is None else clerks.session_minutes * 60
