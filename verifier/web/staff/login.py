"""The way in and out: the login provider and back, the role of a session, and the first page."""

from typing import Any, Final

from starlette.responses import Response

from verifier.errors import Refused
from verifier.service import cases
from verifier.service.staff import access, desk, paper
from verifier.service.staff.access import Session
from verifier.staff import Role
from verifier.web.staff.room import COOKIE, HOME, Entry, Room, Visit, keep_cookie, to

LOGIN_COOKIE: Final = "__Host-regie_medewerker_login"


class Login:
    """Coming in, choosing a role, starting, leaving."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def start(self, entry: Entry) -> Response:
        """What there is to do in this role."""
        verifier = self._room.verifier
        members: dict[str, Any] = {}
        match entry.employee.role:
            case Role.PRIVACY:
                members["clock"] = cases.clock(verifier)
            case Role.DESK:
                members["wallet"] = desk.offered(verifier)
                members["paper"] = paper.offered(verifier)
                members["busy"] = bool(entry.session.work)
            case Role.REGISTER | Role.AUDIT:
                pass
        return self._room.show(entry, "home.html", **members)

    def begin(self, visit: Visit) -> Response:
        """To the login provider; a browser comes here by a link, so nothing is posted."""
        url, token = access.begin(
            self._room.verifier, again="again" in visit.query, language=self._room.language(visit)
        )
        answer = to(url)
        keep_cookie(answer, LOGIN_COOKIE, token, access.LOGIN_SECONDS)
        return answer

    def back(self, visit: Visit) -> Response:
        """Back from the provider: a session of its own, under a name nobody knew before."""
        token = visit.cookies.get(LOGIN_COOKIE, "")
        if visit.twice or not token.isascii():
            raise Refused("staff.other_browser", "OpenID Connect Core 1.0 3.1.2.7", status=403)
        old = self._room.session(visit)
        fresh = access.finish(self._room.verifier, token, visit.query)
        if old is not None:
            access.leave(self._room.verifier, old)
        answer = to(HOME)
        keep_cookie(answer, LOGIN_COOKIE, "", 0)
        settings = self._room.verifier.config.staff
        assert settings is not None
        keep_cookie(answer, COOKIE, fresh, settings.longest_hours * 3600)
        return answer

    def role(self, visit: Visit, session: Session) -> Response:
        """One role per session: nobody handles a privacy request and works at the desk at once."""
        if session.role is not None:
            return to(HOME)
        if visit.method == "POST":
            access.choose(self._room.verifier, session, visit.fields.get("role", ""))
            return to(HOME)
        roles = [role.value for role in session.roles]
        return self._room.page(visit, session, "role.html", 200, None, {"roles": roles})

    def leave(self, visit: Visit, session: Session) -> Response:
        """Out: what the session knew is gone."""
        access.leave(self._room.verifier, session)
        answer = self._room.outside(visit, left=True)
        keep_cookie(answer, COOKIE, "", 0)
        return answer
