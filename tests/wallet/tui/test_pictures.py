"""What every screen looks like, in both sizes and languages and without colour.

New pictures: `make screens`. They are made of a fixed clock and fixed content.
"""

import re

import pytest
from support.screen_catalogue import CATALOGUE, back, fixed_log, furnish
from support.screens import SIZES, screens
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from wallet.tui.panel import Item, Panel

PANEL = Panel(
    "Verzonnen voorbeeld",
    (
        Item("1", "Kaartjes ophalen bij de gemeente"),
        Item("2", "Inschrijven bij Voorbeeldwonen"),
        Item("3", "Kijken wie wat heeft"),
        Item("4", "Laten wissen"),
        Item("x", "Gemeente uitzetten"),
    ),
)


class Picture(SingleFileSnapshotExtension):
    file_extension = "svg"
    _write_mode = WriteMode.TEXT


def drawn(svg):
    """A screenshot without the addresses of fonts, which nobody needs to fetch."""
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


@pytest.fixture
def shared(town):
    return furnish(town)


@pytest.mark.screens
@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("size", list(SIZES))
@pytest.mark.parametrize("colour", ["colour", "no-colour"])
async def test_pictures(shared, snapshot, monkeypatch, size, lang, colour):
    if colour == "no-colour":
        if (size, lang) != ("80x24", "nl"):
            pytest.skip("one set without colour says enough")
        monkeypatch.setenv("NO_COLOR", "1")
    fixed_log(monkeypatch)
    picture = snapshot.use_extension(Picture)
    different = []
    async with screens(shared, size=SIZES[size], lang=lang, panel=PANEL) as run:
        for name, show in CATALOGUE.items():
            await show(run)
            title = f"{name}-{size}-{lang}" + ("-no-colour" if colour == "no-colour" else "")
            if drawn(run.app.export_screenshot()) != picture(name=title):
                different.append(title)
            await back(run)
    assert not different
