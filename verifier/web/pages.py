"""The pages for people: start, share, confirm, reach, result. No JavaScript, no other host."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.responses import RedirectResponse, Response

from verifier import dates
from verifier.errors import Refused
from verifier.profiles import Action, BoundProfile
from verifier.service import dossiers, register, sessions
from verifier.service.api import events
from verifier.service.register import Erasing, Standing
from verifier.service.sessions import Waiting
from verifier.service.verifier import Verifier
from verifier.store import decisions, shown
from verifier.store.transactions import Typed
from verifier.texts import Language, find, language_of, sentence
from verifier.transaction import Bound, Device, Outcome
from verifier.web import accounting, live, lostkey
from verifier.web.doors import Asked
from verifier.web.labels import Labels, Received
from verifier.web.onward import onward
from verifier.web.qr import Drawings

# The prefix: a browser takes it from this host alone, over https, for every path (RFC 6265bis).
COOKIE: Final = "__Host-regie_verifier_session"
STATIC: Final = frozenset({"privacy", "toegankelijkheid", "verantwoording", "zonder-wallet"})
_TEMPLATES: Final = {
    "privacy": "privacy.html",
    "toegankelijkheid": "accessibility.html",
    "zonder-wallet": "without.html",
}
# Actions that a person reaches by a link of their own, not from the list.
_BY_LINK: Final = frozenset({Action.JOIN})
_CODE: Final = re.compile(r"\d{6}\Z", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,190}\.[^@\s.<>\"',;]{2,63}\Z")


class Pages:
    """Every page, over one verifier."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        self.drawings = Drawings()
        self.templates = Environment(
            loader=PackageLoader("verifier", "pages"), autoescape=select_autoescape()
        )

    # ---- the doors -----------------------------------------------------------------------

    def home(self, asked: Asked) -> Response:
        """What a person can do here; where it is one thing, straight to it."""
        lang = self._lang(asked)
        offered = [
            one for one in self.verifier.profiles.values() if one.profile.action not in _BY_LINK
        ]
        if len(offered) == 1:
            return _to(f"/{lang}/{offered[0].profile.path}")
        choices = [
            {
                "url": f"/{lang}/{one.profile.path}",
                "title": one.profile.titles[lang],
                "reason": one.profile.reasons[lang],
            }
            for one in sorted(offered, key=lambda one: list(Action).index(one.profile.action))
        ]
        return self._page(asked, "home.html", None, at="", choices=choices)

    def plain(self, asked: Asked, name: str) -> Response:
        """A page that belongs to no request: privacy, accessibility, without a wallet."""
        if name == "verantwoording":
            lang = self._lang(asked)
            return self._page(
                asked, "accounting.html", None, at=name, **accounting.members(self.verifier, lang)
            )
        return self._page(asked, _TEMPLATES[name], None, at=name)

    def start(self, asked: Asked) -> Response:
        """What is asked, why, for how long; the button starts a request."""
        profile = self._profile(asked)
        if profile.profile.action is Action.JOIN:
            # By invitation alone: `web.joining` starts it.
            return self._page(asked, "together_refused.html", profile, status=404, why="uninvited")
        sessions.require_open(self.verifier, profile)
        if asked.method == "POST":
            self._own_form(asked)
            lang = self._lang(asked)
            session = self._session(asked) or sessions.new_session(self.verifier)
            sessions.start(self.verifier, profile, lang, session)
            return self._keep(_to(f"/{lang}/{profile.profile.path}/delen"), session)
        asks = Labels(self.verifier, self._lang(asked)).asks(profile.profile)
        return self._page(asked, "start.html", profile, asks=asks)

    def share(self, asked: Asked) -> Response:
        """The links that open a wallet, and the field for its code."""
        profile = self._profile(asked)
        session = self._session(asked)
        if session is None:
            return self._page(asked, "none.html", profile, status=404)
        return self._share(asked, profile, session)

    def live(self, asked: Asked) -> Response:
        """The part of that page that comes again by itself: the code of now, and how far it is."""
        profile = self._profile(asked)
        session = self._session(asked)
        if session is None:
            raise Refused("http.not_found", "RFC 9110 15.5.5", status=404)
        lang = self._lang(asked)
        waiting = sessions.waiting(self.verifier, session, profile.id)
        invitations = () if waiting is None else waiting.invitations
        return live.frame(
            self.templates,
            self.drawings,
            lang,
            sessions.progress(self.verifier, session, profile.id),
            next((one.link for one in invitations if one.device is Device.OTHER), None),
            f"/{lang}/{profile.profile.path}/delen",
        )

    def code(self, asked: Asked) -> Response:
        """A code typed in this browser."""
        self._own_form(asked)
        profile = self._profile(asked)
        session = self._session(asked)
        if session is None:
            return self._page(asked, "none.html", profile, status=404)
        given = re.sub(r"[\s-]", "", _fields(asked).get("code", ""))
        if not _CODE.match(given):
            return self._share(asked, profile, session, fault="code.shape")
        outcome, session = sessions.typed(
            self.verifier, session, given, events.bound(self.verifier)
        )
        match outcome:
            case Typed.RIGHT:
                return self._keep(self._done(asked, profile), session)
            case Typed.WRONG:
                return self._share(asked, profile, session, fault="code.wrong")
            case Typed.WAITING:
                return self._share(asked, profile, session, fault="code.waiting")
            case Typed.OVER:
                return self._share(asked, profile, session, fault="code.over")

    def returned(self, asked: Asked) -> Response:
        """The wallet sent its person here; only the right browser goes on (formats.md 5)."""
        if asked.method != "GET" or asked.headers.get("sec-purpose", "").startswith("prefetch"):
            # A preview of the address must not use it up.
            raise Refused("http.method", "RFC 9110 15.5.6", status=405)
        profile = self._profile(asked)
        session = self._session(asked) or sessions.new_session(self.verifier)
        bound = sessions.returned(
            self.verifier, session, asked.params["code"], events.bound(self.verifier)
        )
        if bound is None:
            if sessions.result(self.verifier, session, profile.id) is not None:
                return self._done(asked, profile)  # opened again, in the browser that was right
            return self._page(asked, "foreign.html", profile, status=403)
        return self._keep(self._done(asked, profile), bound[1])

    def contact(self, asked: Asked) -> Response:
        """How to reach the person; asked only of the browser that proved to be theirs."""
        profile, bound, standing = self._result(asked)
        if bound is None or standing is None or standing.complete:
            return self._done(asked, profile)
        if asked.method == "POST":
            self._own_form(asked)
            email = _fields(asked).get("email", "").strip()
            if not _EMAIL.match(email) or not email.isprintable():
                return self._page(
                    asked, "contact.html", profile, status=422, fault="contact.wrong", given=email
                )
            register.complete(self.verifier, bound, email)
            return self._done(asked, profile)
        return self._page(asked, "contact.html", profile)

    def done(self, asked: Asked) -> Response:
        """The result: number, date and next step; or why it did not work."""
        profile, bound, standing = self._result(asked)
        if bound is None:
            return self._page(asked, "none.html", profile, status=404)
        if bound.outcome is not Outcome.ACCEPTED:
            return self._page(asked, "refused.html", profile, why=self._why(asked, bound))
        if profile.profile.attaches:
            return self._page(
                asked,
                "supplement.html",
                profile,
                standing=standing,
                sign_up=f"/{self._lang(asked)}/{self._sign_up()}",
                received=self._received(asked, profile, bound),
            )
        if profile.profile.action is Action.RIGHTS:
            held = lostkey.members(self.verifier, bound, self._lang(asked))
            return self._page(asked, "rights.html", profile, **held)
        if standing is None:
            return self._page(asked, "none.html", profile)
        if not standing.complete:
            return _to(f"/{self._lang(asked)}/{profile.profile.path}/gegevens")
        if profile.profile.action is Action.JOIN and dossiers.awaits(self.verifier, bound):
            return _to(f"/{self._lang(asked)}/{profile.profile.path}/samen")
        received = self._received(asked, profile, bound)
        return self._page(
            asked,
            "result.html",
            profile,
            standing=standing,
            received=received,
            together=dossiers.shown(self.verifier, bound),
        )

    def erase(self, asked: Asked) -> Response:
        """Who lost the rights key ends the registration here, after a plain yes (formats.md 4)."""
        self._own_form(asked)
        profile, bound, _ = self._result(asked)
        if bound is None or profile.profile.action is not Action.RIGHTS:
            return self._page(asked, "none.html", profile, status=404)
        if _fields(asked).get("sure") != "yes":
            held = lostkey.members(self.verifier, bound, self._lang(asked))
            fault = "erase.sure"
            return self._page(asked, "rights.html", profile, status=422, fault=fault, **held)
        came = register.erase(self.verifier, bound)
        if came is Erasing.NOTHING:
            return self._done(asked, profile)
        return self._page(asked, "erased.html", profile, waits=came is Erasing.ASKED)

    def problem(self, error: Refused, asked: Asked) -> Response:
        """A refusal as a page."""
        known = {404: "not_found", 405: "method", 403: "origin", 429: "busy", 503: "closed"}
        code = known.get(error.status, "fault")
        return self._page(asked, "problem.html", None, status=error.status, problem=code)

    # ---- what they share -----------------------------------------------------------------

    def _session(self, asked: Asked) -> str | None:
        return sessions.known_session(asked.cookies.get(COOKIE))

    def _lang(self, asked: Asked) -> Language:
        given = asked.params.get("lang") or asked.headers.get("accept-language")
        return language_of(given, self.verifier.config.lang)

    def _profile(self, asked: Asked) -> BoundProfile:
        found = self.verifier.profiles.get(asked.params["profile"])
        if found is None:
            raise Refused("http.not_found", "RFC 9110 15.5.5", status=404)
        return found

    def _sign_up(self) -> str:
        """Where somebody registers first."""
        found = self.verifier.profiles.values()
        return next(
            (one.profile.path for one in found if one.profile.action is Action.REGISTER), ""
        )

    def _own_form(self, asked: Asked) -> None:
        """A form of another site is refused; ports of one host share cookies, so this matters."""
        origin, site = asked.headers.get("origin"), asked.headers.get("sec-fetch-site")
        if origin not in (None, self.verifier.config.base_url) or site not in (
            None,
            "none",
            "same-origin",
        ):
            raise Refused("http.origin", "RFC 6454 7", status=403)

    def _result(self, asked: Asked) -> tuple[BoundProfile, Bound | None, Standing | None]:
        profile = self._profile(asked)
        session = self._session(asked)
        bound = session and sessions.result(self.verifier, session, profile.id)
        if not bound:
            return profile, None, None
        return profile, bound, register.standing(self.verifier, bound)

    def _done(self, asked: Asked, profile: BoundProfile) -> Response:
        return _to(f"/{self._lang(asked)}/{profile.profile.path}/klaar")

    def _why(self, asked: Asked, bound: Bound) -> str:
        """The sentence for a rule; what has none gets the general one."""
        lang = self._lang(asked)
        rule = "person" if bound.rule.startswith("person.") else bound.rule.replace(".", "_")
        own = self.verifier.profile(bound.profile).profile.says(bound.rule, lang)
        undecided = bound.outcome is Outcome.UNDETERMINED
        general = sentence(lang, "refused.undetermined" if undecided else "refused.other")
        return own or find(lang, f"refused.{rule}") or general

    def _unread(self, lang: Language, waiting: Waiting) -> str:
        """Why nothing came of it: the wallet could not, or what came could not be read."""
        if waiting.wallet_error is None:
            return sentence(lang, "refused.other")
        known = find(lang, f"refused.wallet_{waiting.wallet_error}")
        return known or sentence(lang, "refused.wallet_other")

    def _keep(self, response: Response, session: str) -> Response:
        response.set_cookie(
            COOKIE,
            session,
            max_age=2 * self.verifier.config.session_seconds,
            path="/",
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response

    def _share(
        self, asked: Asked, profile: BoundProfile, session: str, fault: str | None = None
    ) -> Response:
        waiting = sessions.waiting(self.verifier, session, profile.id)
        if waiting is None:
            if sessions.result(self.verifier, session, profile.id) is not None:
                return self._done(asked, profile)
            return self._page(asked, "none.html", profile, status=404)
        if waiting.outcome is Outcome.DECLINED:
            return self._page(asked, "declined.html", profile)
        lang = self._lang(asked)
        if waiting.outcome is not None:
            why = self._unread(lang, waiting)
            return self._page(asked, "refused.html", profile, why=why)
        links = {item.device: item.link for item in waiting.invitations}
        other = links.get(Device.OTHER)
        return self._page(
            asked,
            "share.html",
            profile,
            status=422 if fault else 200,
            fault=fault,
            same=links.get(Device.SAME),
            other=other,
            until=dates.clock_time(waiting.expires),
        )

    def _received(self, asked: Asked, profile: BoundProfile, bound: Bound) -> Received | None:
        """What came in by this visit, and what of it is kept."""
        store, sealer, disclosure = self.verifier.store, self.verifier.sealer, bound.disclosure
        held = shown.kept(store, disclosure) if disclosure else None
        if held is None or disclosure is None:
            return None
        decided = decisions.of_disclosure(store, sealer, disclosure)
        return Labels(self.verifier, self._lang(asked)).received(profile.profile, held, decided)

    def _page(
        self,
        asked: Asked,
        template: str,
        profile: BoundProfile | None,
        *,
        status: int = 200,
        at: str | None = None,
        **members: Any,  # noqa: ANN401 - what a template shows
    ) -> Response:
        lang = self._lang(asked)
        other: Language = "en" if lang == "nl" else "nl"
        about = profile or next(iter(self.verifier.profiles.values()))

        def say(key: str, **params: str | int) -> str:
            # A permit desk does not speak of signing up.
            own = f"{about.profile.action.value}_pages.{key}"
            return find(lang, own, **params) or sentence(lang, key, **params)

        def day(at: int) -> str:
            return dates.for_people(at, lang)

        def own(key: str) -> str | None:
            return about.profile.texts.get(key, {}).get(lang)

        html = self.templates.get_template(template).render(
            lang=lang,
            other_lang=other,
            other_url=f"/{other}/{about.profile.path if at is None else at}".rstrip("/"),
            base=f"/{lang}/{about.profile.path}",
            action=about.profile.action.value,
            title=about.profile.titles[lang],
            organisation=about.registration,
            reason=about.profile.reasons[lang],
            keeping=about.profile.keeping[lang],
            text=lambda localised: getattr(localised, lang, None) or localised.nl,
            say=say,
            own=own,
            day=day,
            test=self.verifier.is_test,
            days=self.verifier.config.unconfirmed_days,
            onward=onward(self.verifier, template, self._session(asked), about.id),
            **members,
        )
        return Response(html, status, media_type="text/html")


def _to(path: str) -> Response:
    return RedirectResponse(path, 303)


def _fields(asked: Asked) -> dict[str, str]:
    try:
        return dict(parse_qsl(asked.body.decode(), keep_blank_values=True, max_num_fields=8))
    except ValueError:
        return {}
