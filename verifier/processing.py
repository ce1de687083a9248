"""What this organisation does with somebody's data: a closed list of activities, and their trace.

The processing log follows Logboek Dataverwerkingen: one row per person per act, under the trace
of the session it belongs to (W3C Trace Context); no names of people, no names of employees.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\Z", re.ASCII)


class Activity(StrEnum):
    """Every act that is accounted for; names and purposes stand in the texts."""

    SIGN_UP = "sign_up"
    SUPPLEMENT = "supplement"
    ALLOCATE = "allocate"
    RESIDENCE = "residence"
    JOIN = "join"
    RIGHTS = "rights"
    PERMIT = "permit"
    STAFF_VIEW = "staff_view"
    API_READ = "api_read"
    DESK_CHECK = "desk_check"
    PAPER_CHECK = "paper_check"
    PURGE = "purge"
    CONTACT = "contact"


def traceparent(header: str | None) -> tuple[str, str] | None:
    """Trace and parent span of a W3C `traceparent`; anything else is ignored."""
    found = None if header is None else _TRACEPARENT.match(header)
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return found[1], found[2]


def new_trace(entropy: Callable[[int], bytes]) -> str:
    """A W3C trace id: fresh for each session with one person."""
    return entropy(16).hex()


def new_span(entropy: Callable[[int], bytes]) -> str:
    """A W3C span id: one act."""
    return entropy(8).hex()


def activity_uri(base_url: str, activity: str) -> str:
    """Where the register of processing describes an activity (LDV: `processing_activity_id`)."""
    return f"{base_url}/nl/verantwoording#{activity}"
