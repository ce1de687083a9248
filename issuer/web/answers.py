"""Answers: constant error bodies without a word about anyone, and headers on everything."""

import json
import logging
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from credential import strictjson
from credential.names import MEDIA_JSON
from credential.strictjson import Object
from issuer.errors import ChallengeWanted, IssuerError, NonceWanted, Pending, WalletFault

_log = logging.getLogger("issuer")

_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"strict-transport-security", b"max-age=31536000"),
)
_NO_STORE: Final = (b"cache-control", b"no-store")
_AUTHENTICATE: Final = 401
_FORBIDDEN: Final = 403
_OF_CLIENTS: Final = ("invalid_client", "invalid_client_attestation")


def json_answer(
    value: Object, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A JSON answer."""
    return Response(
        strictjson.dumps(value), status_code=status, media_type=MEDIA_JSON, headers=headers
    )


async def wallet_fault(_request: Request, fault: Exception) -> Response:
    """The protocol's own error; code and section go to the log, not over the wire."""
    assert isinstance(fault, WalletFault)
    note(fault.code, fault.section, fault.status)
    headers = {}
    if isinstance(fault, NonceWanted):
        headers["DPoP-Nonce"] = fault.nonce
    if isinstance(fault, ChallengeWanted):
        headers["OAuth-Client-Attestation-Challenge"] = fault.challenge
    if fault.status in (_AUTHENTICATE, _FORBIDDEN) and fault.error not in _OF_CLIENTS:
        headers["WWW-Authenticate"] = f'DPoP error="{fault.error}", algs="ES256"'
    return json_answer({"error": fault.error}, status=fault.status, headers=headers)


async def pending(_request: Request, waiting: Exception) -> Response:
    """The cards come later (OpenID4VCI 1.0, 8.3)."""
    assert isinstance(waiting, Pending)
    return json_answer(
        {"transaction_id": waiting.transaction, "interval": waiting.interval}, status=202
    )


async def our_fault(_request: Request, fault: Exception) -> Response:
    """Something on our side: the log has the code, the wallet only that it was not its fault."""
    assert isinstance(fault, IssuerError)
    note(fault.code, fault.section, 503)
    return json_answer({"error": "temporarily_unavailable"}, status=503)


def note(code: str, section: str, status: int) -> None:
    """One line for the administrator: which rule, never who."""
    _log.info(json.dumps({"event": "refused", "code": code, "section": section, "status": status}))


async def unexpected(_request: Request, _fault: Exception) -> Response:
    """A fault of ours nobody foresaw. It is answered outside `Headers`, so it brings its own."""
    headers = {name.decode(): value.decode() for name, value in (*_HEADERS, _NO_STORE)}
    return json_answer({"error": "server_error"}, status=500, headers=headers)


class Headers:
    """Adds the security headers, and `no-store`, where an answer does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                said = {name.lower() for name, _ in headers}
                # A page for people brings its own policies.
                headers.extend(one for one in (*_HEADERS, _NO_STORE) if one[0] not in said)
            await send(message)

        await self._app(scope, receive, headed)
