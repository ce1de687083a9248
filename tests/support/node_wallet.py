"""Programs that are not ours, in Node, told what to do line by line: a wallet, or a judge."""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


def installed(programs: str) -> Path:
    """Where the packages of these programs are (a folder of tests/interop)."""
    return ROOT / "build" / programs / "node_modules"


def needed(programs: str = "openid4vci") -> None:
    """Skips on a machine without Node and the packages; in `.ci/run` they must be there."""
    listed = json.loads((ROOT / "tests/interop" / programs / "package.json").read_text("utf-8"))
    there = [(installed(programs) / name).is_dir() for name in listed["dependencies"]]
    if shutil.which("node") and all(there):
        return
    reason = (
        f"needs node, and in build/{programs} a copy of tests/interop/{programs}/package.json and "
        "`npm install --no-package-lock --ignore-scripts`"
    )
    if os.environ.get("REGIE_CI") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


class Refused(Exception):
    """The library gave up: what it said, and the answer it could read."""

    def __init__(self, fault: dict[str, Any]) -> None:
        super().__init__(json.dumps(fault))
        self.name = fault["name"]
        self.message = fault["message"]
        self.error = (fault.get("answer") or {}).get("error")


class NodeWallet:
    """One process; what it holds stays in it."""

    def __init__(
        self,
        folder: Path,
        ca: str,
        now: int,
        programs: str = "openid4vci",
        program: str = "wallet.mjs",
    ) -> None:
        self.now = now
        self.sent: list[list[Any]] = []
        # Node looks for packages next to the program, and follows a link only for the packages.
        place = shutil.copytree(ROOT / "tests/interop" / programs, folder / "node")
        (place / "node_modules").symlink_to(installed(programs))
        node = shutil.which("node")
        assert node is not None
        self._running = subprocess.Popen(
            [node, program],
            cwd=place,
            env={"NODE_EXTRA_CA_CERTS": ca, "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, command: str, **arguments: Any) -> Any:
        """What the wallet says after this; raises `Refused`. `sent` is what went over the wire."""
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        line = json.dumps({"command": command, "now": self.now, **arguments})
        patience = threading.Timer(PATIENCE, self._running.kill)
        patience.start()
        self._running.stdin.write(line + "\n")
        self._running.stdin.flush()
        answer = self._running.stdout.readline()
        patience.cancel()
        assert answer, f"node ended while it did {command}"
        found: dict[str, Any] = json.loads(answer)
        self.sent = found["sent"]
        if "fault" in found:
            raise Refused(found["fault"])
        return found["answer"]

    def asked(self, path: str) -> list[int]:
        """The status of each answer that the last command had from this path."""
        return [status for _, sent, status in self.sent if sent.endswith(f"/{path}")]

    def close(self) -> None:
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.close()
        self._running.wait(PATIENCE)
        self._running.stdout.close()
