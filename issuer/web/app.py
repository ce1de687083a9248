"""The routes of an issuer (OpenID4VCI 1.0)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credential.errors import CredentialError
from credential.names import MEDIA_FORM, MEDIA_JSON, MEDIA_JWT, MEDIA_STATUS_LIST
from credential.strictjson import Object
from issuer.errors import IssuerError, Pending, WalletFault
from issuer.messages import MAX_FORM_BYTES, MAX_REQUEST_BYTES
from issuer.service import desk, issuance, metadata, oauth, statuslists
from issuer.service.oauth import Asked
from issuer.service.office import Municipality, Office
from issuer.web import answers
from issuer.web.answers import Headers, json_answer
from issuer.web.limits import Limiter, bounded_body, require_media_type

Clock = Callable[[], int]
Lifespan = Callable[[], Awaitable[None]]

_PUBLIC: Final = {"Cache-Control": "public, max-age=300"}


class _Pages:
    """The endpoints over one office and one clock."""

    def __init__(self, office: Office, now: Clock, moment: Callable[[], float]) -> None:
        self._office = office
        self._now = now
        self._moment = moment
        # A family at a desk shares an address; a guesser of codes shares it longer.
        self._tokens = Limiter(burst=120, per_minute=120)
        self._others = Limiter(burst=300, per_minute=600)

    def routes(self) -> list[Route]:
        """Every address there is."""
        well_known = "/.well-known"
        return [
            Route(f"{well_known}/openid-credential-issuer/{{code}}", self.issuer_metadata),
            Route(f"{well_known}/oauth-authorization-server/{{code}}", self.as_metadata),
            Route("/health/live", self.live),
            Route("/health/ready", self.ready),
            Route("/{code}/o/{reference}", self.offer, methods=["GET"]),
            # The QR code holds the link in capitals, to be small.
            Route("/{code}/O/{reference}", self.offer, methods=["GET"]),
            Route("/{code}/token", self.token, methods=["POST"]),
            Route("/{code}/nonce", self.nonce, methods=["POST"]),
            Route("/{code}/credential", self.credential, methods=["POST"]),
            Route("/{code}/deferred", self.deferred, methods=["POST"]),
            Route("/{code}/status-lists", self.aggregation, methods=["GET"]),
            Route("/{code}/status/{number:int}", self.status_list, methods=["GET"]),
        ]

    async def live(self, _request: Request) -> Response:
        return json_answer({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        numbers = partial(self._office.store.lists.numbers, "")
        await run_in_threadpool(numbers)
        return json_answer({"status": "ok"})

    async def issuer_metadata(self, request: Request) -> Response:
        self._limit(request, self._others)
        municipality = self._municipality(request)
        if _wants_signed(request.headers.get("accept", "")):
            signed = await run_in_threadpool(
                metadata.signed_issuer, self._office, municipality, self._now()
            )
            return Response(signed, media_type=MEDIA_JWT, headers={**_PUBLIC, "Vary": "Accept"})
        return json_answer(
            metadata.issuer(self._office, municipality), headers={**_PUBLIC, "Vary": "Accept"}
        )

    async def as_metadata(self, request: Request) -> Response:
        self._limit(request, self._others)
        municipality = self._municipality(request)
        return json_answer(metadata.authorization_server(municipality), headers=_PUBLIC)

    async def offer(self, request: Request) -> Response:
        self._limit(request, self._tokens)
        municipality = self._municipality(request)
        reference = request.path_params["reference"]
        found = await run_in_threadpool(
            desk.fetch_offer, self._office, municipality, reference, self._now()
        )
        return json_answer(found)

    async def token(self, request: Request) -> Response:
        self._limit(request, self._tokens)
        municipality = self._municipality(request)
        require_media_type(request, MEDIA_FORM)
        body = await bounded_body(request, MAX_FORM_BYTES)
        asked = self._asked(request, municipality, "token")
        answer = await run_in_threadpool(oauth.token, self._office, municipality, asked, body)
        nonce = self._office.as_nonces.mint(asked.now)
        return json_answer(answer, headers={"DPoP-Nonce": nonce, "Pragma": "no-cache"})

    async def nonce(self, request: Request) -> Response:
        self._limit(request, self._others)
        self._municipality(request)
        await bounded_body(request, MAX_REQUEST_BYTES)
        now = self._now()
        # The resource server's DPoP nonce comes along, which saves wallets a refusal.
        headers = {"DPoP-Nonce": self._office.rs_nonces.mint(now)}
        return json_answer(issuance.nonce(self._office, now), headers=headers)

    async def credential(self, request: Request) -> Response:
        return await self._protected(request, "credential", issuance.credential)

    async def deferred(self, request: Request) -> Response:
        return await self._protected(request, "deferred", issuance.deferred)

    async def aggregation(self, request: Request) -> Response:
        self._limit(request, self._others)
        municipality = self._municipality(request)
        found = await run_in_threadpool(statuslists.aggregation, self._office, municipality)
        return json_answer(found, headers={**_PUBLIC, "Access-Control-Allow-Origin": "*"})

    async def status_list(self, request: Request) -> Response:
        self._limit(request, self._others)
        municipality = self._municipality(request)
        token = await run_in_threadpool(
            statuslists.token, self._office, municipality, request.path_params["number"]
        )
        headers = {
            "Cache-Control": "public, max-age=300",
            "Vary": "Accept-Encoding",
            "Access-Control-Allow-Origin": "*",
        }
        content: str | bytes = token
        if "gzip" in request.headers.get("accept-encoding", ""):
            content = await run_in_threadpool(statuslists.compressed, token)
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type=MEDIA_STATUS_LIST, headers=headers)

    async def _protected(
        self,
        request: Request,
        path: str,
        use: Callable[[Office, Municipality, Asked, bytes], Object],
    ) -> Response:
        self._limit(request, self._others)
        municipality = self._municipality(request)
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media == MEDIA_JWT:
            raise WalletFault(
                "invalid_encryption_parameters", "request.encrypted", "OpenID4VCI 1.0 10"
            )
        require_media_type(request, MEDIA_JSON)
        body = await bounded_body(request, MAX_REQUEST_BYTES)
        asked = self._asked(request, municipality, path)
        answer = await run_in_threadpool(use, self._office, municipality, asked, body)
        nonce = self._office.rs_nonces.mint(asked.now)
        return json_answer(answer, headers={"DPoP-Nonce": nonce})

    def _municipality(self, request: Request) -> Municipality:
        return self._office.municipality(request.path_params["code"])

    def _asked(self, request: Request, municipality: Municipality, path: str) -> Asked:
        # The address is ours to say: a Host header is whatever the sender writes.
        return Asked(
            method=request.method,
            url=municipality.at(path),
            authorization=request.headers.getlist("authorization"),
            dpop=request.headers.getlist("dpop"),
            traceparent=request.headers.get("traceparent"),
            now=self._now(),
        )

    def _limit(self, request: Request, limiter: Limiter) -> None:
        address = request.client.host if request.client is not None else ""
        wait = limiter.take(address, self._moment())
        if wait is not None:
            raise TooMany(wait)


class TooMany(WalletFault):
    """One address asked too much."""

    def __init__(self, wait: int) -> None:
        super().__init__("temporarily_unavailable", "limit.address", "RFC 6585 4", status=429)
        self.wait = wait


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


def create_app(
    office: Office,
    *,
    now: Clock,
    moment: Callable[[], float],
    background: Callable[[], AsyncIterator[None]] | None = None,
) -> Starlette:
    """The application over an opened office; `background` runs beside it while it lives."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if background is None:
            yield
            return
        async with asynccontextmanager(background)():
            yield

    app = Starlette(
        routes=_Pages(office, now, moment).routes(),
        middleware=[Middleware(Headers)],
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


def _wants_signed(accept: str) -> bool:
    """Whether the signed form is preferred: named, and not after the plain one."""
    offered = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if MEDIA_JWT not in offered:
        return False
    return MEDIA_JSON not in offered or offered.index(MEDIA_JWT) < offered.index(MEDIA_JSON)
