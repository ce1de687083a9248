"""The corporation's server as a process that can be killed, also by itself at a named step.

Reads one JSON object per line: `start` (a home, and where to `die` if anywhere), `wait` for its
end, `stop`. The server is the product's own; the steps are wrapped from outside.
"""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle  # noqa: E402

from verifier import config  # noqa: E402
from verifier.service import receive  # noqa: E402
from verifier.service.verifier import open_verifier  # noqa: E402
from verifier.store import Store, register  # noqa: E402
from verifier.web.server import serve  # noqa: E402

PATIENCE = 20.0


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _before(owner: Any, name: str) -> None:
    setattr(owner, name, lambda *_args, **_members: die())


def _after(owner: Any, name: str) -> None:
    plain = getattr(owner, name)

    def told(*args: Any, **members: Any) -> None:
        plain(*args, **members)
        die()

    setattr(owner, name, told)


def _half_answered() -> None:
    plain = RequestResponseCycle.send

    async def send(self: RequestResponseCycle, message: Any) -> None:
        about_data = self.scope["path"].startswith("/response/")
        if about_data and message["type"] == "http.response.body":
            # The head of the answer has left, the receipt has not.
            die()
        await plain(self, message)

    RequestResponseCycle.send = send  # type: ignore[method-assign]


STEPS: dict[str, Callable[[], None]] = {
    "decrypted": lambda: _before(receive._Answer, "take"),
    "recording": lambda: _after(register, "_disclose"),
    "stored": lambda: _after(register, "record"),
    "answer ready": lambda: _after(receive, "receive"),
    "half answered": _half_answered,
    "erased": lambda: _before(Store, "scrub"),
}


def start(home: Path, step: str | None) -> int:
    """The process of a server that accepts connections."""
    settings = config.load(home)
    child = os.fork()
    if child == 0:
        try:
            nothing = os.open(os.devnull, os.O_RDWR)
            for standard in (0, 1):
                os.dup2(nothing, standard)
            if step is not None:
                STEPS[step]()
            serve(open_verifier(home), settings.host, settings.port)
        finally:
            os._exit(0)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex((settings.host, settings.port)) == 0:
                return child
        time.sleep(0.02)
    raise SystemExit("the server does not listen")


def main() -> None:
    child = 0
    for line in sys.stdin:
        order = json.loads(line)
        ended = 0
        match order["do"]:
            case "start":
                child = start(Path(order["home"]), order.get("die"))
            case "wait":
                ended = os.waitpid(child, 0)[1]
            case "stop":
                os.kill(child, signal.SIGKILL)
                ended = os.waitpid(child, 0)[1]
        killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
        print(json.dumps({"killed": killed}), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
