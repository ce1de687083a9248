"""A hostile organisation never harms the terminal, the log or the store, whatever it sends.

It is registered and signs with its own key: what it signs is what it pleases. One member at a time
is turned into escape sequences, 60,000 characters, another type, or taken away.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.hostile import CHANGES, HUGE, HostileVerifier, changed, places
from support.network import reply
from support.terminal import Terminal
from support.wallet_world import World, world

from credential.permitcase import Case, Phase, Step
from credential.rights import Consequence, Reason, RightsAnswer
from wallet import log
from wallet.events import Kind, Outcome
from wallet.fetch import Call, Reply
from wallet.store import Filter

At = Callable[[World], Terminal]
UNSHOWN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
EXIT_CODES = {0, 2, 3, 5, 6, 7, 8}
"""Every end but a fault of our own, a busy wallet and a broken log."""
LONGEST = 4_000
"""Of one line on the screen: what is foreign is cut off long before."""


@pytest.fixture
def hostile(tmp_path: Path) -> Iterator[World]:
    made = world(tmp_path)
    asker = HostileVerifier(made.scheme)
    made.verifier = asker
    made.network.hosts[asker.host] = asker
    yield made
    made.wallet.close()


def be(town: World, where: str, poison: Callable[[Any], Any]) -> HostileVerifier:
    asker = town.verifier
    assert isinstance(asker, HostileVerifier)
    asker.where, asker.poison = where, poison
    return asker


def message(town: World, where: str, send: Callable[[], object]) -> Any:
    """The message that an honest organisation would send there."""
    asker = be(town, where, lambda found: found)
    asker.seen = None
    send()
    return asker.seen


def told(terminal: Terminal, *command: str) -> int:
    """The exit code of a command; what it printed, to be read or parsed, is clean and short."""
    for run in (terminal.plain, terminal.run):
        code, out = run(*command)
        shown = f"{out if isinstance(out, str) else ''}{terminal.err}"
        assert not UNSHOWN.search(shown), UNSHOWN.findall(shown)
        assert max(map(len, shown.splitlines()), default=0) < LONGEST
        assert code in EXIT_CODES, (code, shown)
    return code


def look_back(terminal: Terminal) -> None:
    """All commands that show what is on record."""
    newest = next(iter(terminal.town.wallet.store.activities(Filter(limit=1))))
    told(terminal, "activity", newest.id)
    told(terminal, "activities", "--limit", "3")
    told(terminal, "who")


def whole(town: World) -> None:
    report = log.verify(town.wallet.store)
    assert report.ok, report.faults
    assert not town.wallet.store.database.rows("SELECT 1 FROM copies WHERE activity IS NOT NULL")
    assert not list(town.wallet.store.activities(Filter(outcome=Outcome.INTENDED)))


def left(town: World) -> int:
    """Copies; a new set when few are left, so that no test runs dry."""
    if min(card.copies for card in town.wallet.store.cards()) < 3:
        town.add()
    return sum(card.copies for card in town.wallet.store.cards())


@pytest.mark.spec("Architecture", "Wallet", "whatever is in a request: shown clean, nothing leaves")
@pytest.mark.parametrize("change", CHANGES)
def test_every_member_of_a_request(hostile: World, at: At, change: str) -> None:
    terminal, copies = at(hostile), left(hostile)
    honest = message(hostile, "request", hostile.receive)
    for place in places(honest):
        be(hostile, "request", lambda found, at=place: changed(found, at, CHANGES[change]))
        told(terminal, "share", hostile.verifier.link, "--show")
    look_back(terminal)
    assert hostile.verifier.received == []
    assert left(hostile) == copies
    whole(hostile)


FREE = (("kept",), ("org", "name"))
"""In a receipt only this is for them to say; all else is bound to what was asked."""


def one_share(town: World) -> str:
    left(town)
    return town.share().id


@pytest.mark.spec("Regie formats", "2", "whatever is answered: it is on record as it happened")
@pytest.mark.parametrize("where", ["answer", "receipt"])
@pytest.mark.parametrize("change", CHANGES)
def test_every_member_of_an_answer(hostile: World, at: At, where: str, change: str) -> None:
    terminal = at(hostile)
    honest = message(hostile, where, lambda: one_share(hostile))
    for place in places(honest):
        be(hostile, where, lambda found, at=place: changed(found, at, CHANGES[change]))
        before = left(hostile)
        activity = hostile.share().id
        kinds = hostile.kinds(activity)
        assert Kind.SHARE_INTENDED in kinds
        found = hostile.wallet.store.activity(activity)
        assert found is not None
        assert found.outcome == Outcome.SHARED, place
        if where == "receipt" and not any(place[: len(one)] == one for one in FREE):
            assert found.receipt in ("invalid", "absent"), place
        assert sum(card.copies for card in hostile.wallet.store.cards()) == before - 2
        if change == "escapes":
            look_back(terminal)
    look_back(terminal)
    whole(hostile)


def full_answer(honest: RightsAnswer) -> RightsAnswer:
    """An answer with every member there can be; one state has a consequence of its own."""
    reason = Reason("legal_duty", "Wij moeten dit bewaren.", "We must keep this.")
    case = Case("A-1", Phase.RECEIVED, honest.iat, None, (Step(Phase.RECEIVED, honest.iat),))
    more = {} if honest.consequence else {"kept": ((("given_name",), reason),), "case": case}
    due, again = honest.iat + 86_400, honest.iat + 3_600
    return replace(honest, reason=reason, due=due, retry_after=again, **more)


@pytest.mark.spec(
    "Regie formats", "4", "whatever is answered to a right: shown clean, not believed"
)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("right", ["status", "erasure"])
def test_every_member_of_an_answer_to_a_right(
    hostile: World, at: At, right: str, change: str
) -> None:
    terminal, activity = at(hostile), one_share(hostile)
    hostile.verifier.answer_change = full_answer
    hostile.verifier.consequence = Consequence("end", "Je inschrijving stopt.", "It ends.")
    ask = ("ask", right, activity, *(["--yes"] if right == "erasure" else []))

    def send() -> None:
        hostile.now += 7_200
        hostile.verifier.now = hostile.now
        told(terminal, *ask)

    honest = message(hostile, "rights", send)
    for place in places(honest):
        be(hostile, "rights", lambda found, at=place: changed(found, at, CHANGES[change]))
        send()
    told(terminal, "requests")
    look_back(terminal)
    whole(hostile)


TRANSPORTS: dict[str, Callable[[Reply], Reply]] = {
    "elsewhere": lambda _: reply(302, "", "text/html", location="https://elders.example/"),
    "for ever": lambda _: reply(308, "", "text/html", location="https://localhost:8442/request/1"),
    "nothing": lambda _: reply(204, "", "text/plain"),
    "half": lambda found: Reply(206, found.headers, found.body[: len(found.body) // 2]),
    "huge": lambda _: reply(200, HUGE * 20, "application/json"),
    "a page": lambda _: reply(200, "<script>alert(1)</script>", "text/html"),
    "a type in disguise": lambda found: Reply(200, {"content-type": "\x1b[2J"}, found.body),
    "no text": lambda _: reply(200, b"\xff\xfe\x00", "application/json"),
    "an error with words": lambda _: reply(
        400, '{"error":"\\u001b[2Jweg","error_description":"\\u202e"}', "application/json"
    ),
}


@pytest.mark.spec("Architecture", "Wallet", "redirects, half and endless answers harm nothing")
@pytest.mark.parametrize("path", ["/request/", "/response/", "/rights"])
@pytest.mark.parametrize("name", TRANSPORTS)
def test_what_the_wire_brings(hostile: World, at: At, name: str, path: str) -> None:
    terminal = at(hostile)
    activity = one_share(hostile)
    asker = be(hostile, "", lambda found: found)

    def transport(call: Call, answer: Reply) -> Reply:
        return TRANSPORTS[name](answer) if path in call.url else answer

    asker.transport = transport
    hostile.network.calls.clear()
    if path == "/rights":
        told(terminal, "ask", "status", activity)
    else:
        told(terminal, "share", asker.link, "--show")
        if path == "/response/":
            hostile.share()
    look_back(terminal)
    assert {call.url.split("/")[2] for call in hostile.network.calls} == {asker.host}
    whole(hostile)


@pytest.mark.spec("Regie formats", "3", "a receipt of another time proves nothing")
def test_an_old_receipt_again(hostile: World) -> None:
    one_share(hostile)
    old = hostile.verifier.stored_receipt
    hostile.verifier.answer = lambda found: found | {"receipt": old}
    found = hostile.wallet.store.activity(hostile.share().id)
    assert found is not None
    assert (found.outcome, found.receipt) == (Outcome.SHARED, "invalid")


@pytest.mark.spec("Regie formats", "4", "a signed answer to another request is no answer")
def test_an_old_answer_again(hostile: World, at: At) -> None:
    terminal = at(hostile)
    activity = one_share(hostile)
    kept: list[Reply] = []

    def transport(call: Call, answer: Reply) -> Reply:
        if "/rights" in call.url:
            kept.append(answer)
            return kept[0]
        return answer

    be(hostile, "", lambda found: found).transport = transport
    assert told(terminal, "ask", "status", activity) == 5
    assert len(kept) == 2


def test_the_same_request_again(hostile: World, at: At) -> None:
    """Whoever sends one request twice gets two questions, and never an answer by itself."""
    terminal = at(hostile)
    for _ in range(2):
        told(terminal, "share", hostile.verifier.link, "--show")
    assert hostile.verifier.received == []
    assert hostile.network.posts("/response") == []
