"""A story of the example town, played once through the installed commands, and what it left."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from support import canary

ROOT = Path(__file__).resolve().parents[2]


class Played(NamedTuple):
    """What it told, the folder it kept, and the process that played it."""

    told: dict[str, Any]
    folder: Path
    done: subprocess.CompletedProcess[str]

    @property
    def names(self) -> list[str]:
        """The steps, in order."""
        assert self.told["ok"] is True
        return [step["name"] for step in self.told["steps"]]

    def detail(self, name: str) -> dict[str, Any]:
        """What this step said of itself."""
        return next(step["detail"] for step in self.told["steps"] if step["name"] == name)

    def leaks(self, secrets: Sequence[str]) -> object:
        """Where any of these stands in talk, logs, addresses or output; falsy for nowhere."""
        logs = (self.folder / "logs").iterdir()
        talk = [path for path in logs if path.suffix in {".talk", ".server"}]
        assert len(talk) >= 5
        return canary.search([*talk, *(self.folder / "network").iterdir()], secrets) or (
            canary.findings((self.done.stdout + self.done.stderr).encode(), secrets)
        )


def play(name: str) -> Iterator[Played]:
    """The story of this name; its folder is gone when the last test is done with it."""
    words = ["--script", "--json", "--keep", "--story", name]
    done = subprocess.run(
        [sys.executable, "-m", "examples.town", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    told = json.loads(done.stdout.splitlines()[-1])
    folder = Path(told["steps"][0]["detail"]["folder"])
    yield Played(told, folder, done)
    subprocess.run(["rm", "-rf", str(folder)], check=True)
