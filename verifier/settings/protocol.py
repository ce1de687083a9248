"""Settings of the talk with wallets: `[protocol]` in `verifier.toml`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from verifier.errors import NotReady

_LEAST: Final = 15
_MOST: Final = 120


@dataclass(frozen=True)
class Protocol:
    """How long a link that is shown to anybody who looks at the screen stays the same."""

    qr_seconds: int = 30
    """A shown link works for its own window and the next: a photograph of it is soon worthless."""


def parse(raw: dict[str, Any], _home: Path) -> Protocol:
    """Read and check `[protocol]`; names the key that is wrong."""
    found = raw.get("protocol", {})
    if not isinstance(found, dict):
        raise NotReady("config.value", "", key="protocol")
    seconds = found.get("qr_seconds", Protocol.qr_seconds)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not _LEAST <= seconds <= _MOST:
        raise NotReady("config.value", "", key="protocol.qr_seconds")
    return Protocol(qr_seconds=seconds)
