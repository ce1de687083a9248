"""A fork server: everything is imported once, then each command runs in a process of its own.

Reads one JSON object per line: `job`, `home`, `arguments`; `last`, the boundary at which the
process kills itself; `after`, the seconds after which it is killed from here, counted from its
start or `since` a boundary; `mutant`. Answers with one: how it ended, what it returned, which
boundaries it passed, how long it took.
"""

import gc
import json
import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

import httpx  # noqa: E402, F401 - what the wallet imports late is imported here, once
import sqlite_utils  # noqa: E402, F401
from crash import boundaries, jobs, mutants  # noqa: E402

STUCK = 60.0
RESULT = "= "


def serve() -> None:
    """Until standard input ends."""
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        jobs.warm(Path(order["home"]))
        print(json.dumps(_run(order)), flush=True)  # noqa: T201 - its answer


def _run(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _child(order, writing)
    os.close(writing)
    told = _listen(reading, child, order)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - started
    lines = told.decode().splitlines()
    passed = [line for line in lines if not line.startswith(RESULT)]
    found = [json.loads(line[len(RESULT) :]) for line in lines if line.startswith(RESULT)]
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    # Killed after its last word is killed too: nobody heard it.
    ended = {"ended": "killed"} if killed else found[-1] if found else {"ended": "broke"}
    return {**ended, "passed": passed, "seconds": seconds}


def _listen(reading: int, child: int, order: dict[str, Any]) -> bytes:
    """All that the process tells; it is killed `after` so many seconds `since` it told this."""
    after, since = order.get("after"), order.get("since")
    start = time.monotonic()
    until = start + (STUCK if after is None or since is not None else after)
    told = b""
    while True:
        left = until - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            os.kill(child, signal.SIGKILL)
            until = time.monotonic() + STUCK
            continue
        part = os.read(reading, 65_536)
        if not part:
            return told
        told += part
        if since is not None and since in told.decode().splitlines():
            until, since = time.monotonic() + after, None


def _child(order: dict[str, Any], tell: int) -> None:
    """One job, and never back to the loop of the server."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1):
            os.dup2(nothing, standard)
        jobs.quicken()
        boundaries.install(boundaries.Passage(tell, order.get("last")))
        if order.get("mutant"):
            mutants.MUTANTS[order["mutant"]]()
        try:
            result = jobs.JOBS[order["job"]](Path(order["home"]), **order.get("arguments", {}))
            word = {"ended": "done", "result": result}
        except Exception as error:  # noqa: BLE001 - whatever it is, the test hears it
            word = {"ended": "failed", "error": f"{type(error).__name__}: {error}"}
        os.write(tell, f"{RESULT}{json.dumps(word)}\n".encode())
    finally:
        os._exit(0)


if __name__ == "__main__":
    serve()
