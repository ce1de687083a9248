"""What every screen looks like, in both sizes and languages and without colour.

New pictures: `make screens`. They are made of a fixed clock and fixed content.
"""

import re

import pytest
from support.screen_catalogue import CATALOGUE, back, fixed_log, furnish
from support.screens import SIZES, screens
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from wallet.texts import LANGUAGES
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


VARIANTS = [
    *((size, lang, False) for size in SIZES for lang in LANGUAGES),
    ("80x24", "nl", True),
]


def called(variant):
    size, lang, plain = variant
    return f"{size}-{lang}" + ("-no-colour" if plain else "")


@pytest.mark.screens
@pytest.mark.parametrize("variant", VARIANTS, ids=called)
async def test_pictures(shared, snapshot, monkeypatch, variant):
    size, lang, plain = variant
    if plain:
        monkeypatch.setenv("NO_COLOR", "1")
    fixed_log(monkeypatch)
    picture = snapshot.use_extension(Picture)
    different = []
    async with screens(shared, size=SIZES[size], lang=lang, panel=PANEL) as run:
        for name, show in CATALOGUE.items():
            await show(run)
            if drawn(run.app.export_screenshot()) != picture(name=name):
                different.append(name)
            await back(run)
    assert not different
