"""The interface for the organisation's own systems: REST under `/api/v1`.

NLGov REST API Design Rules 2.1. What is served and what is described are the same values
(`operations`). Without clients in the settings there is no interface, only its description.
"""

from starlette.routing import BaseRoute, Route

from credential.strictjson import Object
from verifier import clock
from verifier.service.verifier import Verifier
from verifier.web.api.document import document
from verifier.web.api.doors import METHODS, Doors, fault, missing
from verifier.web.api.handlers import handlers
from verifier.web.api.operations import BASE, Operation, operations
from verifier.web.limits import Limiter

__all__ = ["fault", "routes", "served_by"]


def routes(verifier: Verifier) -> list[BaseRoute]:
    """Every resource of version 1, and for whatever else is under its address one refusal."""
    served = served_by(verifier)
    config = verifier.config
    doors = Doors(
        verifier, Limiter(config.rate_per_minute, clock.monotonic, config.operation.proxies)
    )
    by_path: dict[str, dict[str, Operation]] = {}
    for one in served:
        by_path.setdefault(one.path, {})[one.method] = one
    found: list[BaseRoute] = [
        Route(f"{BASE}{path}", doors.resource(methods), methods=list(METHODS))
        for path, methods in by_path.items()
    ]
    found.append(Route("/api/{rest:path}", missing, methods=list(METHODS)))
    return found


def served_by(verifier: Verifier) -> tuple[Operation, ...]:
    """The operations, with the description of themselves among them."""
    made: list[Object] = []

    def describe() -> Object:
        if not made:
            made.append(document(verifier, found))
        return made[0]

    found = operations(handlers(describe))
    return found
