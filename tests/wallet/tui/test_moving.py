"""Backup, restore, evidence and the logs of others, on the screens."""

from pathlib import Path

import pytest
from support.screens import screens
from support.wallet_world import world

from credential import pbes2
from wallet.service import backup, exporting
from wallet.tui.screens.activity import ActivityScreen
from wallet.tui.screens.backup import BackupScreen
from wallet.tui.screens.evidence import EvidenceScreen
from wallet.tui.screens.export import ExportScreen
from wallet.tui.screens.importing import ImportScreen
from wallet.tui.screens.log import LogScreen

PHRASE = "een wachtwoord voor het bestand"
OWN = "vijf nieuwe woorden op papier"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


async def fill(run, **values):
    for name, value in values.items():
        run.app.screen.query_one(f"#{name}").value = str(value)
    run.app.screen.go_on()
    await run.settle()


async def test_backup(town, tmp_path: Path):
    file = tmp_path / "regie.backup"
    town.share()
    async with screens(town) as run:
        run.app.push_screen(BackupScreen())
        await run.settle()
        await fill(run, file=file, phrase=PHRASE, again="anders")
        assert not file.exists()
        await fill(run, file=file, phrase="kort", again="kort")
        assert "te kort" in run.words
        await fill(run, file=file, phrase=PHRASE, again=PHRASE)
        assert run.name == "HomeScreen"
        assert "De reservekopie staat in regie.backup" in run.words
    assert backup.open_file(file, PHRASE).cards


async def test_from_nothing_to_the_cards_to_fetch(town, tmp_path: Path):
    """A new computer: no wallet, a backup, a passphrase of one's own, and what to do next."""
    file = tmp_path / "regie.backup"
    town.share()
    backup.backup(town.wallet, file, PHRASE, now=town.now)
    new = tmp_path / "new"
    new.mkdir()
    old = town.wallet
    async with screens(town, home=new) as run:
        assert run.name == "NoWalletScreen"
        await run.press("r")
        assert run.name == "RestoreScreen"
        await fill(run, file=file, phrase="een ander wachtwoord")
        assert "niet het wachtwoord" in run.words
        await fill(run, file=file, phrase=PHRASE)
        assert run.name == "OwnPhraseScreen"
        assert "Aantal kaartjes om opnieuw op te halen: " in run.words
        await fill(run, own="kort", again="kort")
        assert run.name == "OwnPhraseScreen"
        await fill(run, own=OWN, again=OWN)
        assert run.name == "AgainScreen"
        assert "Je wallet is terug" in run.words
        assert "Gemeente Voorbeeldstad" in run.words
        await run.press("escape")
        assert run.name == "HomeScreen"
        assert "Opnieuw ophalen" in run.words
        run.app.access.close()
    assert old.store.cards()


async def test_evidence_is_verified_on_the_spot(town, tmp_path: Path):
    posed = town.receive()
    town.share(posed)
    async with screens(town) as run:
        run.app.push_screen(ActivityScreen(posed.id))
        await run.settle()
        await run.press("b")
        assert run.name == "EvidenceScreen"
        assert run.words.count("✓ Klopt. Ondertekend door") == 4
        assert "Zij kregen" in run.words
        await run.press("s")
        run.app.screen.query_one("Input").value = str(tmp_path / "nergens")
        run.app.screen.go_on()
        await run.settle()
        assert "bestaat niet" in run.words
        folder = tmp_path / "bewijs"
        folder.mkdir()
        run.app.screen.query_one("Input").value = str(folder)
        run.app.screen.go_on()
        await run.settle()
        assert run.name == "EvidenceScreen"
    assert len(list(folder.iterdir())) == 4


async def test_evidence_that_does_not_hold(town):
    posed = town.receive()
    town.share(posed)
    town.wallet.store.database.execute("UPDATE evidence SET content = x'2e'")
    async with screens(town) as run:
        run.app.push_screen(EvidenceScreen(posed.id))
        await run.settle()
        assert run.words.count("✗ Klopt niet") == 4
        assert "✓" not in run.words


async def test_the_log_of_somebody_else(town, tmp_path: Path):
    folder = tmp_path / "other"
    folder.mkdir()
    other = world(folder)
    other.share()
    file = tmp_path / "hun-log.jwe"
    exporting.export(other.wallet, file, PHRASE, activities=None, now=other.now)
    other.wallet.close()
    async with screens(town) as run:
        run.app.push_screen(LogScreen())
        await run.settle()
        await run.press("o")
        assert "geen logboeken van anderen" in run.words
        await run.press("i")
        await fill(run, file=file, phrase="een ander wachtwoord")
        assert "niet het wachtwoord" in run.words
        await fill(run, file=file, phrase=PHRASE)
        assert run.name == "FoundScreen"
        assert "✓ Klopt" in run.words
        assert town.wallet.store.foreign_logs() == ()
        await run.press("k")
        assert run.name == "ForeignScreen"
        assert town.scheme.verifier().party.name[:20] in run.words
        await run.press("slash")
        await run.type("nergens")
        assert "Woonstichting" not in run.words
        await run.press("escape", "x")
        await run.press("escape")
        assert len(town.wallet.store.foreign_logs()) == 1
        await run.press("x", "right", "enter")
        assert run.name == "ImportedScreen"
        assert "gewist" in run.words
    assert town.wallet.store.foreign_logs() == ()


async def test_nothing_is_kept_of_a_file_that_was_only_looked_at(town, tmp_path: Path):
    file = tmp_path / "own.jwe"
    exporting.export(town.wallet, file, PHRASE, activities=None, now=town.now)
    async with screens(town) as run:
        run.app.push_screen(ImportScreen())
        await run.settle()
        await fill(run, file=file, phrase=PHRASE)
        assert run.name == "FoundScreen"
        await run.press("k")
        assert "eigen logboek" in run.words
    assert town.wallet.store.foreign_logs() == ()


async def test_a_page_to_read(town, tmp_path: Path):
    file = tmp_path / "log.html"
    town.share()
    async with screens(town) as run:
        run.app.push_screen(ExportScreen())
        await run.settle()
        screen = run.app.screen
        screen.query_one("#readable").value = True
        await run.settle()
        assert screen.query_one("#file").value == "regie-log.html"
        assert not screen.query_one("#secret").display
        await fill(run, file=file)
        assert "staan in log.html" in run.words
    assert file.read_text().startswith("<!DOCTYPE html>")


async def test_stopping_the_check_of_the_log(town, monkeypatch):
    """Escape while it runs: nothing is claimed about a log that was not checked to the end."""
    from wallet import log
    from wallet.progress import Stopped

    def stopped(*_args, **_more):
        raise Stopped

    monkeypatch.setattr(log, "verify", stopped)
    async with screens(town) as run:
        run.app.push_screen(LogScreen())
        await run.settle()
        assert run.name == "HomeScreen"
        assert "niet helemaal gecontroleerd" in run.words
