"""The authorization server's endpoints for wallets (RFC 6749, RFC 9126, ABCA)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from issuer.messages import MAX_REQUEST_BYTES
from issuer.service import clients, oauth, push
from issuer.web.answers import json_answer
from issuer.web.edge import Edge
from issuer.web.limits import bounded_body

_CREATED = 201


def routes(edge: Edge) -> list[Route]:
    """Pushed requests, tokens, and challenges for attestations."""

    async def par(request: Request) -> Response:
        return await edge.form(request, "par", push.push, status=_CREATED)

    async def token(request: Request) -> Response:
        return await edge.form(request, "token", oauth.token)

    async def challenge(request: Request) -> Response:
        edge.limit(request, edge.others)
        edge.municipality(request)
        await bounded_body(request, MAX_REQUEST_BYTES)
        return json_answer(clients.challenge(edge.office, edge.now()))

    return [
        Route("/{code}/par", par, methods=["POST"]),
        Route("/{code}/token", token, methods=["POST"]),
        Route("/{code}/challenge", challenge, methods=["POST"]),
    ]
