"""Tokens for whoever knows the client's secret (RFC 6749, 4.4): the register's other door."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

import httpx
import msgspec
from starlette.requests import Request
from starlette.responses import Response

PATH: Final = "/oauth/token"
SECONDS: Final = 3_600
_TOKEN_BYTES: Final = 32
_MOST_BYTES: Final = 1_024


@dataclass
class Tokens:
    """One client, and the tokens it was given."""

    client_id: str
    secret: str = field(repr=False)
    entropy: Callable[[int], bytes] = field(repr=False)
    _given: dict[str, int] = field(default_factory=dict, repr=False)

    async def answer(self, request: Request, now: int) -> Response:
        """The token endpoint."""
        body = await request.body()
        asked = dict(parse_qsl(body[:_MOST_BYTES].decode("ascii", "replace")))
        if not self._known(request):
            headers = {"WWW-Authenticate": "Basic"}
            return _answer({"error": "invalid_client"}, 401, headers)
        if asked.get("grant_type") != "client_credentials":
            return _answer({"error": "unsupported_grant_type"}, 400)
        self._given = {one: until for one, until in self._given.items() if until > now}
        token = self.entropy(_TOKEN_BYTES).hex()
        self._given[token] = now + SECONDS
        return _answer({"access_token": token, "token_type": "Bearer", "expires_in": SECONDS}, 200)

    def accepts(self, request: Request, now: int) -> bool:
        """Whether this question carries a token that still runs."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._given.get(token, 0) > now

    def forget(self) -> None:
        """No token is accepted any more."""
        self._given.clear()

    def _known(self, request: Request) -> bool:
        basic = httpx.BasicAuth(self.client_id, self.secret)
        sent = next(basic.auth_flow(httpx.Request("POST", "https://register")))
        wanted = sent.headers["Authorization"].encode()
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted)


def _answer(members: object, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(members),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
