"""The resident's own endpoint, for the wallet: cards, cases, processing (formats.md 12)."""

from collections.abc import Callable
from typing import Final, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from credential.names import MEDIA_JSON
from credential.strictjson import Object
from issuer.errors import WalletFault
from issuer.mymessages import MAX_CASE_BYTES, MAX_SMALL_BYTES
from issuer.service import my
from issuer.service.access import Access
from issuer.service.office import Office
from issuer.texts import Language
from issuer.web.answers import json_answer
from issuer.web.edge import Edge
from issuer.web.limits import bounded_body, require_media_type

_CREATED: Final = 201
_Read: TypeAlias = Callable[[Office, Access, int], Object]
_Act: TypeAlias = Callable[[Office, Access, int, bytes], Object]


def routes(edge: Edge) -> list[Route]:
    """Everything below `/{code}/my`."""

    async def overview(request: Request) -> Response:
        return await _read(edge, request, "my", my.overview)

    async def processing(request: Request) -> Response:
        language = _language(request)

        def use(office: Office, access: Access, _now: int) -> Object:
            return my.processing(office, access, language)

        return await _read(edge, request, "my/processing", use)

    async def case(request: Request) -> Response:
        case_id = request.path_params["id"]

        def use(office: Office, access: Access, now: int) -> Object:
            return my.case(office, access, now, case_id)

        return await _read(edge, request, f"my/cases/{case_id}", use)

    async def open_case(request: Request) -> Response:
        keys = request.headers.getlist("idempotency-key")

        def use(office: Office, access: Access, now: int, body: bytes) -> Object:
            return my.open_case(office, access, now, body, keys)

        return await _write(edge, request, "my/cases", use, MAX_CASE_BYTES, status=_CREATED)

    return [
        Route("/{code}/my", overview, methods=["GET"]),
        Route("/{code}/my/processing", processing, methods=["GET"]),
        Route("/{code}/my/cases", open_case, methods=["POST"]),
        Route("/{code}/my/cases/{id}", case, methods=["GET"]),
        _step(edge, "supplement", my.supplement, MAX_CASE_BYTES),
        _step(edge, "recipients", my.recipients, MAX_SMALL_BYTES),
        _step(edge, "withdraw", my.withdraw, MAX_SMALL_BYTES),
    ]


def _step(
    edge: Edge,
    name: str,
    use: Callable[[Office, Access, int, bytes, str], Object],
    most: int,
) -> Route:
    async def step(request: Request) -> Response:
        case_id = request.path_params["id"]

        def of_case(office: Office, access: Access, now: int, body: bytes) -> Object:
            return use(office, access, now, body, case_id)

        return await _write(edge, request, f"my/cases/{case_id}/{name}", of_case, most)

    return Route(f"/{{code}}/my/cases/{{id}}/{name}", step, methods=["POST"])


async def _read(edge: Edge, request: Request, path: str, use: _Read) -> Response:
    edge.limit(request, edge.others)
    municipality = edge.municipality(request)
    asked = edge.asked(request, municipality, path)

    def answer() -> Object:
        return use(edge.office, my.enter(edge.office, municipality, asked), asked.now)

    return _answered(edge, asked.now, await run_in_threadpool(answer), 200)


async def _write(
    edge: Edge, request: Request, path: str, use: _Act, most: int, *, status: int = 200
) -> Response:
    edge.limit(request, edge.others)
    municipality = edge.municipality(request)
    require_media_type(request, MEDIA_JSON)
    asked = edge.asked(request, municipality, path)
    try:
        access = await run_in_threadpool(my.enter, edge.office, municipality, asked)
    except WalletFault:
        # Read to its end, or the sender hears a broken connection; of a stranger nothing is held.
        await _pass_over(request, most)
        raise
    body = await bounded_body(request, most)
    answer = await run_in_threadpool(use, edge.office, access, asked.now, body)
    return _answered(edge, asked.now, answer, status)


async def _pass_over(request: Request, most: int) -> None:
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                return
    except ClientDisconnect:
        return


def _answered(edge: Edge, now: int, answer: Object, status: int) -> Response:
    headers = {"DPoP-Nonce": edge.office.rs_nonces.mint(now)}
    return json_answer(answer, status=status, headers=headers)


def _language(request: Request) -> Language:
    preferred = request.headers.get("accept-language", "").strip().lower()
    return "en" if preferred.startswith("en") else "nl"
