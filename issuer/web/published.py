"""What anyone may read: metadata, offers behind their links, status lists, and whether we live."""

from functools import partial
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credential.names import MEDIA_JSON, MEDIA_JWT, MEDIA_STATUS_LIST
from credential.strictjson import Json, Object
from issuer.service import chains, desk, metadata, statuslists, types
from issuer.service.chains import Standing
from issuer.texts import LANGUAGES, sentence
from issuer.web.answers import json_answer
from issuer.web.edge import Edge

UNAVAILABLE: Final = 503
STANDING_SECONDS: Final = 60
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
        Route("/{code}/types/{kind}", read.type_document, methods=["GET"]),
        Route("/{code}/status-lists", read.aggregation, methods=["GET"]),
        Route("/{code}/status/{number:int}", read.status_list, methods=["GET"]),
    ]


class _Published:
    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._office = edge.office
        self._seen: tuple[int, Standing] | None = None

    async def live(self, _request: Request) -> Response:
        return json_answer({"status": "ok"})

    async def ready(self, _request: Request) -> Response:
        numbers = partial(self._office.store.lists.numbers, "")
        await run_in_threadpool(numbers)
        found = await run_in_threadpool(self._standing)
        told: list[Json] = [_reason(code) for code in found.codes]
        if not found.ready:
            return json_answer({"status": "not ready", "reasons": told}, status=UNAVAILABLE)
        return json_answer({"status": "ok", **({"warnings": told} if told else {})})

    def _standing(self) -> Standing:
        """Looked at once a minute: anybody may ask, and a region has many municipalities."""
        now = self._edge.now()
        kept = self._seen
        if kept is None or not kept[0] <= now < kept[0] + STANDING_SECONDS:
            kept = now, chains.standing(self._office, now)
            self._seen = kept
        return kept[1]

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

    async def type_document(self, request: Request) -> Response:
        """Type metadata (SD-JWT VC 6.3); the headers that forbid scripts stand on every answer."""
        self._edge.limit(request, self._edge.others)
        municipality = self._edge.municipality(request)
        found = await run_in_threadpool(
            types.document,
            self._office,
            municipality,
            request.path_params["kind"],
            self._edge.now(),
        )
        headers = {**_PUBLIC, "Access-Control-Allow-Origin": "*"}
        return Response(found, media_type=MEDIA_JSON, headers=headers)

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


def _reason(code: str) -> Object:
    return {"code": code, **{lang: sentence(lang, f"health.{code}") for lang in LANGUAGES}}


def _wants_signed(accept: str) -> bool:
    """Whether the signed form is preferred: named, and not after the plain one."""
    offered = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    if MEDIA_JWT not in offered:
        return False
    return MEDIA_JSON not in offered or offered.index(MEDIA_JWT) < offered.index(MEDIA_JSON)
