"""One visit of a browser: read with a bound, handled in a thread, every refusal a page."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from credential.errors import CredentialError
from credential.names import MEDIA_FORM
from issuer.errors import IssuerError, LoginFault, PageFault, WalletFault
from issuer.web.answers import note
from issuer.web.limits import Limiter, bounded_body, require_media_type

MAX_PAGE_FORM: Final = 65_536
MAX_PAGE_FIELDS: Final = 128


@dataclass(frozen=True, repr=False)
class Visit:
    """What a page may know of a request; no socket, no stream, and no repr: it is about someone."""

    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    """The last of each name; `twice` says whether a name came more than once."""
    twice: bool
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes
    now: int


Handler: TypeAlias = Callable[[Visit], Response]
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Refuse: TypeAlias = Callable[[Visit, IssuerError], Response]


class Form:
    """The fields of a form, each as often as it was sent."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def one(self, name: str) -> str:
        """The only value of this name without spaces around it; empty when it is not there."""
        found = [value for key, value in self._pairs if key == name]
        return found[0].strip() if len(found) == 1 else ""

    def every(self, name: str) -> tuple[str, ...]:
        """All values of this name: the ticked boxes."""
        return tuple(value for key, value in self._pairs if key == name)

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._pairs)


def read_form(body: bytes) -> Form:
    """The form in a body; what is no form is refused."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MAX_PAGE_FIELDS,
        )
    except ValueError:
        raise PageFault("page.form", "RFC 9110 15.5.1", status=400) from None
    return Form(pairs)


def door(
    handler: Handler,
    refuse: Refuse,
    *,
    now: Callable[[], int],
    moment: Callable[[], float],
    limiter: Limiter,
) -> Endpoint:
    """An endpoint for people: the limit first, a bounded form, one hop to a thread."""

    async def endpoint(request: Request) -> Response:
        query = request.query_params
        visit = Visit(
            method=request.method,
            path=request.url.path,
            params=request.path_params,
            query=dict(query),
            twice=len(query.multi_items()) != len(query),
            headers=request.headers,
            cookies=request.cookies,
            body=b"",
            now=now(),
        )
        try:
            _take(limiter, request, moment())
            if request.method == "POST":
                visit = await _with_body(request, visit)
            return await run_in_threadpool(handler, visit)
        except (IssuerError, CredentialError) as fault:
            known = fault if isinstance(fault, IssuerError) else IssuerError(fault.code)
            note(known.code, known.section, status_of(known))
            return await run_in_threadpool(refuse, visit, known)
        except Exception as fault:  # noqa: BLE001 - a page without details; the log says what kind
            note(f"unexpected.{type(fault).__name__}", "", 500)
            return await run_in_threadpool(refuse, visit, IssuerError("unexpected"))

    return endpoint


def _take(limiter: Limiter, request: Request, moment: float) -> None:
    if limiter.take(request.client.host if request.client else "", moment) is not None:
        raise PageFault("page.busy", "RFC 6585 4", status=429)


def status_of(fault: IssuerError) -> int:
    """The status of the page that tells a fault."""
    match fault:
        case PageFault() | WalletFault():
            return fault.status
        case LoginFault() if fault.code != "login.unreachable":
            return 403
        case _:
            return 503


async def _with_body(request: Request, visit: Visit) -> Visit:
    require_media_type(request, MEDIA_FORM)
    body = await bounded_body(request, MAX_PAGE_FORM)
    return replace(visit, body=body)
