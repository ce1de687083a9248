"""The pages for people: one look, two languages, no script, forms that only we can make."""

import hmac
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from issuer.errors import IssuerError, PageFault
from issuer.sealing import keyed
from issuer.texts import LANGUAGES, Language, find, sentence
from issuer.web.doors import Endpoint, Form, Handler, Visit, door, read_form, status_of
from issuer.web.limits import Limiter

# The prefix: a browser takes it from this host alone, over https, for every path (RFC 6265bis).
LANGUAGE_COOKIE: Final = "__Host-regie_lang"
_LANGUAGE_SECONDS: Final = 366 * 86_400
_TEST_OIN: Final = "00000099"
_HOST: Final = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?\Z")


class Pages:
    """Every page of this server, over its secret and its own address."""

    def __init__(
        self,
        secret: bytes,
        base_url: str,
        *,
        test: bool,
        now: Callable[[], int],
        moment: Callable[[], float],
        per_minute: int,
    ) -> None:
        self._secret = secret
        self._base_url = base_url
        self._test = test
        self._now = now
        self._moment = moment
        self._limiter = Limiter(burst=per_minute, per_minute=per_minute)
        self._templates = Environment(
            loader=PackageLoader("issuer", "pages"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["pairs"] = lambda values: [(value, value) for value in values]

    def door(self, handler: Handler) -> Endpoint:
        """An endpoint for people; what goes wrong is told on a page of the same look."""
        return door(
            handler, self.problem, now=self._now, moment=self._moment, limiter=self._limiter
        )

    # ---- what a page shows -----------------------------------------------------------------

    def language(self, visit: Visit) -> Language:
        """The language chosen here or earlier, else what the browser prefers, else Dutch."""
        for given in (visit.query.get("lang"), visit.cookies.get(LANGUAGE_COOKIE)):
            for language in LANGUAGES:
                if given == language:
                    return language
        preferred = visit.headers.get("accept-language", "").strip().lower()
        return "en" if preferred.startswith("en") else "nl"

    def show(
        self,
        visit: Visit,
        template: str,
        *,
        organisation: str = "",
        status: int = 200,
        session: str | None = None,
        here: str | None = None,
        returns_to: str | None = None,
        **members: Any,  # noqa: ANN401 - what a template shows
    ) -> Response:
        """A page.

        `session` is what its forms are bound to; `here` the address of the same page for the link
        to the other language (default: its path); `returns_to` where a form of this page may end
        outside this server: the wallet.
        """
        language = self.language(visit)

        def say(key: str, **params: str | int) -> str:
            return sentence(language, key, **params)

        html = self._templates.get_template(template).render(
            lang=language,
            other_lang="en" if language == "nl" else "nl",
            here=visit.path if here is None else here,
            say=say,
            find=lambda key, **params: find(language, key, **params),
            organisation=organisation or say("page.organisation"),
            csrf=None if session is None else self._csrf(session),
            test=self._test,
            **members,
        )
        headers = {**_HEADERS, "Content-Security-Policy": _policy(returns_to)}
        response = Response(html, status, headers=headers, media_type="text/html")
        if visit.query.get("lang") == language:
            keep_cookie(response, LANGUAGE_COOKIE, language, _LANGUAGE_SECONDS)
        return response

    def problem(self, visit: Visit, fault: IssuerError) -> Response:
        """What happened, that nothing was shared, and what to do; never a value."""
        language = self.language(visit)
        said = find(language, f"problem.{fault.code}", **fault.params)
        return self.show(
            visit,
            "problem.html",
            status=status_of(fault),
            said=said or sentence(language, "problem.other"),
            next=find(language, f"problem_next.{fault.code}", **fault.params),
        )

    # ---- forms -----------------------------------------------------------------------------

    def form(self, visit: Visit, session: str) -> Form:
        """The form of a visit, if this server made it for this session.

        Ports of one host share cookies, so the origin is looked at as well.
        """
        origin, site = visit.headers.get("origin"), visit.headers.get("sec-fetch-site")
        if origin not in (None, self._base_url) or site not in (None, "none", "same-origin"):
            raise PageFault("page.foreign_form", "RFC 6454 7", status=403)
        form = read_form(visit.body)
        given = form.one("csrf").encode("ascii", "replace")
        if not hmac.compare_digest(given, self._csrf(session).encode()):
            raise PageFault("page.foreign_form", "RFC 6819 4.4.1.8", status=403)
        return form

    def _csrf(self, session: str) -> str:
        return keyed(self._secret, "csrf", session)


_HEADERS: Final = {
    "Cache-Control": "no-store",
    # Not `no-referrer`: with it browsers send `Origin: null`, and our own forms would be refused.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def is_test(oins: list[str]) -> bool:
    """Whether everybody here is invented (test numbers of Logius)."""
    return all(oin.startswith(_TEST_OIN) for oin in oins)


def to(url: str) -> Response:
    """On to this address, always with GET."""
    return RedirectResponse(url, 303, headers=_HEADERS)


def keep_cookie(response: Response, name: str, value: str, seconds: int) -> None:
    """Gives a browser a cookie for this host alone; zero seconds take it back."""
    response.set_cookie(
        name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


async def style(_request: Request) -> Response:
    """The one style sheet."""
    text = (files("issuer") / "pages" / "style.css").read_text("utf-8")
    return Response(text, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


def _policy(returns_to: str | None) -> str:
    """Nothing but our own; browsers hold a form's redirects to `form-action` too (CSP 3, 6.4.3)."""
    targets = "'self'" if returns_to is None else f"'self' {_source(returns_to)}"
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        f"form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


def _source(uri: str) -> str:
    """An address as a policy names it; a literal IPv6 host it cannot name, only the scheme."""
    parts = urlsplit(uri)
    if parts.netloc and _HOST.match(parts.netloc):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"
