"""The town's processes: each a command as it is installed, started, watched and ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
NETWATCH = Path(__file__).parent / "netwatch"


class StepFailed(Exception):
    """A step of the story did not hold; the text says what was expected and what came."""


@dataclass(frozen=True)
class Result:
    """What a finished command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """Read the last line of standard output as one JSON object."""
        lines = [line for line in self.out.splitlines() if line.strip()]
        if not lines:
            raise StepFailed(f"no output; standard error: {self.err.strip()[-400:]}")
        value = json.loads(lines[-1])
        if not isinstance(value, dict):
            raise StepFailed("the output is not one JSON object")
        return value

    def lines(self) -> list[dict[str, Any]]:
        """Read every line of standard output as a JSON object."""
        return [json.loads(line) for line in self.out.splitlines() if line.strip()]


@dataclass
class Talking:
    """A command under way."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def line_with(self, beginning: str) -> str:
        """Read standard error up to a line that begins so."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if line.startswith(beginning):
                return line.strip()
        raise StepFailed("".join(self.said)[-800:])

    def end(self, *, expect: int = 0, seconds: float = 120) -> Result:
        """Wait for its end; raise StepFailed when its exit code is not the expected one."""
        out, err = self.process.communicate(timeout=seconds)
        said = "".join(self.said) + err
        if self.process.returncode != expect:
            raise StepFailed(f"ended with {self.process.returncode}, expected {expect}: {said}")
        return Result(self.process.returncode, out, said)


@dataclass
class Processes:
    """Starts commands with a clean environment and the network watch, and ends what it started."""

    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment of one process: nothing of the caller's but the essentials."""
        kept = {
            key: os.environ[key] for key in ("PATH", "HOME", "TERM", "TMPDIR") if key in os.environ
        }
        return {
            **kept,
            "LANG": "C.UTF-8",
            "REGIE_LANG": "nl",
            "PYTHONPATH": str(NETWATCH),
            "PYTHONDONTWRITEBYTECODE": "1",
            "REGIE_TOWN_NETWORK": str(self.folder / "network"),
            "REGIE_TOWN_PROCESS": name,
            **self.extra,
        }

    def run(
        self,
        name: str,
        *command: str,
        expect: int | tuple[int, ...] = 0,
        text: str = "",
        seconds: float = 120,
    ) -> Result:
        """Run a command to its end; raise StepFailed when its exit code is not the expected one."""
        allowed = (expect,) if isinstance(expect, int) else expect
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            env=self.environment(name),
            check=False,
        )
        self._keep(name, command, done.returncode, done.stdout, done.stderr)
        if done.returncode not in allowed:
            tail = (done.stderr.strip() or done.stdout.strip())[-1200:]
            raise StepFailed(
                f"{command[0]} {command[1] if len(command) > 1 else ''} ended with "
                f"{done.returncode}, expected {expect}: {tail}"
            )
        return Result(done.returncode, done.stdout, done.stderr)

    def begin(self, name: str, *command: str) -> Talking:
        """Start a command that waits for somebody: what it says can be read meanwhile."""
        process = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(name),
        )
        return Talking(process)

    def _keep(self, name: str, command: tuple[str, ...], code: int, out: str, err: str) -> None:
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.talk").open("a", encoding="utf-8") as file:
            file.write(f"$ {' '.join(command)}\n[{code}]\n{err}\n")
        with (logs / f"{name}.out").open("a", encoding="utf-8") as file:
            file.write(out)

    def start(self, name: str, port: int, *command: str, seconds: float = 60) -> None:
        """Start a server and wait until it listens on 127.0.0.1:`port`; one of each name."""
        self.stop(name)
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        with (logs / f"{name}.server").open("ab") as output:
            process = subprocess.Popen(
                command if command[0] == sys.executable else [str(BIN / command[0]), *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment(name),
                start_new_session=True,
            )
        self.running[name] = process
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if process.poll() is not None:
                tail = (logs / f"{name}.server").read_text("utf-8", "replace")[-1200:]
                raise StepFailed(f"{name} ended at once: {tail}")
            if listens(port):
                return
            time.sleep(0.05)
        raise StepFailed(f"{name} does not listen after {seconds} s")

    def stop(self, name: str) -> None:
        """End one server; after this its port refuses connections."""
        process = self.running.pop(name, None)
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)

    def stop_all(self) -> None:
        """End everything that was started here."""
        for name in list(self.running):
            self.stop(name)


def listens(port: int) -> bool:
    """Tell whether something accepts connections on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count: int) -> list[int]:
    """Return `count` ports that were free just now, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def write_private(path: Path, text: str) -> Path:
    """Write a file that only its owner reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    return path
