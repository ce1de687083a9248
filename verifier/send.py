"""The second way out, for messages to our own organisation's systems: https, once, capped.

The address is checked at the moment of connecting, a redirect is an answer like any other, and of
the answer only its status is used. Deciding on a presentation never comes here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from verifier.settings.api import Network, plain_https

if TYPE_CHECKING:
    import httpx

SECONDS: Final = 10.0


@dataclass(frozen=True)
class Sent:
    """What came back; `status` is `None` when nobody answered."""

    status: int | None
    retry_after: int | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004


class Send(Protocol):
    """Posts one message; never raises for what a receiver does."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Exactly one request."""
        ...


class Sender:
    """Messages over https, to public addresses and the networks that the settings allow."""

    def __init__(self, authority: Path | None, networks: Sequence[Network]) -> None:
        self._authority = authority
        self._networks = tuple(networks)
        self._client: httpx.Client | None = None

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """Exactly one request over a fresh connection."""
        import httpx  # noqa: PLC0415 - only who sends pays for its import

        from verifier.outward import open_client  # noqa: PLC0415

        if not plain_https(url):
            return Sent(None)
        if self._client is None:
            self._client = open_client(self._authority, self._networks, SECONDS)
        try:
            # Of the answer the head alone is read: a body without end costs us nothing.
            with self._client.stream("POST", url, content=body, headers=headers) as answer:
                return Sent(answer.status_code, _seconds(answer.headers.get("retry-after")))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError):
            return Sent(None)

    def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _seconds(value: str | None) -> int | None:
    if value is None or not value.isascii() or not value.isdigit():
        return None
    return int(value[:6])
