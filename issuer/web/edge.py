"""What every endpoint for wallets shares: whose it is, how much one address may ask, one hop."""

from collections.abc import Callable
from typing import TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from credential.names import MEDIA_FORM
from credential.strictjson import Object
from issuer.errors import WalletFault
from issuer.forms import MAX_FORM_BYTES
from issuer.service.access import Asked
from issuer.service.office import Municipality, Office
from issuer.web.answers import json_answer
from issuer.web.limits import Limiter, bounded_body, require_media_type

Clock: TypeAlias = Callable[[], int]
Use: TypeAlias = Callable[[Office, Municipality, Asked, bytes], Object]


class TooMany(WalletFault):
    """One address asked too much."""

    def __init__(self, wait: int) -> None:
        super().__init__("temporarily_unavailable", "limit.address", "RFC 6585 4", status=429)
        self.wait = wait


class Edge:
    """One office and one clock behind the endpoints."""

    def __init__(self, office: Office, now: Clock, moment: Callable[[], float]) -> None:
        self.office = office
        self.now = now
        self._moment = moment
        limits = office.settings.limits
        # A family at a desk shares an address; a guesser of codes shares it longer.
        self.tokens = Limiter(burst=limits.tokens_per_minute, per_minute=limits.tokens_per_minute)
        self.others = Limiter(
            burst=limits.requests_per_minute // 2, per_minute=limits.requests_per_minute
        )

    def limit(self, request: Request, limiter: Limiter) -> None:
        """Refuses an address that asks too much."""
        address = request.client.host if request.client is not None else ""
        wait = limiter.take(address, self._moment())
        if wait is not None:
            raise TooMany(wait)

    def municipality(self, request: Request) -> Municipality:
        """The municipality whose address this is."""
        return self.office.municipality(request.path_params["code"])

    def asked(self, request: Request, municipality: Municipality, path: str) -> Asked:
        """The request, as far as it proves who sent it."""
        headers = request.headers
        # The address is ours to say: a Host header is whatever the sender writes.
        return Asked(
            method=request.method,
            url=municipality.at(path),
            authorization=headers.getlist("authorization"),
            dpop=headers.getlist("dpop"),
            traceparent=headers.get("traceparent"),
            now=self.now(),
            attestation=headers.getlist("oauth-client-attestation"),
            attestation_pop=headers.getlist("oauth-client-attestation-pop"),
        )

    async def form(self, request: Request, path: str, use: Use, *, status: int = 200) -> Response:
        """An OAuth endpoint: a form in, JSON out, and a nonce for the next proof."""
        self.limit(request, self.tokens)
        municipality = self.municipality(request)
        require_media_type(request, MEDIA_FORM)
        body = await bounded_body(request, MAX_FORM_BYTES)
        asked = self.asked(request, municipality, path)
        answer = await run_in_threadpool(use, self.office, municipality, asked, body)
        nonce = self.office.as_nonces.mint(asked.now)
        headers = {"DPoP-Nonce": nonce, "Pragma": "no-cache"}
        return json_answer(answer, status=status, headers=headers)
