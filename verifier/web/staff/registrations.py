"""The list of registrations, one of them, what is kept for a reason, and its end."""

import re
from typing import Any, Final

from starlette.responses import Response

from credential.names import Path
from verifier.errors import Refused
from verifier.service import retention
from verifier.service.staff import people
from verifier.service.staff.people import File, Seen
from verifier.staff import STATED, reason
from verifier.store.listing import Listed
from verifier.store.people import Visit as Answer
from verifier.store.shown import Kept
from verifier.web.labels import Labels
from verifier.web.staff.room import HOME, Entry, Room, to

LIST: Final = f"{HOME}/inschrijvingen"
_NUMBER: Final = re.compile(r"(\d{4})[ -]?(\d{4})[ -]?(\d{4})\Z", re.ASCII)
_AFTER: Final = re.compile(r"(\d{1,12})\.([A-Za-z0-9_-]{1,64})\Z", re.ASCII)
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\Z")


class Registrations:
    """Everything about who is registered, in the role `register`."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def every(self, entry: Entry) -> Response:
        """The list, page by page; what it is narrowed to stands in the address, never a person."""
        query = entry.visit.query
        state = query.get("staat", "")
        profile = query.get("profiel", "")
        after = _AFTER.match(query.get("na", ""))
        found = people.page(
            self._room.verifier,
            state=state if state in people.STATES else None,
            profile=profile or None,
            after=None if after is None else (int(after[1]), after[2]),
        )
        return self._list(entry, {}, found=found, state=state, profile=profile)

    def search(self, entry: Entry) -> Response:
        """By number, or for a reason by e-mail address; posted, so that no address keeps it."""
        given = entry.given("what")
        number = _NUMBER.match(given)
        if number is not None:
            return to(f"{LIST}/{'-'.join(number.groups())}")
        if not _EMAIL.match(given):
            return self._list(entry, {"what": entry.say("staff_list.what_wrong")})
        why, faults = self._reason(entry)
        if faults:
            return self._list(entry, faults)
        rows = people.by_email(self._room.verifier, entry.employee, given, why)
        if not rows:
            return self._list(entry, {"what": entry.say("staff_list.nobody")})
        if len(rows) == 1:
            return to(f"{LIST}/{rows[0].number}")
        return self._list(entry, {}, found=people.Page(rows, None), searched=True)

    def one(self, entry: Entry) -> Response:
        """One registration: verdicts, checks and terms; no value."""
        file = people.read(self._room.verifier, entry.employee, entry.visit.params["number"])
        return self._file(entry, file, {})

    def values(self, entry: Entry) -> Response:
        """The same with what is kept, for the reason that was stated."""
        number = entry.visit.params["number"]
        why, faults = self._reason(entry)
        if faults:
            file = people.read(self._room.verifier, entry.employee, number)
            return self._file(entry, file, faults)
        file, seen = people.values(self._room.verifier, entry.employee, number, why)
        return self._file(entry, file, {}, seen=seen, why=why)

    def end(self, entry: Entry) -> Response:
        """Something ended: said twice, because there is no way back."""
        number = entry.visit.params["number"]
        listed = people.listed(self._room.verifier, number)
        faults: dict[str, str] = {}
        given = entry.given("event")
        event, _, which = given.partition(".")
        offers = {one.id: one for one in people.waiting(self._room.verifier, listed.id)}
        if entry.posted:
            if (
                event not in retention.EVENTS
                or (which and which not in offers)
                or (event == retention.NOT_ALLOCATED and not which)
            ):
                faults["event"] = entry.say("staff_end.event_wrong")
            if entry.given("sure") != "yes":
                faults["sure"] = entry.say("staff_end.not_sure")
            if not faults:
                receipt = offers[which].row.jti if which in offers else None
                until = people.end(self._room.verifier, entry.employee, number, event, receipt)
                return self._room.show(
                    entry, "ended.html", here=LIST, listed=listed, until=until, event=event
                )
        return self._room.show(
            entry,
            "end.html",
            faults=faults,
            listed=listed,
            events=[one for one in retention.STARTS if one != _over(listed)],
            # Each by the day it came: another may have led to a home.
            offers=[(one.id, one.received) for one in offers.values()],
            event=given,
        )

    # ---- what they share -------------------------------------------------------------------

    def _reason(self, entry: Entry) -> tuple[str, dict[str, str]]:
        try:
            return reason(entry.given("reason"), entry.given("reference")), {}
        except Refused as wrong:
            name = wrong.code.removeprefix("staff.")
            return "", {name: entry.say(f"staff_problem.{wrong.code.replace('.', '_')}")}

    def _list(
        self,
        entry: Entry,
        faults: dict[str, str],
        *,
        found: people.Page | None = None,
        state: str = "",
        profile: str = "",
        searched: bool = False,
    ) -> Response:
        if found is None:
            found = people.page(self._room.verifier, state=None, profile=None, after=None)
        return self._room.show(
            entry,
            "registrations.html",
            here=LIST,
            faults=faults,
            rows=[(one, self._title(entry, one.profile)) for one in found.rows],
            after=None if found.after is None else f"{found.after[0]}.{found.after[1]}",
            states=people.STATES,
            profiles=[
                (name, self._title(entry, name))
                for name in sorted(people.in_use(self._room.verifier))
            ],
            state=state,
            profile=profile,
            searched=searched,
            # Not what was searched for: a page is not made of an address somebody has.
            reasons=STATED,
            why=entry.given("reason"),
            reference=entry.given("reference"),
        )

    def _file(
        self,
        entry: Entry,
        file: File,
        faults: dict[str, str],
        *,
        seen: Seen | None = None,
        why: str = "",
    ) -> Response:
        labels = Labels(self._room.verifier, entry.language)
        return self._room.show(
            entry,
            "registration.html",
            here=f"{LIST}/{file.listed.number}",
            faults=faults,
            listed=file.listed,
            title=self._title(entry, file.listed.profile),
            together=file.together,
            visits=[self._visit(entry, labels, one, seen) for one in file.visits],
            seen=seen,
            decisions=[
                {"said": str(one.get(entry.language) or one.get("nl")), "name": one.get("name")}
                for one in (seen.decisions if seen else ())
            ],
            why=why,
            reasons=STATED,
            stated=entry.given("reason"),
            reference=entry.given("reference"),
            can_end=file.listed.state != "ended",
        )

    def _visit(
        self, entry: Entry, labels: Labels, visit: Answer, seen: Seen | None
    ) -> dict[str, Any]:
        bound = people.known(self._room.verifier, visit.profile)
        kept = Kept(
            frozenset((query, tuple(path)) for query, path in visit.row.kept or []),
            visit.delete_by,
        )
        vcts: dict[str, str] = {}
        lines = None
        if bound is not None:
            lines = labels.received(bound.profile, kept).lines
            vcts = {one.id: one.vct_values[0] for one in bound.profile.query.credentials}
        values = [] if seen is None else seen.values.get(visit.id, [])
        return {
            "visit": visit,
            "title": self._title(entry, visit.profile),
            "purpose": None if bound is None else bound.profile.purpose[entry.language],
            "paper": any(one.get("note") == "paper" for one in visit.checks),
            "lines": lines,
            "kept_count": len(kept.paths),
            "until": retention.in_words(
                visit.retention, visit.delete_by, entry.language, visit.receipt_until
            ),
            "values": [
                (_label(labels, vcts.get(query, ""), tuple(path)), value)
                for query, path, value in values
            ],
        }

    def _title(self, entry: Entry, profile: str) -> str:
        bound = people.known(self._room.verifier, profile)
        return profile if bound is None else bound.profile.titles[entry.language]


def _label(labels: Labels, vct: str, path: Path) -> str:
    # What the scheme labels is every element of an array, not the third.
    general = tuple(None if isinstance(part, int) else part for part in path)
    return labels.claim(vct, general)


def _over(listed: Listed) -> str:
    return retention.END_OF_REGISTRATION if listed.state == "ended" else ""
