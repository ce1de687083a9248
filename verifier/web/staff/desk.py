"""A resident at the counter with a wallet: start, scan, the code from the wallet, the result."""

import re
from typing import Final

from starlette.responses import Response

from verifier.errors import Refused
from verifier.profiles import Action
from verifier.service.staff import access, desk
from verifier.service.staff.desk import Running
from verifier.store.transactions import Typed
from verifier.texts import find, language_of, sentence
from verifier.transaction import Device, Outcome
from verifier.web.labels import Labels
from verifier.web.qr import Drawings
from verifier.web.staff.room import HOME, LIVE, Entry, Room, to

BUSY: Final = f"{HOME}/balie/bezig"
RESULT: Final = f"{HOME}/balie/uitkomst"
REFRESH_SECONDS: Final = 5
_CODE: Final = re.compile(r"\d{6}\Z", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s<>\"',;]{1,64}@[^@\s<>\"',;]{1,190}\.[^@\s.<>\"',;]{2,63}\Z")


class Desk:
    """What is under way is in the session: which request, of which profile; nothing of anyone."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._drawings = Drawings()

    def start(self, entry: Entry) -> Response:
        """A request for the person at the counter; one before it is put aside."""
        profile, lang = entry.given("profile"), language_of(entry.given("speaks"))
        session = desk.start(self._room.verifier, entry.employee, profile, lang)
        work = {"session": session, "profile": profile}
        access.keep(self._room.verifier, entry.session, work)
        return to(BUSY)

    def busy(self, entry: Entry) -> Response:
        """The code to scan, what is asked, and how far it is."""
        return self._busy(entry, {})

    def code(self, entry: Entry) -> Response:
        """The code that the resident reads from the wallet: three tries, five minutes."""
        work = entry.session.work
        if "session" not in work:
            return to(HOME)
        given = re.sub(r"[\s-]", "", entry.given("code"))
        if not _CODE.match(given):
            return self._busy(entry, {"code": entry.say("code.shape")})
        outcome, fresh = desk.typed(
            self._room.verifier, entry.employee, work["session"], work["profile"], given
        )
        if outcome is Typed.RIGHT:
            access.keep(self._room.verifier, entry.session, {**work, "session": fresh})
            return to(RESULT)
        return self._busy(entry, {"code": entry.say(f"staff_busy.code_{outcome.value}")})

    def result(self, entry: Entry) -> Response:
        """What it led to: the number and the next step, or why it did not work."""
        return self._result(entry, {})

    def contact(self, entry: Entry) -> Response:
        """How the person can be reached; without an address it is by letter."""
        running = self._running(entry)
        if running is None or running.bound is None:
            return to(HOME)
        try:
            email = email_of(entry)
        except Refused as wrong:
            return self._result(entry, {"email": entry.say(wrong.code)})
        desk.complete(self._room.verifier, entry.employee, running.bound, email)
        return to(RESULT)

    def done(self, entry: Entry) -> Response:
        """The resident has left: nothing of this visit stays in the session."""
        access.keep(self._room.verifier, entry.session, {})
        return to(HOME)

    # ---- what they share -------------------------------------------------------------------

    def _running(self, entry: Entry) -> Running | None:
        work = entry.session.work
        if "session" not in work:
            return None
        return desk.running(self._room.verifier, work["session"], work["profile"])

    def _busy(self, entry: Entry, faults: dict[str, str]) -> Response:
        running = self._running(entry)
        if running is None:
            return to(HOME)
        if running.bound is not None:
            return to(RESULT)
        state, link, until = _state(running)
        still = "stil" in entry.visit.query or bool(faults)
        renews = state == "waiting" and not still
        lang = entry.language
        answer = self._room.show(
            entry,
            "busy.html",
            here=BUSY,
            faults=faults,
            title=running.profile.profile.titles[lang],
            state=state,
            svg="" if link is None else self._drawings.svg(link, sentence(lang, "wait.qr_label")),
            link=link,
            until=until,
            asks=Labels(self._room.verifier, lang).asks(running.profile.profile),
            renews=renews,
        )
        if renews:
            # A header, so that it works without JavaScript; `live` keeps no session awake.
            answer.headers["Refresh"] = f"{REFRESH_SECONDS}; url={BUSY}?{LIVE}=1"
        return answer

    def _result(self, entry: Entry, faults: dict[str, str]) -> Response:
        running = self._running(entry)
        if running is None:
            return to(HOME)
        if running.bound is None:
            return to(BUSY)
        bound, verifier = running.bound, self._room.verifier
        accepted = bound.outcome is Outcome.ACCEPTED
        return self._room.show(
            entry,
            "result.html",
            here=RESULT,
            faults=faults,
            title=running.profile.profile.titles[entry.language],
            accepted=accepted,
            why="" if accepted else why(entry, bound.outcome, bound.rule),
            standing=desk.standing(verifier, bound),
            registers=running.profile.profile.registers,
            rights=running.profile.profile.action is Action.RIGHTS,
        )


def email_of(entry: Entry) -> str | None:
    """An address, or the stated choice that there is none."""
    email = entry.given("email")
    if not email and entry.given("no_email") == "yes":
        return None
    if not _EMAIL.match(email) or not email.isprintable():
        raise Refused("staff_result.email_wrong", status=422)
    return email


def _state(running: Running) -> tuple[str, str | None, int]:
    """How far it is, the link while it can be scanned, and until when."""
    waiting = running.waiting
    if waiting is None:
        return "over", None, 0
    if waiting.outcome is Outcome.DECLINED:
        return "declined", None, 0
    if waiting.outcome is not None:
        return "failed", None, 0
    link = next((one.link for one in waiting.invitations if one.device is Device.OTHER), None)
    return ("answered" if link is None else "waiting"), link, waiting.expires


def why(entry: Entry, outcome: Outcome, rule: str) -> str:
    """The sentence for a rule; what has none gets the general one."""
    if outcome is Outcome.UNDETERMINED:
        return entry.say("refused.undetermined")
    code = "person" if rule.startswith("person.") else rule.replace(".", "_")
    return find(entry.language, f"refused.{code}") or entry.say("refused.other")
