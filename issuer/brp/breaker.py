"""A register that keeps failing is left alone for a while, and then asked one question to see.

Its state is that of one process and belongs to the value that is passed in (house rule 2).
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import Final

FAILURES: Final = 5
REST_SECONDS: Final = 30.0


@dataclass
class Breaker:
    """Opens after so many failures in a row; safe to share between threads."""

    failures: int = FAILURES
    rest: float = REST_SECONDS
    _failed: int = 0
    _ask_from: float = 0.0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def admit(self, moment: float) -> bool:
        """Whether a question may go out now; while it rests, one per rest may."""
        with self._lock:
            if self._failed < self.failures:
                return True
            if moment < self._ask_from:
                return False
            # This one is the probe; if it is never heard of again, another goes after a rest.
            self._ask_from = moment + self.rest
            return True

    def answered(self) -> None:
        """The register is there: also when it refuses."""
        with self._lock:
            self._failed = 0

    def failed(self, moment: float) -> None:
        """No answer, or one that says that the register itself is broken."""
        with self._lock:
            self._failed += 1
            if self._failed >= self.failures:
                self._ask_from = moment + self.rest
