"""The application: a value built from routes, with the same protective headers on every answer."""

from collections.abc import Callable
from importlib.resources import files
from typing import Final

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verifier import clock
from verifier.errors import Refused
from verifier.metrics import Metrics
from verifier.service.verifier import Verifier
from verifier.web import api, arrive, embed, health, joining, permit, staff
from verifier.web.doors import Asked, Handler, door
from verifier.web.limits import Limiter
from verifier.web.measure import Measured
from verifier.web.pages import STATIC, Pages
from verifier.web.wallet import WalletDoors

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_CONTENT_POLICY: Final = b"content-security-policy"
_HEADERS: Final = (
    (b"strict-transport-security", b"max-age=31536000"),
    (b"x-content-type-options", b"nosniff"),
    # Not `no-referrer`: with it browsers send `Origin: null`, and our own forms would be refused.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_NO_STORE: Final = (b"cache-control", b"no-store")


class _Lang(Convertor[str]):
    regex = "nl|en"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("lang", _Lang())


class ProtectiveHeaders:
    """Adds the headers; pages and messages are never stored, the style sheet may be."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fixed = scope["path"] in ("/style.css", embed.PATH)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [*message["headers"]]
                # What is framed by our own pages brings its own policy.
                framed = any(name.lower() == _CONTENT_POLICY for name, _ in given)
                message["headers"] = [
                    *given,
                    *(() if framed else ((_CONTENT_POLICY, _POLICY.encode()),)),
                    *_HEADERS,
                    *(() if fixed else (_NO_STORE,)),
                ]
            await send(message)

        await self.app(scope, receive, with_headers)


def build(
    verifier: Verifier,
    *,
    metrics: Metrics | None = None,
    moment: Callable[[], float] = clock.monotonic,
) -> ASGIApp:
    """The whole application over one verifier; measured when somebody wants figures."""
    pages = Pages(verifier)
    # A bucket each, so that a flood of answers does not close the pages.
    rate = verifier.config.rate_per_minute
    wallets, people, frames = (
        Limiter(rate, moment, verifier.config.operation.proxies) for _ in range(3)
    )
    wallet = WalletDoors(verifier, wallets)
    app = Starlette(
        routes=[
            Route("/request/{id}", wallet.request_object(), methods=["GET", "POST"]),
            Route("/request/{id}/{token}", wallet.request_object(), methods=["GET", "POST"]),
            Route("/response/{id}", wallet.response(), methods=["POST"]),
            Route("/rights", wallet.rights(), methods=["POST"]),
            *health.routes(verifier, pages.problem),
            Route("/style.css", _style),
            *staff.routes(verifier),
            *api.routes(verifier),
            *embed.routes(),
            *arrive.routes(verifier, people),
            *permit.routes(verifier, pages),
            *joining.routes(verifier, people),
            *_people(pages, people, frames),
        ],
        exception_handlers={HTTPException: _unrouted(pages), 500: _fault(pages)},
    )
    # A slash too many is no page: redirecting would repeat whatever `Host` the request named.
    app.router.redirect_slashes = False
    whole = ProtectiveHeaders(app)
    return whole if metrics is None else Measured(whole, metrics, moment)


def _people(pages: Pages, limiter: Limiter, frames: Limiter) -> list[Route]:
    """The pages, with the language in the path or without."""

    def page(path: str, handler: Handler, *methods: str) -> Route:
        return Route(path, door(handler, pages.problem, limiter=limiter), methods=[*methods])

    found = [page("/", pages.home, "GET")]
    for prefix in ("/{lang:lang}", ""):
        if prefix:
            found.append(page(prefix, pages.home, "GET"))
        found.extend(
            page(f"{prefix}/{name}", _named(pages, name), "GET") for name in sorted(STATIC)
        )
        one = f"{prefix}/{{profile}}"
        found += [
            page(one, pages.start, "GET", "POST"),
            page(f"{one}/delen", pages.share, "GET"),
            Route(f"{one}/live", door(pages.live, pages.problem, limiter=frames)),
            page(f"{one}/code", pages.code, "POST"),
            page(f"{one}/terug/{{code}}", pages.returned, "GET"),
            page(f"{one}/gegevens", pages.contact, "GET", "POST"),
            page(f"{one}/klaar", pages.done, "GET"),
            page(f"{one}/wissen", pages.erase, "POST"),
        ]
    return found


def _named(pages: Pages, name: str) -> Handler:
    return lambda asked: pages.plain(asked, name)


async def _style(_request: Request) -> Response:
    text = (files("verifier.pages") / "style.css").read_text("utf-8")
    return Response(text, media_type="text/css", headers={"cache-control": "max-age=3600"})


def _unrouted(pages: Pages) -> Callable[[Request, Exception], Response]:
    """No such page, or not with this method."""

    def handler(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _problem(pages, request, status)

    return handler


def _fault(pages: Pages) -> Callable[[Request, Exception], Response]:
    """Our own fault: a page without details; the server logs where, never what."""
    return lambda request, _error: _problem(pages, request, 500)


def _problem(pages: Pages, request: Request, status: int) -> Response:
    if request.url.path.startswith("/api/"):
        return api.fault(request, status)
    asked = Asked(request.method, {}, dict(request.headers), {})
    return pages.problem(Refused("http.problem", status=status), asked)
