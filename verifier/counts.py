"""What happened since this process started, counted without persons; `metrics` shows it."""

import threading
from collections import Counter


class Counts:
    """A plain counter that belongs to one verifier; safe to use from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Counter[tuple[str, ...]] = Counter()

    def answer(self, profile: str, outcome: str) -> None:
        """One answer of a wallet was taken."""
        self._add("answer", profile, outcome)

    def right(self, right: str, state: str) -> None:
        """One rights request was answered."""
        self._add("right", right, state)

    def delivery(self, outcome: str) -> None:
        """One message to another system was tried."""
        self._add("delivery", outcome)

    def of(self, name: str) -> dict[tuple[str, ...], int]:
        """Everything of one sort, by its labels."""
        with self._lock:
            return {key[1:]: count for key, count in self._found.items() if key[0] == name}

    def _add(self, *key: str) -> None:
        with self._lock:
            self._found[key] += 1
