"""Offers on their way to a wallet: the code to scan, the number to type, the cards collected."""

from typing import Final

from starlette.responses import Response

from issuer import offer
from issuer.errors import DeskFault, NothingFound, NumberWrong
from issuer.offer import Case, Confirmed, Ended, Offered, Redeemed
from issuer.service import desk
from issuer.service.clerks import Clerk
from issuer.service.office import Office
from issuer.texts import fault
from issuer.web import qr
from issuer.web.desk.room import LIVE, Entry, Room
from issuer.web.pages import to

REFRESH_SECONDS: Final = 5
_CODE: Final = "code"
_SCAN: Final = "scan"
"""What the page shows: the QR code is for the resident's eyes, the spoken code for the clerk's."""
_SHOWN_AFTER: Final = 86_400
"""So long a case that is over still stands in the list."""


class Cases:
    """The list, one case, and the two answers a clerk can give."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def every(self, entry: Entry) -> Response:
        """What runs now, and what ended today."""
        office = self._room.office
        own = [one for one in desk.cases(office, entry.now) if _own(one, entry.clerk)]
        return self._room.show(
            entry,
            "cases.html",
            running=[one for one in own if not isinstance(one, Ended)],
            ended=[
                one
                for one in own
                if isinstance(one, Ended) and entry.now - one.ended_at < _SHOWN_AFTER
            ],
        )

    def one(self, entry: Entry) -> Response:
        """The case as it stands now."""
        return self._case(entry, self._find(entry), {})

    def number(self, entry: Entry) -> Response:
        """The number the resident read from their wallet; wrong ones count."""
        case = self._find(entry)
        try:
            desk.confirm(
                self._room.office,
                case.case,
                entry.form.one("number"),
                clerk=entry.clerk.name,
                now=entry.now,
            )
        except NothingFound:
            raise
        except DeskFault as wrong:
            if isinstance(wrong, NumberWrong) and wrong.code == "desk.number_locked":
                return to(_address(case))
            said = fault(entry.language, wrong.code, **wrong.params)[0]
            return self._case(entry, self._find(entry), {"number": said})
        return to(_address(case))

    def stop(self, entry: Entry) -> Response:
        """Not this person, or not their wallet: the case ends."""
        case = self._find(entry)
        desk.refuse(self._room.office, case.case, clerk=entry.clerk.name, now=entry.now)
        return to(_address(case))

    def _find(self, entry: Entry) -> Case:
        case = desk.find(self._room.office, entry.visit.params["case"], entry.now)
        if not _own(case, entry.clerk):
            raise NothingFound("desk.unknown_case", "Regie formats 6")
        return case

    def _case(self, entry: Entry, case: Case, faults: dict[str, str]) -> Response:
        shown = entry.clerk.shown
        mine = shown if shown is not None and shown.case == case.case else None
        other_eyes = self._room.office.settings.desk.four_eyes and case.clerk == entry.clerk.name
        # Where a number is typed, nothing may renew itself under the clerk's hands.
        waits = isinstance(case, Offered | Confirmed) or (isinstance(case, Redeemed) and other_eyes)
        still, says = "stil" in entry.visit.query, _CODE in entry.visit.query
        here = f"{_address(case)}?{_CODE if says else _SCAN}=1"
        answer = self._room.show(
            entry,
            "case.html",
            status=422 if faults else 200,
            here=here,
            faults=faults,
            case=case,
            state=type(case).__name__.lower(),
            step=_step(case),
            mine=mine if isinstance(case, Offered) else None,
            svg=qr.svg(mine.link, entry.say("desk_case.qr")) if mine is not None else "",
            other_eyes=other_eyes,
            tries=offer.NUMBER_TRIES - case.wrong_numbers if isinstance(case, Redeemed) else 0,
            waits=waits,
            still=still,
            says=says,
        )
        if waits and not still and not faults:
            # A header, so that it works without JavaScript; `live` keeps no session awake.
            answer.headers["Refresh"] = f"{REFRESH_SECONDS}; url={here}&{LIVE}=1"
        return answer


def running(office: Office, clerk: Clerk, now: int) -> list[Case]:
    """The cases of this clerk's municipality that are not over."""
    return [
        one for one in desk.cases(office, now) if _own(one, clerk) and not isinstance(one, Ended)
    ]


def _own(case: Case, clerk: Clerk) -> bool:
    return case.municipality == clerk.municipality


def _step(case: Case) -> int:
    """How many of the four steps are behind us."""
    match case:
        case Offered():
            return 1
        case Redeemed():
            return 2
        case Confirmed():
            return 3
        case Ended(reason=offer.Reason.COLLECTED):
            return 4
        case Ended():
            return 0


def _address(case: Case) -> str:
    return f"/desk/zaken/{case.case}"
