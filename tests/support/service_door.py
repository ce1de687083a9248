"""The verifier at its service door: a request and its answer without a server, a browser or a wait.

What a wallet would read on the wire stands beside what the verifier noted inside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from support.holder_simulator import Card, Holder, Lies, Request
from support.presenting import Shown, showing
from support.verifier_home import VerifierHome

from credential import jose, strictjson
from verifier.errors import Refused
from verifier.service import handout, receive, sessions
from verifier.store import register, transactions
from verifier.transaction import Answered, Bound, Fetched, Origin, Outcome

KINDS: Final = ("persoonsgegevens", "verblijfsrecht")
# What a wallet may read: nothing of ours could be read, nothing was bound to us, it arrived.
UNREAD: Final = "400 invalid_request"
NOTHING: Final = "200 {}"
ARRIVED: Final = "200 receipt"


@dataclass(frozen=True)
class Met:
    """How one answer fared: what went out, the rule inside, and whether anybody was registered."""

    wire: str
    rule: str
    outcome: Outcome | None
    raw: bytes = field(repr=False)

    @property
    def refused(self) -> bool:
        """Not accepted: unread, refused or undetermined."""
        return self.outcome is not Outcome.ACCEPTED


class Door:
    """One verifier; every answer is a call."""

    def __init__(self, home: VerifierHome) -> None:
        self.home = home
        self.verifier = home.open()

    def ask(
        self, profile: str = "inschrijven", session: str | None = None, **about: Any
    ) -> Request:
        """A fresh request, as a wallet reads it; with a session that of its own device."""
        bound = self.verifier.profile(profile)
        origin = Origin.COMMAND if session is None else Origin.PAGE
        made, *_ = sessions.start(
            self.verifier, bound, "nl", session, **{"origin": origin, **about}
        )
        token = handout.hand_out(self.verifier, made.transaction)
        payload = jose.parse(token, typ="oauth-authz-req+jwt").dangerous_payload()
        return Request(token, payload)

    def holder(self, cards: list[Card] | None = None) -> Holder:
        shown = self.home.cards(KINDS) if cards is None else cards
        return Holder(None, shown, self.home.clock.at)  # type: ignore[arg-type]

    def shown(self, request: Request, cards: list[Card]) -> dict[str, Shown]:
        """An honest presentation of each card, by the id it was asked under."""
        holder = self.holder(cards)
        found = {}
        for query in request.payload["dcql_query"]["credentials"]:
            card = holder.cards.get(query["meta"]["vct_values"][0].rsplit("/", 2)[1])
            if card is not None:
                found[query["id"]] = showing(self.home, holder, card, query, request)
        return found

    def sealed(self, request: Request, payload: Any, **lies: Any) -> bytes:
        """The form with this payload inside the JWE."""
        token = self.holder([]).encrypt(request, payload, Lies(**lies))
        return urlencode({"response": token}).encode()

    def answer(self, request: Request, token: Mapping[str, Any]) -> Met:
        """Send this `vp_token`, well wrapped."""
        payload = {"vp_token": dict(token), "state": request.payload["state"]}
        return self.send(request, self.sealed(request, payload))

    def lie(self, lies: Lies, cards: list[Card] | None = None) -> Met:
        """One request, and an answer that lies so."""
        request = self.ask()
        form = self.holder(cards).form(request, lies)
        return self.send(request, urlencode(form).encode())

    def send(self, request: Request, body: bytes) -> Met:
        """Send these bytes; anything but our own refusal comes through."""
        transaction = str(request.payload["response_uri"]).rsplit("/", 1)[1]
        try:
            raw = receive.receive(self.verifier, transaction, body)
        except Refused as error:
            return Met(f"{error.status} {error.wire}", error.code, None, b"")
        found = transactions.find(self.verifier.store, self.verifier.sealer, transaction)
        assert isinstance(found, Answered | Bound)
        wire = NOTHING if raw == b"{}" else ARRIVED
        if wire is ARRIVED:
            members = strictjson.loads_object(raw)
            assert members.keys() == {"redirect_uri", "confirm_code", "receipt"}
        return Met(wire, found.rule, found.outcome, raw)

    def state(self, request: Request) -> Answered | Bound | Fetched:
        """What became of the request."""
        transaction = str(request.payload["response_uri"]).rsplit("/", 1)[1]
        found = transactions.find(self.verifier.store, self.verifier.sealer, transaction)
        assert isinstance(found, Answered | Bound | Fetched)
        return found

    @property
    def registered(self) -> int:
        """How many people are on the register."""
        return len(register.registrations(self.verifier.store, None))
