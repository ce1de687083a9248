"""Measures every answer under the pattern of its route."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verifier.metrics import OTHER, Metrics


class Measured:
    """ASGI middleware: counts an answer and how long it took."""

    def __init__(self, app: ASGIApp, metrics: Metrics, moment: Callable[[], float]) -> None:
        self._app = app
        self._metrics = metrics
        self._moment = moment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and count what came back."""
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
            path = getattr(scope.get("route"), "path", OTHER)
            self._metrics.answered(path, status, self._moment() - start)
