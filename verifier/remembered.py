"""What is costly to count is counted once in a while; it belongs to the value that holds it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass
class Remembered(Generic[T]):
    """The last count, for so many seconds; who comes meanwhile gets the same."""

    seconds: int
    _at: int | None = None
    _value: T | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, now: int, count: Callable[[], T]) -> T:
        """The value of now, counted anew when the last one is too old."""
        with self._lock:
            if self._value is None or self._at is None or not 0 <= now - self._at < self.seconds:
                self._value, self._at = count(), now
            return self._value
