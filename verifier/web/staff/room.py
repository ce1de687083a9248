"""The room behind every page for employees: who is in, what they may, and a page for a refusal."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from credential.errors import CredentialError
from credential.names import MEDIA_FORM
from verifier import clock
from verifier.errors import NothingFound, Refused, VerifierError
from verifier.profiles import Action
from verifier.service.staff import access
from verifier.service.staff.access import Session
from verifier.service.staff.log import Employee
from verifier.service.verifier import Verifier
from verifier.staff import Role
from verifier.texts import LANGUAGES, Language, find, language_of, sentence
from verifier.web import logs, multipart
from verifier.web.doors import Endpoint, bounded_body
from verifier.web.limits import Limiter
from verifier.web.multipart import File
from verifier.web.staff.words import Words

HOME: Final = "/medewerkers"
# The prefix: a browser takes it from this host alone, over https, for every path (RFC 6265bis).
COOKIE: Final = "__Host-regie_medewerker"
LANGUAGE_COOKIE: Final = "__Host-regie_taal"
LIVE: Final = "live"
"""In the address of a page that renews itself: such a visit keeps no session awake."""
MAX_FORM: Final = 32_768
_LANGUAGE_SECONDS: Final = 366 * 86_400
_UNPROCESSABLE: Final = 422
# A whole office behind one address, with pages that renew themselves.
_EMPLOYEES_AT_ONE_ADDRESS: Final = 10


@dataclass(frozen=True, repr=False)
class Visit:
    """What a page may know of a request; no socket, no stream, and no repr: it is about someone."""

    method: str
    path: str
    params: dict[str, Any]
    query: dict[str, str]
    twice: bool
    """Whether a name came more than once in the address."""
    headers: dict[str, str]
    cookies: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)
    file: File | None = None


@dataclass(frozen=True, repr=False)
class Entry:
    """One visit of an employee who is logged in, with a role; a posted form is known to be ours."""

    visit: Visit
    session: Session
    language: Language

    @property
    def employee(self) -> Employee:
        """Who it is, as it stands on record."""
        return self.session.employee

    @property
    def posted(self) -> bool:
        """A form came along."""
        return self.visit.method == "POST"

    def given(self, name: str) -> str:
        """A field of the form, without spaces around it."""
        return self.visit.fields.get(name, "").strip()

    def say(self, key: str, **params: str | int) -> str:
        """A sentence in the employee's language."""
        return sentence(self.language, key, **params)


Handler: TypeAlias = Callable[[Entry], Response]
Inside: TypeAlias = Callable[[Visit, Session], Response]


