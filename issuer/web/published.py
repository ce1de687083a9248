"""What anyone may read: metadata, offers behind their links, status lists, and whether we live."""

from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credential.names import MEDIA_JSON, MEDIA_JWT, MEDIA_STATUS_LIST
from issuer.service import desk, metadata, statuslists
from issuer.web.answers import json_answer
from issuer.web.edge import Edge

_PUBLIC: Final = {"Cache-Control": "public, max-age=300"}


def routes(edge: Edge) -> list[Route]:
    """Everything without a token."""
    read = _Published(edge)
    well_known = "/.well-known"
    return [
        Route(f"{well_known}/openid-credential-issuer/{{code}}", read.issuer_metadata),
        Route(f"{well_known}/oauth-authorization-server/{{code}}", read.as_metadata),
        Route("/health/live", read.live),
        Route("/health/ready", read.ready),
        Route("/{code}/o/{reference}", read.offer, methods=["GET"]),
        # The QR code holds the link in capitals, to be small.
        Route("/{code}/O/{reference}", read.offer, methods=["GET"]),
        Route("/{code}/status-lists", read.aggregation, methods=["GET"]),
        Route("/{code}/status/{number:int}", read.status_list, methods=["GET"]),
    ]


class _Published:
    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._office = edge.office

    async def live(self, _request: Request) -> Response:
        return json_answer({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        numbers = partial(self._office.store.lists.numbers, "")
        await run_in_threadpool(numbers)
        return json_answer({"status": "ok"})

    async def issuer_metadata(self, request: Request) -> Response:
        self._edge.limit(request, self._edge.others)
        municipality = self._edge.municipality(request)
        if _wants_signed(request.headers.get("accept", "")):
            signed = await run_in_threadpool(
                metadata.signed_issuer, self._office, municipality, self._edge.now()
            )
            return Response(signed, media_type=MEDIA_JWT, headers={**_PUBLIC, "Vary": "Accept"})
        plain = await run_in_threadpool(
            metadata.issuer, self._office, municipality, self._edge.now()
        )
        return json_answer(plain, headers={**_PUBLIC, "Vary": "Accept"})

    async def as_metadata(self, request: Request) -> Response:
        self._edge.limit(request, self._edge.others)
        municipality = self._edge.municipality(request)
        found = metadata.authorization_server(self._office, municipality)
        return json_answer(found, headers=_PUBLIC)

    async def offer(self, request: Request) -> Response:
        self._edge.limit(request, self._edge.tokens)
        municipality = self._edge.municipality(request)
        reference = request.path_params["reference"]
        found = await run_in_threadpool(
            desk.fetch_offer, self._office, municipality, reference, self._edge.now()
        )
        return json_answer(found)

    async def aggregation(self, request: Request) -> Response:
        self._edge.limit(request, self._edge.others)
        code = request.path_params["code"]
        found = await run_in_threadpool(statuslists.aggregation, self._office, code)
        return json_answer(found, headers={**_PUBLIC, "Access-Control-Allow-Origin": "*"})

    async def status_list(self, request: Request) -> Response:
        self._edge.limit(request, self._edge.others)
        code = request.path_params["code"]
        token = await run_in_threadpool(
            statuslists.token, self._office, code, request.path_params["number"]
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


def _wants_signed(accept: str) -> bool:
    """Whether the signed form is preferred: named, and not after the plain one."""
    offered = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if MEDIA_JWT not in offered:
        return False
    return MEDIA_JSON not in offered or offered.index(MEDIA_JWT) < offered.index(MEDIA_JSON)
