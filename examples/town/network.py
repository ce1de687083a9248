"""What the network did, read from the notes every process made through its audit hook."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from examples.town.processes import StepFailed

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Contact:
    """One attempt to reach a peer."""

    process: str
    host: str
    port: int
    at: float


@dataclass
class Network:
    """The notes of all processes in one folder."""

    folder: Path

    def since(self, moment: float) -> list[Contact]:
        """Return every contact attempted since `moment`, name look-ups included."""
        contacts = []
        for file in sorted(self.folder.glob("*.jsonl")):
            for line in file.read_text("utf-8").splitlines():
                note = json.loads(line)
                if note["at"] >= moment:
                    host, port = note["peer"]
                    contacts.append(Contact(note["process"], host, int(port or 0), note["at"]))
        return contacts

    def require(self, moment: float, allowed: dict[str, set[int]]) -> list[Contact]:
        """Fail when, since `moment`, a process reached a peer outside its list of ports."""
        contacts = self.since(moment)
        for contact in contacts:
            ports = allowed.get(contact.process, set())
            # A look-up without a port reaches nobody; the connection after it counts.
            if contact.host not in LOOPBACK or (contact.port and contact.port not in ports):
                raise StepFailed(f"{contact.process} reached {contact.host}:{contact.port}")
        return contacts


def moment() -> float:
    """Return the time from which to look."""
    return time.time()
