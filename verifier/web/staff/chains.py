"""The chains of certificates this verifier rests on, in the words of `doctor`."""

from starlette.responses import Response

from credential.trust import walkwords
from verifier.service import chains
from verifier.web.staff.room import Entry, Room


class Chains:
    """Whether wallets believe us and we can believe cards, and until when; nobody's data."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def read(self, entry: Entry) -> Response:
        """What is wrong first, then what is in order."""
        verifier = self._room.verifier
        found = chains.every(verifier.config, verifier.scheme, verifier.now())
        told = [walkwords.told(one, entry.language) for one in found]
        return self._room.show(
            entry,
            "chains.html",
            wrong=[one for one in told if one.level != "ok"],
            right=[one for one in told if one.level == "ok"],
        )