class Room:
    """What all pages for employees share."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        rate, proxies = verifier.config.rate_per_minute, verifier.config.operation.proxies
        self._strangers = Limiter(rate, clock.monotonic, proxies)
        self._employees = Limiter(rate * _EMPLOYEES_AT_ONE_ADDRESS, clock.monotonic, proxies)
        self._templates = Environment(
            loader=PackageLoader("verifier", "pages"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

        self._templates.globals["permits"] = any(
            one.profile.action is Action.PERMIT for one in verifier.profiles.values()
        )

    # ---- doors -----------------------------------------------------------------------------

    def open(self, handler: Callable[[Visit], Response]) -> Endpoint:
        """An endpoint for who is not logged in yet."""

        async def work(request: Request) -> Response:
            return await run_in_threadpool(handler, _visit(request))

        return self._door(work, self._strangers)

    def inside(self, handler: Inside) -> Endpoint:
        """An endpoint for who is logged in and has no role yet."""
        return self._guarded(lambda visit, session, _media: handler(visit, session), None)

    def door(self, handler: Handler, *roles: Role, upload: int = 0) -> Endpoint:
        """An endpoint for these roles; a form must be of this very session.

        `upload`: how large a form with a file may be. Nothing of it is read before it is known
        who sends it.
        """

        def checked(visit: Visit, session: Session, media: bytes | None) -> Response:
            if session.role is None:
                return to(f"{HOME}/rol")
            if session.role not in roles:
                raise Refused("staff.role", "RFC 9110 15.5.4", status=403)
            if visit.method == "POST":
                visit = self._form(visit, session, media or b"", upload=bool(upload))
            return handler(Entry(visit, session, self.language(visit)))

        return self._guarded(checked, upload)

    def _guarded(
        self, handler: Callable[[Visit, Session, bytes | None], Response], upload: int | None
    ) -> Endpoint:
        async def work(request: Request) -> Response:
            visit = _visit(request)
            session = await run_in_threadpool(self.session, visit)
            if session is None:
                answer = await run_in_threadpool(self.outside, visit)
                if request.method == "POST":
                    # What they sent is read by nobody.
                    answer.headers["connection"] = "close"
                return answer
            body = None
            if request.method == "POST":
                body = await bounded_body(
                    request, multipart.MEDIA if upload else MEDIA_FORM, upload or MAX_FORM
                )
                if upload is None:
                    form = await run_in_threadpool(self._form, visit, session, body)
                    return await run_in_threadpool(handler, form, session, body)
            return await run_in_threadpool(handler, visit, session, body)

        return self._door(work, self._employees)

    def _door(self, work: Any, limiter: Limiter) -> Endpoint:  # noqa: ANN401 - an endpoint
        async def endpoint(request: Request) -> Response:
            try:
                limiter.knock(request)
                found: Response = await work(request)
            except (VerifierError, CredentialError) as fault:
                refused = _refused(fault)
                logs.refused(refused)
                return await run_in_threadpool(self.problem, _visit(request), refused)
            return found

        return endpoint

    def session(self, visit: Visit) -> Session | None:
        """The session of this browser."""
        return access.read(self.verifier, visit.cookies.get(COOKIE), stays=LIVE in visit.query)

    # ---- forms -----------------------------------------------------------------------------

    def _form(self, visit: Visit, session: Session, body: bytes, *, upload: bool = False) -> Visit:
        """The form of a visit, if this server made it for this session.

        Ports of one host share cookies, so the origin is looked at as well.
        """
        origin, site = visit.headers.get("origin"), visit.headers.get("sec-fetch-site")
        if origin not in (None, self.verifier.config.base_url) or site not in (
            None,
            "none",
            "same-origin",
        ):
            raise Refused("http.origin", "RFC 6454 7", status=403)
        file = None
        if upload:
            form = multipart.parse(visit.headers.get("content-type", ""), body)
            fields, file = form.fields, form.file("file")
        else:
            fields = _fields(body)
        given = fields.pop("csrf", "").encode("ascii", "replace")
        if not hmac.compare_digest(given, access.csrf(self.verifier, session.token).encode()):
            raise Refused("http.origin", "RFC 6819 4.4.1.8", status=403)
        return replace(visit, fields=fields, file=file)

    # ---- answers ---------------------------------------------------------------------------

    def language(self, visit: Visit) -> Language:
        """The language chosen here or earlier, else what the browser prefers."""
        for given in (visit.query.get("lang"), visit.cookies.get(LANGUAGE_COOKIE)):
            for language in LANGUAGES:
                if given == language:
                    return language
        return language_of(visit.headers.get("accept-language"), self.verifier.config.lang)

    def show(
        self,
        entry: Entry,
        template: str,
        *,
        status: int = 200,
        here: str | None = None,
        faults: dict[str, str] | None = None,
        **members: Any,  # noqa: ANN401 - what a template shows
    ) -> Response:
        """A page; `here` is where it can be asked again, if not where it was posted."""
        if faults:
            status = _UNPROCESSABLE
        members["faults"] = faults or {}
        return self.page(entry.visit, entry.session, template, status, here, members)

    def outside(self, visit: Visit, *, left: bool = False) -> Response:
        """The page of who is not logged in; what they sent is not read."""
        status = 200 if left or visit.path == HOME else 403
        return self.page(
            visit, None, "login.html", status, HOME, {"left": left, "over": visit.path != HOME}
        )

    def problem(self, visit: Visit, fault: Refused) -> Response:
        """What happened and what to do next; never a value of a person."""
        language = self.language(visit)
        code = fault.code.replace(".", "_")
        said = find(language, f"staff_problem.{code}", **fault.params)
        return self.page(
            visit,
            self.session(visit),
            "problem.html",
            fault.status,
            HOME,
            {"said": said or sentence(language, "staff_problem.other")},
        )

    def page(
        self,
        visit: Visit,
        session: Session | None,
        template: str,
        status: int,
        here: str | None,
        members: dict[str, Any],
    ) -> Response:
        """A page for who is in, or for nobody yet."""
        language = self.language(visit)
        other: Language = "en" if language == "nl" else "nl"

        def say(key: str, **params: str | int) -> str:
            return sentence(language, key, **params)

        address = visit.path if here is None else here
        html = self._templates.get_template(f"staff/{template}").render(
            lang=language,
            other_lang=other,
            other_url=f"{address}{'&' if '?' in address else '?'}{urlencode({'lang': other})}",
            base="",
            organisation=next(iter(self.verifier.profiles.values())).registration,
            say=say,
            words=Words(language),
            test=self.verifier.is_test,
            name=None if session is None else session.name,
            role=None if session is None or session.role is None else session.role.value,
            csrf="" if session is None else access.csrf(self.verifier, session.token),
            place=visit.path,
            **{"faults": {}, **members},
        )
        response = Response(html, status, media_type="text/html")
        if visit.query.get("lang") == language:
            keep_cookie(response, LANGUAGE_COOKIE, language, _LANGUAGE_SECONDS)
        return response


def to(url: str) -> Response:
    """On to this address, always with GET."""
    return RedirectResponse(url, 303)


def keep_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """Give a browser a cookie for this host alone; zero seconds take it back.

    `Lax`: with `Strict` the page after the way back from the provider would arrive without it.
    """
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def _visit(request: Request) -> Visit:
    query = request.query_params
    return Visit(
        method=request.method,
        path=request.url.path,
        params=dict(request.path_params),
        query=dict(query),
        twice=len(query.multi_items()) != len(query),
        headers=dict(request.headers),
        cookies=dict(request.cookies),
    )


def _fields(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=64,
        )
    except ValueError:
        raise Refused("http.form", "RFC 9110 15.5.1") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused("http.form", "RFC 9110 15.5.1")
    return found


def _refused(fault: VerifierError | CredentialError) -> Refused:
    match fault:
        case Refused():
            return fault
        case NothingFound():
            return Refused(fault.code, fault.section, status=404)
        case _:
            return Refused(fault.code, fault.section, status=409)
