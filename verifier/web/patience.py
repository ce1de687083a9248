"""How long a connection may take to say what it wants, how much, and how many one address has.

Uvicorn waits for ever for the end of a request's head; slow clients would use up the sockets of
everybody else. A body has its own time and bound in `doors`.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from verifier.settings.operation import Network
from verifier.web.address import address_of

HEAD_SECONDS: Final = 10.0
MAX_HEAD: Final = 32_768


class Patient(HttpToolsProtocol):
    """One connection under these bounds; each server has a class of its own, by `patient`."""

    proxies: Sequence[Network] = ()
    per_address: int = 0
    open_now: Counter[str]

    def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._head = 0
        self._address = ""
        self._headed = False
        self._beside = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Counted under its address; one too many is closed without an answer."""
        super().connection_made(transport)
        peer = self.client[0] if self.client else ""
        # A proxy of ours stands for everybody behind it, and has limits of its own.
        self._address = "" if _is_ours(peer, self.proxies) else address_of(peer, (), ())
        self.open_now[self._address] += 1
        if self._address and self.open_now[self._address] > self.per_address:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """No longer counted."""
        self._stop()
        self.open_now[self._address] -= 1
        if self.open_now[self._address] <= 0:
            del self.open_now[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A head without end is cut off; what follows it is the door's."""
        if self._deadline is not None:
            self._head += len(data)
            if self._head > MAX_HEAD + len(data):
                self.transport.abort()
                return
        super().data_received(data)
        if self._deadline is None:
            # What is neither head nor body: chunk extensions, fields after a body.
            self._beside += len(data)
            if self._beside > MAX_HEAD + len(data):
                self.transport.abort()

    def on_body(self, body: bytes) -> None:
        """What is of the body has a bound of its own, in `doors`."""
        self._beside = 0
        super().on_body(body)

    def on_message_begin(self) -> None:
        """The next request on the same connection has as much time as the first."""
        super().on_message_begin()
        self._headed = False
        if self._deadline is None:
            self._wait()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Nobody needs fields after a body (RFC 9110 6.5), and uvicorn would keep them all."""
        if self._headed:
            self.transport.abort()
            return
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._stop()
        self._headed = True
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Answered before the body was whole: what still comes is nobody's to wait for or read."""
        super().on_response_complete()
        if self.cycle.more_body:
            self.transport.close()

    def _wait(self) -> None:
        self._head = self._beside = 0
        self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def patient(proxies: Sequence[Network], per_address: int) -> type[asyncio.Protocol]:
    """Uvicorn's protocol with these bounds, for one server."""
    members = {"proxies": tuple(proxies), "per_address": per_address, "open_now": Counter()}
    return type("Patient", (Patient,), members)


def _is_ours(peer: str, proxies: Sequence[Network]) -> bool:
    return bool(proxies) and address_of(peer, ("192.0.2.1",), proxies) == "192.0.2.1"
