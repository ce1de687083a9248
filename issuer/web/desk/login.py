"""The way in and out: the login provider and back, and the page a clerk starts from."""

from typing import Final

from starlette.responses import Response

from issuer.errors import LoginFault
from issuer.service import clerks
from issuer.web.desk import applications, cases
from issuer.web.desk.room import COOKIE, HOME, Entry, Room, enter
from issuer.web.doors import Visit
from issuer.web.pages import keep_cookie, to

LOGIN_COOKIE: Final = "__Host-regie_desk_login"


class Login:
    """Coming in, starting, leaving."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def start(self, entry: Entry) -> Response:
        """What there is to do."""
        office, clerk = self._room.office, entry.clerk
        running = cases.running(office, clerk, entry.now)
        waiting = applications.waiting(office, clerk, entry.now)
        return self._room.show(
            entry,
            "home.html",
            running=len(running),
            waiting=len(waiting),
            late=applications.late(waiting, entry.now),
        )

    def begin(self, visit: Visit) -> Response:
        """To the login provider; a browser comes here by a link, so nothing is posted."""
        url, token = clerks.begin(
            self._room.office,
            visit.now,
            again="again" in visit.query,
            language=self._room.pages.language(visit),
        )
        answer = to(url)
        keep_cookie(answer, LOGIN_COOKIE, token, clerks.LOGIN_SECONDS)
        return answer

    def back(self, visit: Visit) -> Response:
        """Back from the provider: a session of its own, under a name nobody knew before."""
        token = visit.cookies.get(LOGIN_COOKIE, "")
        if visit.twice or not token.isascii():
            raise LoginFault("clerk.other_browser", "OpenID Connect Core 1.0 3.1.2.7")
        old = self._room.session(visit)
        fresh = clerks.finish(self._room.office, token, visit.query, visit.now)
        if old is not None:
            clerks.leave(self._room.office, old)
        answer = to(HOME)
        keep_cookie(answer, LOGIN_COOKIE, "", 0)
        return enter(answer, fresh)

    def leave(self, entry: Entry) -> Response:
        """Out: what the session knew is gone."""
        clerks.leave(self._room.office, entry.session)
        answer = self._room.outside(entry.visit, left=True)
        keep_cookie(answer, COOKIE, "", 0)
        return answer
