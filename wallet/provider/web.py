"""The provider over https: two addresses, bounded bodies, nothing kept and nothing written down."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from credential import strictjson
from credential.names import MEDIA_JSON
from credential.strictjson import Object
from wallet.provider.attest import MAX_REQUEST, Provider, Refusal
from wallet.provider.home import Settings

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
}
_log = logging.getLogger("wallet.provider")


def create_app(provider: Provider, *, now: Callable[[], int]) -> Starlette:
    """The routes; limits per address are for the proxy in front (docs/operating.md)."""

    async def challenge(_request: Request) -> Response:
        return _answer({"challenge": provider.challenge(now=now())})

    async def attestation(request: Request) -> Response:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != MEDIA_JSON:
            return _refused("invalid_request", 415)
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_REQUEST:
                    return _refused("invalid_request", 413)
        except ClientDisconnect:
            return _refused("invalid_request", 400)
        try:
            found = await run_in_threadpool(provider.vouch, bytes(body), now=now())
        except Refusal as refusal:
            return _refused(refusal.code, 400)
        return _answer(found)

    async def live(_request: Request) -> Response:
        return _answer({"status": "live"})

    async def unexpected(_request: Request, fault: Exception) -> Response:
        _log.error(json.dumps({"event": "unexpected", "kind": type(fault).__name__}))
        return _refused("server_error", 500)

    return Starlette(
        routes=[
            Route("/challenge", challenge, methods=["POST"]),
            Route("/attestation", attestation, methods=["POST"]),
            Route("/health/live", live),
        ],
        exception_handlers={Exception: unexpected},
    )


def run(provider: Provider, settings: Settings, home: Path, *, now: Callable[[], int]) -> None:
    """Serves until it is told to stop; no line per request, since addresses are personal."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    uvicorn.run(
        create_app(provider, now=now),
        host=settings.host,
        port=settings.port,
        ssl_certfile=None if settings.tls_cert is None else home / settings.tls_cert,
        ssl_keyfile=None if settings.tls_key is None else home / settings.tls_key,
        loop="asyncio",
        http="httptools",
        access_log=False,
        server_header=False,
        proxy_headers=settings.behind_proxy,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


def _answer(members: Object, status: int = 200) -> Response:
    return Response(
        strictjson.dumps(members), status_code=status, media_type=MEDIA_JSON, headers=_HEADERS
    )


def _refused(code: str, status: int) -> Response:
    _log.info(json.dumps({"event": "refused", "code": code, "status": status}))
    return _answer({"error": code}, status)
