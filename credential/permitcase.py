"""Where an application stands, as the organisation says in its answer to `status` (formats.md 4).

No values: a number, phases with their moments, the end of the term, and one sentence.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from credential import strictjson
from credential.errors import Malformed, NotAllowed
from credential.plaintext import terminal_safe
from credential.strictjson import Json, Object

MAX_STEPS: Final = 200

_SECTION: Final = "Regie formats 4"
_NUMBER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}\Z", re.ASCII)


class Phase(StrEnum):
    """How far an application is."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    INFORMATION_REQUESTED = "information_requested"
    DECIDED = "decided"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        return self in (Phase.PUBLISHED, Phase.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of the organisation, in both languages."""

    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Step:
    """A phase, and when it began."""

    phase: Phase
    at: int


@dataclass(frozen=True, slots=True)
class Case:
    """An application as it stands; the last step of its history is the phase it is in."""

    number: str
    phase: Phase
    at: int
    due: int | None
    history: tuple[Step, ...]
    reason: Said | None = None


def encode(case: Case) -> Object:
    """The member `case` of an answer."""
    _check(case)
    found: Object = {
        "number": case.number,
        "state": case.phase.value,
        "at": case.at,
        "history": [{"state": step.phase.value, "at": step.at} for step in case.history],
    }
    if case.due is not None:
        found["due"] = case.due
    if case.reason is not None:
        found["reason"] = {"nl": case.reason.nl, "en": case.reason.en}
    return found


def decode(value: Object) -> Case:
    """The member `case`, strictly; members it does not know are ignored."""
    reason = strictjson.obj(value, "reason") if "reason" in value else None
    case = Case(
        number=strictjson.text(value, "number"),
        phase=_phase(value),
        at=strictjson.integer(value, "at"),
        due=strictjson.integer_or_none(value, "due"),
        history=tuple(map(_step, strictjson.array(value, "history"))),
        # Their words, to be shown to a person.
        reason=None
        if reason is None
        else Said(*(terminal_safe(strictjson.text(reason, name)) for name in ("nl", "en"))),
    )
    _check(case)
    return case


def _check(case: Case) -> None:
    if not _NUMBER.match(case.number):
        raise Malformed("case.number", _SECTION)
    if not 0 < len(case.history) <= MAX_STEPS:
        raise Malformed("case.history", _SECTION)
    moments = [step.at for step in case.history]
    if moments != sorted(moments) or case.history[-1] != Step(case.phase, case.at):
        raise NotAllowed("case.history", _SECTION)


def _step(value: Json) -> Step:
    if not isinstance(value, dict):
        raise Malformed("case.history", _SECTION)
    return Step(_phase(value), strictjson.integer(value, "at"))


def _phase(value: Object) -> Phase:
    try:
        return Phase(strictjson.text(value, "state"))
    except ValueError:
        raise Malformed("case.state", _SECTION) from None
