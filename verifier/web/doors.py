"""One request from outside: read with a bound, handled in a thread, every refusal mapped once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from credential.names import MEDIA_FORM
from verifier.errors import Refused
from verifier.web import logs
from verifier.web.limits import Limiter

MAX_PAGE_FORM: Final = 4096
BODY_SECONDS: Final = 20.0
"""How long a body may take to arrive."""
_LEFT_OVER: Final = (408, 413)


@dataclass(frozen=True)
class Asked:
    """What a handler may know of a request; no socket, no stream."""

    method: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


Handler: TypeAlias = Callable[[Asked], Response]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Refuse: TypeAlias = Callable[[Refused, Asked], Response]


def door(
    handler: Handler,
    refuse: Refuse,
    *,
    media: str = MEDIA_FORM,
    max_bytes: int = MAX_PAGE_FORM,
    limiter: Limiter | None = None,
    before: Callable[[Asked], None] | None = None,
    seconds: float | None = None,
) -> Endpoint:
    """An endpoint: bounded body, rate limit before anything else, one hop to a thread.

    `before` may refuse while nothing of the body is read: for bodies that are large or slow.
    """

    async def endpoint(request: Request) -> Response:
        asked = Asked(request.method, request.path_params, dict(request.headers), request.cookies)
        try:
            if limiter is not None:
                limiter.knock(request)
            if request.method == "POST":
                if before is not None:
                    await run_in_threadpool(before, asked)
                body = await bounded_body(request, media, max_bytes, seconds)
                asked = Asked(asked.method, asked.params, asked.headers, asked.cookies, body)
            return await run_in_threadpool(handler, asked)
        except Refused as error:
            logs.refused(error)
            answer = refuse(error, asked)
            if error.status in _LEFT_OVER:
                # What still comes of the body is read by nobody.
                answer.headers["connection"] = "close"
            return answer

    return endpoint


async def bounded_body(
    request: Request, media: str, max_bytes: int, seconds: float | None = None
) -> bytes:
    """The body of a request, of this media type and no larger than this."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in (media, ""):
        raise _media()
    found = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS if seconds is None else seconds):
            if int(request.headers.get("content-length", "0")) > max_bytes:
                raise _too_large()
            async for part in request.stream():
                found += part
                if len(found) > max_bytes:
                    raise _too_large()
    except TimeoutError:
        raise Refused("http.slow", "RFC 9110 15.5.9", status=408) from None
    except (ClientDisconnect, ValueError):
        raise Refused("http.broken", "RFC 9110 8.6") from None
    if found and not given:
        raise _media()
    return bytes(found)


def _too_large() -> Refused:
    return Refused("http.size", "RFC 9110 15.5.14", status=413)


def _media() -> Refused:
    return Refused("http.media", "RFC 9110 15.5.16", wire="invalid_request", status=415)
