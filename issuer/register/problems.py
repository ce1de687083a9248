"""The register's error answers: exact codes and texts of the Haal Centraal APIs (domain.md 1.3)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

_SPEC: Final = "https://datatracker.ietf.org/doc/html/"
_ONLY: Final = "Ondersteunde content type: application/json; charset=utf-8."


@dataclass(frozen=True)
class Invalid:
    """One parameter that is wrong; holds its name, never its value."""

    name: str
    code: str
    reason: str


class Problem(Exception):
    """An answer of `application/problem+json`."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        detail: str | None = None,
        section: str,
        invalid: Sequence[Invalid] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.section, self.invalid, self.headers = section, tuple(invalid), headers

    def answer(self, instance: str) -> Response:
        """Give this problem as the answer to a question at `instance`."""
        members: dict[str, object] = {
            "type": _SPEC + self.section,
            "title": self.title,
            "status": self.status,
            "instance": instance,
            "code": self.code,
        }
        if self.detail is not None:
            members["detail"] = self.detail
        if self.invalid:
            members["invalidParams"] = [
                {"name": one.name, "code": one.code, "reason": one.reason} for one in self.invalid
            ]
        return Response(
            json.dumps(members, ensure_ascii=False),
            status_code=self.status,
            media_type="application/problem+json",
            headers={"Cache-Control": "no-store", **(self.headers or {})},
        )


def wrong_parameters(invalid: Sequence[Invalid]) -> Problem:
    """All wrong parameters in one answer."""
    names = ", ".join(one.name for one in invalid)
    return Problem(
        400,
        "paramsValidation",
        "Een of meerdere parameters zijn niet correct.",
        detail=f"De foutieve parameter(s) zijn: {names}.",
        section="rfc7231#section-6.5.1",
        invalid=invalid,
    )


def not_json() -> Problem:
    """The body is not one JSON object."""
    return Problem(
        400,
        "paramsValidation",
        "De bevraging bevat een fout.",
        detail="Request body is geen geldige JSON.",
        section="rfc7231#section-6.5.1",
    )


def too_many_results(limit: int) -> Problem:
    """More people found than the search may return."""
    return Problem(
        400,
        "tooManyResults",
        "Teveel zoekresultaten.",
        detail=f"Meer dan maximum van {limit} zoekresultaten gevonden. Verfijn de zoekopdracht.",
        section="rfc7231#section-6.5.1",
    )


def not_authenticated() -> Problem:
    """No key, or not ours."""
    return Problem(
        401,
        "authentication",
        "Niet correct geauthenticeerd.",
        section="rfc7235#section-3.1",
        headers={"WWW-Authenticate": "ApiKey"},
    )


def not_authorised() -> Problem:
    """Fields this key has no right to."""
    return Problem(
        403,
        "autorisation",
        "U bent niet geautoriseerd voor één of meerdere opgegeven field waarden.",
        section="rfc7231#section-6.5.3",
    )


def not_found() -> Problem:
    """No such address of the API."""
    return Problem(
        404,
        "notFound",
        "Opgevraagde resource bestaat niet.",
        section="rfc7231#section-6.5.4",
    )


def method_not_allowed(method: str) -> Problem:
    """Questions about people are POST: a number never stands in a URL."""
    return Problem(
        405,
        "methodNotAllowed",
        "Gebruikte bevragingsmethode is niet toegestaan.",
        section="rfc7231#section-6.5.5",
        headers={"Allow": method},
    )


def not_acceptable() -> Problem:
    """Another media type is wanted than JSON."""
    return Problem(
        406,
        "notAcceptable",
        "Gevraagde content type wordt niet ondersteund.",
        detail=_ONLY,
        section="rfc7231#section-6.5.6",
    )


def unsupported_media_type() -> Problem:
    """The body is of another media type than JSON."""
    return Problem(
        415,
        "unsupportedMediaType",
        "Media Type wordt niet ondersteund.",
        detail=_ONLY,
        section="rfc7231#section-6.5.13",
    )


def too_many_requests(seconds: int) -> Problem:
    """Asked more often than this key may."""
    return Problem(
        429,
        "tooManyRequests",
        "Too many request",
        section="rfc6585#section-4",
        headers={"Retry-After": str(seconds)},
    )


def server_error() -> Problem:
    """Something broke here; nothing of it is told."""
    return Problem(
        500,
        "serverError",
        "Interne server fout.",
        section="rfc7231#section-6.6.1",
    )
