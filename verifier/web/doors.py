"""One request from outside: read with a bound, handled in a thread, every refusal mapped once."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from credential.names import MEDIA_FORM
from verifier.errors import Refused
from verifier.web.limits import Limiter

MAX_PAGE_FORM: Final = 4096


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
) -> Endpoint:
    """An endpoint: bounded body, rate limit before anything else, one hop to a thread."""

    async def endpoint(request: Request) -> Response:
        asked = Asked(request.method, request.path_params, dict(request.headers), request.cookies)
        try:
            if limiter is not None:
                limiter.take(request.client.host if request.client else "")
            if request.method == "POST":
                body = await _body(request, media, max_bytes)
                asked = Asked(asked.method, asked.params, asked.headers, asked.cookies, body)
            return await run_in_threadpool(handler, asked)
        except Refused as error:
            return refuse(error, asked)

    return endpoint


async def _body(request: Request, media: str, max_bytes: int) -> bytes:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in (media, ""):
        raise _media()
    found = bytearray()
    try:
        async for part in request.stream():
            found += part
            if len(found) > max_bytes:
                raise Refused("http.size", "RFC 9110 15.5.14", status=413)
    except ClientDisconnect:
        raise Refused("http.broken", "RFC 9110 8.6") from None
    if found and not given:
        raise _media()
    return bytes(found)


def _media() -> Refused:
    return Refused("http.media", "RFC 9110 15.5.16", wire="invalid_request", status=415)
