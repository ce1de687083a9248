"""The interface for the organisation's own systems: REST under `/api/v1`."""

from starlette.routing import BaseRoute

from verifier.service.verifier import Verifier


def routes(_verifier: Verifier) -> list[BaseRoute]:
    """Every resource of version 1."""
    return []
