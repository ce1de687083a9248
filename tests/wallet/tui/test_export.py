"""The log to a file, on the screens."""

from pathlib import Path

import pytest
from support.screens import screens

from credential import pbes2
from wallet.service import exporting
from wallet.tui.screens.export import ExportScreen

PHRASE = "een wachtwoord voor het bestand"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(pbes2, "ITERATIONS", 1000)


async def test_a_file_with_a_passphrase_of_its_own(town, tmp_path: Path):
    file = tmp_path / "log.jwe"
    town.share()
    async with screens(town) as run:
        run.app.push_screen(ExportScreen())
        await run.settle()
        screen = run.app.screen
        for name, value in (("file", str(file)), ("phrase", PHRASE), ("again", "anders")):
            screen.query_one(f"#{name}").value = value
        screen.go_on()
        await run.settle()
        assert not file.exists()
        screen.query_one("#again").value = PHRASE
        screen.go_on()
        await run.settle()
        assert "staan in log.jwe" in run.words
    assert exporting.check(town.wallet, file, PHRASE, now=town.now).ok
