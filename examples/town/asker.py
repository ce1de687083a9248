"""A server that asks too much, started with somebody's credentials: its own, or stolen ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from examples.town.town import Town

SCRIPT = Path(__file__).parent / "grasping.py"


def start(town: Town, *, key: Path, certificate: Path, registration: Path, notes: Path) -> None:
    """Start it on its port; one at a time."""
    port = town.ports["grasping"]
    town.processes.start(
        "grasping",
        port,
        sys.executable,
        str(SCRIPT),
        *(str(one) for one in (key, certificate, registration)),
        str(port),
        str(town.tls / "server.pem"),
        str(town.tls / "server.key"),
        str(notes),
    )


def notes(file: Path) -> dict[str, Any]:
    """What came back to it, as far as it wrote that down."""
    if not file.exists():
        return {"fields": [], "error": None}
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found
