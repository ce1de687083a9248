"""The chains of certificates of the clerk's municipality, in the words of `doctor`."""

from starlette.responses import Response

from credential.trust import walkwords
from issuer.service import chains
from issuer.service.clerks import municipality
from issuer.web.desk.room import Entry, Room


class Chains:
    """Whether what this municipality signs is believed, and until when; nobody's data."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def read(self, entry: Entry) -> Response:
        """What is wrong first, then what is in order."""
        office = self._room.office
        found = chains.of(office, municipality(office, entry.clerk), entry.now)
        told = [walkwords.told(one, entry.language) for one in found]
        return self._room.show(
            entry,
            "chains.html",
            chains=told,
            wrong=[one for one in told if one.level != "ok"],
            right=[one for one in told if one.level == "ok"],
        )
