"""What wallets talk to: the request object, the answer, the rights endpoint."""

from typing import Final

from starlette.responses import JSONResponse, Response

from credential.names import MEDIA_FORM, MEDIA_JSON, MEDIA_JWT, MEDIA_PROBLEM, MEDIA_REQUEST_OBJECT
from credential.rights import MAX_REQUEST
from verifier import messages
from verifier.errors import Refused
from verifier.service import handout, receive, rights
from verifier.service.verifier import Verifier
from verifier.web.doors import Asked, Endpoint, door
from verifier.web.limits import Limiter

MAX_WALLET_FORM: Final = 32_768  # `wallet_metadata` percent-encoded
_TITLES: Final = {404: "Not found", 413: "Too large", 415: "Unsupported media type"}


def refused(error: Refused, _asked: Asked) -> Response:
    """OAuth's error shape, with the code alone."""
    headers = {"Retry-After": "60"} if error.status == 429 else {}  # noqa: PLR2004
    return JSONResponse({"error": error.wire}, error.status, headers)


def refused_right(error: Refused, _asked: Asked) -> Response:
    """problem+json without a word about persons; an unknown key is always the same 404."""
    title = _TITLES.get(error.status, "Refused")
    headers = {"Retry-After": "60"} if error.status == 429 else {}  # noqa: PLR2004
    return JSONResponse(
        {"type": "about:blank", "title": title, "status": error.status},
        error.status,
        headers,
        media_type=MEDIA_PROBLEM,
    )


def _looks_ahead(asked: Asked) -> bool:
    """A browser or a messenger that looks what is behind a link; a wallet asks for no web page."""
    purpose = asked.headers.get("sec-purpose", "") + asked.headers.get("purpose", "")
    return purpose != "" or "text/html" in asked.headers.get("accept", "")


class WalletDoors:
    """The endpoints of the protocol, over one verifier."""

    def __init__(self, verifier: Verifier, limiter: Limiter) -> None:
        self.verifier = verifier
        self.limiter = limiter

    def request_object(self) -> Endpoint:
        """GET, or POST with `wallet_nonce`: the signed request, once."""
        return door(
            self._request,
            refused,
            media=MEDIA_FORM,
            max_bytes=MAX_WALLET_FORM,
            limiter=self.limiter,
        )

    def response(self) -> Endpoint:
        """POST: the encrypted answer."""
        return door(
            self._response,
            refused,
            media=MEDIA_FORM,
            max_bytes=messages.MAX_RESPONSE,
            limiter=self.limiter,
        )

    def rights(self) -> Endpoint:
        """POST: a signed rights request."""
        return door(
            self._rights,
            refused_right,
            media=MEDIA_JWT,
            max_bytes=MAX_REQUEST,
            limiter=self.limiter,
        )

    def _request(self, asked: Asked) -> Response:
        if asked.method == "HEAD" or _looks_ahead(asked):
            # A preview of the link must not use up the one fetch.
            raise Refused("http.method", "RFC 9110 15.5.6", status=405)
        post = asked.method == "POST" and asked.body
        by = handout.fetching(messages.form(asked.body) if post else {})
        token = asked.params.get("token")
        body = handout.hand_out(self.verifier, asked.params["id"], by, token=token)
        return Response(body, media_type=MEDIA_REQUEST_OBJECT)

    def _response(self, asked: Asked) -> Response:
        body = receive.receive(self.verifier, asked.params["id"], asked.body)
        return Response(body, media_type=MEDIA_JSON)

    def _rights(self, asked: Asked) -> Response:
        answer = rights.ask(self.verifier, asked.body)
        return Response(answer.body, media_type=answer.media)
