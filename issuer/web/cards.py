"""The credential endpoints (OpenID4VCI 1.0, 7 to 11)."""

from collections.abc import Callable
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credential.names import MEDIA_JSON, MEDIA_JWT
from issuer.messages import MAX_REQUEST_BYTES
from issuer.service import issuance
from issuer.service.access import Asked
from issuer.service.issuance import Body, Reply
from issuer.service.office import Municipality, Office
from issuer.web.answers import json_answer
from issuer.web.edge import Edge
from issuer.web.limits import bounded_body, require_media_type

_NO_CONTENT = 204
_Use: TypeAlias = Callable[[Office, Municipality, Asked, Body], Reply]


def routes(edge: Edge) -> list[Route]:
    """Nonces for proofs, cards for tokens, and what became of them."""

    async def nonce(request: Request) -> Response:
        edge.limit(request, edge.others)
        edge.municipality(request)
        await bounded_body(request, MAX_REQUEST_BYTES)
        now = edge.now()
        # The resource server's DPoP nonce comes along, which saves wallets a refusal.
        headers = {"DPoP-Nonce": edge.office.rs_nonces.mint(now)}
        return json_answer(issuance.nonce(edge.office, now), headers=headers)

    async def credential(request: Request) -> Response:
        return await _protected(edge, request, "credential", issuance.credential)

    async def deferred(request: Request) -> Response:
        return await _protected(edge, request, "deferred", issuance.deferred)

    async def notification(request: Request) -> Response:
        edge.limit(request, edge.others)
        municipality = edge.municipality(request)
        require_media_type(request, MEDIA_JSON)
        body = await bounded_body(request, MAX_REQUEST_BYTES)
        asked = edge.asked(request, municipality, "notification")
        await run_in_threadpool(issuance.notification, edge.office, municipality, asked, body)
        headers = {"DPoP-Nonce": edge.office.rs_nonces.mint(asked.now)}
        return Response(status_code=_NO_CONTENT, headers=headers)

    return [
        Route("/{code}/nonce", nonce, methods=["POST"]),
        Route("/{code}/credential", credential, methods=["POST"]),
        Route("/{code}/deferred", deferred, methods=["POST"]),
        Route("/{code}/notification", notification, methods=["POST"]),
    ]


async def _protected(edge: Edge, request: Request, path: str, use: _Use) -> Response:
    edge.limit(request, edge.others)
    municipality = edge.municipality(request)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encrypted = media == MEDIA_JWT
    if not encrypted:
        require_media_type(request, MEDIA_JSON)
    body = Body(await bounded_body(request, MAX_REQUEST_BYTES), encrypted)
    asked = edge.asked(request, municipality, path)
    reply = await run_in_threadpool(use, edge.office, municipality, asked, body)
    headers = {"DPoP-Nonce": edge.office.rs_nonces.mint(asked.now)}
    if isinstance(reply.content, str):
        return Response(
            reply.content, status_code=reply.status, media_type=MEDIA_JWT, headers=headers
        )
    return json_answer(reply.content, status=reply.status, headers=headers)
