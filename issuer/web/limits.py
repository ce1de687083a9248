"""How much one address may ask, and how large a body may be."""

from collections import OrderedDict
from typing import Final

from starlette.requests import ClientDisconnect, Request

from issuer.errors import WalletFault

ADDRESSES: Final = 20_000
"""Remembered at once; the least recently seen is forgotten first."""


class Limiter:
    """A bucket of tokens per address: `burst` at once, `per_minute` on the long run.

    Lives in one process; with several, each counts for itself.
    """

    def __init__(self, *, burst: int, per_minute: int) -> None:
        self._burst = float(burst)
        self._rate = per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, moment: float) -> int | None:
        """`None` if it may; otherwise after how many seconds it may again."""
        left, seen = self._buckets.pop(address, (self._burst, moment))
        left = min(self._burst, left + max(0.0, moment - seen) * self._rate)
        allowed = left >= 1
        self._buckets[address] = (left - 1 if allowed else left, moment)
        if len(self._buckets) > ADDRESSES:
            self._buckets.popitem(last=False)
        return None if allowed else int((1 - left) / self._rate) + 1


async def bounded_body(request: Request, most: int) -> bytes:
    """The body, if it is not larger than `most`; nothing larger is ever held."""
    found = bytearray()
    try:
        async for chunk in request.stream():
            found += chunk
            if len(found) > most:
                raise WalletFault("invalid_request", "body.too_large", "RFC 9110", status=413)
    except ClientDisconnect:
        raise WalletFault("invalid_request", "body.cut_off", "RFC 9110") from None
    return bytes(found)


def require_media_type(request: Request, wanted: str) -> None:
    """Refuses a body of another media type."""
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != wanted:
        raise WalletFault("invalid_request", "body.media_type", "RFC 9110 15.5.16", status=415)
