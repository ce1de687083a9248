"""What is written to the log: one JSON object a line, codes and places in our code, no persons.

No line per request: an address is personal data. The text of a fault is left out, since it may
hold what the fault was about; its type and where it happened are enough to find it.
"""

import json
import logging
import sys
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Final

from verifier.errors import Refused

_LOG: Final = logging.getLogger("verifier")
_FRAMES: Final = 8


class Lines(logging.Formatter):
    """One object a line; of our own messages the codes, of others' faults the type and place."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        members: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        event = getattr(record, "event", None)
        if isinstance(event, dict):
            members |= event
        elif record.name.startswith("uvicorn") and record.levelno < logging.ERROR:
            members["event"] = record.getMessage()
        else:
            members["event"] = "fault"
        if record.exc_info and record.exc_info[0] is not None:
            members["type"] = record.exc_info[0].__name__
            members["where"] = _where(record.exc_info[2])
        return json.dumps(members, ensure_ascii=True)


def _where(trace: TracebackType | None) -> list[str]:
    frames = extract_tb(trace)[-_FRAMES:]
    return [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]


def to_stderr() -> None:
    """From now on everything is written this way."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOG.setLevel(logging.INFO)


def refused(error: Refused) -> None:
    """Which rule said no, and where it stands (house rule 7)."""
    _LOG.info(
        "refused",
        extra={
            "event": {
                "event": "refused",
                "code": error.code,
                "section": error.section,
                "status": error.status,
            }
        },
    )


def closed(code: str, use: str) -> None:
    """Which purpose the scheme suspended or took back: nothing is asked for it."""
    _LOG.warning("closed", extra={"event": {"event": "closed", "code": code, "use": use}})
