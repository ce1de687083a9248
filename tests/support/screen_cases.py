"""Screens about a municipality with the same content each time: cases, corrections, news."""

from collections.abc import Awaitable, Callable
from typing import Any

from support.screens import Screens
from support.wallet_world import World
from textual.widgets import Static

from credential import strictjson
from wallet.attachments import Attachment
from wallet.links import parse
from wallet.service import add, cards
from wallet.service.collecting import Progress
from wallet.service.looking import Look
from wallet.service.processing import Processing, Query, Step
from wallet.service.refresh import Found, News, Told
from wallet.service.statuslists import Looked
from wallet.store import Filter
from wallet.store.values import Case, PartyCase
from wallet.tui.page import Page
from wallet.tui.screens.application import ApplicationScreen
from wallet.tui.screens.case import CaseScreen
from wallet.tui.screens.correct import CorrectScreen, ValueScreen, items
from wallet.tui.screens.get import GetScreen, KindsScreen, LoginScreen
from wallet.tui.screens.processing import ProcessingScreen
from wallet.tui.screens.refresh import RefreshScreen
from wallet.tui.screens.requests import RequestsScreen
from wallet.tui.screens.writing import FilesScreen, SendScreen, WordsScreen
from wallet.tui.widgets import Status, Tone, marked

DAY = 86_400
ASKED, DECIDED, CARD = "K7Q2M3XZ5A", "M4T9R8WB2C", "P3V6N1YD7E"
ISSUER = "Gemeente Voorbeeldstad"
ADDRESS = "https://localhost:8441/0599/authorize?client_id=regie-wallet&request_uri=urn%3Aexample"
WHY = "In mijn geboorteakte staat Anne Maria. Zie bladzijde 2."

Show = Callable[[Screens], Awaitable[None]]


def furnish_cases(town: World) -> None:
    """Three cases: one that waits for the resident, one decided, one that goes on."""
    start = town.now - 20 * DAY
    history = [{"phase": "received", "at": start}, {"phase": "in_progress", "at": start + DAY}]
    changed = {
        "path": ["given_name"],
        "held": "Anna Maria",
        "claimed": "Anne Maria",
    }
    common: dict[str, Any] = {"received_at": start, "due": start + 28 * DAY}
    question = {
        "nl": "Kunt u de hele akte sturen, ook de achterkant?",
        "en": "Can you send the whole certificate, the back too?",
    }
    _keep(
        town,
        {
            **common,
            "id": ASKED,
            "type": "correction",
            "kind": "persoonsgegevens",
            "phase": "information_requested",
            "question": question,
            "history": [*history, {"phase": "information_requested", "at": start + 9 * DAY}],
            "may_supplement": True,
        },
        texts={"claims": _dumps({"claims": [changed]}), "explanation": WHY.encode()},
    )
    _keep(
        town,
        {
            **common,
            "id": DECIDED,
            "type": "correction",
            "kind": "woonadres",
            "phase": "decided",
            "outcome": "refused",
            "history": [*history, {"phase": "decided", "at": start + 15 * DAY}],
        },
        proof="verified",
        signed={
            "reason": {
                "nl": "Volgens het BAG-register hoort nummer 7A bij het pand ernaast.",
                "en": "By the register of buildings number 7A belongs to the house next door.",
            },
            "remedy": {
                "nl": "U kunt tot en met 6-2-2026 bezwaar maken bij Gemeente Voorbeeldstad."
                " Noem daarbij nummer M4T9R8WB2C.",
                "en": "You can object at Gemeente Voorbeeldstad until 2026-02-06."
                " Mention number M4T9R8WB2C.",
            },
        },
    )
    _keep(
        town,
        {
            **common,
            "id": CARD,
            "type": "card",
            "kind": "urgentie",
            "phase": "in_progress",
            "due": start + 56 * DAY,
            "history": history,
            "may_supplement": True,
        },
    )


def _keep(
    town: World,
    file: dict[str, Any],
    *,
    proof: str = "",
    signed: dict[str, Any] | None = None,
    texts: dict[str, bytes] | None = None,
) -> None:
    oin = town.issuer.party.oin
    case = Case(
        oin,
        file["id"],
        file["type"],
        file["kind"],
        file["phase"],
        file["due"],
        {"file": file, "proof": proof, "signed": signed or {}},
        town.wallet.store.new_activity(),
    )
    body: Any = {"issuer": {"name": ISSUER, "oin": oin}, "kind": file["kind"], "outcome": "open"}
    town.wallet.store.open_case(case, body, at=file["received_at"], texts=texts)


def _dumps(value: dict[str, Any]) -> bytes:
    return strictjson.dumps(value)


def _push(make: Callable[[Screens], Page]) -> Show:
    async def show(run: Screens) -> None:
        run.app.push_screen(make(run))
        await run.settle()

    return show


def _card(run: Screens, kind: str = "persoonsgegevens") -> cards.Held:
    return cards.one(run.town.wallet, kind, now=run.town.now)


def _value(run: Screens) -> Page:
    found = items(run.app.access, _card(run).card.id)
    return ValueScreen(found.held, found.attributes[0])


