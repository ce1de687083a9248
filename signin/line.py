"""The line to a provider: https alone, bounded in bytes, in time and in how many wait for it.

A provider that is slow costs the visitors who log in now; it must not cost everybody a thread.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore
from typing import Final

import httpx

from credential import strictjson
from credential.errors import Malformed
from credential.strictjson import Object
from signin.errors import LoginFault

DOWN_SECONDS: Final = 5
"""So long nobody else waits for a provider that did not answer."""
WAIT_SECONDS: Final = 1.0
"""So long a visitor waits for others who ask the same provider, and not longer."""
MOST_AT_ONCE: Final = 8
MAX_ANSWER: Final = 262_144
_TIMEOUT: Final = 5.0
_LONGEST: Final = 10.0
"""A whole answer, however slowly it drips in."""


class Line:
    """Questions to one provider; safe to share between threads."""

    def __init__(
        self,
        moment: Callable[[], float],
        *,
        tls_ca: Path | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        context = ssl.create_default_context(cafile=str(tls_ca) if tls_ca else None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._http = httpx.Client(
            headers={"Accept": "application/json"},
            timeout=_TIMEOUT,
            verify=context,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )
        self._moment = moment
        self._places = BoundedSemaphore(MOST_AT_ONCE)
        self._down_at: float | None = None

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def document(self, address: str) -> Object:
        """The object at an address."""
        status, found = self.answer("GET", address)
        if status != httpx.codes.OK:
            raise unreachable()
        return found

    def answer(
        self,
        method: str,
        address: str,
        fields: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Object]:
        """Status and object of an answer; what is no object or too large is no answer."""
        with self._place():
            try:
                status, body = self._read(method, address, fields, headers or {})
            except httpx.HTTPError:
                # Raised below and not here: the cause would hold the request, and that the code.
                status, body = 0, b""
        if not status or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            self.failed()
            raise unreachable()
        try:
            return status, strictjson.loads_object(body, max_bytes=MAX_ANSWER)
        except Malformed:
            raise LoginFault("login.provider_answer", "OpenID Connect Core 1.0 3.1.3.3") from None

    def failed(self) -> None:
        """From this moment on, and not from when it was asked, others need not try for a while."""
        self._down_at = self._moment()

    def require_up(self) -> None:
        """Says at once what the last visitor had to wait for."""
        down = self._down_at
        if down is not None and 0 <= self._moment() - down < DOWN_SECONDS:
            raise unreachable()

    @contextmanager
    def _place(self) -> Iterator[None]:
        self.require_up()
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise unreachable()
        try:
            yield
        finally:
            self._places.release()

    def _read(
        self, method: str, address: str, data: dict[str, str] | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        until = self._moment() + _LONGEST
        with self._http.stream(method, address, data=data, headers=headers) as answer:
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise LoginFault("login.provider_answer", "Architecture, Https")
                if self._moment() > until:
                    return 0, b""
            return answer.status_code, bytes(body)


def unreachable() -> LoginFault:
    """The provider does not answer now."""
    return LoginFault("login.unreachable", "Architecture, Https")
