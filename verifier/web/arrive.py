"""A visitor whom another system sends: from here on the browser is ours, whoever sent the link.

The code in the address works once and opens nothing but a session of our own; what the other
system knows of its visitor never comes here (Regie formats 5).
"""

from typing import Final

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from verifier.errors import Refused
from verifier.service.api import sessions
from verifier.service.verifier import Verifier
from verifier.web.doors import Asked, door
from verifier.web.limits import Limiter
from verifier.web.pages import Pages

MAX_CODE: Final = 64


class Arrivals(Pages):
    """The one address of a session that another system started."""

    def arrive(self, asked: Asked) -> Response:
        """The first browser that comes goes on to share; a second is told to begin again."""
        if asked.method != "GET" or asked.headers.get("sec-purpose", "").startswith("prefetch"):
            # A preview of the address must not use it up.
            raise Refused("http.method", "RFC 9110 15.5.6", status=405)
        code, profile = asked.params["code"], self._profile(asked)
        found = sessions.arrive(self.verifier, code) if len(code) <= MAX_CODE else None
        if found is None or found[0].profile != profile.id:
            return self._page(asked, "none.html", profile, status=404)
        target = f"/{self._lang(asked)}/{profile.profile.path}/delen"
        return self._keep(RedirectResponse(target, 303), found[1])


def routes(verifier: Verifier, limiter: Limiter) -> list[Route]:
    """`/{lang}/{profile}/vanaf/{code}`."""
    pages = Arrivals(verifier)
    endpoint = door(pages.arrive, pages.problem, limiter=limiter)
    return [Route("/{lang:lang}/{profile}/vanaf/{code}", endpoint, methods=["GET"])]
