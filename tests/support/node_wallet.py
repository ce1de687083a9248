"""A wallet that is not ours: `@openid4vc/openid4vci` in Node, told what to do line by line."""

import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "tests/interop/openid4vci"
INSTALLED = ROOT / "build/openid4vci/node_modules"
PATIENCE = 60.0


def needed() -> None:
    """Skips on a machine without Node and the packages; in `.ci/run` they must be there."""
    if shutil.which("node") and (INSTALLED / "@openid4vc/openid4vci").is_dir():
        return
    reason = (
        "needs node, and in build/openid4vci a copy of tests/interop/openid4vci/package.json and "
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

    def __init__(self, folder: Path, ca: str, now: int) -> None:
        self.now = now
        self.sent: list[list[Any]] = []
        # Node looks for packages next to the program, and follows a link only for the packages.
        place = shutil.copytree(PROGRAMS, folder / "node")
        (place / "node_modules").symlink_to(INSTALLED)
        node = shutil.which("node")
        assert node is not None
        self._running = subprocess.Popen(
            [node, "wallet.mjs"],
            cwd=place,
            env={"NODE_EXTRA_CA_CERTS": ca, "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, command: str, **arguments: Any) -> dict[str, Any]:
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
        said: dict[str, Any] = found["answer"]
        return said

    def asked(self, path: str) -> list[int]:
        """The status of each answer that the last command had from this path."""
        return [status for _, sent, status in self.sent if sent.endswith(f"/{path}")]

    def close(self) -> None:
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.close()
        self._running.wait(PATIENCE)
        self._running.stdout.close()
