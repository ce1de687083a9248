"""Applications at a permit desk, for who works on them: the list, one of them, a step, a file."""

from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from verifier.errors import Refused, UsageError
from verifier.permit import Ruling, State, following
from verifier.processing import Activity
from verifier.service.permit import casework
from verifier.service.permit.casework import File
from verifier.service.staff import log
from verifier.staff import Act, Reason
from verifier.store.permitsteps import Words
from verifier.web.permit import showing
from verifier.web.staff.room import HOME, Entry, Room, to

LIST: Final = f"{HOME}/aanvragen"
PAGE: Final = 50


class Applications:
    """Everything about what was applied for, in the role `register`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def every(self, entry: Entry) -> Response:
        """The list, page by page: numbers, states and dates, no words of anybody."""
        query = entry.visit.query
        wanted = next((one for one in _SHOWN if one.value == query.get("staat")), None)
        found = casework.listed(
            self._room.verifier, state=wanted, after=query.get("na") or None, limit=PAGE
        )
        return self._room.show(
            entry,
            "applications.html",
            rows=found,
            states=[one.value for one in _SHOWN],
            state="" if wanted is None else wanted.value,
            after=found[-1].number if len(found) == PAGE else None,
        )

    def one(self, entry: Entry) -> Response:
        """One application, whole: who works on it has to read it, and that stands on record."""
        file = self._look(entry)
        return self._file(entry, file, {})

    def step(self, entry: Entry) -> Response:
        """A step, with the words that go with it."""
        file = self._look(entry)
        state = next((one for one in _taken(file) if one.value == entry.given("state")), None)
        faults: dict[str, str] = {}
        if state is None:
            faults["state"] = entry.say("staff_application.state_wrong")
        ruling = next((one for one in Ruling if one.value == entry.given("ruling")), None)
        if state is State.DECIDED and ruling is None:
            faults["ruling"] = entry.say("staff_application.ruling_wrong")
        words = None
        if entry.given("nl") or entry.given("en"):
            words = Words(entry.given("nl"), entry.given("en"))
        if state in (State.DECIDED, State.INFORMATION_REQUESTED) or words is not None:
            for name in ("nl", "en"):
                if not 0 < len(entry.given(name)) <= casework.MAX_WORDS:
                    faults[name] = entry.say("staff_application.words_wrong")
        if faults or state is None:
            return self._file(entry, file, faults)
        try:
            casework.move(
                self._room.verifier,
                file.application.number,
                to=state,
                by=entry.employee.id,
                words=words,
                ruling=ruling if state is State.DECIDED else None,
            )
        except (Refused, UsageError):
            # A colleague was first: what it is now stands on the page.
            return self._file(
                entry,
                casework.find(self._room.verifier, file.application.number),
                {"state": entry.say("staff_application.moved")},
            )
        self._on_record(entry, file, Act.APPLICATION_STEP)
        return to(f"{LIST}/{file.application.number}")

    def attachment(self, entry: Entry) -> Response:
        """One attachment, to keep and open elsewhere: never shown inside this page."""
        file = self._look(entry)
        position = entry.visit.params["position"]
        kept, data = casework.attachment(
            self._room.verifier, file.application.number, int(position)
        )
        name = quote(kept.name, safe="")
        return Response(
            data,
            media_type=kept.media,
            headers={"content-disposition": f"attachment; filename*=UTF-8''{name}"},
        )

    # ---- what they share -------------------------------------------------------------------

    def _look(self, entry: Entry) -> File:
        file = casework.find(self._room.verifier, entry.visit.params["number"])
        self._on_record(entry, file, Act.APPLICATION)
        return file

    def _on_record(self, entry: Entry, file: File, act: Act) -> None:
        verifier = self._room.verifier
        with verifier.store.writing() as connection:
            log.looked(
                connection,
                verifier,
                entry.employee,
                act,
                now=verifier.now(),
                activity=Activity.STAFF_VIEW,
                disclosure=file.application.disclosure,
                reference=file.application.number,
                reason=Reason.APPLICATION,
            )

    def _file(self, entry: Entry, file: File, faults: dict[str, str]) -> Response:
        verifier, lang = self._room.verifier, entry.language
        chosen = verifier.config.permit.activity(file.concept.form.activity)
        return self._room.show(
            entry,
            "application.html",
            here=f"{LIST}/{file.application.number}",
            faults=faults,
            application=file.application,
            activity=file.concept.form.activity if chosen is None else chosen.names[lang],
            form=file.concept.form,
            cards=showing.cards(verifier, lang, file.concept.checked),
            files=[
                (one.position, one.attachment.name, showing.size(one, lang), one.later)
                for one in file.concept.attachments
            ],
            history=showing.history(file, lang),
            steps=[one.value for one in _taken(file)],
            rulings=[one.value for one in Ruling],
            given={name: entry.given(name) for name in ("state", "ruling", "nl", "en")},
        )


_SHOWN: Final = tuple(one for one in State if one is not State.CONCEPT)


def _taken(file: File) -> tuple[State, ...]:
    """The steps an employee can take; withdrawing is the applicant's."""
    return tuple(one for one in following(file.application.state) if one is not State.WITHDRAWN)
