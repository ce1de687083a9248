"""The pages of an application, over one verifier: no JavaScript, every step a form of our own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from credential import periods
from verifier.errors import Refused, UsageError
from verifier.permit import State, following
from verifier.profiles import BoundProfile
from verifier.service import sessions
from verifier.service.api import events
from verifier.service.permit import casework, concept
from verifier.service.permit.concept import Concept
from verifier.store import permits
from verifier.store.permits import Application
from verifier.texts import sentence
from verifier.transaction import Bound, Outcome
from verifier.web import multipart
from verifier.web.doors import Asked, Handler
from verifier.web.pages import Pages
from verifier.web.permit import showing

MAX_FIELDS = 16

Step: TypeAlias = Callable[[Asked], Response]


class PermitPages(Pages):
    """Fill in, attach, share, check, submit, look back."""

    def of(self, path: str) -> Callable[[Step], Handler]:
        """The handlers of one profile."""

        def wrap(step: Step) -> Handler:
            return lambda asked: step(replace(asked, params={**asked.params, "profile": path}))

        return wrap

    def without(self, asked: Asked) -> Response:
        """The way without a wallet, which leads to the same."""
        return self._page(asked, "permit/without.html", None, at="zonder-wallet")

    def may_upload(self, asked: Asked) -> None:
        """Nothing of a file is read from a browser that has no application here."""
        self._own_form(asked)
        session = self._session(asked)
        if session is None or not permits.has_any(
            self.verifier.store, self.verifier.sealer.session(session)
        ):
            raise Refused("permit.none", "Architecture, Verifier", status=404)

    # ---- fill in ---------------------------------------------------------------------------

    def begin(self, asked: Asked) -> Response:
        """The button of the first page."""
        self._own_form(asked)
        session = self._session(asked) or sessions.new_session(self.verifier)
        return self._keep(self._to(asked, "aanvraag"), session)

    def form(self, asked: Asked) -> Response:
        """What somebody wants to do, in their own words."""
        profile, found = self._concept(asked)
        if asked.method != "POST":
            if found is not None and found.signed:
                return self._to(asked, "klaar")
            return self._form(asked, profile, {} if found is None else found.form.members())
        self._own_form(asked)
        session = self._session(asked)
        if session is None:
            return self._none(asked, profile)
        if found is not None and found.signed:
            return self._changed(asked, profile, found)
        fields = _fields(asked)
        _, wrong = concept.fill(self.verifier, profile, session, fields)
        if wrong:
            return self._form(asked, profile, fields, wrong)
        return self._to(asked, "bijlagen")

    def attachments(self, asked: Asked) -> Response:
        """What goes with it."""
        profile, found = self._concept(asked)
        if found is None:
            return self._to(asked, "aanvraag")
        if found.signed:
            return self._to(asked, "klaar")
        return self._attachments(asked, profile, found)

    def attach(self, asked: Asked) -> Response:
        """One file more."""
        self._own_form(asked)
        profile, found = self._concept(asked)
        if found is None:
            return self._none(asked, profile)
        if found.signed:
            return self._changed(asked, profile, found)
        name, data, _ = _uploaded(asked)
        fault = concept.attach(self.verifier, found.application, name, data)
        if fault is not None:
            return self._attachments(asked, profile, found, fault)
        return self._to(asked, "bijlagen")

    def detach(self, asked: Asked) -> Response:
        """One file less."""
        self._own_form(asked)
        profile, found = self._concept(asked)
        if found is None:
            return self._none(asked, profile)
        if found.signed:
            return self._changed(asked, profile, found)
        concept.detach(self.verifier, found.application, _fields(asked).get("attachment", ""))
        return self._to(asked, "bijlagen")

    def sign(self, asked: Asked) -> Response:
        """Ask the wallet for the cards, and to sign exactly this."""
        self._own_form(asked)
        profile, found = self._concept(asked)
        session = self._session(asked)
        if found is None or session is None:
            return self._none(asked, profile)
        if found.signed:
            return self._to(asked, "klaar")
        concept.share(self.verifier, profile, self._lang(asked), session)
        return self._to(asked, "delen")

    def returned(self, asked: Asked) -> Response:
        """The wallet sent its person here; what somebody wrote is only for where they wrote it."""
        if asked.method != "GET" or asked.headers.get("sec-purpose", "").startswith("prefetch"):
            raise Refused("http.method", "RFC 9110 15.5.6", status=405)
        profile, session = self._profile(asked), self._session(asked)
        if session is None:
            return self._page(asked, "foreign.html", profile, status=403)
        mine, told = concept.mine_alone(self.verifier, session), events.bound(self.verifier)

        def after(connection: Connection, bound: Bound) -> None:
            mine(connection, bound)
            told(connection, bound)

        try:
            bound = sessions.returned(self.verifier, session, asked.params["code"], after)
        except Refused:
            return self._page(asked, "foreign.html", profile, status=403)
        if bound is None:
            if sessions.result(self.verifier, session, profile.id) is not None:
                return self._to(asked, "klaar")
            return self._page(asked, "foreign.html", profile, status=403)
        return self._keep(self._to(asked, "klaar"), bound[1])

    # ---- check and submit ------------------------------------------------------------------

    def done(self, asked: Asked) -> Response:
        """What came of sharing: the form filled in, or why not."""
        profile, session = self._profile(asked), self._session(asked)
        bound = session and sessions.result(self.verifier, session, profile.id)
        if not session or not bound:
            return self._waiting(asked)
        if bound.outcome is not Outcome.ACCEPTED:
            return self._page(asked, "refused.html", profile, why=self._why(asked, bound))
        found = concept.arrived(self.verifier, session, bound)
        if found is None:
            return self._changed(asked, profile, concept.current(self.verifier, session, profile))
        if found.application.state is not State.CONCEPT:
            return self._to(asked, "mijn-aanvraag")
        return self._check(asked, profile, found)

    def reopen(self, asked: Asked) -> Response:
        """Change what was signed: it has to be signed again."""
        self._own_form(asked)
        _, found = self._concept(asked)
        if found is not None:
            concept.reopen(self.verifier, found.application)
        return self._to(asked, "aanvraag")

    def submit(self, asked: Asked) -> Response:
        """Hand it in."""
        self._own_form(asked)
        profile, found = self._concept(asked)
        if found is None:
            return self._none(asked, profile)
        try:
            concept.submit(self.verifier, found)
        except Refused as error:
            if error.code == concept.ESTABLISHMENT:
                return self._check(asked, profile, found, fault=error.code)
            return self._changed(asked, profile, found)
        return self._to(asked, "mijn-aanvraag")

    # ---- look back -------------------------------------------------------------------------

    def mine(self, asked: Asked) -> Response:
        """Number, dates and history, in the browser that submitted it."""
        profile, found = self._case(asked)
        if found is None:
            return self._none(asked, profile)
        return self._mine(asked, profile, found)

    def supplement(self, asked: Asked) -> Response:
        """Add what the desk asked."""
        self._own_form(asked)
        profile, found = self._case(asked)
        if found is None:
            return self._none(asked, profile)
        name, data, fields = _uploaded(asked)
        text = fields.get("text", "")
        fault = casework.supplement(self.verifier, found, text, name, data)
        if fault is not None:
            return self._mine(asked, profile, found, fault=fault, given=text)
        return self._to(asked, "mijn-aanvraag")

    def withdraw(self, asked: Asked) -> Response:
        """Take it back, after a plain yes."""
        self._own_form(asked)
        profile, found = self._case(asked)
        if found is None:
            return self._none(asked, profile)
        if _fields(asked).get("sure") != "yes":
            return self._mine(asked, profile, found, fault="permit.withdraw.sure")
        try:
            casework.withdraw(self.verifier, found)
        except UsageError:
            return self._mine(asked, profile, found, fault="permit.withdraw.late")
        return self._to(asked, "mijn-aanvraag")

    # ---- parts -----------------------------------------------------------------------------

    def _to(self, asked: Asked, place: str) -> Response:
        path = f"/{self._lang(asked)}/{asked.params['profile']}/{place}"
        return RedirectResponse(path, 303)

    def _none(self, asked: Asked, profile: BoundProfile) -> Response:
        return self._page(asked, "none.html", profile, status=404)

    def _concept(self, asked: Asked) -> tuple[BoundProfile, Concept | None]:
        """What this browser is filling in."""
        profile, session = self._profile(asked), self._session(asked)
        if session is None:
            return profile, None
        return profile, concept.current(self.verifier, session, profile)

    def _case(self, asked: Asked) -> tuple[BoundProfile, Application | None]:
        """What this browser submitted."""
        profile, session = self._profile(asked), self._session(asked)
        if session is None:
            return profile, None
        return profile, casework.submitted_by(self.verifier, session, profile)

    def _waiting(self, asked: Asked) -> Response:
        """Nothing is shared here, or the link to it was forgotten already."""
        profile, found = self._concept(asked)
        if found is None:
            case = self._case(asked)[1]
            return self._none(asked, profile) if case is None else self._to(asked, "mijn-aanvraag")
        return self._check(asked, profile, found) if found.signed else self._to(asked, "bijlagen")

    def _form(
        self,
        asked: Asked,
        profile: BoundProfile,
        given: Mapping[str, str],
        wrong: tuple[str, ...] = (),
    ) -> Response:
        lang = self._lang(asked)
        return self._page(
            asked,
            "permit/form.html",
            profile,
            status=422 if wrong else 200,
            at=f"{profile.profile.path}/aanvraag",
            given=given,
            wrong=wrong,
            activities=[(one.id, one.names[lang]) for one in self._settings.activities],
            today=periods.day_of(self.verifier.now()).isoformat(),
        )

    def _attachments(
        self, asked: Asked, profile: BoundProfile, found: Concept, fault: str | None = None
    ) -> Response:
        room = self._settings.attachments - len(found.attachments)
        return self._page(
            asked,
            "permit/attachments.html",
            profile,
            status=422 if fault else 200,
            at=f"{profile.profile.path}/bijlagen",
            fault=fault,
            room=max(room, 0),
            most=self._settings.attachments,
            megabytes=self._settings.attachment_bytes >> 20,
            **self._shown(asked, found),
        )

    def _check(
        self, asked: Asked, profile: BoundProfile, found: Concept, fault: str | None = None
    ) -> Response:
        company = found.said(concept.KVK)
        return self._page(
            asked,
            "permit/check.html",
            profile,
            status=409 if fault else 200,
            at=f"{profile.profile.path}/klaar",
            fault=fault,
            weeks=self._settings.weeks,
            establishment=company is not None and company.value("establishment_number"),
            **self._shown(asked, found),
        )

    def _changed(self, asked: Asked, profile: BoundProfile, found: Concept | None) -> Response:
        """What was signed is not what is there: nothing is handed in."""
        signed = found is not None and found.signed
        return self._page(asked, "permit/changed.html", profile, status=409, signed=signed)

    def _mine(
        self,
        asked: Asked,
        profile: BoundProfile,
        found: Application,
        *,
        fault: str | None = None,
        given: str = "",
    ) -> Response:
        lang = self._lang(asked)
        file = casework.file_of(self.verifier, found)
        question = file.question
        return self._page(
            asked,
            "permit/mine.html",
            profile,
            status=422 if fault else 200,
            at=f"{profile.profile.path}/mijn-aanvraag",
            fault=fault,
            given_text=given,
            state=found.state.value,
            now_text=sentence(lang, f"permit.now.{found.state.value}"),
            open=State.WITHDRAWN in following(found.state),
            question=None if question is None else getattr(question, lang),
            history=showing.history(file, lang),
            megabytes=self._settings.attachment_bytes >> 20,
            **self._shown(asked, file.concept),
        )

    def _shown(self, asked: Asked, found: Concept) -> dict[str, Any]:
        """What was written, attached and checked, as a page shows it."""
        lang = self._lang(asked)
        chosen = self._settings.activity(found.form.activity)
        return {
            "application": found.application,
            "activity": found.form.activity if chosen is None else chosen.names[lang],
            "form": found.form,
            "start_at": periods.end_of(date.fromisoformat(found.form.start)),
            "files": [
                {
                    "id": one.id,
                    "name": one.attachment.name,
                    "size": showing.size(one, lang),
                    "says_more": one.attachment.says_more,
                    "later": one.later,
                }
                for one in found.attachments
            ],
            "checked": showing.cards(self.verifier, lang, found.checked),
        }

    @property
    def _settings(self) -> Any:  # noqa: ANN401 - typed where it is made
        return self.verifier.config.permit


def _fields(asked: Asked) -> dict[str, str]:
    try:
        pairs = parse_qsl(asked.body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def _uploaded(asked: Asked) -> tuple[str, bytes, Mapping[str, str]]:
    """The file of a form and its other fields; an empty file where none was chosen."""
    form = multipart.parse(asked.headers.get("content-type", ""), asked.body)
    sent = form.files.get("file", ())
    if not sent:
        return "", b"", form.fields
    return sent[0].name, sent[0].data, form.fields
