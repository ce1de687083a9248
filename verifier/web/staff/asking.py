"""Somebody at the counter asks about their own data, without a wallet: the request is taken in."""

import re
from typing import Final

from starlette.responses import Response

from verifier.errors import NothingFound
from verifier.service.staff import asking
from verifier.service.staff.asking import RIGHTS
from verifier.web.staff.room import Entry, Room

_NUMBER: Final = re.compile(r"(\d{4})[ -]?(\d{4})[ -]?(\d{4})\Z", re.ASCII)


class Asking:
    """The number, the right, and that the identity document was seen."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def take(self, entry: Entry) -> Response:
        """Empty, with what is wrong, or with the number of the request."""
        faults: dict[str, str] = {}
        taken = None
        if entry.posted:
            number = _NUMBER.match(entry.given("number"))
            right = next((one for one in RIGHTS if one.value == entry.given("right")), None)
            if number is None:
                faults["number"] = entry.say("staff_ask.number_wrong")
            if right is None:
                faults["right"] = entry.say("staff_ask.right_wrong")
            if entry.given("same") != "yes":
                faults["same"] = entry.say("staff_paper.same_wrong")
            if not faults and number is not None and right is not None:
                try:
                    taken = asking.take(
                        self._room.verifier, entry.employee, "-".join(number.groups()), right
                    )
                except NothingFound:
                    faults["number"] = entry.say("staff_problem.registration_none")
        return self._room.show(
            entry,
            "ask.html",
            faults=faults,
            taken=taken,
            rights=[one.value for one in RIGHTS],
            number=entry.given("number"),
            right=entry.given("right"),
        )
