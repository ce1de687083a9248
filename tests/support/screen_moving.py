"""Screens of evidence, backup and the logs of others, with the same content each time."""

import dataclasses
from collections.abc import Awaitable, Callable
from pathlib import Path

from support.screens import Screens

from credential.log import Fault
from credential.log.export import look
from credential.log.judging import Judgement, Statement
from credential.log.rendering import render
from wallet.config import Config
from wallet.proofwords import labels
from wallet.service.awaited import Again
from wallet.service.backup import Opened
from wallet.service.evidence import Examined, Fact
from wallet.service.exporting import Checked
from wallet.service.importing import Segment
from wallet.store import carrying
from wallet.store.exporting import segment
from wallet.store.filtering import Filter
from wallet.store.foreign import ForeignLog
from wallet.tui.page import Page
from wallet.tui.screens.backup import BackupScreen
from wallet.tui.screens.evidence import EvidenceScreen, SaveEvidenceScreen
from wallet.tui.screens.importing import (
    ForeignScreen,
    FoundScreen,
    ImportedScreen,
    ImportScreen,
)
from wallet.tui.screens.restore import AgainScreen, OwnPhraseScreen, RestoreScreen

Show = Callable[[Screens], Awaitable[None]]

PARTY, OPERATOR = "Woonstichting Voorbeeldwonen", "Stelselbeheerder Regie"
ISSUER = "Gemeente Voorbeeldstad"


def _push(make: Callable[[Screens], Page]) -> Show:
    async def show(run: Screens) -> None:
        run.app.push_screen(make(run))
        await run.settle()

    return show


def _examined(run: Screens) -> tuple[Examined, ...]:
    """One that holds, one signed by the operator, one that was changed."""
    now = run.town.now

    def one(role: str, mark: str, signer: str, verdict: str, *facts: Fact) -> Examined:
        at = None if verdict else now
        return Examined(role, mark * 43, 4_000, 7, signer, "", at, verdict, now, facts)

    purpose = (
        Fact("purpose.nl", "Inschrijven als woningzoekende"),
        Fact("purpose.en", "Registering you as a home seeker"),
        Fact("valid-until", at=now + 182 * 86_400),
    )
    arrived = Fact("arrived", paths=("given_name", "family_name", "age_over_18"))
    return (
        one("request", "A", PARTY, "", Fact("answer-to", "localhost")),
        one("registration", "B", OPERATOR, "", *purpose),
        one("receipt", "C", PARTY, "", arrived, Fact("gone-by", "2027-01-01")),
        one("right-answer", "D", "", "statement.differs"),
    )


class Still:
    """Nothing is read: both a screen and what it is made from would hear `on_mount`."""

    def start(self, *_args: object, **_options: object) -> None:
        """What is shown is given."""


class StillEvidence(Still, EvidenceScreen):
    """Documents whose hashes are the same each time."""

    def on_mount(self) -> None:
        run = self.app.screens_of_test  # type: ignore[attr-defined]
        [shared] = run.town.wallet.store.activities(Filter(outcome="shared", limit=1))
        self._claims = tuple(shared.claims)
        assert labels(self._claims, {}, "nl")
        self._show(_examined(run))


async def _evidence(run: Screens) -> None:
    run.app.screens_of_test = run  # type: ignore[attr-defined]
    run.app.push_screen(StillEvidence(""))
    await run.settle()


def _checked(run: Screens, *faults: Fault) -> Checked:
    """What a file tells: the same lines each time, without a file."""
    store, now = run.town.wallet.store, run.town.now
    kinds = (
        ("request.received", PARTY),
        ("share.intended", None),
        ("receipt.verified", PARTY),
        ("right.answered", PARTY),
    )
    said = tuple(
        Statement(n, "a", kind, now + n * 60, by) for n, (kind, by) in enumerate(kinds, start=12)
    )
    found = dataclasses.replace(look(segment(store, (), ()), render), withheld=11)
    return Checked(found, Judgement(said, (), 0, faults))


def _kept(run: Screens, faults: int = 0) -> ForeignLog:
    return ForeignLog("a" * 22, "l" * 22, run.town.now, 15, 11, faults, "s" * 43)


class StillImported(Still, ImportedScreen):
    """Two logs that are not really here."""

    def on_screen_resume(self) -> None:
        run = self.app.screens_of_test  # type: ignore[attr-defined]
        other = dataclasses.replace(_kept(run, 2), activity="b" * 22, entries=4)
        self._show((_kept(run), other))


class StillForeign(Still, ForeignScreen):
    """What somebody else did: what the resident did, by another name."""

    def on_mount(self) -> None:
        run = self.app.screens_of_test  # type: ignore[attr-defined]
        self._judged(Segment(_kept(run), _checked(run)))

    def _read(self) -> None:
        store = self.access.wallet.store
        found = tuple(store.activities(Filter(type="disclosure", limit=3)))
        self._events = {one.id: store.event_counts([one.id])[one.id] for one in found}
        self._show(found)


def _still(make: Callable[[], Page]) -> Show:
    async def show(run: Screens) -> None:
        run.app.screens_of_test = run  # type: ignore[attr-defined]
        run.app.push_screen(make())
        await run.settle()

    return show


def _restore(run: Screens) -> Page:
    run.app.access.home = Path("/home/johan/regie")
    return RestoreScreen()


def _opened(run: Screens) -> Page:
    carried = dataclasses.replace(
        carrying.take(run.town.wallet.store), tables={"entries": (("n",), [[1]] * 214)}
    )
    run.app.access.entropy = lambda length: bytes(range(length))
    return OwnPhraseScreen(Opened(run.town.now, carried, (), Config(), ()))


class StillAgain(Still, AgainScreen):
    """Two municipalities to go back to."""

    def on_screen_resume(self) -> None:
        self._show(
            (
                Again("1", ISSUER, "", ("persoonsgegevens", "woonadres", "verblijfsrecht")),
                Again("2", "Gemeente Westhove", "", ("urgentie",)),
            )
        )


MOVING: dict[str, Show] = {
    "evidence": _evidence,
    "save-evidence": _push(lambda run: SaveEvidenceScreen(_examined(run))),
    "backup": _push(lambda _: BackupScreen()),
    "restore": _push(_restore),
    "restore-phrase": _push(_opened),
    "again": _push(lambda _: StillAgain()),
    "import": _push(lambda _: ImportScreen()),
    "found": _push(lambda run: FoundScreen(b"", _checked(run, Fault("log.rendering", 0)))),
    "imported": _still(StillImported),
    "foreign": _still(lambda: StillForeign("a")),
}
