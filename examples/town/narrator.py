"""Says what happens: one plain line per step, or one JSON object at the end."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from examples.town.processes import StepFailed

TITLE = "Het verhaal van één inschrijving. Iedereen hier is verzonnen. Niets gaat naar internet."


@dataclass
class Narrator:
    """Runs the steps in order, stops at the first that does not hold, and remembers all."""

    steps: list[dict[str, Any]] = field(default_factory=list)

    def title(self, text: str) -> None:
        """Print the first line of the story."""
        print(text, flush=True)
        print(flush=True)

    def step(self, name: str, act: Callable[[], tuple[str, dict[str, Any]]]) -> None:
        """Play one step: `act` returns what happened in a sentence, and facts for machines."""
        number = len(self.steps) + 1
        started = time.monotonic()
        try:
            sentence, detail = act()
            good = True
        except StepFailed as failure:
            sentence, detail, good = str(failure), {"failure": str(failure)}, False
        spent = round((time.monotonic() - started) * 1000)
        self.steps.append({"name": name, "ok": good, "ms": spent, "detail": detail})
        word = "ok" if good else "MIS"
        print(f"{number:>2}  {name:<20} {sentence}  {word} {spent} ms", flush=True)
        if not good:
            raise StepFailed(sentence)

    @property
    def ok(self) -> bool:
        """Tell whether every step so far held."""
        return bool(self.steps) and all(step["ok"] for step in self.steps)

    def print_json(self, complete: bool) -> None:
        """Print the last line: the whole story as one JSON object."""
        story = {"version": 1, "ok": self.ok and complete, "steps": self.steps}
        print(json.dumps(story, ensure_ascii=False, separators=(",", ":")))
        sys.stdout.flush()
