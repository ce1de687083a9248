"""The way to a register: https only, bounded in time, size and attempts, silent about people.

Every question only reads, so asking again is safe. Nothing of a question or an answer reaches an
error or a log (domain.md 1.1).
"""

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx
import msgspec

from issuer import clock
from issuer.brp.access import Access
from issuer.brp.breaker import Breaker
from issuer.brp.errors import (
    BrpError,
    Denied,
    Rejected,
    TooManyResults,
    Unavailable,
    Unreadable,
)
from issuer.errors import SettingsFault

MAX_ANSWER: Final = 4 * 1024 * 1024
LONGEST_WAIT: Final = 5.0
FIRST_WAIT: Final = 0.2

_TRY_AGAIN: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class LinkSettings:
    """Where the register is and how it is reached."""

    base_url: str
    access: Access = field(repr=False)
    key: str = "brp.url"
    """The setting to name when the address is not safe."""
    tls_ca: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    meaning: Callable[[int, bytes], BrpError | None] | None = None
    """What a refusal of the question itself says in this register's own words."""
    timeout: float = 5.0
    """Seconds for one attempt, from the first byte sent to the last one read."""
    retries: int = 2


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


class _Problem(msgspec.Struct, frozen=True):
    """Of an `application/problem+json` answer only the code: the rest may echo what was sent."""

    code: str = ""


class Link:
    """Asks one register; safe to share between threads."""

    def __init__(
        self,
        settings: LinkSettings,
        *,
        breaker: Breaker | None = None,
        transport: httpx.BaseTransport | None = None,
        moment: Callable[[], float] = clock.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        if not settings.base_url.startswith("https://"):
            raise SettingsFault("settings.value", "Architecture, Https", key=settings.key)
        self._settings = settings
        self._breaker = breaker or Breaker()
        self._moment = moment
        self._wait = wait
        self._http = httpx.Client(
            base_url=settings.base_url.rstrip("/"),
            # A compressed answer would be larger than its bytes say.
            headers={"Accept-Encoding": "identity"},
            timeout=settings.timeout,
            verify=_context(settings),
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        content: bytes | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> bytes:
        """The body of the answer 200; raises the `BrpError` that any other answer means."""
        renewed = False
        attempt = 0
        while True:
            sent = self._attempt(method, path, headers, content, parameters)
            if isinstance(sent, Answer):
                if sent.status == httpx.codes.OK:
                    return sent.body
                failure = _refusal(sent, self._settings.meaning)
                unknown = sent.status == httpx.codes.UNAUTHORIZED
                if unknown and not renewed and self._settings.access.forget():
                    renewed = True
                    continue
                asked = _retry_after(sent.headers)
                again = sent.status in _TRY_AGAIN
            else:
                failure, asked, again = sent, 0.0, True
            pause = max(asked, FIRST_WAIT * 2**attempt)
            attempt += 1
            # Sooner than it asks is not polite, and later than this nobody waits for.
            if not again or attempt > self._settings.retries or pause > LONGEST_WAIT:
                # Raised here and not where it happened: the cause holds the request.
                raise failure
            self._wait(pause)

    def _attempt(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None,
        parameters: Mapping[str, str] | None,
    ) -> Answer | Unavailable:
        if not self._breaker.admit(self._moment()):
            raise Unavailable("brp.unavailable", "Architecture, Issuer", why="resting")
        answer: Answer | str
        try:
            own = self._settings.access.headers(self._moment(), self._post_form)
            answer = self._send(method, path, {**headers, **own}, content, parameters)
        except httpx.TimeoutException:
            answer = "timeout"
        except httpx.HTTPError:
            answer = "connection"
        if isinstance(answer, str):
            self._breaker.failed(self._moment())
            return Unavailable("brp.unavailable", "Architecture, Issuer", why=answer)
        if answer.status >= httpx.codes.INTERNAL_SERVER_ERROR:
            self._breaker.failed(self._moment())
        else:
            self._breaker.answered()
        return answer

    def _post_form(self, url: str, form: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        answer = self._send("POST", url, headers, form, None)
        return answer.status, answer.body

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        content: bytes | None,
        parameters: Mapping[str, str] | None,
    ) -> Answer:
        until = self._moment() + self._settings.timeout
        with self._http.stream(
            method, path, content=content, headers=dict(headers), params=parameters
        ) as answer:
            if answer.headers.get("Content-Encoding", "identity") != "identity":
                raise Unreadable("brp.unreadable", "Architecture, Issuer", why="encoding")
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise Unreadable("brp.unreadable", "Architecture, Issuer", why="size")
                if self._moment() > until:
                    # Each drop came in time; the whole did not.
                    raise httpx.ReadTimeout("")
            return Answer(answer.status_code, answer.headers, bytes(body))


def _context(settings: LinkSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(settings.tls_ca) if settings.tls_ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.client_certificate is not None:
        context.load_cert_chain(settings.client_certificate, settings.client_key)
    return context


def _retry_after(headers: httpx.Headers) -> float:
    """How long the register asks to wait: seconds, or a date beside its own (RFC 9110, 10.2.3)."""
    asked = headers.get("Retry-After", "")
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        later, now = (parsedate_to_datetime(one) for one in (asked, headers.get("Date", "")))
        return max(0.0, (later - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _refusal(answer: Answer, meaning: Callable[[int, bytes], BrpError | None] | None) -> BrpError:
    try:
        code = msgspec.json.decode(answer.body, type=_Problem).code
    except msgspec.MsgspecError:
        code = ""
    status = answer.status
    match status:
        case 401:
            return Denied("brp.denied", "Regie domain 1.3", status=status)
        case 403:
            return Denied("brp.no_permission", "Regie domain 1.3", status=status)
        case 400 if code == "tooManyResults":
            return TooManyResults("brp.too_many_results", "Regie domain 2.8")
        case 429:
            return Unavailable("brp.busy", "Regie domain 1.3", why="busy", status=status)
        case _ if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return Unavailable("brp.unavailable", "Regie domain 1.3", why="broken", status=status)
        case _:
            said = None if meaning is None else meaning(status, answer.body)
            return said or Rejected("brp.rejected", "Regie domain 1.3", status=status)