def _words(run: Screens) -> Page:
    say = run.app.access.texts.get
    question = (say("tui.correct.why"), say("tui.correct.why-how"))
    return WordsScreen(question, lambda _page, _text: None, needed=True)


async def _files(run: Screens) -> None:
    say = run.app.access.texts.get
    run.app.push_screen(FilesScreen(say("tui.correct.files"), lambda _page, _files: None))
    await run.settle()
    await run.type("/nergens/akte.pdf")


def _send(run: Screens) -> Page:
    access = run.app.access
    say, vct = access.texts.get, _card(run).card.vct
    change = say("case.change", before="Anna Maria", after="Anne Maria")
    rows = (
        (say("tui.send.card"), access.title(vct, "persoonsgegevens")),
        (access.label(vct, ("given_name",)), change),
        (say("case.text.explanation"), WHY),
    )
    files = (Attachment("geboorteakte.pdf", "application/pdf", bytes(340_000)),)
    return SendScreen(ISSUER, rows, files, lambda _: None)


def _look(run: Screens) -> Look:
    town = run.town
    return add.look(town.wallet, town.network, parse(town.issuer.link), now=town.now)  # type: ignore[arg-type]


def _kinds(run: Screens) -> Page:
    screen = KindsScreen(_look(run))
    screen._decided = frozenset({"verblijfsrecht"})
    return screen


class StillLogin(LoginScreen):
    """A login that waits, without anybody who logs in."""

    def start(self, *_args: object, **_options: object) -> None:  # type: ignore[override]
        text = self.say("login.opened", url=ADDRESS)
        self.query_one(".address", Static).update(text)
        # As it begins: the seconds that go by would make another picture each time.
        self.query_one(Status).update(marked(Tone.BUSY, self.say("doing.login")))


async def _refreshed(run: Screens) -> None:
    run.app.push_screen(RefreshScreen())
    await run.settle()
    screen = run.app.screen
    assert isinstance(screen, RefreshScreen)
    told = (
        Told("woonadres", "revoked", "moved", run.town.now),
        Told("persoonsgegevens", "valid", "", None),
    )
    held = [one for one in run.town.wallet.store.cards() if one.kind == "persoonsgegevens"]
    news = News("oin", ISSUER, "known", told, ("persoonsgegevens", "woonadres"))
    away = News("other", "Gemeente Westhove", "login")
    screen._found = Found(Looked(2, 0, ()), (news, away))
    progress = Progress("id", "id", "received", "", ISSUER, news.fetch, tuple(held), ())
    screen._progress = {"oin": progress}
    screen._show()
    await run.settle()


async def _processing(run: Screens) -> None:
    run.app.push_screen(ProcessingScreen())
    await run.settle()
    screen, now = run.app.screen, run.town.now
    assert isinstance(screen, ProcessingScreen)
    nl = run.app.access.texts.lang == "nl"
    role = "Computer van de gemeente" if nl else "Computer of the municipality"
    why = "Kaartjes geven na inloggen" if nl else "Giving cards after logging in"
    done = "Kaartje uitgegeven: Woonadres" if nl else "Card issued: Home address"
    fields = ("naam.voornamen", "geboorte.datum", "verblijfplaats.datumVan", "geslacht")
    found = Processing(
        ISSUER,
        "oin",
        (Step(at=now - DAY, name=done, purpose=why),),
        (Query(at=now - DAY - 2, purpose=why, official_role=role, fields=fields),),
    )
    screen._fill(list(screen._lines(found)))
    await run.settle()


async def _application(run: Screens) -> None:
    """An application at a permit desk; the last screen, so that no other list shows it."""
    now, store = run.app.access.now(), run.app.access.wallet.store
    (done,) = store.activities(Filter(outcome="shared", limit=1))
    start = now - 20 * DAY
    case = PartyCase(
        activity=done.id,
        oin="00000099000000001000",
        party=f"{ISSUER}, vergunningen",
        number="1234-5678-9012",
        phase="information_requested",
        at=start + 9 * DAY,
        due=start + 28 * DAY,
        ask_after=now,
        document={
            "title": {"nl": "Een terras plaatsen", "en": "Putting up a terrace"},
            "reason": {
                "nl": "Hoe breed is de stoep voor de deur?",
                "en": "How wide is the pavement at the door?",
            },
            "history": [
                {"phase": "received", "at": start},
                {"phase": "in_progress", "at": start + DAY},
                {"phase": "information_requested", "at": start + 9 * DAY},
            ],
        },
    )
    store.keep_party_case(case)
    run.app.push_screen(ApplicationScreen(done.id))
    await run.settle()


CASES: dict[str, Show] = {
    "get": _push(lambda _: GetScreen()),
    "kinds": _push(_kinds),
    "login": _push(lambda run: StillLogin(_look(run))),
    "refresh": _refreshed,
    "requests": _push(lambda _: RequestsScreen()),
    "case-asked": _push(lambda _: CaseScreen(ASKED)),
    "case-decided": _push(lambda _: CaseScreen(DECIDED)),
    "correct": _push(lambda run: CorrectScreen(_card(run).card.id)),
    "value": _push(_value),
    "words": _push(_words),
    "files": _files,
    "send": _push(_send),
    "processing": _processing,
    "application": _application,
}
