"""How often one address may knock, before any cryptography is done for it.

Counted per process and in memory, so that no address is ever written down: N processes allow N
times as much. Tries per code are counted in the database, whatever the address.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from starlette.requests import Request

from verifier.errors import Refused
from verifier.settings.operation import Network
from verifier.web.address import address_of

MAX_ADDRESSES: Final = 10_000


class Limiter:
    """A token bucket per address; bounded, the oldest address is forgotten first."""

    def __init__(
        self,
        per_minute: int,
        monotonic: Callable[[], float],
        proxies: Sequence[Network] = (),
    ) -> None:
        self.per_minute = per_minute
        self.proxies = tuple(proxies)
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def knock(self, request: Request) -> None:
        """Take one token for the address behind this request, or refuse."""
        peer = request.client.host if request.client else ""
        self.take(address_of(peer, request.headers.getlist("x-forwarded-for"), self.proxies))

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
