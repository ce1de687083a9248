"""Employees: what each role may do, what stands on record of it, and why somebody was looked at.

A session has one role (Regie domain 2.9: who answers for privacy takes no part in the daily work);
who audits has no other role at all.
"""

import re
from enum import StrEnum
from typing import Final

from verifier.errors import Refused

_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./:_-]{0,31}\Z")
_LONG_NUMBER: Final = re.compile(r"[0-9](?:[ ./:_-]?[0-9]){7,}")


class Role(StrEnum):
    """What an employee does in a session."""

    DESK = "desk"
    REGISTER = "register"
    PRIVACY = "privacy"
    AUDIT = "audit"


class Act(StrEnum):
    """What stands on record; keys of the texts, table `staff_act`."""

    LOGIN = "login"
    LOGOUT = "logout"
    SEARCH = "search"
    OPEN = "open"
    VALUES = "values"
    END = "end"
    START = "start"
    RESULT = "result"
    CONTACT = "contact"
    PAPER = "paper"
    PAPER_REGISTER = "paper_register"
    ASK = "ask"
    CASE = "case"
    DECIDE = "decide"
    EXTEND = "extend"
    LIFT = "lift"
    AUDIT = "audit"
    EXPORT = "export"
    APPLICATION = "application"
    APPLICATION_STEP = "application_step"


class Reason(StrEnum):
    """Why somebody is looked at; keys of the texts, table `staff_reason`."""

    QUESTION = "question"
    CHECK = "check"
    ALLOCATION = "allocation"
    MISTAKE = "mistake"
    COMPLAINT = "complaint"
    # Given by the work itself, never chosen from a list.
    DESK = "desk"
    RIGHTS = "rights"
    ENDING = "ending"
    APPLICATION = "application"


STATED: Final = (
    Reason.QUESTION,
    Reason.CHECK,
    Reason.ALLOCATION,
    Reason.MISTAKE,
    Reason.COMPLAINT,
)
"""The reasons an employee can state."""


def reason(stated: str, reference: str) -> str:
    """What stands on record: why, and a reference that is not the number of a person."""
    if stated not in STATED:
        raise Refused("staff.reason", "AVG 5", status=422)
    if not reference:
        return stated
    if not _REFERENCE.match(reference) or _LONG_NUMBER.search(reference):
        raise Refused("staff.reference", "AVG 5", status=422)
    return f"{stated} {reference}"
