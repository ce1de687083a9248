"""Whether it lives, and whether it can do its work: for whoever sends the traffic, with reasons.

Old lists do not make it unready: who comes then is told why there is no yes yet, and who asks
for their rights is answered as always. So does what the scheme decided about us. A broken chain of
our own does: no wallet believes a request then.
"""

from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from credential.errors import CredentialError
from verifier.errors import VerifierError
from verifier.service import chains, freshness
from verifier.service.chains import Standing
from verifier.service.verifier import Verifier
from verifier.texts import LANGUAGES, sentence
from verifier.web.doors import Asked, Handler, Refuse, door

UNAVAILABLE: Final = 503
STANDING_SECONDS: Final = 60


def routes(verifier: Verifier, refuse: Refuse) -> list[Route]:
    """`/health/live` and `/health/ready`."""
    return [
        Route("/health/live", _live, methods=["GET"]),
        Route("/health/ready", door(_ready(verifier), refuse), methods=["GET"]),
    ]


async def _live(_request: Request) -> Response:
    return JSONResponse({"status": "live"})


def _ready(verifier: Verifier) -> Handler:
    kept: dict[int, Standing] = {}

    def standing() -> Standing:
        """Looked at once a minute: anybody may ask."""
        minute = verifier.now() // STANDING_SECONDS
        found = kept.get(minute)
        if found is None:
            found = chains.standing(verifier)
            kept.clear()
            kept[minute] = found
        return found

    def handler(_asked: Asked) -> Response:
        try:
            with verifier.store.reading() as connection:
                connection.exec_driver_sql("SELECT 1")
        except (SQLAlchemyError, VerifierError):
            return JSONResponse(
                {"status": "not ready", "reasons": [_reason("database")]}, UNAVAILABLE
            )
        found = standing()
        if not found.ready:
            return JSONResponse(
                {"status": "not ready", "reasons": [_reason("chains")]}, UNAVAILABLE
            )
        codes = [*_warnings(verifier), *(["chains"] if found.wrong else [])]
        warnings = [_reason(code) for code in codes]
        return JSONResponse({"status": "ready", **({"warnings": warnings} if warnings else {})})

    return handler


def _warnings(verifier: Verifier) -> list[str]:
    now = verifier.now()
    try:
        generation = verifier.scheme.generation(now)
        generation.trust.require_fresh(now)
    except (CredentialError, VerifierError):
        return ["scheme"]
    ages = freshness.of(generation)
    longest = max((one.profile.status_max_age for one in verifier.profiles.values()), default=0)
    if ages.oldest_list is not None and now - ages.oldest_list > longest:
        return ["lists"]
    return ["missing"] if ages.missing else []


def _reason(code: str) -> dict[str, str]:
    return {"code": code} | {lang: sentence(lang, f"health.{code}") for lang in LANGUAGES}
