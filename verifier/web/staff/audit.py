"""The auditor: who looked at what and why, by day and by registration; no person, no value."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from starlette.responses import Response, StreamingResponse

from verifier.errors import NothingFound
from verifier.service.staff import log, people
from verifier.store.staff import Wanted
from verifier.web.staff.room import HOME, Entry, Room

LOG: Final = f"{HOME}/controle"
_DAYS: Final = 30
_EMPLOYEE: Final = re.compile(r"[0-9a-f]{8,64}\Z")
_LINE: Final = re.compile(r"[0-9a-f]{20,64}\Z")
_NUMBER: Final = re.compile(r"(\d{4})[ -]?(\d{4})[ -]?(\d{4})\Z", re.ASCII)


class Audit:
    """The log of employees; that it was read is in it too."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def read(self, entry: Entry) -> Response:
        """A period, and if wanted one registration or one employee. By POST: it is on record."""
        given, wanted, faults = self._wanted(entry)
        if not entry.posted or wanted is None:
            return self._room.show(entry, "audit.html", faults=faults, given=given, found=None)
        before = entry.given("before")
        found = log.audit(
            self._room.verifier,
            entry.employee,
            wanted,
            before=before if _LINE.match(before) else None,
        )
        return self._room.show(entry, "audit.html", here=LOG, given=given, found=found)

    def export(self, entry: Entry) -> Response:
        """The same as JSON lines, all of it."""
        given, wanted, faults = self._wanted(entry)
        if wanted is None:
            return self._room.show(entry, "audit.html", faults=faults, given=given, found=None)
        lines = log.export(self._room.verifier, entry.employee, wanted)

        def text() -> Iterator[str]:
            for one in lines:
                yield json.dumps(one, ensure_ascii=False) + "\n"

        name = f"medewerkers-{given['since']}-{given['until']}.jsonl"
        return StreamingResponse(
            text(),
            media_type="application/jsonl",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _wanted(self, entry: Entry) -> tuple[dict[str, str], Wanted | None, dict[str, str]]:
        today = datetime.fromtimestamp(self._room.verifier.now(), UTC).date()
        given = {
            "since": entry.given("since") or (today - timedelta(days=_DAYS)).isoformat(),
            "until": entry.given("until") or today.isoformat(),
            "number": entry.given("number"),
            "employee": entry.given("employee"),
        }
        faults: dict[str, str] = {}
        first, last = _start(given["since"]), _start(given["until"])
        if first is None:
            faults["since"] = entry.say("staff_audit.date_wrong")
        if last is None:
            faults["until"] = entry.say("staff_audit.date_wrong")
        if first is not None and last is not None and last < first:
            faults["until"] = entry.say("staff_audit.order")
        registration = None
        if given["number"]:
            registration = self._registration(given["number"])
            if registration is None:
                faults["number"] = entry.say("staff_audit.number_wrong")
        if given["employee"] and not _EMPLOYEE.match(given["employee"]):
            faults["employee"] = entry.say("staff_audit.employee_wrong")
        if faults or first is None or last is None:
            return given, None, faults
        return given, Wanted(first, last + 86_400, registration, given["employee"] or None), {}

    def _registration(self, text: str) -> str | None:
        number = _NUMBER.match(text)
        if number is None:
            return None
        try:
            return people.listed(self._room.verifier, "-".join(number.groups())).id
        except NothingFound:
            return None


def _start(text: str) -> int | None:
    """The first second of a day in UTC."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
