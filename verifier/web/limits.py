"""How often one address may knock, before any cryptography is done for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from verifier.errors import Refused

MAX_ADDRESSES: Final = 10_000


class Limiter:
    """A token bucket per address; bounded, the oldest address is forgotten first."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self.per_minute = per_minute
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> None:
        """Take one token, or refuse with how long to wait."""
        now = self._monotonic()
        with self._lock:
            tokens, at = self._buckets.pop(address, (float(self.per_minute), now))
            tokens = min(self.per_minute, tokens + (now - at) * self.per_minute / 60)
            allowed = tokens >= 1
            self._buckets[address] = (tokens - 1 if allowed else tokens, now)
            if len(self._buckets) > MAX_ADDRESSES:
                self._buckets.popitem(last=False)
        if not allowed:
            raise Refused("http.rate", "RFC 6585 4", wire="too_many_requests", status=429)
