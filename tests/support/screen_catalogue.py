"""Every screen of the wallet with the same content each time, for looking at and for rules."""

import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path

from support.screen_cases import CASES, furnish_cases
from support.screen_doors import DOORS
from support.screen_looking import LOOKING
from support.screen_moving import MOVING
from support.screen_rights import RIGHTS
from support.screen_safety import SAFETY
from support.screen_strangers import STRANGERS
from support.screens import Screens
from support.wallet_world import World
from textual.screen import Screen

from wallet.config import Config
from wallet.errors import ExitCode, Shared, WalletError
from wallet.links import parse
from wallet.proof import Absent
from wallet.service.add import look
from wallet.service.collecting import Progress
from wallet.service.share import Done
from wallet.sharing import Acknowledged, Unknown
from wallet.texts import LANGUAGES, Texts
from wallet.tui.keybar import KeyBar, KeyName
from wallet.tui.screens import export, log
from wallet.tui.screens.activities import ActivitiesScreen
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.card import CardScreen
from wallet.tui.screens.link import LinkScreen
from wallet.tui.screens.menu import MenuScreen
from wallet.tui.screens.offer import OfferScreen
from wallet.tui.screens.passphrase import PassphraseDialog
from wallet.tui.screens.practise import PractisedQuestion, PractisedResult, PractiseScreen
from wallet.tui.screens.qr import QrScreen
from wallet.tui.screens.question import QuestionScreen
from wallet.tui.screens.receive import ReceiveScreen
from wallet.tui.screens.refusal import RefusalScreen
from wallet.tui.screens.result import ResultScreen
from wallet.tui.screens.right import RightScreen
from wallet.tui.screens.setup import NoWalletScreen, PhraseScreen, SchemeScreen
from wallet.tui.screens.unlock import UnlockScreen
from wallet.tui.screens.who import WhoScreen

WORDS = ("wending", "werpen", "grijze", "vandaag", "geur", "steevast", "excursie", "balie")


def _push(make: Callable[[Screens], Screen]) -> Callable[[Screens], Awaitable[None]]:
    async def show(run: Screens) -> None:
        run.app.push_screen(make(run))
        await run.settle()

    return show


async def _home(run: Screens) -> None:
    await run.settle()


async def _help(run: Screens) -> None:
    await run.press("f1")


async def _question_end(run: Screens) -> None:
    await _push(_question)(run)
    for _ in range(5):
        await run.press("pagedown")


async def _dialog(run: Screens) -> None:
    await _push(lambda run: CardScreen(run.town.wallet.store.cards()[0].id))(run)
    await run.press("g")


async def _erased(run: Screens) -> None:
    await _push(lambda run: RightScreen(_shared(run), "erasure"))(run)
    await run.press("right", "enter")


async def _jump(run: Screens) -> None:
    await _push(_question)(run)
    await run.press("j")


def _texts(run: Screens) -> Texts:
    return run.app.access.texts


def _phrase(run: Screens) -> Screen:
    # The same five words each time.
    run.app.access.entropy = bytes
    return PhraseScreen(Config())


def _question(run: Screens) -> Screen:
    return QuestionScreen(run.town.__dict__["posed"][run.app.access.texts.lang])


def _offer(run: Screens) -> Screen:
    town = run.town
    return OfferScreen(look(town.wallet, town.network, parse(town.issuer.link), now=town.now))


def _shared(run: Screens) -> str:
    return str(run.town.__dict__["shared"])


def _progress(state: str = "pending", received: bool = False) -> Callable[[Screens], Screen]:
    def make(run: Screens) -> Screen:
        cards = run.town.wallet.store.cards() if received else ()
        kinds = ("persoonsgegevens", "woonadres")
        denied = (("woonadres", "credential_request_denied"),) if received else ()
        name = "Gemeente Voorbeeldstad"
        return ReceiveScreen(
            Progress("id", "id", state, "804219", name, kinds, tuple(cards), denied)
        )

    return make


