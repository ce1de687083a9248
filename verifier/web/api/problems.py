"""What another system reads when something is refused: RFC 9457, and nothing about persons."""

from collections.abc import Sequence
from typing import Final

from starlette.responses import JSONResponse, Response

from credential.names import MEDIA_PROBLEM
from credential.strictjson import Object
from verifier.errors import Refused
from verifier.texts import Language, find, sentence
from verifier.web.api.operations import VERSION
from verifier.web.api.reading import Placed

RETRY_SECONDS: Final = "60"
# On every answer, whatever it says (NLGov REST API Design Rules 2.1).
FIXED: Final = {"API-Version": VERSION, "X-Frame-Options": "DENY"}


class Invalid(Refused):
    """A request with faults: all of them together."""

    def __init__(self, faults: Sequence[Placed]) -> None:
        super().__init__("api.invalid", "NLGov REST API Design Rules 2.1", status=400)
        self.faults = tuple(faults)


def problem(error: Refused, lang: Language, allow: Sequence[str] = ()) -> Response:
    """The refusal as a document; its type is a name of ours, its words are plain."""
    kind = error.code.removeprefix("api.") if error.code.startswith("api.") else ""
    if not find(lang, f"api.problem.{kind}.title"):
        kind = _KINDS.get(error.status, "fault")
    members: Object = {
        "type": f"urn:regie:problem:{kind.replace('_', '-')}",
        "title": sentence(lang, f"api.problem.{kind}.title"),
        "status": error.status,
        "detail": sentence(lang, f"api.problem.{kind}.detail"),
    }
    if isinstance(error, Invalid):
        members["errors"] = [_fault(one, lang) for one in error.faults]
    headers = {**FIXED, "Content-Language": lang, **_headers(error.status, allow)}
    return JSONResponse(members, error.status, headers, media_type=MEDIA_PROBLEM)


_KINDS: Final = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method",
    406: "accept",
    409: "key_in_hand",
    413: "size",
    415: "media",
    422: "key_reused",
    429: "rate",
    503: "not_ready",
}


def _fault(placed: Placed, lang: Language) -> Object:
    return {
        "in": placed.part,
        "detail": sentence(lang, f"api.fault.{placed.fault.code}"),
        "code": placed.fault.code,
        "location": placed.location(),
    }


def _headers(status: int, allow: Sequence[str]) -> dict[str, str]:
    match status:
        case 401:
            return {"WWW-Authenticate": 'Bearer realm="regie"'}
        case 405:
            return {"Allow": ", ".join(allow)}
        case 409 | 429 | 503:
            return {"Retry-After": RETRY_SECONDS if status != 409 else "5"}  # noqa: PLR2004
        case _:
            return {}
