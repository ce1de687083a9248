"""One resource: who asks, whether they may, what they ask; then one hop to a thread.

In this order: method, media type asked for, who, how often, what for, size, all faults together.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from credential import strictjson
from credential.errors import CredentialError
from credential.names import MEDIA_JSON
from verifier import clock
from verifier.errors import Refused, VerifierError
from verifier.service.api import clients, once
from verifier.service.api.once import Told
from verifier.service.verifier import Verifier
from verifier.settings.api import Client
from verifier.texts import Language, language_of
from verifier.web import doors
from verifier.web.api import reading
from verifier.web.api.operations import BASE, Call, Operation
from verifier.web.api.problems import FIXED, Invalid, problem
from verifier.web.api.reading import MAX_BODY, Read
from verifier.web.doors import Endpoint
from verifier.web.limits import Limiter

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_ANY: Final = ("*/*", "application/*", MEDIA_JSON)


class Doors:
    """The resources over one verifier; a bucket for each client, and one per address for others."""

    def __init__(self, verifier: Verifier, strangers: Limiter) -> None:
        self.verifier = verifier
        self.strangers = strangers
        self.buckets = {
            client.id: Limiter(client.rate_per_minute, clock.monotonic)
            for client in verifier.config.api.clients
        }

    def resource(self, methods: Mapping[str, Operation]) -> Endpoint:
        """The endpoint of one path."""
        allowed = _allowed(methods)

        async def endpoint(request: Request) -> Response:
            lang = language_of(request.headers.get("accept-language"))
            try:
                if request.method == "OPTIONS":
                    return _options(methods, allowed)
                operation = _operation(methods, request.method)
                _acceptable(request)
                client = self._client(request, operation)
                data = await _body(request, operation)
                told = await run_in_threadpool(self._do, operation, client, request, data)
            except Refused as error:
                return problem(error, lang, allowed)
            except (VerifierError, CredentialError):
                # Ours, not theirs: what exactly is in our own log, never in an answer.
                return problem(Refused("api.fault", "", status=500), lang)
            return _answer(operation, told, head=request.method == "HEAD")

        return endpoint

    def _client(self, request: Request, operation: Operation) -> Client | None:
        given = request.headers.getlist("authorization")
        if operation.scope is None and not given:
            self.strangers.knock(request)
            return None
        client = None
        if len(given) == 1:
            client = clients.identify(self.verifier.config.api, given[0])
        if client is None:
            self.strangers.knock(request)
            raise Refused("api.unauthorized", "RFC 6750 3", status=401)
        self.buckets[client.id].take(client.id)
        if operation.scope is not None and operation.scope not in client.scopes:
            raise Refused("api.forbidden", "RFC 6750 3.1", status=403)
        return client

    def _do(
        self, operation: Operation, client: Client | None, request: Request, data: bytes
    ) -> Told:
        path = reading.path(operation, request.path_params)
        if path is None:
            raise Refused("api.not_found", "RFC 9110 15.5.5", status=404)
        found = Read()
        reading.query(found, operation.parameters, request.url.query)
        key = None
        if operation.body is not None:
            key = reading.key(found, request.headers.getlist("idempotency-key"))
            reading.body(found, operation, data)
        if found.faults:
            raise Invalid(found.faults)
        trace = request.headers.get("traceparent")
        call = Call(self.verifier, client, path, found.query, found.body, trace)
        if client is None or operation.body is None:
            return operation.handler(call)
        asked = strictjson.dumps(
            {"operation": operation.id, "path": dict(path), "body": found.body}
        )
        return once.once(self.verifier, client.id, key, asked, lambda: operation.handler(call))


def missing(request: Request) -> Response:
    """There is no such resource; with a slash too many neither (NLGov: no redirect)."""
    lang = language_of(request.headers.get("accept-language"))
    return problem(Refused("api.not_found", "RFC 9110 15.5.5", status=404), lang)


def fault(request: Request, status: int) -> Response:
    """A fault that nobody foresaw, as the interface says it."""
    lang: Language = language_of(request.headers.get("accept-language"))
    return problem(Refused("http.status", "", status=status), lang, METHODS)


def _allowed(methods: Mapping[str, Operation]) -> tuple[str, ...]:
    own = set(methods) | ({"HEAD"} if "GET" in methods else set()) | {"OPTIONS"}
    return tuple(method for method in METHODS if method in own)


def _operation(methods: Mapping[str, Operation], method: str) -> Operation:
    found = methods.get("GET" if method == "HEAD" else method)
    if found is None:
        raise Refused("api.method", "RFC 9110 15.5.6", status=405)
    return found


def _options(methods: Mapping[str, Operation], allowed: Sequence[str]) -> Response:
    headers = {**FIXED, "Allow": ", ".join(allowed)}
    if _is_public_document(methods.get("GET")):
        # For readers of the description in a browser; nothing else is for other sites.
        headers |= {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET"}
    return Response(None, 204, headers)


def _is_public_document(operation: Operation | None) -> bool:
    return operation is not None and operation.answer is None


def _acceptable(request: Request) -> None:
    wanted = [
        part.partition(";")[0].strip().lower()
        for value in request.headers.getlist("accept")
        for part in value.split(",")
    ]
    if wanted and not set(wanted) & set(_ANY):
        raise Refused("api.accept", "RFC 9110 15.5.7", status=406)


async def _body(request: Request, operation: Operation) -> bytes:
    if operation.body is None:
        return b""
    found = bytearray()
    try:
        async with asyncio.timeout(doors.BODY_SECONDS):
            async for part in request.stream():
                found += part
                if len(found) > MAX_BODY:
                    raise Refused("api.size", "RFC 9110 15.5.14", status=413)
    except (ClientDisconnect, TimeoutError):
        raise Refused("api.invalid", "RFC 9110 8.6") from None
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found and media != MEDIA_JSON:
        raise Refused("api.media", "RFC 9110 15.5.16", status=415)
    return bytes(found)


def _answer(operation: Operation, told: Told, *, head: bool) -> Response:
    headers = dict(FIXED)
    if _is_public_document(operation):
        headers["Access-Control-Allow-Origin"] = "*"
    if operation.status == 201 and "id" in told.body:  # noqa: PLR2004
        headers["Location"] = f"{BASE}{operation.path}/{told.body['id']}"
    response: Response = JSONResponse(told.body, told.status, headers)
    if head:
        # The length of what GET would say, and nothing of it (RFC 9110 9.3.2).
        response = Response(None, told.status, dict(response.headers))
    return response