def _result(run: Screens) -> Screen:
    answer = _done(Acknowledged(answer=None, size=1))  # type: ignore[arg-type]
    uri = "https://localhost:8442/nl/inschrijven/terug/" + "r" * 32
    done = dataclasses.replace(answer, confirm_code="123456", redirect_uri=uri)
    return ResultScreen(done, "Woonstichting Voorbeeldwonen")


def _done(settlement: Acknowledged | Unknown) -> Done:
    return Done("id", settlement, Absent(), None, None, "localhost:8442")


def _unlock(run: Screens) -> Screen:
    run.app.access.home = Path("/home/johan/regie")
    return UnlockScreen()


def _no_wallet(run: Screens) -> Screen:
    run.app.access.home = Path("/home/johan/regie")
    return NoWalletScreen()


CATALOGUE: dict[str, Callable[[Screens], Awaitable[None]]] = {
    "home": _home,
    "help": _help,
    "link": _push(lambda _: LinkScreen()),
    "offer": _push(_offer),
    "number": _push(_progress()),
    "received": _push(_progress("received", received=True)),
    "card": _push(lambda run: CardScreen(run.town.wallet.store.cards()[0].id)),
    "forget-card": _dialog,
    "question": _push(_question),
    "question-end": _question_end,
    "passphrase": _push(lambda run: PassphraseDialog(run.app.access.texts, "…")),
    "result": _push(_result),
    "maybe-shared": _push(
        lambda _: ResultScreen(_done(Unknown("network.failed")), "Woonstichting Voorbeeldwonen")
    ),
    "activities": _push(lambda _: ActivitiesScreen()),
    "activity": _push(lambda run: ActivityScreen(_shared(run))),
    "log": _push(lambda _: log.LogScreen()),
    "export": _push(lambda _: export.ExportScreen()),
    "who": _push(lambda _: WhoScreen()),
    **LOOKING,
    "erase": _push(lambda run: RightScreen(_shared(run), "erasure")),
    **RIGHTS,
    "refusal": _push(
        lambda _: RefusalScreen(
            WalletError(
                "message.not-trusted",
                exit=ExitCode.NOT_TRUSTED,
                shared=Shared.NOTHING,
                rule="request.aud",
                section="OpenID4VP 1.0 5.8",
            )
        )
    ),
    "menu": _push(lambda _: MenuScreen()),
    "jump": _jump,
    "qr": _push(lambda run: QrScreen("…", "https://localhost:8442/" + "r" * 64, _texts(run))),
    "setup-scheme": _push(lambda _: SchemeScreen()),
    "setup-phrase": _push(_phrase),
    "practise": _push(lambda _: PractiseScreen()),
    "practise-question": _push(lambda run: PractisedQuestion(_texts(run))),
    "practise-result": _push(lambda _: PractisedResult("shared")),
    "unlock": _push(_unlock),
    "no-wallet": _push(_no_wallet),
    "erased": _erased,
    **CASES,
    **DOORS,
    **STRANGERS,
    **MOVING,
    **SAFETY,
}


async def back(run: Screens) -> None:
    """To the first screen, however deep."""
    while len(run.app.screen_stack) > 2:
        run.app.pop_screen()
    await run.settle()


def furnish(town: World) -> World:
    """A question as it was before anything was shared, and then one disclosure."""
    town.__dict__["posed"] = {lang: town.receive(lang=lang) for lang in LANGUAGES}
    town.__dict__["shared"] = town.share().id
    furnish_cases(town)
    return town


def fixed_log(monkeypatch: object) -> None:
    """The log screen with the same words each time: real ones hang on random keys."""
    report = log.log.Report(10, (), (), mended=False, kept_at=None, head=WORDS)
    monkeypatch.setattr(log, "_walk", lambda *_: log.LogView(report, 10, WORDS))  # type: ignore[attr-defined]


def keys_fit(run: Screens, name: str) -> None:
    """At most six keys at the bottom, within the width of a small terminal."""
    keys = list(run.app.screen.query_one(KeyBar).query(KeyName))
    assert 1 <= len(keys) <= 6, name
    assert sum(key.size.width for key in keys) <= 78, name
