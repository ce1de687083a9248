"""The pages for looking together: invite one person, open an invitation, say yes, stop again.

No page shows who the other is: only the number and the time of their registration, and only to
the browser that proved to belong to a wallet (Regie formats 5).
"""

from typing import Final

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from verifier import dates
from verifier.errors import Refused
from verifier.profiles import Action, BoundProfile
from verifier.service import dossiers, sessions
from verifier.service.dossiers import Refusal
from verifier.service.register import Standing
from verifier.service.verifier import Verifier
from verifier.transaction import Bound
from verifier.web.doors import Asked, Handler, door
from verifier.web.labels import Labels
from verifier.web.limits import Limiter
from verifier.web.pages import Pages

MAX_CODE: Final = 64
_STATUS: Final = {Refusal.OVER: 404}


class Joining(Pages):
    """Every step of two people towards one dossier."""

    # ---- who is registered invites

    def invite(self, asked: Asked) -> Response:
        """A link for one other person, shown once."""
        self._own_form(asked)
        profile, bound, standing = self._result(asked)
        if bound is None or standing is None:
            return self._page(asked, "none.html", profile, status=404)
        self._joining()
        made = dossiers.invite(self.verifier, bound)
        if isinstance(made, Refusal):
            return self._refused(asked, profile, made, bound, standing)
        lang = self._lang(asked)
        return self._page(
            asked,
            "together_invited.html",
            profile,
            link=f"{self.verifier.config.base_url}/{lang}/samen/{made.code}",
            until=dates.for_people(made.until, lang),
        )

    def leave(self, asked: Asked) -> Response:
        """Stop looking together; neither loses anything."""
        self._own_form(asked)
        profile, bound, standing = self._result(asked)
        if bound is None or standing is None:
            return self._page(asked, "none.html", profile, status=404)
        dossiers.leave(self.verifier, bound)
        return self._page(asked, "together_left.html", profile, standing=standing)

    # ---- who was invited joins

    def opened(self, asked: Asked) -> Response:
        """Looking at an invitation uses nothing up; the button starts the person's own request."""
        joining, code = self._joining(), asked.params["code"]
        invitation = dossiers.invited(self.verifier, code) if len(code) <= MAX_CODE else None
        if invitation is None:
            return self._refused(asked, joining, Refusal.OVER)
        lang = self._lang(asked)
        if asked.method == "POST":
            self._own_form(asked)
            session = self._session(asked) or sessions.new_session(self.verifier)
            sessions.start(self.verifier, joining, lang, session, dossier=invitation)
            target = f"/{lang}/{joining.profile.path}/delen"
            return self._keep(RedirectResponse(target, 303), session)
        place = f"samen/{code}"
        return self._page(
            asked,
            "start.html",
            joining,
            at=place,
            asks=Labels(self.verifier, lang).asks(joining.profile),
            form_action=f"/{lang}/{place}",
        )

    def confirm(self, asked: Asked) -> Response:
        """The question, to the browser that proved to be theirs; and the yes."""
        profile, bound, standing = self._mine(asked)
        if bound is None or standing is None:
            return self._page(asked, "none.html", profile, status=404)
        if not standing.complete:
            return self._done(asked, profile)
        if asked.method == "POST":
            self._own_form(asked)
            refused = dossiers.join(self.verifier, bound)
            if refused is not None:
                return self._refused(asked, profile, refused, bound, standing)
            return self._done(asked, profile)
        if not dossiers.awaits(self.verifier, bound):
            return self._refused(asked, profile, Refusal.OVER, bound, standing)
        return self._page(asked, "together_confirm.html", profile, standing=standing)

    # ---- what they share

    def _mine(self, asked: Asked) -> tuple[BoundProfile, Bound | None, Standing | None]:
        profile, bound, standing = self._result(asked)
        if profile.profile.action is not Action.JOIN:
            raise Refused("http.not_found", "RFC 9110 15.5.5", status=404)
        return profile, bound, standing

    def _joining(self) -> BoundProfile:
        found = dossiers.profile_of(self.verifier)
        if found is None:
            raise Refused("http.not_found", "RFC 9110 15.5.5", status=404)
        return found

    def _refused(
        self,
        asked: Asked,
        profile: BoundProfile,
        why: Refusal,
        bound: Bound | None = None,
        standing: Standing | None = None,
    ) -> Response:
        """Why not; and to who showed to be the same, what they can do about it right here."""
        return self._page(
            asked,
            "together_refused.html",
            profile,
            status=_STATUS.get(why, 409),
            why=why.value,
            standing=standing,
            together=(
                dossiers.shown(self.verifier, bound)
                if bound and standing and standing.complete
                else None
            ),
        )


def routes(verifier: Verifier, limiter: Limiter) -> list[Route]:
    """`/samen/{code}` for who was invited, `/{profile}/samen` for who is registered."""
    pages = Joining(verifier)

    def page(path: str, handler: Handler, *methods: str) -> list[Route]:
        endpoint = door(handler, pages.problem, limiter=limiter)
        return [
            Route(prefix + path, endpoint, methods=[*methods]) for prefix in ("/{lang:lang}", "")
        ]

    return [
        *page("/samen/{code}", pages.opened, "GET", "POST"),
        *page("/{profile}/samen", pages.confirm, "GET", "POST"),
        *page("/{profile}/samen/uitnodigen", pages.invite, "POST"),
        *page("/{profile}/samen/stoppen", pages.leave, "POST"),
    ]
