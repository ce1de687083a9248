"""The provider's addresses: the page for people, and the endpoints for its clients."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from examples.town.login.provider import LEVELS, Provider, Refused, Waiting
from examples.town.login.words import WORDS

HERE = Path(__file__).parent
MOST_BYTES = 16_384
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
}


class Pages:
    """Every address, over one provider."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "pages"), autoescape=select_autoescape()
        )

    def routes(self) -> list[Route]:
        """Every address there is."""
        return [
            Route("/.well-known/openid-configuration", self.discovery),
            Route("/jwks", self.jwks),
            Route("/authorize", self.authorize, methods=["GET"]),
            Route("/choose", self.choose, methods=["GET", "POST"]),
            Route("/token", self.token, methods=["POST"]),
            Route("/style.css", self.style),
        ]

    async def discovery(self, _request: Request) -> Response:
        return JSONResponse(self.provider.discovery())

    async def jwks(self, _request: Request) -> Response:
        return JSONResponse(self.provider.jwks())

    async def style(self, _request: Request) -> Response:
        return Response((HERE / "pages" / "style.css").read_bytes(), media_type="text/css")

    async def authorize(self, request: Request) -> Response:
        """Keep the request and show the page; nothing of it stays in the address."""
        try:
            name = self.provider.ask(_once(request.query_params.multi_items()))
        except Refused as refused:
            return self._refuse(refused)
        return RedirectResponse(f"/choose?request={name}", 303, headers=HEADERS)

    async def choose(self, request: Request) -> Response:
        """The page itself, and the choice that is made there."""
        try:
            if request.method == "GET":
                name = request.query_params.get("request", "")
                return self._page(name, request.query_params.get("lang"))
            form = _once(parse_qsl((await _body(request)).decode(), keep_blank_values=True))
            name = form.get("request", "")
            if "cancel" in form:
                return RedirectResponse(self.provider.cancel(name), 303, headers=HEADERS)
            there = self.provider.choose(name, form.get("person", ""), form.get("level", LEVELS[0]))
            return RedirectResponse(there, 303, headers=HEADERS)
        except Refused as refused:
            return self._refuse(refused)

    async def token(self, request: Request) -> Response:
        """The endpoint that gives ID tokens."""
        try:
            form = _once(parse_qsl((await _body(request)).decode(), keep_blank_values=True))
            answer = self.provider.token(request.headers.get("authorization", ""), form)
        except Refused as refused:
            status = 401 if refused.error == "invalid_client" else 400
            headers = {**HEADERS, **({"WWW-Authenticate": "Basic"} if status == 401 else {})}  # noqa: PLR2004
            return JSONResponse({"error": refused.error}, status, headers=headers)
        return JSONResponse(answer, headers=HEADERS)

    def _page(self, name: str, lang: str | None) -> Response:
        waiting = self.provider.waiting(name)
        language = lang if lang in WORDS else waiting.language
        places: dict[str, list[object]] = {}
        for person in waiting.client.people:
            places.setdefault(person.place, []).append(person)
        html = self.templates.get_template("choose.html").render(
            lang=language,
            other="en" if language == "nl" else "nl",
            words=WORDS[language],
            name=name,
            places=places,
            levels=tuple(zip(LEVELS, WORDS[language]["levels"], strict=True)),
            staff=waiting.client.staff,
        )
        return _html(html, 200, waiting)

    def _refuse(self, refused: Refused) -> Response:
        if refused.back is not None:
            return RedirectResponse(refused.back, 303, headers=HEADERS)
        page = self.templates.get_template("refused.html")
        return _html(page.render(words=WORDS["nl"], english=WORDS["en"]), 400, None)


def build(provider: Provider) -> Starlette:
    """The application over one provider."""
    return Starlette(routes=Pages(provider).routes())


def _html(html: str, status: int, waiting: Waiting | None) -> Response:
    # Browsers hold the redirect after a form to `form-action` too.
    back = ""
    if waiting is not None:
        parts = urlsplit(waiting.client.redirect_uri)
        back = f" {parts.scheme}://{parts.netloc}"
    policy = (
        f"default-src 'none'; style-src 'self'; img-src data:; form-action 'self'{back}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {**HEADERS, "Content-Security-Policy": policy}
    return Response(html, status, headers=headers, media_type="text/html")


async def _body(request: Request) -> bytes:
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > MOST_BYTES:
            raise Refused("invalid_request")
    return bytes(found)


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("invalid_request")
    return found
