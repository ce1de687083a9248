"""The life of a service as a list states it: its history, its state now, and what is announced.

The members of TS 119 602 speak of the present and the past only; a step still to come stands in
our own extension as `announced`, so that a reader knows it on the day, without a new list
(Regie trust 4.4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from credential import strictjson
from credential.errors import Malformed
from credential.names import STATUS_NOTIFIED, STATUS_WITHDRAWN
from credential.plaintext import terminal_safe
from credential.strictjson import Json
from credential.trust import shapes
from credential.trust.lists import Service
from credential.trust.spans import Span, State

MAX_ANNOUNCED: Final = 16
MAX_NAMES: Final = 16
NOT_YET: Final = "not_yet"
"""The reason of a service that is listed before its first day."""
_SECTION: Final = "Regie trust 4.4"


@dataclass(frozen=True)
class Former:
    """A name a party had until a moment."""

    name: str
    until: int


def spans_of(service: Service, reason: str | None) -> tuple[Span, ...]:
    """Every state of this service, oldest first; `reason` is of the issuer as a whole."""
    if service.since is None:
        raise Malformed("lote.missing", "Regie trust 4.3", member="StatusStartingTime")
    found = [
        _span(one.status, one.since, _reason(one.extension)) for one in reversed(service.history)
    ]
    own = _reason(service.extension)
    found.append(_span(service.status, service.since, own or reason))
    found += _announced(service.extension)
    # What is listed before it is admitted has not begun: its first state is the announced one.
    found = [one for one in found if one.reason != NOT_YET]
    if any(later.since <= earlier.since for earlier, later in pairwise(found)):
        raise Malformed("lote.history", "TS 119 602")
    return tuple(found)


def state_of(status: str | None) -> State:
    """The state behind a status URI."""
    if status == STATUS_NOTIFIED:
        return "notified"
    if status == STATUS_WITHDRAWN:
        return "withdrawn"
    raise Malformed("lote.status", "Regie trust 4.3")


def formerly(own: Mapping[str, Json]) -> tuple[Former, ...]:
    """The names an issuer had before, the oldest first."""
    found = _objects(own, "formerly", MAX_NAMES)
    names = [
        Former(
            terminal_safe(strictjson.text(one, "name")),
            shapes.moment(strictjson.text(one, "until")),
        )
        for one in found
    ]
    return tuple(sorted(names, key=lambda one: one.until))


def name_on(name: str, before: Sequence[Former], moment: int) -> str:
    """What somebody was called at this moment, who is called `name` today."""
    return next((one.name for one in before if moment < one.until), name)


def _span(status: str | None, since: int, reason: str | None) -> Span:
    state = state_of(status)
    return Span(since, state, reason if state == "withdrawn" else None)


def _reason(extension: Mapping[str, Json]) -> str | None:
    return strictjson.text_or_none(dict(extension), "withdrawal_reason")


def _announced(extension: Mapping[str, Json]) -> list[Span]:
    found = []
    for one in _objects(extension, "announced", MAX_ANNOUNCED):
        state, since = strictjson.text(one, "state"), shapes.moment(strictjson.text(one, "since"))
        if state == "notified":
            found.append(Span(since, "notified"))
        elif state == "withdrawn":
            found.append(Span(since, "withdrawn", strictjson.text_or_none(one, "reason")))
        else:
            raise Malformed("lote.announced", _SECTION)
    return found


def _objects(own: Mapping[str, Json], member: str, limit: int) -> list[strictjson.Object]:
    found = strictjson.array(dict(own), member) if member in own else []
    if len(found) > limit:
        raise Malformed("lote.announced", _SECTION, member=member, limit=limit)
    objects = [one for one in found if isinstance(one, dict)]
    if len(objects) != len(found):
        raise Malformed("lote.announced", _SECTION, member=member)
    return objects
