"""Pages of a permit desk: fill in, share, look back."""

from starlette.routing import BaseRoute

from verifier.service.verifier import Verifier
from verifier.web.pages import Pages


def routes(_verifier: Verifier, _pages: Pages) -> list[BaseRoute]:
    """Every page of an application, for profiles with action `permit`."""
    return []
