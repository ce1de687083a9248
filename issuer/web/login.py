"""The pages of someone who logs in from home, from the wallet's link to the way back to it."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from issuer.brp.errors import BrpError
from issuer.config import Declared
from issuer.errors import IssuerError, LoginFault, PageFault
from issuer.service import authorize, logins
from issuer.service.authorize import LOGIN_SECONDS, Preview
from issuer.service.office import Municipality, Office
from issuer.texts import Language, find, sentence
from issuer.web.answers import note
from issuer.web.doors import Form, Visit, status_of
from issuer.web.pages import Pages, keep_cookie, to

# The prefix: a browser takes it from this host alone, over https, for every path (RFC 6265bis).
COOKIE: Final = "__Host-regie_login"
_PAGE: Final = "aanvragen"
_FAILED: Final = "mislukt"
_UNPROCESSABLE: Final = 422
_REFUSED: Final = 403
_UNAVAILABLE: Final = 503
_OURS: Final = ("login.unreachable", "brp.")
"""Faults that will be over; the others are the person's or the provider's answer."""
_CODES: Final = ("login.", "brp.")


def routes(office: Office, pages: Pages) -> list[Route]:
    """The addresses of a login; none where the settings name no provider."""
    if office.login is None:
        return []
    login = Login(office, pages)
    return [
        Route("/{code}/authorize", pages.door(login.start), methods=["GET"]),
        Route(f"/{logins.CALLBACK}", pages.door(login.back), methods=["GET"]),
        Route(f"/{{code}}/{_PAGE}", pages.door(login.page), methods=["GET", "POST"]),
        Route(f"/{{code}}/{_FAILED}", pages.door(login.failed), methods=["GET", "POST"]),
    ]


class Login:
    """Every page of a login, over one office."""

    def __init__(self, office: Office, pages: Pages) -> None:
        self._office = office
        self._pages = pages

    # ---- to the provider and back ----------------------------------------------------------

    def start(self, visit: Visit) -> Response:
        """A wallet's link: the request it pushed becomes this browser's (RFC 9126, 4)."""
        _once(visit)
        municipality = self._municipality(visit)
        begun = logins.begin(
            self._office,
            municipality,
            client_id=visit.query.get("client_id", ""),
            request_uri=visit.query.get("request_uri", ""),
            language=self._pages.language(visit),
            now=visit.now,
        )
        if begun.there is None:
            assert begun.fault is not None
            answer = self._fail(municipality, begun.fault)
        else:
            answer = to(begun.there)
        keep_cookie(answer, COOKIE, begun.started.cookie, LOGIN_SECONDS)
        return answer

    def back(self, visit: Visit) -> Response:
        """The provider's answer; it works once, and only in the browser that asked."""
        _once(visit)
        cookie = _cookie(visit)
        municipality = logins.where(self._office, cookie, visit.now)
        try:
            logins.arrive(self._office, cookie, visit.query, visit.now)
        except (LoginFault, BrpError) as fault:
            return self._fail(municipality, fault)
        return to(f"/{municipality.code}/{_PAGE}")

    # ---- the choice ------------------------------------------------------------------------

    def page(self, visit: Visit) -> Response:
        """Your cards: what you get, what not and why; the buttons lead back to the wallet."""
        cookie = _cookie(visit)
        municipality = self._municipality(visit)
        logins.session(self._office, cookie, municipality, visit.now)
        shown = authorize.preview(self._office, cookie, visit.now)
        if visit.method != "POST":
            return self._show(visit, cookie, shown)
        form = self._pages.form(visit, cookie)
        if "stop" in form or shown.reason is not None:
            return self._leave(authorize.deny(self._office, cookie, visit.now))
        given = {one.kind: _given(form, one) for one in logins.forms(self._office, shown)}
        faults = self._faults(visit, shown, form, given)
        if faults:
            return self._show(visit, cookie, shown, form=form, given=given, faults=faults)
        chosen = form.every("kind")
        there = authorize.finish(
            self._office,
            cookie,
            chosen,
            visit.now,
            fields={kind: given[kind] for kind in chosen if kind in given},
        )
        return self._leave(there)

    def failed(self, visit: Visit) -> Response:
        """Why the login did not succeed, on a page of its own: it can be read again."""
        cookie = _cookie(visit)
        municipality = self._municipality(visit)
        login = logins.session(self._office, cookie, municipality, visit.now)
        code = visit.query.get("why", "")
        ours = code.startswith(_OURS)
        if visit.method == "POST":
            self._pages.form(visit, cookie)
            error = "temporarily_unavailable" if ours else "access_denied"
            return self._leave(authorize.deny(self._office, cookie, visit.now, error=error))
        language = self._pages.language(visit)
        known = code if code.startswith(_CODES) and find(language, f"problem.{code}") else ""
        known = known or ("brp.unavailable" if code.startswith("brp.") else "login.other")
        return self._pages.show(
            visit,
            "login/failed.html",
            organisation=municipality.settings.name,
            status=_UNAVAILABLE if ours else _REFUSED,
            session=cookie,
            here=_failure(municipality, known),
            returns_to=login.request.redirect_uri,
            said=sentence(language, f"problem.{known}"),
            next=find(language, f"problem_next.{known}") or sentence(language, "login.next"),
        )

    # ---- what they share -------------------------------------------------------------------

    def _show(
        self,
        visit: Visit,
        cookie: str,
        shown: Preview,
        *,
        form: Form | None = None,
        given: Mapping[str, Mapping[str, str]] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> Response:
        login = logins.session(self._office, cookie, shown.municipality, visit.now)
        return self._pages.show(
            visit,
            "login/refused.html" if shown.reason is not None else "login/cards.html",
            organisation=shown.municipality.settings.name,
            status=_UNPROCESSABLE if faults else 200,
            session=cookie,
            returns_to=login.request.redirect_uri,
            shown=shown,
            forms=logins.forms(self._office, shown),
            chosen=(*shown.granted, *shown.declared) if form is None else form.every("kind"),
            given=given or {},
            faults=faults or {},
            minutes=LOGIN_SECONDS // 60,
        )

    def _faults(
        self, visit: Visit, shown: Preview, form: Form, given: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        """The sentence about each field that does not fit, in the order of the page."""
        language = self._pages.language(visit)
        found: dict[str, str] = {}
        chosen = form.every("kind")
        if not chosen:
            found["kinds"] = sentence(language, "login.choose")
        for one in logins.forms(self._office, shown):
            if one.kind not in chosen:
                continue
            wrong = logins.faults(one, given[one.kind])
            for field in one.fields:
                if field.name in wrong:
                    said = _sentence(language, field.nl, field.en, wrong[field.name])
                    found[f"{one.kind}-{field.name}"] = said
        if shown.restricted and form.one("restricted") != "yes":
            found["restricted"] = sentence(language, "login.restricted_missing")
        return found

    def _municipality(self, visit: Visit) -> Municipality:
        return self._office.municipality(visit.params["code"])

    def _fail(self, municipality: Municipality, fault: IssuerError) -> Response:
        note(fault.code, fault.section, status_of(fault))
        return to(_failure(municipality, fault.code))

    def _leave(self, there: str) -> Response:
        answer = to(there)
        keep_cookie(answer, COOKIE, "", 0)
        return answer


def _once(visit: Visit) -> None:
    """A preview of an address must not use it up, and no name may come twice."""
    if visit.method != "GET" or visit.headers.get("sec-purpose", "").startswith("prefetch"):
        raise PageFault("page.method", "RFC 9110 15.5.6", status=405)
    if visit.twice:
        raise PageFault("page.form", "RFC 6749 3.1", status=400)


def _cookie(visit: Visit) -> str:
    found = visit.cookies.get(COOKIE)
    if not found:
        raise LoginFault("login.state", "OpenID Connect Core 1.0 3.1.2.5")
    return found


def _failure(municipality: Municipality, code: str) -> str:
    return f"/{municipality.code}/{_FAILED}?why={code}"


def _given(form: Form, declared: Declared) -> dict[str, str]:
    """What was filled in for one kind; a field is named after its kind too."""
    names = [field.name for field in declared.fields]
    return {name: form.one(f"{declared.kind}-{name}") for name in names}


def _sentence(language: Language, dutch: str, english: str, fault: IssuerError) -> str:
    """What does not fit, with the name that the page gives the field."""
    label = dutch if language == "nl" else english
    params = {**fault.params, "label": label}
    found = find(language, f"login_field.{fault.code}", **params)
    return found or sentence(language, "login_field.other", label=label)
