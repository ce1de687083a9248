"""The one script: an element for portals that becomes a plain link to our page.

Its bytes are fixed for a release, so that a portal can name their hash (Subresource Integrity).
"""

from base64 import b64encode
from hashlib import sha384
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH: Final = "/embed/v1.js"
_HEADERS: Final = {
    "cache-control": "public, max-age=3600",
    # Any portal may load it, also with an integrity check, which needs CORS.
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
}


def script() -> bytes:
    """The script as it is served."""
    return (files("verifier.pages") / "embed.js").read_bytes()


def integrity() -> str:
    """What a portal writes in `integrity`."""
    return f"sha384-{b64encode(sha384(script()).digest()).decode()}"


def routes() -> list[Route]:
    """`/embed/v1.js`."""
    return [Route(PATH, _script, methods=["GET"])]


async def _script(_request: Request) -> Response:
    return Response(script(), media_type="text/javascript", headers=_HEADERS)
