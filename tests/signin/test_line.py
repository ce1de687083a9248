"""A slow or broken provider costs the visitors who log in now, and nobody else a thread."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import httpx
import pytest

from issuer import config
from issuer.clock import monotonic, random_bytes
from signin import line
from signin.client import OidcClient
from signin.errors import LoginFault

NOW = 1_767_225_600


def test_slow_provider_holds_few_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one visitor waits for the description, the others are told at once and go on."""
    monkeypatch.setattr("signin.client.WAIT_SECONDS", 0.01)
    asked, on = Event(), Event()

    def slow(_request: httpx.Request) -> httpx.Response:
        asked.set()
        assert on.wait(10)
        raise httpx.ReadTimeout("slow")

    ours = OidcClient(
        config.Provider(issuer="https://localhost:1", client_id="x", client_secret_file="x"),
        b"secret",
        random_bytes,
        monotonic,
        transport=httpx.MockTransport(slow),
    )
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ours.describe, NOW)
        assert asked.wait(10)
        with pytest.raises(LoginFault, match=r"login\.unreachable"):
            ours.describe(NOW)
        assert not first.done()
        on.set()
        with pytest.raises(LoginFault, match=r"login\.unreachable"):
            first.result(10)


def test_answer_that_drips_in_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                clock[0] += 4.0
                yield b" "

    def drip(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Drip())

    made = line.Line(lambda: clock[0], transport=httpx.MockTransport(drip))
    with pytest.raises(LoginFault, match=r"login\.unreachable"):
        made.document("https://localhost:1/")
    assert clock[0] == 12.0


def test_no_more_than_eight_ask_at_once() -> None:
    made = line.Line(lambda: 0.0, transport=httpx.MockTransport(lambda _: httpx.Response(200)))
    for _ in range(line.MOST_AT_ONCE):
        assert made._places.acquire(blocking=False)
    made._places.acquire = lambda timeout: False  # type: ignore[method-assign]
    with pytest.raises(LoginFault, match=r"login\.unreachable"):
        made.document("https://localhost:1/")
