"""The room behind every page of the desk: who is in, what they may, and a page for a refusal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from starlette.responses import Response

from issuer.brp.errors import BrpError
from issuer.errors import (
    DeskFault,
    IssuerError,
    LoginFault,
    NothingFound,
    PageFault,
    WalletFault,
)
from issuer.service import clerks
from issuer.service.clerks import Clerk, Role, Session
from issuer.service.office import Office
from issuer.texts import Language, fault, find, sentence
from issuer.web.desk import words
from issuer.web.doors import Endpoint, Form, Visit, door, read_form
from issuer.web.limits import Limiter
from issuer.web.pages import Pages, keep_cookie

HOME: Final = "/desk"
COOKIE: Final = "__Host-regie_desk"
LIVE: Final = "live"
"""In the address of a page that renews itself: such a visit keeps no session awake."""
_UNPROCESSABLE: Final = 422
_LATER: Final = ("login.unreachable",)
"""Not the clerk's fault, and over some day."""
# A whole front office behind one address, with pages that renew themselves.
_CLERKS_AT_ONE_ADDRESS: Final = 10


@dataclass(frozen=True, repr=False)
class Entry:
    """One visit of a clerk who is logged in; a posted form is known to be ours."""

    visit: Visit
    session: Session
    form: Form
    language: Language

    @property
    def clerk(self) -> Clerk:
        """Who it is."""
        return self.session.clerk

    @property
    def now(self) -> int:
        """The one moment of this visit."""
        return self.visit.now

    @property
    def posted(self) -> bool:
        """A form came along."""
        return self.visit.method == "POST"

    def say(self, key: str, **params: str | int) -> str:
        """A sentence in the clerk's language."""
        return sentence(self.language, key, **params)


Handler: TypeAlias = Callable[[Entry], Response]


class Room:
    """What all pages of the desk share."""

    def __init__(
        self,
        office: Office,
        pages: Pages,
        *,
        now: Callable[[], int],
        moment: Callable[[], float],
    ) -> None:
        self.office = office
        self.pages = pages
        self._now = now
        self._moment = moment
        strangers = office.settings.limits.pages_per_minute
        clerks = strangers * _CLERKS_AT_ONE_ADDRESS
        self._strangers = Limiter(burst=strangers, per_minute=strangers)
        self._clerks = Limiter(burst=clerks, per_minute=clerks)

    # ---- doors -----------------------------------------------------------------------------

    def open(self, handler: Callable[[Visit], Response]) -> Endpoint:
        """An endpoint for who is not logged in yet."""
        return self._door(handler, self._strangers)

    def door(self, handler: Handler, *roles: Role) -> Endpoint:
        """An endpoint for clerks with one of these roles; a form must be of this very session."""

        def checked(visit: Visit) -> Response:
            session = self.session(visit)
            if session is None:
                return self.outside(visit)
            if not any(session.clerk.may(role) for role in roles):
                raise PageFault("desk.role", "RFC 9110 15.5.4", status=403)
            form = read_form(b"")
            if visit.method == "POST":
                form = self.pages.form(visit, session.token)
            return handler(Entry(visit, session, form, self.pages.language(visit)))

        return self._door(checked, self._clerks)

    def _door(self, handler: Callable[[Visit], Response], limiter: Limiter) -> Endpoint:
        return door(handler, self.problem, now=self._now, moment=self._moment, limiter=limiter)

    def session(self, visit: Visit) -> Session | None:
        """The session of this browser."""
        return clerks.read(
            self.office, visit.cookies.get(COOKIE), visit.now, stays=LIVE in visit.query
        )

    # ---- state -----------------------------------------------------------------------------

    def same(self, entry: Entry) -> None:
        """The form is of the page as it is now: not of a resident who stood here before."""
        if entry.form.one("stamp") != entry.session.stamp:
            raise DeskFault("desk.other_window", "Architecture, Issuer")

    def keep(self, entry: Entry, clerk: Clerk) -> Entry:
        """The same visit, with what changed on record."""
        return replace(entry, session=clerks.keep(self.office, entry.session, clerk))

    # ---- answers ---------------------------------------------------------------------------

    def show(
        self,
        entry: Entry,
        template: str,
        *,
        status: int = 200,
        here: str | None = None,
        **members: Any,  # noqa: ANN401 - what a template shows
    ) -> Response:
        """A page of the desk; `here` is where it can be asked again, if not where it was posted."""
        return self._page(entry.visit, entry.session, template, status, here, members)

    def again(
        self,
        entry: Entry,
        template: str,
        faults: Mapping[str, str],
        here: str | None = None,
        **members: Any,  # noqa: ANN401 - what a template shows
    ) -> Response:
        """The same form, with what is wrong on top and at each field."""
        return self.show(
            entry, template, status=_UNPROCESSABLE, here=here, faults=faults, **members
        )

    def outside(self, visit: Visit, *, left: bool = False) -> Response:
        """The page of who is not logged in; what they sent is not read."""
        status = 200 if left or visit.path == HOME else 403
        return self._page(visit, None, "login.html", status, HOME, {"left": left})

    def problem(self, visit: Visit, problem: IssuerError) -> Response:
        """What happened and what to do next, for a clerk; never a value of a person."""
        language = self.pages.language(visit)
        said = find(language, f"problem.{problem.code}", **problem.params)
        return self._page(
            visit,
            self.session(visit),
            "problem.html",
            _status(problem),
            HOME if visit.method == "POST" else None,
            {
                "said": said or fault(language, problem.code, **problem.params)[0],
                "next": find(language, f"desk_next.{problem.code}"),
            },
        )

    def _page(
        self,
        visit: Visit,
        session: Session | None,
        template: str,
        status: int,
        here: str | None,
        members: Mapping[str, Any],
    ) -> Response:
        clerk = None if session is None else session.clerk
        language = self.pages.language(visit)
        names = [one.settings.name for one in self.office.municipalities.values()]
        employer = None if clerk is None else clerks.municipality(self.office, clerk).settings.name
        return self.pages.show(
            visit,
            f"desk/{template}",
            organisation=employer or (names[0] if len(names) == 1 else ""),
            status=status,
            here=here,
            session=None if session is None else session.token,
            clerk=clerk,
            may={} if clerk is None else {role.value: clerk.may(role) for role in Role},
            stamp="" if session is None else session.stamp,
            place=visit.path,
            words=words.Words(language),
            **{"faults": {}, **members},
        )


def enter(response: Response, token: str) -> Response:
    """The browser gets its session.

    `Lax`: with `Strict` the page after the way back from the provider would arrive without it.
    """
    keep_cookie(response, COOKIE, token, clerks.LONGEST_SECONDS)
    return response


def _status(problem: IssuerError) -> int:
    match problem:
        case PageFault() | WalletFault():
            return problem.status
        case NothingFound():
            return 404
        case DeskFault():
            return 409
        case BrpError():
            return 502
        case LoginFault() if problem.code not in _LATER:
            return 403
        case _:
            return 503
