"""Pages for employees: log in, registrations and dossiers, the desk, the privacy officer."""

from starlette.routing import BaseRoute

from verifier.service.verifier import Verifier


def routes(_verifier: Verifier) -> list[BaseRoute]:
    """Every page under `/medewerkers`."""
    return []
