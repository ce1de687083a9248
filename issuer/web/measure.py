"""Measures every answer, and shows the figures to whoever has the token."""

import hmac
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from issuer.errors import WalletFault
from issuer.metrics import MEDIA, OTHER, Metrics


class Measured:
    """ASGI middleware: counts an answer under the name of its route."""

    def __init__(self, app: ASGIApp, metrics: Metrics, moment: Callable[[], float]) -> None:
        self._app = app
        self._metrics = metrics
        self._moment = moment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on, and counts what came back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = self._moment()
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            # The router names what it called; an address that is none of ours counts as one.
            name = getattr(scope.get("endpoint"), "__name__", OTHER)
            self._metrics.answered(name, status, self._moment() - start)


def routes(metrics: Metrics, token: str | None) -> list[Route]:
    """`/metrics`, for whoever shows the token; without one in the settings there is no page."""
    if token is None:
        return []

    async def figures(request: Request) -> Response:
        shown = request.headers.get("authorization", "")
        if not hmac.compare_digest(shown.encode(), f"Bearer {token}".encode()):
            raise WalletFault("invalid_token", "metrics.token", "RFC 6750 3", status=401)
        text = await run_in_threadpool(metrics.text)
        return Response(text, headers={"Content-Type": MEDIA, "Cache-Control": "no-store"})

    return [Route("/metrics", figures, methods=["GET"])]
