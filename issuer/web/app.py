"""The application of an issuer: every duty brings its own routes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credential.errors import CredentialError
from issuer.errors import IssuerError, Pending, WalletFault
from issuer.metrics import Metrics
from issuer.service.office import Office
from issuer.web import answers, cards, desk, login, measure, my, oauth, published
from issuer.web.answers import Headers, json_answer
from issuer.web.edge import Clock, Edge, TooMany
from issuer.web.pages import Pages, is_test, style

__all__ = ["create_app"]


def create_app(
    office: Office,
    *,
    now: Clock,
    moment: Callable[[], float],
    background: Callable[[], AsyncIterator[None]] | None = None,
    metrics_token: str | None = None,
) -> Starlette:
    """The application over an opened office; `background` runs beside it while it lives."""
    metrics = Metrics(office, now)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if background is None:
            yield
            return
        async with asynccontextmanager(background)():
            yield

    edge = Edge(office, now, moment)
    pages = Pages(
        office.secret,
        office.settings.base_url,
        test=is_test([one.settings.oin for one in office.municipalities.values()]),
        now=now,
        moment=moment,
        per_minute=office.settings.limits.pages_per_minute,
    )
    app = Starlette(
        routes=[
            *published.routes(edge),
            *oauth.routes(edge),
            *cards.routes(edge),
            *my.routes(edge),
            *measure.routes(metrics, metrics_token),
            Route("/style.css", style, methods=["GET"]),
            # Before the pages of a municipality, whose code may stand where `desk` does.
            *desk.routes(office, pages, now=now, moment=moment),
            *login.routes(office, pages),
        ],
        middleware=[
            Middleware(measure.Measured, metrics=metrics, moment=moment),
            Middleware(Headers),
        ],
        lifespan=lifespan,
        exception_handlers={
            404: _not_found,
            405: _wrong_method,
            TooMany: _too_many,
            WalletFault: answers.wallet_fault,
            Pending: answers.pending,
            IssuerError: answers.our_fault,
            CredentialError: _credential_fault,
            Exception: answers.unexpected,
        },
    )
    # A redirect would be built from the Host header, which is whatever the sender writes.
    app.router.redirect_slashes = False
    return app


async def _too_many(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, TooMany)
    answer = await answers.wallet_fault(request, fault)
    answer.headers["Retry-After"] = str(fault.wait)
    return answer


async def _not_found(_request: Request, _fault: Exception) -> Response:
    return json_answer({"error": "not_found"}, status=404)


async def _wrong_method(_request: Request, fault: Exception) -> Response:
    headers = getattr(fault, "headers", None) or {}
    return json_answer({"error": "invalid_request"}, status=405, headers=dict(headers))


async def _credential_fault(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, CredentialError)
    return await answers.our_fault(request, IssuerError(fault.code, fault.section))
