"""Writes down every peer this process tries to reach, before it is reached (PEP 578).

The example town starts every process with this folder on PYTHONPATH, so that the story can
show what the network did instead of promising it. Only addresses are written, never content.

A story that takes months names a file with REGIE_TOWN_CLOCK: the seconds by which every clock of
the town is ahead. The files of https are judged by the real clock, in OpenSSL.
"""

import json
import os
import sys
import time
from pathlib import Path

_CLOCK = os.environ.get("REGIE_TOWN_CLOCK")
_FOLDER = os.environ.get("REGIE_TOWN_NETWORK")
_NAME = os.environ.get("REGIE_TOWN_PROCESS", "?")


_seconds, _nanoseconds = time.time, time.time_ns


def _ahead() -> int:
    assert _CLOCK is not None
    return int(Path(_CLOCK).read_text("ascii"))


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto", "socket.getaddrinfo"}:
        return
    if event == "socket.getaddrinfo":
        peer = [str(arguments[0]), arguments[1] if isinstance(arguments[1], int) else 0]
    else:
        address = arguments[1]
        peer = [str(address[0]), address[1]] if isinstance(address, tuple) else [str(address), 0]
    line = json.dumps({"at": _seconds(), "process": _NAME, "event": event, "peer": peer})
    descriptor = os.open(f"{_FOLDER}/{_NAME}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, (line + "\n").encode())
    finally:
        os.close(descriptor)


if _CLOCK:
    time.time = lambda: _seconds() + _ahead()
    time.time_ns = lambda: _nanoseconds() + _ahead() * 1_000_000_000

if _FOLDER:
    sys.addaudithook(_watch)
